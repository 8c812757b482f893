/* key.c - the gateway's own keys: their history, and how one is revoked. */
#include <stdio.h>
#include <stdlib.h>

#include "gateway/admin/command.h"
#include "gateway/admin/flags.h"
#include "gateway/core/owner.h"

DEFINE_OWNER(json_t, json_decref)

static const struct flag revoke_flags[] = {{"id", FLAG_TEXT}, {"from", FLAG_TEXT}, {"reason", FLAG_TEXT}};

static const char *member(const json_t *object, const char *name)
{
        const char *text = json_string_value(json_object_get(object, name));
        return text != NULL ? text : "";
}

static const char *state_of(const json_t *key)
{
        return json_object_get(key, "revoked") != NULL ? "revoked" : json_object_get(key, "retired") != NULL ? "retired" : "in use";
}

int key_list(const struct command *command)
{
        struct problem problem;
        OWN(json_t) history = NULL;
        size_t i;
        const json_t *key;
        if (!command_call(command, "api.key_list", NULL, &history, &problem))
                return command_fail(command, &problem);
        if (command->json) {
                command_show_json(history);
                return 0;
        }
        json_array_foreach(json_object_get(history, "keys"), i, key)
        {
                printf("%-8s %-8s %s  %s, since %s %s\n", member(key, "use"), state_of(key), member(key, "id"), member(key, "name"),
                       member(key, "installed"), member(key, "reason"));
        }
        return 0;
}

int key_revoke(const struct command *command)
{
        struct problem problem;
        OWN(json_t) revocation = NULL;
        OWN(json_t) answer = NULL;
        if (!flags_parse(command->argc, command->argv, revoke_flags, sizeof revoke_flags / sizeof revoke_flags[0], &revocation,
                         &problem))
                return command_fail(command, &problem);
        char *text = json_dumps(revocation, JSON_COMPACT);
        struct db_argument argument = db_text(text);
        bool well = command_call(command, "api.key_revoke", &argument, &answer, &problem);
        free(text);
        if (!well)
                return command_fail(command, &problem);
        if (command->json)
                command_show_json(answer);
        else
                printf("The %s key %s is not to be believed from %s on.\n", member(answer, "use"), member(answer, "id"),
                       member(answer, "revoked"));
        return 0;
}
