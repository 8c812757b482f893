/*
 * inspection.c - each file is read once: its first bytes, clamd and the search
 * for a signature see it pass; only a signed XML is read again, by a judge.
 */
#include "gateway/front/inspection.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/antivirus.h"
#include "gateway/core/config.h"
#include "gateway/core/owner.h"
#include "gateway/core/verdict.h"
#include "gateway/formats/acte.h"
#include "gateway/formats/acte_budget.h"
#include "gateway/formats/acte_sequel.h"
#include "gateway/formats/acte_type.h"
#include "gateway/front/content.h"
#include "gateway/front/filing_verdict.h"
#include "gateway/front/instant.h"
#include "signing/signing.h"

DEFINE_OWNER(json_t, json_decref)
typedef struct content content;
DEFINE_OWNER(content, content_close)

enum { HEAD = 8, CLAMD_SECONDS = 60 };

/* Declared by every XML signature (XMLDSIG core 1.1, 1.3). */
static const char signature_namespace[] = "http://www.w3.org/2000/09/xmldsig#";
enum { NAMESPACE = sizeof signature_namespace - 1 };

/* At UTC+12 (Wallis-et-Futuna) the day begins first. */
void inspection_today(char today[11])
{
        char text[40];
        instant_text(instant_here() + (int64_t)12 * 3600 * 1000000, text);
        memcpy(today, text, 10);
        today[10] = '\0';
}

/* ---- one file passing ---- */

struct passage {
        uint8_t head[HEAD];
        size_t head_size;
        struct antivirus *scan;
        char tail[NAMESPACE]; /* the last bytes, where the namespace may have begun */
        size_t tail_size;
        bool mentions_signature;
};

static void signature_look(struct passage *passage, const uint8_t *data, size_t size)
{
        char seam[2 * NAMESPACE];
        size_t begin = size < NAMESPACE ? size : NAMESPACE;
        memcpy(seam, passage->tail, passage->tail_size);
        memcpy(seam + passage->tail_size, data, begin);
        passage->mentions_signature = passage->mentions_signature ||
                                      memmem(seam, passage->tail_size + begin, signature_namespace, NAMESPACE) != NULL ||
                                      memmem(data, size, signature_namespace, NAMESPACE) != NULL;
        passage->tail_size = begin;
        memcpy(passage->tail, data + size - begin, begin);
}

static bool passage_write(void *context, const uint8_t *data, size_t size)
{
        struct passage *passage = context;
        size_t wanted = HEAD - passage->head_size, begin = size < wanted ? size : wanted;
        memcpy(passage->head + passage->head_size, data, begin);
        passage->head_size += begin;
        antivirus_write(passage->scan, data, size);
        signature_look(passage, data, size);
        return true;
}

static bool content_find(struct request *request, const json_t *file, content **out, struct problem *problem)
{
        const char *day = json_string_value(json_object_get(file, "day"));
        const json_t *number = json_object_get(file, "content"), *size = json_object_get(file, "size");
        if (day == NULL || !json_is_integer(number) || !json_is_integer(size))
                return problem_set(problem, "filing-incomplete", "a file has not arrived");
        const struct content_place place = {.day = day,
                                            .content = json_integer_value(number),
                                            .size = (uint64_t)json_integer_value(size),
                                            .chunk = SIGNING_CHUNK};
        *out = content_open(request->db, &place);
        return true;
}

/* ---- verdicts on it ---- */

/* One inspection of a whole filing. */
struct inspection {
        struct request *request;
        struct refusals *why;
        struct acte_file *files;
        uint8_t (*heads)[HEAD];
        size_t count;
};

static void antivirus_judge(const char *name, const struct antivirus_result *result, json_t *check, struct refusals *why)
{
        json_object_set_new(check, "antivirus", antivirus_json(name, result));
        if (result->outcome == ANTIVIRUS_INFECTED)
                refusals_add(why, "filing-infected", "DESIGN 8", "%s: the antivirus found %s.", name, result->signature);
}

/* TOTAL-FAILED is refused; what is INDETERMINATE (an unknown authority, no revocation data) is graded and goes on. */
static bool signature_judge(struct inspection *inspection, content *stored, const char *name, json_t *check,
                            struct problem *problem)
{
        OWN(json_t) report = NULL;
        const struct verdict_source source = content_source(stored);
        if (!filing_verdict(inspection->request, &source, &report, problem)) {
                if (problem->row->status >= 500)
                        return false;
                refusals_add(inspection->why, "filing-signature", "EN 319 102-1", "%s: %.150s", name, problem->detail);
                return true;
        }
        const char *indication = json_string_value(json_object_get(report, "indication"));
        if (indication != NULL && strstr(indication, "FAILED") != NULL)
                refusals_add(inspection->why, "filing-signature", "EN 319 102-1", "%s: its signature is wrong (%s).", name,
                             indication);
        json_object_set(check, "signature", report);
        return true;
}

