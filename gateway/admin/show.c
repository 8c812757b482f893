/*
 * show.c - what waits, and what is wrong.
 */
#include <stdio.h>

#include "gateway/admin/command.h"
#include "gateway/core/owner.h"

DEFINE_OWNER(json_t, json_decref)

static const char *member(const json_t *object, const char *name)
{
        const char *text = json_string_value(json_object_get(object, name));
        return text != NULL ? text : "";
}

int outbox_list(const struct command *command)
{
        struct problem problem;
        OWN(json_t) items = NULL;
        if (!command_call(command, "api.outbox_list", NULL, &items, &problem))
                return command_fail(command, &problem);
        if (command->json) {
                command_show_json(items);
                return 0;
        }
        size_t i;
        const json_t *item;
        json_array_foreach(items, i, item)
        {
                printf("%" JSON_INTEGER_FORMAT "  %-8s %-8s body %s, number %s, attempt %" JSON_INTEGER_FORMAT ", due %s\n",
                       json_integer_value(json_object_get(item, "item")), member(item, "channel"), member(item, "state"),
                       member(item, "body"), member(item, "number"), json_integer_value(json_object_get(item, "attempt")),
                       member(item, "due"));
        }
        if (json_array_size(items) == 0)
                puts("Nothing waits for the State.");
        return 0;
}

/* In the operator's language where the finding has it. */
static void finding_show(const json_t *finding, bool well)
{
        const char *french = member(finding, "sentenceFr");
        if (command_french() && *french != '\0')
                printf("%-5s %-18s %s\n", well ? "bien" : "FAUX", member(finding, "name"), french);
        else
                printf("%-5s %-18s %s\n", well ? "well" : "WRONG", member(finding, "name"), member(finding, "sentence"));
}

int doctor_show(const struct command *command)
{
        struct problem problem;
        OWN(json_t) findings = NULL;
        if (!command_call(command, "api.doctor", NULL, &findings, &problem))
                return command_fail(command, &problem);
        if (command->json)
                command_show_json(findings);
        size_t i;
        const json_t *finding;
        int status = 0;
        json_array_foreach(findings, i, finding)
        {
                bool well = json_is_true(json_object_get(finding, "well"));
                if (!command->json)
                        finding_show(finding, well);
                status = well ? status : 1;
        }
        return status;
}

/* Sources of CRLs and OCSP answers: what the relay fetches for verdicts, and what it cannot have. */
int revocation_list(const struct command *command)
{
        struct problem problem;
        OWN(json_t) sources = NULL;
        const struct db_argument most = db_integer(1000);
        if (!command_call(command, "api.revocation_list", &most, &sources, &problem))
                return command_fail(command, &problem);
        if (command->json) {
                command_show_json(sources);
                return 0;
        }
        size_t i;
        const json_t *source;
        json_array_foreach(sources, i, source)
                printf("%-4s %s\n     fetched %s%s%s\n", member(source, "kind"), member(source, "url"),
                       *member(source, "fetched") != '\0' ? member(source, "fetched") : "never",
                       *member(source, "problem") != '\0' ? "; " : "", member(source, "problem"));
        if (json_array_size(sources) == 0)
                puts("No verdict has wanted revocation data.");
        return 0;
}
