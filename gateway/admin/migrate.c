/*
 * migrate.c - sql/ into one transaction.
 *
 * Roles first, then each migration that is not yet applied (its digest is kept:
 * an applied one that has changed since is refused), then life cycles, rules,
 * functions and rights, which are written anew each time.
 */
#include "gateway/admin/migrate.h"

#include <assert.h>
#include <errno.h>
#include <glob.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/admin/command.h"
#include "gateway/core/owner.h"

enum { PATH_LARGEST = 1024 };
/* What quotes a migration inside its DO block; no file may contain it. */
#define QUOTE "$pli_migration$"

static void file_close(FILE *file)
{
        fclose(file);
}
DEFINE_OWNER(FILE, file_close)
DEFINE_OWNER(char, free)
DEFINE_OWNER(json_t, json_decref)
DEFINE_OWNER(glob_t, globfree)

static bool file_read(const char *path, char **out, struct problem *problem)
{
        OWN(FILE) file = fopen(path, "re");
        if (file == NULL)
                return problem_set(problem, "usage", "%s: %s", path, strerror(errno));
        OWN(char) text = NULL;
        size_t room = 0;
        if (getdelim(&text, &room, '\0', file) < 0 || !feof(file)) /* a text has no NUL: all of it is one line */
                return problem_set(problem, "usage", "%s is empty or no text", path);
        *out = TAKE(text);
        return true;
}

static void digest_hex(const char *text, char hex[65])
{
        unsigned char digest[32];
        int done = EVP_Digest(text, strlen(text), digest, NULL, EVP_sha256(), NULL);
        assert(done == 1);
        for (size_t i = 0; i < sizeof digest; i++)
                snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

/* Applied as it is, each time. */
static bool file_append(FILE *script, const char *path, struct problem *problem)
{
        OWN(char) text = NULL;
        if (!file_read(path, &text, problem))
                return false;
        fprintf(script, "%s\n", text);
        return true;
}

/* Applied once. */
static bool migration_append(FILE *script, const char *path, struct problem *problem)
{
        OWN(char) text = NULL;
        if (!file_read(path, &text, problem))
                return false;
        const char *name = strrchr(path, '/') + 1;
        if (strstr(text, QUOTE) != NULL || strchr(name, '\'') != NULL)
                return problem_set(problem, "usage", "%s cannot be quoted", path);
        char hex[65];
        digest_hex(text, hex);
        fprintf(script,
                "do $pli$ declare had bytea := (select sha256 from pli.migration where name = '%s'); begin\n"
                "if had is null then\nexecute " QUOTE "%s" QUOTE ";\n"
                "insert into pli.migration (name, sha256) values ('%s', '\\x%s');\n"
                "elsif had <> '\\x%s' then raise exception using errcode = 'PLI00', message = 'migration-changed', detail = '%s';\n"
                "end if; end $pli$;\n",
                name, text, name, hex, hex, name);
        return true;
}

static bool folder_append(FILE *script, const char *folder, const char *pattern,
                          bool (*append)(FILE *script, const char *path, struct problem *problem), struct problem *problem)
{
        char path[PATH_LARGEST];
        snprintf(path, sizeof path, "%s/%s", folder, pattern);
        glob_t found = {0};
        OWN(glob_t) owner = &found;
        if (glob(path, 0, NULL, &found) != 0)
                return problem_set(problem, "usage", "there is no %s: --sql names the folder of Pli's SQL", path);
        for (size_t i = 0; i < owner->gl_pathc; i++) {
                if (!append(script, owner->gl_pathv[i], problem))
                        return false;
        }
        return true;
}

static bool script_write(FILE *script, const char *folder, struct problem *problem)
{
        fputs("begin;\nset local statement_timeout = 0;\nselect pg_advisory_xact_lock(hashtextextended('pli migrate', 0));\n",
              script);
        if (!folder_append(script, folder, "owner.sql", file_append, problem) ||
            !folder_append(script, folder, "migrations/[0-9]*.sql", migration_append, problem) ||
            !folder_append(script, folder, "lifecycle.sql", file_append, problem) ||
            !folder_append(script, folder, "rules.sql", file_append, problem) ||
            !folder_append(script, folder, "api.sql", file_append, problem) ||
            !folder_append(script, folder, "api/*.sql", file_append, problem) ||
            !folder_append(script, folder, "roles.sql", file_append, problem))
                return false;
        fputs("select api.maintain();\ncommit;\n", script);
        return true;
}

bool migrate_script(const char *folder, char **out, struct problem *problem)
{
        char *text = NULL;
        size_t size = 0;
        FILE *script = open_memstream(&text, &size);
        assert(script != NULL);
        bool well = script_write(script, folder, problem);
        fclose(script);
        if (!well) {
                free(text);
                return false;
        }
        *out = text;
        return true;
}

static const char *folder_find(const struct command *command)
{
        if (command->argc == 2 && strcmp(command->argv[0], "--sql") == 0)
                return command->argv[1];
        return access("/usr/share/pli/sql/owner.sql", R_OK) == 0 ? "/usr/share/pli/sql" : "sql";
}

static bool migrate(const struct command *command, const char *script, json_t **out, struct problem *problem)
{
        struct db *db = command_database(command, command->config->migrator);
        bool well = db_script(db, script, problem) && db_call_json(db, "api.migrations", NULL, 0, out, problem);
        db_close(db);
        return well;
}

int database_migrate(const struct command *command)
{
        struct problem problem;
        OWN(char) script = NULL;
        OWN(json_t) applied = NULL;
        if (!migrate_script(folder_find(command), &script, &problem) || !migrate(command, script, &applied, &problem))
                return command_fail(command, &problem);
        size_t count = json_array_size(applied);
        if (command->json)
                command_show_json(applied);
        else
                printf("The database is at %s (%zu migrations); life cycles, functions and rights are this version's.\n",
                       json_string_value(json_object_get(json_array_get(applied, count - 1), "name")), count);
        return 0;
}
