/*
 * export.c - the list of entries first, then each is made when its turn comes:
 * documents are unsealed again by a judge, one at a time, and rights are asked
 * for each time by the function that answers the envelope.
 */
#include "gateway/front/export.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/config.h"
#include "gateway/core/owner.h"
#include "gateway/core/verdict.h"
#include "gateway/formats/csv.h"
#include "gateway/front/archive.h"
#include "gateway/front/call.h"
#include "gateway/front/content.h"
#include "gateway/front/instant.h"
#include "gateway/front/minutes.h"
#include "gateway/front/register_page.h"
#include "gateway/front/sealed.h"

DEFINE_OWNER(json_t, json_decref)
typedef struct content content;
DEFINE_OWNER(content, content_close)

enum { EXPORTS_MOST = 2, NAME_ROOM = 300 }; /* judges are few: an opening that goes on must find one */
static atomic_int exports;

/* What entries are made of, kept until the last is sent. */
struct export
{
        char actor[37], language[3];
        struct verdict_pool *judges;
        const struct config *config;
        json_t *opening, *consultation, *registers; /* registers: name → what api.register_show answers */
        json_t *entries;                            /* while they are listed */
        int64_t at;
};

/* ---- what is made in its turn ---- */

static bool paper_spool(struct paper *paper, struct spool *spool, struct problem *problem)
{
        size_t size = 0;
        uint8_t *data = paper_end(paper, &size, NULL);
        bool well = data != NULL && spool_write(spool, data, size);
        free(data);
        return well || problem_set(problem, "internal", "a document could not be made");
}

static bool paper_begin(const struct export *export, const struct paper_heading *heading, bool pdf, struct paper **out,
                        struct problem *problem)
{
        if (pdf)
                return paper_pdf(heading, export->config->paper_fonts, out, problem);
        *out = paper_html(heading);
        return true;
}

static bool minutes_make(const struct export *export, bool pdf, struct spool *spool, struct problem *problem)
{
        const struct minutes minutes = {export->opening, export->consultation, export->language};
        const struct paper_heading heading = minutes_heading(&minutes);
        struct paper *paper = NULL;
        if (!paper_begin(export, &heading, pdf, &paper, problem))
                return false;
        minutes_write(&minutes, paper);
        return paper_spool(paper, spool, problem);
}

static bool register_make(const struct export *export, const char *name, struct spool *spool, struct problem *problem)
{
        const json_t *kept = json_object_get(export->registers, name);
        const struct paper_heading heading = register_heading(kept, export->language);
        struct paper *paper = NULL;
        if (!paper_begin(export, &heading, true, &paper, problem))
                return false;
        register_write(kept, export->language, paper);
        return paper_spool(paper, spool, problem);
}

static bool document_begin(void *context, const char *name, const char *media_type, uint64_t size)
{
        (void)context;
        (void)name;
        (void)media_type;
        (void)size;
        return true;
}

static bool document_write(void *context, const uint8_t *data, size_t size)
{
        return spool_write(context, data, size);
}

static bool document_end(void *context)
{
        (void)context;
        return true;
}

static bool sealed_extract(const struct export *export, struct db *db, const struct sealed *sealed, const char *name,
                           struct spool *spool, struct problem *problem)
{
        OWN(content) ciphertext = content_open(db, &sealed->place);
        const struct verdict_source source = content_source(ciphertext);
        const struct verdict_sink sink = {.context = spool, .begin = document_begin, .write = document_write, .end = document_end};
        if (verdict_extract(export->judges, sealed->manifest, sealed->manifest_size, sealed_shares(sealed), &source, name, &sink,
                            problem))
                return true;
        if (content_problem(ciphertext)->row != NULL)
                *problem = *content_problem(ciphertext);
        return false;
}

static bool document_make(const struct export *export, struct db *db, const json_t *entry, struct spool *spool,
                          struct problem *problem)
{
        const char *document = json_string_value(json_object_get(entry, "document"));
        const struct db_argument arguments[] = {db_text(export->actor),
                                                db_text(json_string_value(json_object_get(entry, "envelope")))};
        OWN(json_t) envelope = NULL;
        struct sealed sealed;
        if (!db_call_json(db, "api.envelope_show", arguments, 2, &envelope, problem))
                return false;
        bool made = sealed_read(envelope, &sealed, problem) &&
                    sealed_extract(export, db, &sealed, document != NULL ? document : "", spool, problem);
        sealed_clear(&sealed);
        return made;
}

