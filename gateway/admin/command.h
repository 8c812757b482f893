/*
 * command.h - what every verb of pliadm is given.
 *
 * A verb answers its exit status (0, or a problem's, sysexits.h). It writes
 * its result on standard output: sentences, or one JSON text with --json.
 */
#ifndef PLI_ADMIN_COMMAND_H
#define PLI_ADMIN_COMMAND_H

#include <stdbool.h>

#include "gateway/core/config.h"
#include "gateway/core/db.h"
#include "gateway/core/problem.h"

struct command {
        const struct config *config;
        bool json;
        int argc; /* what follows the verb's own words */
        char **argv;
};

struct verb {
        const char *words; /* "journal audit" */
        int (*run)(const struct command *command);
        const char *arguments, *help;
};

int body_enrol(const struct command *command);
int party_enrol(const struct command *command);
int party_disable(const struct command *command);
int party_list(const struct command *command);
int outbox_list(const struct command *command);
int revocation_list(const struct command *command);
int channel_list(const struct command *command);
int channel_test(const struct command *command);
int channel_pause(const struct command *command);
int channel_resume(const struct command *command);
int channel_set(const struct command *command);
int quarantine_list(const struct command *command);
int siret_enrol(const struct command *command);
int journal_audit(const struct command *command);
int journal_cosign(const struct command *command);
int key_list(const struct command *command);
int key_revoke(const struct command *command);
int database_migrate(const struct command *command);
int database_maintain(const struct command *command);
int retention_list(const struct command *command);
int retention_run(const struct command *command);
int setting_list(const struct command *command);
int setting_set(const struct command *command);
int evidence_export(const struct command *command);
int doctor_show(const struct command *command);

/* Does the operator read French? LC_ALL, LC_MESSAGES, LANG. */
bool command_french(void);
/* Says the problem on standard error and answers its exit status. */
int command_fail(const struct command *command, const struct problem *problem);
/* A connection as this role; closed by the caller. */
struct db *command_database(const struct command *command, const char *role);
/* Calls a function of the API as pli_admin, once. The caller owns *out. */
bool command_call(const struct command *command, const char *function, const struct db_argument *argument, json_t **out,
                  struct problem *problem) __attribute__((warn_unused_result));
/* Prints JSON, indented, on standard output. */
void command_show_json(const json_t *value);

#endif
