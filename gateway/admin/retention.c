/* retention.c - tenders whose time is over: which they are, and their destruction (the front does it each hour by itself). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/admin/command.h"
#include "gateway/core/owner.h"

DEFINE_OWNER(json_t, json_decref)

static const char *text_of(const json_t *object, const char *name)
{
        const char *text = json_string_value(json_object_get(object, name));
        return text != NULL ? text : "";
}

int retention_list(const struct command *command)
{
        struct problem problem;
        OWN(json_t) list = NULL;
        size_t n;
        json_t *row;
        char *rest = NULL;
        long days = command->argc == 1 ? strtol(command->argv[0], &rest, 10) : 30;
        if (command->argc > 1 || days < 0 || days > 36500 || (rest != NULL && *rest != '\0')) {
                problem_set(&problem, "usage", "Give a number of days, or nothing for 30.");
                return command_fail(command, &problem);
        }
        const struct db_argument argument = db_integer(days);
        if (!command_call(command, "api.retention_list", &argument, &list, &problem))
                return command_fail(command, &problem);
        if (command->json) {
                command_show_json(list);
                return 0;
        }
        json_array_foreach(list, n, row)
                printf("%s  %-24s %s, %" JSON_INTEGER_FORMAT " deposits until %s%s%s\n", text_of(row, "consultation"),
                       text_of(row, "reference"), text_of(json_object_get(row, "body"), "name"),
                       json_integer_value(json_object_get(row, "deposits")), text_of(row, "until"),
                       text_of(row, "visa")[0] != '\0' ? ", visa " : ", no visa", text_of(row, "visa"));
        return 0;
}

int retention_run(const struct command *command)
{
        struct problem problem;
        json_int_t destroyed = 0;
        for (bool more = true; more;) {
                OWN(json_t) done = NULL;
                if (!command_call(command, "api.retention_run", NULL, &done, &problem))
                        return command_fail(command, &problem);
                destroyed += json_integer_value(json_object_get(done, "destroyed"));
                more = json_is_true(json_object_get(done, "more"));
        }
        OWN(json_t) answer = json_pack("{s:I}", "destroyed", destroyed);
        if (command->json)
                command_show_json(answer);
        else
                printf("%" JSON_INTEGER_FORMAT " tenders destroyed; each has its event.\n", destroyed);
        return 0;
}
