/*
 * command.c - what the verbs share: a connection, a problem said, a value shown.
 */
#include "gateway/admin/command.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *language(void)
{
        const char *names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
                const char *value = getenv(names[i]);
                if (value != NULL && value[0] != '\0')
                        return value;
        }
        return "en";
}

bool command_french(void)
{
        return strncmp(language(), "fr", 2) == 0;
}

int command_fail(const struct command *command, const struct problem *problem)
{
        bool french = command_french();
        if (command->json) {
                json_t *object = problem_json(problem, language(), NULL);
                json_dumpf(object, stderr, JSON_COMPACT | JSON_PRESERVE_ORDER);
                fputc('\n', stderr);
                json_decref(object);
        } else {
                fprintf(stderr, "pliadm: %s. %s\n%s\n", french ? problem->row->title_fr : problem->row->title_en, problem->detail,
                        french ? problem->row->next_fr : problem->row->next_en);
        }
        return problem->row->exit;
}

struct db *command_database(const struct command *command, const char *role)
{
        char *conninfo = NULL;
        int size = asprintf(&conninfo, "%s user=%s", command->config->database, role);
        assert(size > 0);
        struct db *db = db_open(conninfo, "pliadm");
        free(conninfo);
        return db;
}

bool command_call(const struct command *command, const char *function, const struct db_argument *argument, json_t **out,
                  struct problem *problem)
{
        struct db *db = command_database(command, "pli_admin");
        bool well = db_call_json(db, function, argument, argument != NULL ? 1 : 0, out, problem);
        db_close(db);
        return well;
}

void command_show_json(const json_t *value)
{
        json_dumpf(value, stdout, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
        putchar('\n');
}
