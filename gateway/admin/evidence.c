/*
 * evidence.c - pliadm evidence: all that is kept about one deposit, for a court.
 *
 * Who seals it? The operator has no key whose word would count, and a second kind
 * of signature would be a second thing to explain to a judge. So the digests of
 * all files become a fact of the journal, and the receipt that the notary makes
 * of every fact (sealed, time-stamped, with its proof of inclusion) goes into the
 * ZIP: who can check a receipt of this gateway can check an export, offline, with
 * `pli evidence verify`, or with `pli receipt verify` and sha256sum.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/admin/command.h"
#include "gateway/admin/exhibit.h"
#include "gateway/core/base64.h"
#include "gateway/core/owner.h"

enum { RECEIPT_SECONDS = 60, PAUSE_MILLISECONDS = 200 };

DEFINE_OWNER(json_t, json_decref)
typedef struct exhibits exhibits;
DEFINE_OWNER(exhibits, exhibits_free)

static const char GUIDE[] =
        "EXPORT DE PREUVES D'UN DÉPÔT / EVIDENCE OF A DEPOSIT\n\n"
        "deposit.json     le dépôt, la consultation, chaque étape / the deposit, its consultation, each step\n"
        "attempts.json    chaque envoi : décalage, octets, durée, issue, session TLS / each transfer: offset, bytes, duration, end, TLS session\n"
        "chunks-*.tsv     chaque fragment scellé reçu : numéro, taille, SHA-256, heure / each sealed chunk: number, size, SHA-256, hour\n"
        "health-*.txt     la plateforme, minute par minute (UTC) ; une minute absente est une minute sans service établi\n"
        "                 the platform, minute by minute (UTC); a minute that is missing is one without proven service\n"
        "receipt-*.xml    les accusés de ces faits ; celui d'une heure de santé en porte l'empreinte\n"
        "                 receipts of these facts; that of an hour of health holds its digest\n"
        "SHA256SUMS       les empreintes de ces fichiers / digests of these files\n"
        "receipt.xml      l'accusé, cacheté et horodaté, qui liste ces empreintes / the sealed, time-stamped receipt that lists them\n\n"
        "Vérifier hors ligne / To check offline:\n"
        "  pli evidence verify FICHIER.zip --trust AUTORITE.pem --journal-key CLE\n"
        "ou / or:\n"
        "  sha256sum -c SHA256SUMS && pli receipt verify receipt.xml --trust AUTORITE.pem --journal-key CLE\n";

static const char *member(const json_t *object, const char *name)
{
        const char *text = json_string_value(json_object_get(object, name));
        return text != NULL ? text : "";
}

static void json_add(struct exhibits *files, const char *name, const json_t *value)
{
        char *text = json_dumps(value, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
        if (text != NULL)
                exhibits_add(files, name, "application/json", text, strlen(text));
        free(text);
}

static void chunks_add(struct exhibits *files, const char *envelope, const json_t *rows)
{
        char *text = NULL, name[80];
        size_t size = 0, at;
        json_t *row;
        FILE *out = open_memstream(&text, &size);
        if (out == NULL)
                abort();
        fputs("number\tbytes\tsha256\tarrived\n", out);
        json_array_foreach(rows, at, row)
        {
                const char *digest = json_string_value(json_array_get(row, 2)),
                           *arrived = json_string_value(json_array_get(row, 3));
                fprintf(out, "%" JSON_INTEGER_FORMAT "\t%" JSON_INTEGER_FORMAT "\t%s\t%s\n",
                        json_integer_value(json_array_get(row, 0)), json_integer_value(json_array_get(row, 1)),
                        digest != NULL ? digest : "", arrived != NULL ? arrived : "");
        }
        fclose(out);
        snprintf(name, sizeof name, "chunks-%.40s.tsv", envelope);
        exhibits_add(files, name, "text/tab-separated-values", text, size);
        free(text);
}

static void health_add(struct exhibits *files, const json_t *hours)
{
        size_t at;
        json_t *hour;
        json_array_foreach(hours, at, hour)
        {
                char name[64];
                snprintf(name, sizeof name, "health-%.20s.txt", member(hour, "hour"));
                exhibits_add(files, name, "text/plain", member(hour, "lines"), strlen(member(hour, "lines")));
        }
}

static void facts_add(struct exhibits *files, const json_t *shown)
{
        const char *envelope;
        json_t *rows;
        OWN(json_t)
        deposit = json_pack("{s:O, s:O, s:O}", "deposit", json_object_get(shown, "deposit"), "consultation",
                            json_object_get(shown, "consultation"), "steps", json_object_get(shown, "steps"));
        exhibits_add(files, "LISEZ-MOI.txt", "text/plain", GUIDE, sizeof GUIDE - 1);
        json_add(files, "deposit.json", deposit);
        json_add(files, "attempts.json", json_object_get(shown, "attempts"));
        json_object_foreach(json_object_get(shown, "chunks"), envelope, rows) chunks_add(files, envelope, rows);
        health_add(files, json_object_get(shown, "health"));
}

static bool receipt_add(struct exhibits *files, const char *name, const char *encoded, struct problem *problem)
{
        uint8_t *xml = NULL;
        size_t size = 0;
        if (!base64_read(encoded, &xml, &size))
                return problem_set(problem, "internal", "%s cannot be read", name);
        exhibits_add(files, name, "application/xml", xml, size);
        free(xml);
        return true;
}

static bool receipts_add(struct exhibits *files, const json_t *receipts, struct problem *problem)
{
        size_t at;
        json_t *receipt;
        json_array_foreach(receipts, at, receipt)
        {
                char name[64];
                snprintf(name, sizeof name, "receipt-%" JSON_INTEGER_FORMAT ".xml",
                         json_integer_value(json_object_get(receipt, "event")));
                if (!receipt_add(files, name, member(receipt, "receipt"), problem))
                        return false;
        }
        return true;
}

static bool evidence_gather(struct db *db, const char *deposit, struct exhibits *files, struct problem *problem)
{
        const struct db_argument argument = db_text(deposit);
        OWN(json_t) shown = NULL;
        OWN(json_t) receipts = NULL;
        if (!db_call_json(db, "api.evidence_show", &argument, 1, &shown, problem) ||
            !db_call_json(db, "api.evidence_receipts", &argument, 1, &receipts, problem))
                return false;
        facts_add(files, shown);
        if (!receipts_add(files, receipts, problem))
                return false;
        exhibits_sum(files);
        return true;
}

/* The digests become a fact; its receipt is awaited. */
static bool evidence_seal(struct db *db, const char *deposit, struct exhibits *files, int64_t *event, struct problem *problem)
{
        OWN(json_t) documents = exhibits_json(files);
        OWN(json_t) made = NULL;
        char *text = json_dumps(documents, JSON_COMPACT);
        const struct db_argument arguments[] = {db_text(deposit), db_text(text)};
        bool appended = db_call_json(db, "api.evidence_append", arguments, 2, &made, problem);
        free(text);
        if (!appended)
                return false;
        *event = json_integer_value(json_object_get(made, "event"));
        const struct db_argument argument = db_integer(*event);
        for (int waited = 0; waited < RECEIPT_SECONDS * 1000; waited += PAUSE_MILLISECONDS) {
                OWN(json_t) receipt = NULL;
                if (!db_call_json(db, "api.evidence_receipt", &argument, 1, &receipt, problem))
                        return false;
                if (json_is_string(receipt))
                        return receipt_add(files, "receipt.xml", json_string_value(receipt), problem);
                (void)nanosleep(&(struct timespec){.tv_nsec = PAUSE_MILLISECONDS * 1000000}, NULL);
        }
        return problem_set(problem, "journal-other-notary", "No receipt of event %" PRId64 " after %d s: is the notary running?",
                           *event, RECEIPT_SECONDS);
}

