/*
 * enrol.c - bodies and parties.
 */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/admin/command.h"
#include "gateway/admin/flags.h"
#include "gateway/admin/possession.h"
#include "gateway/core/owner.h"

DEFINE_OWNER(json_t, json_decref)

static const struct flag body_flags[] = {{"siret", FLAG_TEXT},    {"name", FLAG_TEXT},   {"department", FLAG_TEXT},
                                         {"district", FLAG_TEXT}, {"nature", FLAG_TEXT}, {"mail", FLAG_TEXT}};
static const struct flag party_flags[] = {
        {"name", FLAG_TEXT},   {"organisation", FLAG_TEXT}, {"siret", FLAG_TEXT},       {"body", FLAG_TEXT},
        {"roles", FLAG_LIST},  {"channels", FLAG_LIST},     {"departments", FLAG_LIST}, {"certificate", FLAG_CERTIFICATE},
        {"request", FLAG_TEXT}};
static const struct flag certificate_flags[] = {{"certificate", FLAG_CERTIFICATE}};

static bool object_call(const struct command *command, const char *function, const json_t *object, json_t **out,
                        struct problem *problem)
{
        char *text = json_dumps(object, JSON_COMPACT);
        struct db_argument argument = db_text(text);
        bool well = command_call(command, function, &argument, out, problem);
        free(text);
        return well;
}

static int enrol(const struct command *command, const char *function, const struct flag *flags, size_t count, const char *shown)
{
        struct problem problem;
        OWN(json_t) object = NULL;
        OWN(json_t) answer = NULL;
        if (!flags_parse(command->argc, command->argv, flags, count, &object, &problem) || !possession_check(object, &problem) ||
            !object_call(command, function, object, &answer, &problem))
                return command_fail(command, &problem);
        const char *name = json_string_value(json_object_get(object, "name"));
        if (command->json)
                command_show_json(answer);
        else
                printf("%s is enrolled (%s %s).\n", name, shown, json_string_value(json_object_get(answer, shown)));
        return 0;
}

int body_enrol(const struct command *command)
{
        return enrol(command, "api.body_enrol", body_flags, sizeof body_flags / sizeof body_flags[0], "siret");
}

int party_enrol(const struct command *command)
{
        return enrol(command, "api.party_enrol", party_flags, sizeof party_flags / sizeof party_flags[0], "id");
}

int party_disable(const struct command *command)
{
        struct problem problem;
        OWN(json_t) object = NULL;
        OWN(json_t) answer = NULL;
        if (!flags_parse(command->argc, command->argv, certificate_flags, 1, &object, &problem) ||
            !object_call(command, "api.party_disable", object, &answer, &problem))
                return command_fail(command, &problem);
        puts("The certificate may no longer be used here.");
        return 0;
}

static void roles_join(const json_t *party, char *out, size_t size)
{
        size_t i;
        const json_t *role;
        out[0] = '\0';
        json_array_foreach(json_object_get(party, "roles"), i, role)
        {
                size_t used = strlen(out);
                snprintf(out + used, size - used, "%s%s", i > 0 ? "," : "", json_string_value(role));
        }
}

int party_list(const struct command *command)
{
        struct problem problem;
        OWN(json_t) parties = NULL;
        if (!command_call(command, "api.party_list", NULL, &parties, &problem))
                return command_fail(command, &problem);
        if (command->json) {
                command_show_json(parties);
                return 0;
        }
        size_t i;
        const json_t *party;
        json_array_foreach(parties, i, party)
        {
                char roles[128];
                roles_join(party, roles, sizeof roles);
                printf("%s  %-24s %s, %s%s\n", json_string_value(json_object_get(party, "id")), roles,
                       json_string_value(json_object_get(party, "name")), json_string_value(json_object_get(party, "organisation")),
                       json_is_true(json_object_get(party, "disabled")) ? " (disabled)" : "");
        }
        return 0;
}