static bool file_inspect(struct inspection *inspection, const json_t *file, json_t *check, struct problem *problem)
{
        const char *name = json_string_value(json_object_get(file, "name"));
        const struct config *config = inspection->request->config;
        const struct antivirus_settings settings = {
                .socket = config->antivirus, .limit = (uint64_t)config->antivirus_limit, .seconds = CLAMD_SECONDS};
        OWN(content) stored = NULL;
        if (!content_find(inspection->request, file, &stored, problem))
                return false;
        struct passage passage = {.scan = antivirus_open(&settings, 0)};
        bool read = content_copy(stored, passage_write, &passage);
        const struct antivirus_result result = antivirus_close(passage.scan);
        if (!read) {
                *problem = *content_problem(stored);
                return false;
        }
        uint8_t *head = inspection->heads[inspection->count];
        memcpy(head, passage.head, HEAD);
        inspection->files[inspection->count++] =
                (struct acte_file){.name = name,
                                   .media_type = json_string_value(json_object_get(file, "mediaType")),
                                   .size = (uint64_t)json_integer_value(json_object_get(file, "size")),
                                   .head = head,
                                   .head_size = passage.head_size};
        antivirus_judge(name, &result, check, inspection->why);
        const char *found = acte_media_sniff(head, passage.head_size);
        return !passage.mentions_signature || found == NULL || strcmp(found, "xml") != 0 ||
               signature_judge(inspection, stored, name, check, problem);
}

struct whole {
        uint8_t *data;
        size_t size, room;
};

static bool whole_write(void *context, const uint8_t *data, size_t size)
{
        struct whole *whole = context;
        if (size > whole->room - whole->size)
                return false;
        memcpy(whole->data + whole->size, data, size);
        whole->size += size;
        return true;
}

/* A budget is judged whole: its seal is over all of it. */
static bool budget_inspect(struct inspection *inspection, const json_t *file, struct problem *problem)
{
        OWN(content) stored = NULL;
        const char *name = json_string_value(json_object_get(file, "name"));
        uint64_t size = (uint64_t)json_integer_value(json_object_get(file, "size"));
        if (size == 0 || size > BUDGET_MAX) {
                refusals_add(inspection->why, "budget-xml", "64 MiB", "%s is empty or larger than a budget document may be.", name);
                return true;
        }
        if (!content_find(inspection->request, file, &stored, problem))
                return false;
        struct whole whole = {.data = malloc((size_t)size), .room = (size_t)size};
        if (whole.data == NULL)
                abort();
        bool read = content_copy(stored, whole_write, &whole);
        if (read && !acte_budget_check(name, (struct signing_bytes){whole.data, whole.size}, inspection->why))
                assert(inspection->why->count > 0);
        free(whole.data);
        if (!read)
                *problem = *content_problem(stored);
        return read;
}

/* Every file, even after one that is refused: a filer corrects all of it at once. */
static bool files_inspect(struct inspection *inspection, const json_t *files, json_t *checks, struct problem *problem)
{
        size_t n;
        json_t *file;
        json_array_foreach(files, n, file)
        {
                json_t *check = json_object();
                json_object_set(check, "name", json_object_get(file, "name"));
                json_object_set(check, "mediaType", json_object_get(file, "mediaType"));
                json_array_append_new(checks, check);
                if (!file_inspect(inspection, file, check, problem))
                        return false;
        }
        return true;
}

bool inspection_run(struct request *request, json_t *filing, json_t **checks, struct refusals *why, struct problem *problem)
{
        char today[11];
        const json_t *files = json_object_get(filing, "files");
        size_t count = json_array_size(files);
        OWN(json_t) list = json_array();
        struct inspection inspection = {.request = request,
                                        .why = why,
                                        .files = calloc(count + 1, sizeof *inspection.files),
                                        .heads = calloc(count + 1, sizeof *inspection.heads)};
        if (inspection.files == NULL || inspection.heads == NULL)
                abort();
        inspection_today(today);
        bool made = files_inspect(&inspection, files, list, problem);
        bool budget = json_integer_value(json_object_get(filing, "nature")) == 5 && count > 0 && inspection.count > 0;
        const char *first = made && budget ? acte_media_sniff(inspection.heads[0], inspection.files[0].head_size) : NULL;
        if (first != NULL && strcmp(first, "xml") == 0)
                made = budget_inspect(&inspection, json_array_get(files, 0), problem);
        const char *kind = json_string_value(json_object_get(filing, "kind"));
        bool sequel = kind != NULL && strcmp(kind, "message") == 0;
        if (made && !(sequel ? acte_sequel_check(filing, inspection.files, inspection.count, why)
                             : acte_check(filing, today, inspection.files, inspection.count, why)))
                assert(why->count > 0);
        free(inspection.files);
        free(inspection.heads);
        if (made)
                *checks = json_pack("{s:O}", "files", list);
        return made;
}