static bool arguments_read(const struct command *command, const char **deposit, const char **output, struct problem *problem)
{
        for (int i = 0; i < command->argc; i++) {
                if (strcmp(command->argv[i], "--output") == 0 && i + 1 < command->argc)
                        *output = command->argv[++i];
                else if (*deposit == NULL && command->argv[i][0] != '-')
                        *deposit = command->argv[i];
                else
                        return problem_set(problem, "usage", "What is \"%s\"?", command->argv[i]);
        }
        return (*deposit != NULL && *output != NULL) || problem_set(problem, "usage", "Name a deposit, and --output FILE.zip.");
}

int evidence_export(const struct command *command)
{
        struct problem problem;
        const char *deposit = NULL, *output = NULL;
        OWN(exhibits) files = exhibits_new();
        int64_t event = 0;
        if (!arguments_read(command, &deposit, &output, &problem))
                return command_fail(command, &problem);
        struct db *db = command_database(command, "pli_admin");
        bool well = evidence_gather(db, deposit, files, &problem) && evidence_seal(db, deposit, files, &event, &problem) &&
                    exhibits_write(files, output, &problem);
        db_close(db);
        if (!well)
                return command_fail(command, &problem);
        OWN(json_t) documents = exhibits_json(files);
        OWN(json_t)
        answer = json_pack("{s:s, s:s, s:I, s:O}", "deposit", deposit, "file", output, "event", (json_int_t)event, "documents",
                           documents);
        if (command->json)
                command_show_json(answer);
        else
                printf("%s: %zu files, sealed by the receipt of event %" PRId64 ".\n", output, json_array_size(documents), event);
        return 0;
}
