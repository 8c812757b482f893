/*
 * opening.c - `pli opening`: what was opened, by whom, in what order, and what
 * the verifier and the antivirus said; the minutes; the documents themselves.
 */
#include "gateway/client/opening.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/client/catalogue.h"
#include "gateway/client/command.h"
#include "gateway/client/download.h"
#include "gateway/client/functions.h"
#include "gateway/client/input.h"
#include "gateway/client/output.h"
#include "gateway/client/session.h"
#include "gateway/client/show.h"

static void presence_show(const json_t *opening)
{
        char instant[64], line[320];
        size_t index;
        json_t *member;
        show_pair(words("State"), field_text(opening, "state"));
        show_pair(words("Started"), show_instant(field_text(opening, "started"), instant));
        show_pair(words("Started by"), field_text(opening, "startedBy"));
        show_pair(words("Quorum"), field_text(opening, "quorum"));
        json_array_foreach(json_object_get(opening, "members"), index, member)
        {
                bool present = json_is_true(json_object_get(member, "present"));
                snprintf(line, sizeof line, "%s – %s", field_text(member, "name"),
                         present ? show_instant(field_text(member, "at"), instant) : words("absent"));
                show_pair(words("Member"), line);
                if (*field_text(member, "substitute") == '\0')
                        continue;
                present = json_is_true(json_object_get(member, "substitutePresent"));
                snprintf(line, sizeof line, "%s%s – %s", field_text(member, "substitute"), words(" (substitute)"),
                         present ? show_instant(field_text(member, "substituteAt"), instant) : words("absent"));
                show_pair(words("Member"), line);
        }
}

static const char *antivirus_words(const json_t *report)
{
        size_t index;
        json_t *scan;
        const char *worst = "";
        json_array_foreach(json_object_get(report, "antivirus"), index, scan)
        {
                const char *outcome = field_text(scan, "outcome");
                if (strcmp(outcome, "infected") == 0)
                        return words("INFECTED");
                if (strcmp(outcome, "clean") != 0)
                        worst = words("not scanned");
                else if (*worst == '\0')
                        worst = words("clean");
        }
        return worst;
}

static void envelope_row(struct show_table *table, const json_t *deposit, const json_t *envelope)
{
        const json_t *report = json_object_get(envelope, "report"), *verification = json_object_get(report, "verification");
        const json_t *company = json_object_get(deposit, "company");
        char instant[64], documents[16] = "", kind[128];
        const char *lot = field_text(envelope, "lot"), *signature = field_text(verification, "indication");
        if (json_is_object(report))
                snprintf(documents, sizeof documents, "%zu", json_array_size(json_object_get(report, "documents")));
        if (json_is_object(verification) && json_array_size(json_object_get(verification, "signatures")) == 0)
                signature = words("not signed");
        snprintf(kind, sizeof kind, "%s%s%s", field_text(envelope, "kind"), *lot != '\0' ? " " : "", lot);
        show_table_row(table, (const char *[]){json_is_string(company) ? json_string_value(company) : field_text(company, "name"),
                                               show_instant(field_text(deposit, "received"), instant),
                                               json_is_true(json_object_get(deposit, "late")) ? words("LATE") : words("on time"),
                                               kind, field_text(envelope, "state"), documents, signature, antivirus_words(report)});
}

static void deposits_show(const json_t *opening)
{
        const char *header[] = {words("Company"), words("Received"),  words("On time"),   words("Envelope"),
                                words("State"),   words("Documents"), words("Signature"), words("Antivirus")};
        struct show_table *table = show_table_new(8, header);
        size_t index, inner;
        json_t *deposit, *envelope;
        json_array_foreach(json_object_get(opening, "deposits"), index, deposit)
        {
                json_array_foreach(json_object_get(deposit, "envelopes"), inner, envelope)
                {
                        envelope_row(table, deposit, envelope);
                }
        }
        show_table_end(table);
}

/* What the buyer decided of each company. */
static void decisions_show(const json_t *opening)
{
        char line[600];
        size_t n, m;
        json_t *deposit, *decision;
        json_array_foreach(json_object_get(opening, "deposits"), n, deposit)
        {
                json_array_foreach(json_object_get(deposit, "decisions"), m, decision)
                {
                        snprintf(line, sizeof line, "%s – %s, %s", field_text(decision, "decision"), field_text(decision, "by"),
                                 field_text(decision, "reason"));
                        show_pair(field_text(json_object_get(deposit, "company"), "name"), line);
                }
        }
}

void opening_result(const struct invocation *invocation, const json_t *opening)
{
        if (invocation_flag(invocation, "json")) {
                show_json(opening);
                return;
        }
        presence_show(opening);
        deposits_show(opening);
        decisions_show(opening);
        if (json_array_size(json_object_get(opening, "withdrawn")) > 0)
                show_note(words("Deposits withdrawn: %zu"), json_array_size(json_object_get(opening, "withdrawn")));
        if (json_array_size(json_object_get(opening, "replaced")) > 0)
                show_note(words("Deposits replaced by a later one: %zu"), json_array_size(json_object_get(opening, "replaced")));
}