static bool entry_make(void *context, struct db *db, const json_t *entry, struct spool *spool, struct problem *problem)
{
        const struct export *export = context;
        const char *what = json_string_value(json_object_get(entry, "make"));
        if (strcmp(what, "document") == 0)
                return document_make(export, db, entry, spool, problem);
        if (strcmp(what, "register") == 0)
                return register_make(export, json_string_value(json_object_get(entry, "register")), spool, problem);
        return minutes_make(export, strcmp(what, "minutes-pdf") == 0, spool, problem);
}

static void export_close(void *context)
{
        struct export *export = context;
        json_decref(export->opening);
        json_decref(export->consultation);
        json_decref(export->registers);
        json_decref(export->entries);
        free(export);
        atomic_fetch_sub(&exports, 1);
}

/* ---- the list ---- */

static void entry_add(struct export *export, const char *name, json_t *entry)
{
        assert(entry != NULL);
        json_object_set_new(entry, "name", json_string(name));
        json_object_set_new(entry, "at", json_integer(export->at));
        json_array_append_new(export->entries, entry);
}

static void json_add(struct export *export, const char *name, const json_t *value)
{
        char *text = json_dumps(value, JSON_INDENT(2));
        entry_add(export, name, json_pack("{s:s}", "text", text != NULL ? text : ""));
        free(text);
}

static void register_add(struct export *export, const char *name, const json_t *kept)
{
        char path[NAME_ROOM];
        size_t size = 0;
        char *csv = csv_write(json_object_get(kept, "columns"), json_object_get(kept, "rows"), &size);
        snprintf(path, sizeof path, "registres/%s.json", name);
        json_add(export, path, kept);
        snprintf(path, sizeof path, "registres/%s.csv", name);
        entry_add(export, path, json_pack("{s:s}", "text", csv != NULL ? csv : ""));
        snprintf(path, sizeof path, "registres/%s.pdf", name);
        entry_add(export, path, json_pack("{s:s, s:s}", "make", "register", "register", name));
        free(csv);
}

/* A company's name as a folder's: no separator, no control, no dot in front. */
static void name_clean(char *name)
{
        for (char *at = name; *at != '\0'; at++)
                if (strchr("/\\:*?\"<>|", *at) != NULL || (unsigned char)*at <= 0x20 || *at == 0x7f || (at == name && *at == '.'))
                        *at = '_';
}

static void documents_add(struct export *export, const char *folder, const char *id, const json_t *documents)
{
        char path[NAME_ROOM * 5];
        size_t n;
        const json_t *document;
        json_array_foreach(documents, n, document)
        {
                const char *name = json_string_value(json_object_get(document, "name"));
                snprintf(path, sizeof path, "%s/documents/%s", folder, name != NULL ? name : "");
                entry_add(export, path, json_pack("{s:s, s:s, s:s}", "make", "document", "envelope", id, "document", name));
        }
}

static void envelope_add(struct export *export, const char *folder, const json_t *envelope, bool containers)
{
        const char *id = json_string_value(json_object_get(envelope, "envelope")),
                   *state = json_string_value(json_object_get(envelope, "state"));
        const json_t *report = json_object_get(envelope, "report");
        char path[NAME_ROOM * 2];
        snprintf(path, sizeof path, "%s/rapport.json", folder);
        json_add(export, path, json_is_object(report) ? report : envelope);
        /* What was found infected or cannot be read is told by its report, and not handed on. */
        if (id == NULL || state == NULL || strcmp(state, "opened") != 0)
                return;
        documents_add(export, folder, id, json_object_get(report, "documents"));
        snprintf(path, sizeof path, "%s/depose.asice", folder);
        if (containers)
                entry_add(export, path, json_pack("{s:s, s:s}", "make", "document", "envelope", id));
}

