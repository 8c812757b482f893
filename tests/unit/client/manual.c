/* The manual page and the table of commands name the same commands and the same options. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/client/command.h"

static int page_read(void **state)
{
        char *text = NULL;
        size_t size = 0;
        FILE *file = fopen("deploy/man/pli.1", "re");
        if (file == NULL)
                return 0; /* not run from the project's folder */
        if (getdelim(&text, &size, '\0', file) < 0)
                return -1;
        fclose(file);
        *state = text;
        return 0;
}

static int page_free(void **state)
{
        free(*state);
        return 0;
}

/* The part of the page about one command, up to the next one. */
static char *part_of(const char *page, const struct command *command)
{
        char head[96];
        size_t length = (size_t)snprintf(head, sizeof head, "\n.It Nm Cm %s", command->words);
        const char *start = strstr(page, head);
        while (start != NULL && start[length] != '\n' && strncmp(start + length, " Oo Ar", 6) != 0 &&
               strncmp(start + length, " Ar", 3) != 0)
                start = strstr(start + 1, head);
        if (start == NULL)
                return NULL;
        const char *end = strstr(start + 1, "\n.It Nm Cm ");
        return end != NULL ? strndup(start, (size_t)(end - start) + 1) : strdup(start);
}

static bool part_names(const char *part, const char *option)
{
        char flag[64];
        snprintf(flag, sizeof flag, "\n.It Fl -%s", option);
        const char *at = strstr(part, flag);
        return at != NULL && (at[strlen(flag)] == '\n' || at[strlen(flag)] == ' ');
}

static void every_command_and_option_is_on_the_page(void **state)
{
        const char *page = *state;
        if (page == NULL)
                skip();
        for (size_t i = 0; i < command_count; i++) {
                char *part = part_of(page, &commands[i]);
                if (part == NULL)
                        fail_msg("`pli %s` is not in deploy/man/pli.1", commands[i].words);
                for (const struct option_row *option = commands[i].options; option->name != NULL; option++)
                        if (!part_names(part, option->name))
                                fail_msg("`pli %s --%s` is not in deploy/man/pli.1", commands[i].words, option->name);
                free(part);
        }
        for (const struct option_row *option = common_options; option->name != NULL; option++)
                if (!part_names(page, option->name))
                        fail_msg("--%s is not in deploy/man/pli.1", option->name);
}

static void the_page_names_no_command_that_is_not_there(void **state)
{
        const char *page = *state;
        size_t named = 0;
        if (page == NULL)
                skip();
        for (const char *at = page; (at = strstr(at, "\n.It Nm Cm ")) != NULL; at++)
                named++;
        assert_int_equal(named, command_count);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_command_and_option_is_on_the_page),
                cmocka_unit_test(the_page_names_no_command_that_is_not_there),
        };
        return cmocka_run_group_tests(tests, page_read, page_free);
}