static bool document_fetch(const struct invocation *invocation, struct session *session, const char *folder, const char *envelope,
                           const json_t *document, struct problem *problem)
{
        const char *name = field_text(document, "name");
        if (!path_name_safe(name)) {
                show_note(words("\"%s\" is not a file name: not downloaded"), name);
                return true;
        }
        char *file = path_join(folder, name), *path = session_path("/api/v1/envelopes/%s/documents/%s", envelope, name);
        struct download download = {
                .path = path,
                .file = file,
                .label = name,
                .size = (uint64_t)json_integer_value(json_object_get(document, "size")),
                .sha256 = field_text(document, "sha256"),
        };
        bool fetched = download_run(invocation, session, &download, problem);
        if (fetched)
                show_check(true, file);
        free(file);
        free(path);
        return fetched;
}

/* FOLDER/COMPANY-ENVELOPE/…, the report beside the documents. */
static char *envelope_folder(const char *folder, const json_t *deposit, const json_t *envelope)
{
        const json_t *company = json_object_get(deposit, "company");
        const char *lot = field_text(envelope, "lot");
        char name[256];
        snprintf(name, sizeof name, "%s-%s%s%s-%.8s",
                 json_is_string(company) ? json_string_value(company) : field_text(company, "name"), field_text(envelope, "kind"),
                 *lot != '\0' ? "-" : "", lot, field_text(deposit, "deposit"));
        for (char *at = name; *at != '\0'; at++)
                *at = *at == '/' || *at == '\\' || (unsigned char)*at <= 0x20 || (at == name && *at == '.') ? '_' : *at;
        return path_join(folder, name);
}

static bool envelope_fetch(const struct invocation *invocation, struct session *session, const char *folder, const json_t *envelope,
                           struct problem *problem)
{
        const json_t *report = json_object_get(envelope, "report");
        const char *id = *field_text(envelope, "id") != '\0' ? field_text(envelope, "id") : field_text(envelope, "envelope");
        size_t index;
        json_t *document;
        if (!output_folder(folder, problem))
                return false;
        char *file = path_join(folder, "report.pli.json");
        bool good = output_json(file, report, problem);
        free(file);
        json_array_foreach(json_object_get(report, "documents"), index, document)
        {
                good = good && document_fetch(invocation, session, folder, id, document, problem);
        }
        return good;
}

static bool documents_fetch(const struct invocation *invocation, struct session *session, const json_t *opening,
                            struct problem *problem)
{
        const char *folder = invocation_option(invocation, "output");
        size_t index, inner;
        json_t *deposit, *envelope;
        bool good = output_folder(folder, problem);
        json_array_foreach(json_object_get(opening, "deposits"), index, deposit)
        {
                json_array_foreach(json_object_get(deposit, "envelopes"), inner, envelope)
                {
                        if (!good || !json_is_object(json_object_get(envelope, "report")))
                                continue;
                        char *inside = envelope_folder(folder, deposit, envelope);
                        good = envelope_fetch(invocation, session, inside, envelope, problem);
                        free(inside);
                }
        }
        return good;
}

/* What the name asks for: FILE.pdf, FILE.xml, else HTML. */
static const char *minutes_format(const char *file)
{
        const char *dot = strrchr(path_name(file), '.');
        return dot != NULL && (strcmp(dot, ".pdf") == 0 || strcmp(dot, ".xml") == 0) ? dot + 1 : "html";
}

static bool minutes_fetch(const struct invocation *invocation, struct session *session, struct problem *problem)
{
        const char *file = invocation_option(invocation, "minutes");
        char *path = session_path("/api/v1/consultations/%s/opening/minutes?lang=%s&format=%s", invocation->arguments[0],
                                  catalogue_language(), minutes_format(file));
        struct download download = {.path = path, .file = file, .label = path_name(file)};
        bool fetched = download_run(invocation, session, &download, problem);
        if (fetched)
                show_check(true, file);
        free(path);
        return fetched;
}

int pli_opening(const struct invocation *invocation)
{
        struct problem problem = {0};
        struct session *session = NULL;
        json_t *opening = NULL;
        char *path = session_path("/api/v1/consultations/%s/opening", invocation->arguments[0]);
        bool good = session_open(invocation, &session, &problem) &&
                    session_json(session, &(struct call){.method = "GET", .path = path}, &opening, &problem);
        if (good)
                opening_result(invocation, opening);
        if (good && invocation_flag(invocation, "minutes"))
                good = minutes_fetch(invocation, session, &problem);
        if (good && invocation_flag(invocation, "output"))
                good = documents_fetch(invocation, session, opening, &problem);
        free(path);
        json_decref(opening);
        session_close(session);
        return good ? 0 : show_problem(invocation, &problem);
}