static const char *text_of(const json_t *object, const char *key)
{
        const char *text = json_string_value(json_object_get(object, key));
        return text != NULL ? text : "";
}

/* plis/01-Menuiserie_Duval_SARL/offre-lot-2/… in the order of reception. */
static void deposits_add(struct export *export, bool containers)
{
        size_t n, m;
        const json_t *deposit, *envelope;
        json_array_foreach(json_object_get(export->opening, "deposits"), n, deposit)
        {
                json_array_foreach(json_object_get(deposit, "envelopes"), m, envelope)
                {
                        char company[NAME_ROOM / 2], folder[NAME_ROOM];
                        const char *lot = text_of(envelope, "lot");
                        snprintf(company, sizeof company, "%.100s", text_of(json_object_get(deposit, "company"), "name"));
                        name_clean(company);
                        snprintf(folder, sizeof folder, "plis/%02zu-%s/%s%s%s", n + 1, company, text_of(envelope, "kind"),
                                 lot[0] != '\0' ? "-lot-" : "", lot);
                        envelope_add(export, folder, envelope, containers);
                }
        }
}

static void entries_list(struct export *export, const json_t *receipt, bool containers)
{
        const char *name;
        json_t *kept;
        entry_add(export, "proces-verbal.html", json_pack("{s:s}", "make", "minutes-html"));
        entry_add(export, "proces-verbal.pdf", json_pack("{s:s}", "make", "minutes-pdf"));
        if (json_is_string(json_object_get(receipt, "receipt")))
                entry_add(export, "proces-verbal.xml", json_pack("{s:O}", "text", json_object_get(receipt, "receipt")));
        json_add(export, "ouverture.json", export->opening);
        json_object_foreach(export->registers, name, kept) register_add(export, name, kept);
        deposits_add(export, containers);
}

/* ---- the answer ---- */

static bool registers_read(struct request *request, struct export *export, struct problem *problem)
{
        static const char *const names[] = {"withdrawals", "deposits", "safeguards", "questions"};
        export->registers = json_object();
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
                json_t *kept = NULL;
                if (!call_about(request, "api.register_show", names[i], &kept, problem))
                        return false;
                json_object_set_new(export->registers, names[i], kept);
        }
        return true;
}

static bool export_read(struct request *request, struct export *export, struct problem *problem)
{
        OWN(json_t) receipt = NULL;
        int64_t at = 0;
        const char *containers = http_query(request, "containers");
        if (!call_about(request, "api.opening_receipt", NULL, &receipt, problem) ||
            !call_about(request, "api.opening_show", NULL, &export->opening, problem) ||
            !call_about(request, "api.consultation_show", NULL, &export->consultation, problem) ||
            !registers_read(request, export, problem))
                return false;
        if (instant_parse(text_of(export->opening, "now"), &at))
                export->at = at / 1000000;
        export->entries = json_array();
        entries_list(export, receipt, containers != NULL && strcmp(containers, "1") == 0);
        return true;
}

enum answer export_show(struct request *request)
{
        struct problem problem = {0};
        const char *language = http_query(request, "lang");
        char file_name[NAME_ROOM];
        if (atomic_fetch_add(&exports, 1) >= EXPORTS_MOST) {
                atomic_fetch_sub(&exports, 1);
                problem_set(&problem, "busy", "other openings are being exported");
                return http_answer_problem(request, &problem);
        }
        struct export *export = calloc(1, sizeof *export);
        if (export == NULL)
                abort();
        export->judges = request->judges;
        export->config = request->config;
        snprintf(export->actor, sizeof export->actor, "%s", request->party.id);
        snprintf(export->language, sizeof export->language, "%.2s", language != NULL ? language : request->language);
        if (!export_read(request, export, &problem)) {
                export_close(export);
                return http_answer_problem(request, &problem);
        }
        snprintf(file_name, sizeof file_name, "ouverture-%.100s.zip", text_of(export->opening, "reference"));
        name_clean(file_name);
        const struct archive_maker maker = {export, entry_make, export_close, export->config->spool};
        json_t *entries = export->entries;
        export->entries = NULL;
        return archive_answer(request, entries, file_name, &maker);
}
