/*
 * invocation.c - reads the command line against the table of commands.
 *
 * Options may stand anywhere, before or after the words of the command. A list
 * (`verify --trust A B FILE`) takes the words that follow it, but never the one
 * that the command needs as its argument.
 */
#include "gateway/client/command.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/client/catalogue.h"

static const struct option_row *option_in(const struct option_row *rows, const char *name, size_t length)
{
        for (; rows != NULL && rows->name != NULL; rows++)
                if (strlen(rows->name) == length && memcmp(rows->name, name, length) == 0)
                        return rows;
        return NULL;
}

/* Before the command's words are known, an option is looked for in every command. */
static const struct option_row *option_find(const struct command *command, const char *name, size_t length)
{
        const struct option_row *row = command != NULL ? option_in(command->options, name, length) : NULL;
        if (row == NULL)
                row = option_in(common_options, name, length);
        for (size_t i = 0; row == NULL && i < command_count; i++)
                row = option_in(commands[i].options, name, length);
        return row;
}

static size_t words_count(const char *text)
{
        size_t count = 1;
        for (; *text != '\0'; text++)
                count += *text == ' ';
        return count;
}

/* Do the first arguments spell the command's words? */
static bool words_match(const char *words, const char *const *arguments, size_t count)
{
        for (size_t i = 0; i < count; i++) {
                size_t length = strlen(arguments[i]);
                if (strncmp(words, arguments[i], length) != 0)
                        return false;
                words += length;
                if (*words == '\0')
                        return true;
                if (*words++ != ' ')
                        return false;
        }
        return false;
}

static const struct command *command_find(const char *const *arguments, size_t count)
{
        const struct command *best = NULL;
        for (size_t i = 0; i < command_count; i++)
                if (words_match(commands[i].words, arguments, count) &&
                    (best == NULL || words_count(commands[i].words) > words_count(best->words)))
                        best = &commands[i];
        return best;
}

struct reading {
        struct invocation *out;
        const char *list;              /* the list that takes the next words, or NULL */
        struct given_option *followed; /* words after a list: its values, unless the command needs the last ones */
        size_t following_count;
        struct problem *problem;
};

static bool option_read(struct reading *reading, int argc, char **argv, int *at)
{
        const char *name = argv[*at] + 2;
        const char *equals = strchr(name, '=');
        size_t length = equals != NULL ? (size_t)(equals - name) : strlen(name);
        const struct command *command = command_find(reading->out->arguments, reading->out->argument_count);
        const struct option_row *row = option_find(command, name, length);
        if (row == NULL)
                return problem_set(reading->problem, "usage", words("unknown option --%.*s"), (int)length, name);
        if (row->kind == OPTION_FLAG && equals != NULL)
                return problem_set(reading->problem, "usage", words("option --%s takes no value"), row->name);
        const char *value = equals != NULL ? equals + 1 : "";
        if (row->kind != OPTION_FLAG && equals == NULL) {
                if (*at + 1 >= argc)
                        return problem_set(reading->problem, "usage", words("option --%s needs a value"), row->name);
                value = argv[++*at];
        }
        reading->out->options[reading->out->option_count++] = (struct given_option){row->name, value};
        reading->list = row->kind == OPTION_LIST ? row->name : NULL;
        return true;
}

static void word_read(struct reading *reading, const char *word)
{
        struct invocation *out = reading->out;
        if (reading->list == NULL) {
                out->arguments[out->argument_count++] = word;
                return;
        }
        reading->followed[reading->following_count++] = (struct given_option){reading->list, word};
}

/* Words after a list are its values, but those the command still needs. */
static void following_settle(struct reading *reading)
{
        struct invocation *out = reading->out;
        size_t needed = 0;
        const struct command *command = command_find(out->arguments, out->argument_count);
        if (command != NULL) {
                size_t has = out->argument_count - words_count(command->words);
                needed = command->least > has ? command->least - has : 0;
        }
        if (needed > reading->following_count)
                needed = reading->following_count;
        size_t values = reading->following_count - needed;
        for (size_t i = 0; i < values; i++)
                out->options[out->option_count++] = reading->followed[i];
        for (size_t i = values; i < reading->following_count; i++)
                out->arguments[out->argument_count++] = reading->followed[i].value;
}

