/* setting.c - limits that are rows of the database; and the sweep of what passed one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/admin/command.h"
#include "gateway/core/owner.h"

DEFINE_OWNER(json_t, json_decref)

static json_int_t number_of(const json_t *object, const char *name)
{
        return json_integer_value(json_object_get(object, name));
}

int setting_list(const struct command *command)
{
        struct problem problem;
        OWN(json_t) settings = NULL;
        size_t i;
        json_t *row;
        if (!command_call(command, "api.setting_list", NULL, &settings, &problem))
                return command_fail(command, &problem);
        if (command->json) {
                command_show_json(settings);
                return 0;
        }
        json_array_foreach(settings, i, row)
                printf("%-22s %" JSON_INTEGER_FORMAT "\n    %s\n", json_string_value(json_object_get(row, "name")),
                       number_of(row, "value"), json_string_value(json_object_get(row, "sentence")));
        return 0;
}

int setting_set(const struct command *command)
{
        struct problem problem;
        OWN(json_t) answer = NULL;
        if (command->argc != 2) {
                problem_set(&problem, "usage", "Name one setting and its value.");
                return command_fail(command, &problem);
        }
        OWN(json_t) wanted = json_pack("{s:s, s:s}", "name", command->argv[0], "value", command->argv[1]);
        char *text = wanted != NULL ? json_dumps(wanted, JSON_COMPACT) : strdup("{}");
        const struct db_argument argument = db_text(text);
        bool well = command_call(command, "api.setting_set", &argument, &answer, &problem);
        free(text);
        if (!well)
                return command_fail(command, &problem);
        if (command->json)
                command_show_json(answer);
        else
                printf("%s is %" JSON_INTEGER_FORMAT "; it was %" JSON_INTEGER_FORMAT ".\n", command->argv[0],
                       number_of(answer, "value"), number_of(answer, "before"));
        return 0;
}

/* Partitions for the days to come; then what nobody finished, until nothing is left to sweep. */
int database_maintain(const struct command *command)
{
        struct problem problem;
        OWN(json_t) made = NULL;
        json_int_t abandoned = 0;
        if (!command_call(command, "api.maintain", NULL, &made, &problem))
                return command_fail(command, &problem);
        for (bool more = true; more;) {
                OWN(json_t) swept = NULL;
                if (!command_call(command, "api.sweep", NULL, &swept, &problem))
                        return command_fail(command, &problem);
                abandoned += number_of(swept, "abandoned");
                more = json_is_true(json_object_get(swept, "more"));
        }
        OWN(json_t) answer = json_pack("{s:I, s:I}", "partitions", number_of(made, "partitions"), "abandoned", abandoned);
        if (command->json)
                command_show_json(answer);
        else
                printf("%" JSON_INTEGER_FORMAT " partitions made, %" JSON_INTEGER_FORMAT " unfinished deposits abandoned.\n",
                       number_of(made, "partitions"), abandoned);
        return 0;
}
