/* Command lines: what the table allows, what it refuses, and lists that take the words after them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/client/command.h"

enum { WORDS_MOST = 16 };

/* Splits at spaces; the line must outlive the invocation. */
static bool line_parse(char *line, struct invocation *out, struct problem *problem)
{
        static char *argv[WORDS_MOST + 1];
        int argc = 0;
        char *rest = NULL;
        argv[argc++] = line;
        for (char *word = strtok_r(line, " ", &rest); word != NULL && argc < WORDS_MOST; word = strtok_r(NULL, " ", &rest))
                argv[argc++] = word;
        argv[argc] = NULL;
        return invocation_parse(argc, argv, out, problem);
}

/* "verify|FILE|trust=a,trust=b" */
static void invocation_text(const struct invocation *invocation, char text[512])
{
        size_t used = (size_t)snprintf(text, 512, "%s|", invocation->command != NULL ? invocation->command->words : "");
        for (size_t i = 0; i < invocation->argument_count; i++)
                used += (size_t)snprintf(text + used, 512 - used, "%s%s", i > 0 ? "," : "", invocation->arguments[i]);
        used += (size_t)snprintf(text + used, 512 - used, "|");
        for (size_t i = 0; i < invocation->option_count; i++)
                used += (size_t)snprintf(text + used, 512 - used, "%s%s=%s", i > 0 ? "," : "", invocation->options[i].name,
                                         invocation->options[i].value);
}

static void lines_are_read_against_the_table(void **state)
{
        (void)state;
        static const struct {
                const char *line, *read;
        } cases[] = {
                {"", "||"},
                {"--version", "||version="},
                {"consultation list", "consultation list||"},
                {"--gateway https://a consultation show X", "consultation show|X|gateway=https://a"},
                {"deposit A B", "deposit|A,B|"},
                {"deposit show X", "deposit show|X|"},
                {"deposit --state=f A", "deposit|A|state=f"},
                {"receipts --state --limit 2", "receipts||state=,limit=2"},
                {"verify F", "verify|F|"},
                {"verify --trust a F", "verify|F|trust=a"},
                {"verify --trust a b F", "verify|F|trust=a,trust=b"},
                {"verify --trust a b --json F", "verify|F|trust=a,json=,trust=b"},
                {"verify F --trust a b", "verify|F|trust=a,trust=b"},
                {"verify --trust a --trust b F", "verify|F|trust=a,trust=b"},
                {"verify --trust a b --evidence e F --at now", "verify|F|trust=a,evidence=e,at=now,trust=b"},
                {"verify -- --odd", "verify|--odd|"},
                {"file acte --type 99_DE 99_AI a.pdf --number 1", "file acte|a.pdf|type=99_DE,number=1,type=99_AI"},
                {"sign -h", "sign||help="},
        };
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                char line[256], text[512];
                struct invocation invocation;
                struct problem problem = {0};
                snprintf(line, sizeof line, "%s", cases[i].line);
                if (!line_parse(line, &invocation, &problem))
                        fail_msg("%s: %s", cases[i].line, problem.detail);
                invocation_text(&invocation, text);
                assert_string_equal(text, cases[i].read);
                invocation_close(&invocation);
        }
}

static void what_the_table_does_not_allow_is_wrong_use(void **state)
{
        (void)state;
        static const char *const lines[] = {"unknown",     "consultation",   "consultation show",  "consultation show A B",
                                            "verify",      "verify A B",     "verify --nothing A", "verify --json=yes A",
                                            "verify --at", "sign --lot 1 A", "deposit withdraw",   "receipt proof F"};
        for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
                char line[256];
                struct invocation invocation;
                struct problem problem = {0};
                snprintf(line, sizeof line, "%s", lines[i]);
                if (line_parse(line, &invocation, &problem))
                        fail_msg("%s was allowed", lines[i]);
                if (problem.row != NULL)
                        assert_int_equal(problem.row->exit, 64);
                invocation_close(&invocation);
        }
}

static void the_last_value_wins_and_lists_keep_all(void **state)
{
        (void)state;
        char line[] = "verify --at 1 --at 2 --trust a --trust b F";
        struct invocation invocation;
        struct problem problem = {0};
        assert_true(line_parse(line, &invocation, &problem));
        assert_string_equal(invocation_option(&invocation, "at"), "2");
        assert_string_equal(invocation_listed(&invocation, "trust", 0), "a");
        assert_string_equal(invocation_listed(&invocation, "trust", 1), "b");
        assert_null(invocation_listed(&invocation, "trust", 2));
        assert_false(invocation_flag(&invocation, "json"));
        invocation_close(&invocation);
}

static void the_environment_stands_in_for_options(void **state)
{
        (void)state;
        struct invocation none = {0};
        assert_int_equal(setenv("PLI_GATEWAY", "https://pli.example", 1), 0);
        assert_string_equal(invocation_option(&none, "gateway"), "https://pli.example");
        assert_int_equal(unsetenv("PLI_GATEWAY"), 0);
        assert_null(invocation_option(&none, "gateway"));
}

static void the_table_is_in_order(void **state)
{
        (void)state;
        for (size_t i = 0; i < command_count; i++) {
                const struct command *command = &commands[i];
                assert_non_null(command->run);
                assert_true(command->least <= command->most && command->options != NULL);
                assert_true((command->most == 0) == (*command->arguments == '\0'));
                for (size_t j = 0; j < i; j++)
                        assert_string_not_equal(command->words, commands[j].words);
                for (const struct option_row *option = command->options; option->name != NULL; option++)
                        assert_true((option->kind == OPTION_FLAG) == (option->value == NULL));
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(lines_are_read_against_the_table),
                cmocka_unit_test(what_the_table_does_not_allow_is_wrong_use),
                cmocka_unit_test(the_last_value_wins_and_lists_keep_all),
                cmocka_unit_test(the_environment_stands_in_for_options),
                cmocka_unit_test(the_table_is_in_order),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