static bool arguments_check(const struct invocation *invocation, struct problem *problem)
{
        const struct command *command = invocation->command;
        for (size_t i = 0; i < invocation->option_count; i++) {
                const char *name = invocation->options[i].name;
                if (option_in(common_options, name, strlen(name)) == NULL &&
                    option_in(command->options, name, strlen(name)) == NULL)
                        return problem_set(problem, "usage", words("`pli %s` has no option --%s"), command->words, name);
        }
        if (invocation_flag(invocation, "help"))
                return true;
        if (invocation->argument_count < command->least)
                return problem_set(problem, "usage", words("`pli %s` needs: %s"), command->words, command->arguments);
        if (invocation->argument_count > command->most)
                return problem_set(problem, "usage", words("`pli %s` does not know what to do with \"%s\""), command->words,
                                   invocation->arguments[command->most]);
        return true;
}

bool invocation_parse(int argc, char **argv, struct invocation *out, struct problem *problem)
{
        size_t room = (size_t)argc + 1;
        *out = (struct invocation){.arguments = calloc(room, sizeof *out->arguments),
                                   .options = calloc(room, sizeof *out->options)};
        struct reading reading = {.out = out, .problem = problem, .followed = calloc(room, sizeof *reading.followed)};
        assert(out->arguments != NULL && out->options != NULL && reading.followed != NULL);
        bool read = true, options_over = false;
        for (int i = 1; i < argc && read; i++) {
                if (!options_over && strcmp(argv[i], "--") == 0)
                        options_over = true, reading.list = NULL;
                else if (!options_over && strncmp(argv[i], "--", 2) == 0)
                        read = option_read(&reading, argc, argv, &i);
                else if (!options_over && strcmp(argv[i], "-h") == 0)
                        out->options[out->option_count++] = (struct given_option){"help", ""};
                else
                        word_read(&reading, argv[i]);
        }
        following_settle(&reading);
        free(reading.followed);
        if (!read)
                return false;
        out->command = command_find(out->arguments, out->argument_count);
        if (out->command == NULL && out->argument_count > 0 && !invocation_flag(out, "help"))
                return problem_set(problem, "usage", words("unknown command \"%s\"; `pli help` lists them"), out->arguments[0]);
        if (out->command == NULL)
                return true;
        size_t skipped = words_count(out->command->words);
        out->argument_count -= skipped;
        memmove(out->arguments, out->arguments + skipped, out->argument_count * sizeof *out->arguments);
        return arguments_check(out, problem);
}

void invocation_close(struct invocation *invocation)
{
        free(invocation->arguments);
        free(invocation->options);
        *invocation = (struct invocation){0};
}

static const char *environment_of(const char *name)
{
        static const struct {
                const char *option, *variable;
        } pairs[] = {
                {"gateway", "PLI_GATEWAY"}, {"certificate", "PLI_CERTIFICATE"}, {"key", "PLI_KEY"}, {"p12", "PLI_P12"},
                {"ca", "PLI_CA"},
        };
        for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
                if (strcmp(pairs[i].option, name) == 0)
                        return getenv(pairs[i].variable);
        return NULL;
}

const char *invocation_option(const struct invocation *invocation, const char *name)
{
        for (size_t i = invocation->option_count; i > 0; i--)
                if (strcmp(invocation->options[i - 1].name, name) == 0)
                        return invocation->options[i - 1].value;
        return environment_of(name);
}

bool invocation_flag(const struct invocation *invocation, const char *name)
{
        return invocation_option(invocation, name) != NULL;
}

const char *invocation_listed(const struct invocation *invocation, const char *name, size_t n)
{
        for (size_t i = 0; i < invocation->option_count; i++)
                if (strcmp(invocation->options[i].name, name) == 0 && n-- == 0)
                        return invocation->options[i].value;
        return NULL;
}
