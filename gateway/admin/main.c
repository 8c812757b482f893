/*
 * main.c - pliadm: the operator's command.
 *
 * One table names the verbs. "pliadm migrate" connects as the migrator, all
 * others as pli_admin, who reads no table and may call what roles.sql says.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/admin/command.h"
#include "gateway/core/log.h"

static int config_sample(const struct command *command)
{
        (void)command;
        config_show_sample();
        return 0;
}

static int config_manual(const struct command *command)
{
        (void)command;
        config_show_manual();
        return 0;
}

static int verbs_manual(const struct command *command);

static const struct verb verbs[] = {
        {"migrate", database_migrate, "[--sql DIR]",
         "bring the database to this version's schema, life cycles, functions and rights"},
        {"maintain", database_maintain, "", "make the partitions of the days to come; abandon deposits that nobody finishes"},
        {"setting list", setting_list, "", "the limits in force"},
        {"setting set", setting_set, "NAME VALUE", "change a limit, at once and for every front"},
        {"evidence", evidence_export, "DEPOSIT --output FILE.zip",
         "all that is kept about a deposit, for a court; sealed by the notary's receipt in it"},
        {"retention list", retention_list, "[DAYS]",
         "the tenders whose time of keeping is over, or will be within so many days (30)"},
        {"retention run", retention_run, "", "destroy what is due and has the archives' visa; the front does so each hour"},
        {"enrol body", body_enrol, "FILE.json | --siret N --name T --department DDD [--district D --nature NN --mail M]",
         "a public body"},
        {"enrol party", party_enrol,
         "FILE.json | --name T --roles R,R --certificate FILE.pem [--request FILE.csr --organisation T --siret N --body SIRET --channels C,C --departments D,D]",
         "the holder of a certificate: company, buyer, member, filer, state, operator, auditor; the request it was made from, "
         "signed by its key, proves that a member has that key"},
        {"party list", party_list, "", "who is enrolled"},
        {"party disable", party_disable, "--certificate FILE.pem", "a certificate that may no longer be used"},
        {"journal audit", journal_audit, "[--journal-key KEY]… [--no-receipts]",
         "recompute every leaf, node and checkpoint, hold every receipt against them; name the first row that differs"},
        {"journal cosign", journal_cosign, "FILE --witness KEY",
         "serve a witness's signature of a checkpoint with it (C2SP tlog-cosignature)"},
        {"key list", key_list, "", "the gateway's keys, past and present"},
        {"key revoke", key_revoke, "--id HEX [--from INSTANT] [--reason TEXT]",
         "a key that must not be believed from then on; the notary puts it down"},
        {"outbox list", outbox_list, "", "what waits for the State"},
        {"revocation list", revocation_list, "",
         "the CRLs and OCSP answers that verdicts wanted, when they were fetched, and what cannot be had"},
        {"channel list", channel_list, "", "the channels to the State: up or down, open or closed, what waits"},
        {"channel test", channel_test, "CHANNEL",
         "have the relay try a channel, sending nothing; exit status 69 where it does not answer"},
        {"channel pause", channel_pause, "CHANNEL [--reason T]", "send nothing by this channel until it is resumed"},
        {"channel resume", channel_resume, "CHANNEL", "send again"},
        {"channel set", channel_set, "CHANNEL [--windows 07:00-20:30,… --hourly-bytes N]",
         "hours of Paris in which it may send, bytes an hour; no window: always, 0 bytes: no limit"},
        {"quarantine list", quarantine_list, "", "files of the State that are nobody's"},
        {"enrol siret", siret_enrol, "--body SIRET --siret N",
         "a further SIRET whose accounts a body handles; one may be several bodies'"},
        {"doctor", doctor_show, "", "say what is wrong; exit status 1 where something is"},
        {"config sample", config_sample, "", "the sample configuration file"},
        {"config manual", config_manual, "", "the options section of the manual pages"},
        {"manual", verbs_manual, "", "the commands section of pliadm(8)"},
};
enum { VERB_COUNT = sizeof verbs / sizeof verbs[0] };

/* mdoc(7); no text of the table begins with a dot or holds a backslash. */
static int verbs_manual(const struct command *command)
{
        (void)command;
        puts(".Bl -tag -width Ds");
        for (size_t i = 0; i < VERB_COUNT; i++) {
                printf(".It Ic %s\n%s.\n", verbs[i].words, verbs[i].help);
                if (*verbs[i].arguments != '\0')
                        printf(".br\n.Li %s\n", verbs[i].arguments);
        }
        puts(".El");
        return 0;
}

/* How many of argv's words are this verb's; 0 where it is another. */
static int words_match(const struct verb *verb, int argc, char **argv)
{
        char given[128];
        if (argc >= 2 && strcmp(verb->words, argv[1]) == 0)
                return 1;
        if (argc >= 3 && snprintf(given, sizeof given, "%s %s", argv[1], argv[2]) < (int)sizeof given &&
            strcmp(verb->words, given) == 0)
                return 2;
        return 0;
}

static char *usage_new(void)
{
        char *text = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&text, &size);
        if (out == NULL)
                abort();
        fputs("usage: pliadm [--config FILE] [--set name=value] [--json] VERB\n", out);
        for (size_t i = 0; i < VERB_COUNT; i++)
                fprintf(out, "\n  pliadm %s %s\n      %s", verbs[i].words, verbs[i].arguments, verbs[i].help);
        fclose(out);
        return text;
}

/* Takes "--json" out of argv. */
static bool json_take(int *argc, char **argv)
{
        int kept = 0;
        bool json = false;
        for (int i = 0; i < *argc; i++) {
                if (i > 0 && strcmp(argv[i], "--json") == 0)
                        json = true;
                else
                        argv[kept++] = argv[i];
        }
        argv[kept] = NULL;
        *argc = kept;
        return json;
}

static int verb_run(struct command *command, int argc, char **argv)
{
        for (size_t i = 0; i < VERB_COUNT; i++) {
                int words = words_match(&verbs[i], argc, argv);
                if (words == 0)
                        continue;
                command->argc = argc - 1 - words;
                command->argv = argv + 1 + words;
                return verbs[i].run(command);
        }
        struct problem problem;
        problem_set(&problem, "usage", "There is no verb \"%s\".", argc > 1 ? argv[1] : "");
        return command_fail(command, &problem);
}

int main(int argc, char **argv)
{
        struct config config;
        struct problem problem;
        struct command command = {.config = &config, .json = json_take(&argc, argv)};
        char *usage = usage_new();
        bool loaded = config_load(&argc, argv, usage, &config, &problem);
        free(usage);
        if (!loaded)
                return command_fail(&command, &problem);
        log_open("pliadm", config.log_level);
        return verb_run(&command, argc, argv);
}
