/* level.c - raises signatures and judges the result (level.h). */
#include "gateway/client/level.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/client/authority.h"
#include "gateway/client/catalogue.h"
#include "gateway/client/command.h"
#include "gateway/client/show.h"
#include "gateway/client/trust.h"

enum { SIGNATURES_MOST = 64, REQUEST_MOST = 4096 };

static const char *const names[] = {[LEVEL_B] = "B-B", [LEVEL_T] = "B-T", [LEVEL_LT] = "B-LT", [LEVEL_LTA] = "B-LTA"};

static bool level_read(const char *name, enum level *out, struct problem *problem)
{
        for (int n = LEVEL_B; n <= LEVEL_LTA; n++)
                if (strcmp(names[n], name) == 0) {
                        *out = (enum level)n;
                        return true;
                }
        return problem_set(problem, "usage", words("--level %s is none of B-B, B-T, B-LT and B-LTA"), name);
}

bool raising_open(const struct invocation *invocation, enum level usual, struct raising *out, struct problem *problem)
{
        const char *name = invocation_option(invocation, "level");
        struct raising raising = {.level = usual, .stamp_url = invocation_option(invocation, "stamp-url")};
        if (name != NULL && !level_read(name, &raising.level, problem))
                return false;
        if (raising.level > LEVEL_B && raising.stamp_url == NULL)
                return problem_set(problem, "usage", words("%s needs a time-stamping authority: give --stamp-url"),
                                   names[raising.level]);
        if (raising.level > LEVEL_T && !invocation_flag(invocation, "trust"))
                return problem_set(problem, "usage", words("%s holds chains whole: give --trust, and --evidence"),
                                   names[raising.level]);
        if (!trust_given(invocation, &raising.trust, problem))
                return false;
        *out = raising;
        return true;
}

void raising_close(struct raising *raising)
{
        signing_trust_free(raising->trust);
        *raising = (struct raising){0};
}

/* ---- raising ---- */

static struct sink_memory document_room(void)
{
        return (struct sink_memory){.limit = LEVEL_DOCUMENT_MOST};
}

static struct signing_bytes document_bytes(const struct sink_memory *document)
{
        return (struct signing_bytes){document->data, document->size};
}

static void document_replace(struct sink_memory *document, struct sink_memory *next)
{
        free(document->data);
        *document = *next;
        *next = (struct sink_memory){0};
}

static bool refused(struct problem *problem, const struct signing_refusal *why)
{
        return problem_refused(problem, "sign-refused", "", why);
}

/* One signature that has no time-stamp gets one; *more is false where every one has. */
static bool stamp_one(const struct raising *raising, struct sink_memory *document, bool *more, struct problem *problem)
{
        struct sink_memory request = {.limit = REQUEST_MOST}, answer = {0}, next = document_room();
        const struct signing_sink request_sink = sink_memory(&request), sink = sink_memory(&next);
        struct signing_refusal why = {0};
        const uint64_t nonce = authority_nonce();
        *more = signing_stamp_request(document_bytes(document), &request_sink, nonce, &why);
        if (!*more)
                return strcmp(why.code, "STAMP_NO_PLACE") == 0 || refused(problem, &why);
        bool stamped = authority_ask(raising->stamp_url, document_bytes(&request), &answer, problem);
        if (stamped && !signing_stamp_apply(document_bytes(document), document_bytes(&answer), nonce, raising->trust, &sink, &why))
                stamped = refused(problem, &why);
        if (stamped)
                document_replace(document, &next);
        free(request.data);
        free(answer.data);
        free(next.data);
        return stamped;
}

static bool stamp_all(const struct raising *raising, struct sink_memory *document, struct problem *problem)
{
        bool more = true;
        for (int n = 0; more && n < SIGNATURES_MOST; n++)
                if (!stamp_one(raising, document, &more, problem))
                        return false;
        return true;
}

static struct signing_augmentation augmentation_of(const struct raising *raising, const struct sink_memory *document, size_t n)
{
        return (struct signing_augmentation){
                .document = document_bytes(document), .detached = raising->detached, .trust = raising->trust, .signature = n};
}

static bool values_put(const struct raising *raising, struct sink_memory *document, size_t n, struct problem *problem)
{
        struct sink_memory next = document_room();
        const struct signing_sink sink = sink_memory(&next);
        const struct signing_augmentation augmentation = augmentation_of(raising, document, n);
        struct signing_refusal why = {0};
        if (signing_values_apply(&augmentation, &sink, &why)) {
                document_replace(document, &next);
                return true;
        }
        free(next.data);
        return strcmp(why.code, "VALUES_COMPLETE") == 0 || refused(problem, &why);
}

static bool archive_stamp(const struct raising *raising, struct sink_memory *document, size_t n, struct problem *problem)
{
        struct sink_memory request = {.limit = REQUEST_MOST}, answer = {0}, next = document_room();
        const struct signing_sink request_sink = sink_memory(&request), sink = sink_memory(&next);
        const struct signing_augmentation augmentation = augmentation_of(raising, document, n);
        struct signing_refusal why = {0};
        const uint64_t nonce = authority_nonce();
        bool stamped = signing_archive_request(&augmentation, nonce, &request_sink, &why) || refused(problem, &why);
        stamped = stamped && authority_ask(raising->stamp_url, document_bytes(&request), &answer, problem);
        if (stamped && !signing_archive_apply(&augmentation, document_bytes(&answer), nonce, &sink, &why))
                stamped = refused(problem, &why);
        if (stamped)
                document_replace(document, &next);
        free(request.data);
        free(answer.data);
        free(next.data);
        return stamped;
}

/* ---- judging ---- */

/* An authority's clock may be a little ahead of ours: what it has just stamped is not to be judged as of before. */
enum { AHEAD_SECONDS = 2 };

static bool report_make(const struct raising *raising, struct signing_source document, json_t **out, struct problem *problem)
{
        signing_report *report = NULL;
        struct signing_refusal why = {0};
        const struct signing_request request = {.document = document,
                                                .detached = raising->detached,
                                                .trust = raising->trust,
                                                .at = (int64_t)time(NULL) + AHEAD_SECONDS};
        if (!signing_verify(&request, &report, &why))
                return refused(problem, &why);
        *out = json_loads(signing_report_json(report), 0, NULL);
        signing_report_free(report);
        return *out != NULL || problem_set(problem, "internal", "%s", "JSON");
}

/* Signatures that stand by themselves, counted as the library counts them. */
static bool signatures_count(const struct raising *raising, const struct sink_memory *document, size_t *count,
                             struct problem *problem)
{
        json_t *report = NULL, *signature;
        size_t index;
        const struct signing_bytes bytes = document_bytes(document);
        if (!report_make(raising, source_memory(&bytes), &report, problem))
                return false;
        *count = 0;
        json_array_foreach(json_object_get(report, "signatures"), index, signature)
        {
                *count += json_object_get(signature, "countersigns") == NULL;
        }
        json_decref(report);
        return true;
}

bool raising_apply(const struct raising *raising, struct sink_memory *document, struct problem *problem)
{
        size_t count = 0;
        if (raising->level == LEVEL_B)
                return true;
        if (!stamp_all(raising, document, problem) || !signatures_count(raising, document, &count, problem))
                return false;
        for (size_t n = 0; raising->level >= LEVEL_LT && n < count; n++)
                if (!values_put(raising, document, n, problem) ||
                    (raising->level == LEVEL_LTA && !archive_stamp(raising, document, n, problem)))
                        return false;
        return true;
}

static bool reason_refuse(const json_t *signature, struct problem *problem)
{
        const json_t *reason = json_array_get(json_object_get(signature, "reasons"), 0);
        const char *text = field_text(reason, catalogue_language()[0] == 'f' ? "texte" : "text");
        return problem_set(problem, "sign-refused", words("what was made does not pass: %s: %s [%s]"), field_text(reason, "code"),
                           text, field_text(reason, "clause"));
}

static bool level_reached(const char *found, enum level wanted)
{
        static const char head[] = "XAdES-";
        for (int n = (int)wanted; n <= LEVEL_LTA; n++)
                if (strncmp(found, head, sizeof head - 1) == 0 && strcmp(found + sizeof head - 1, names[n]) == 0)
                        return true;
        return false;
}

static bool signature_check(const struct raising *raising, const json_t *signature, struct problem *problem)
{
        const char *indication = field_text(signature, "indication"), *level = field_text(signature, "level");
        bool unanchored = raising->trust == NULL && strcmp(indication, "INDETERMINATE") == 0 &&
                          strcmp(field_text(signature, "subIndication"), "NO_CERTIFICATE_CHAIN_FOUND") == 0 &&
                          json_array_size(json_object_get(signature, "reasons")) == 1;
        if (strcmp(indication, "TOTAL-PASSED") != 0 && !unanchored)
                return reason_refuse(signature, problem);
        return level_reached(level, raising->level) ||
               problem_set(problem, "sign-refused", words("what was made is %s, not %s"), level, names[raising->level]);
}

bool raising_check(const struct raising *raising, struct signing_source document, struct problem *problem)
{
        json_t *report = NULL, *signature;
        size_t index;
        bool good = report_make(raising, document, &report, problem);
        json_array_foreach(json_object_get(report, "signatures"), index, signature)
        {
                good = good && (json_object_get(signature, "countersigns") != NULL || signature_check(raising, signature, problem));
        }
        json_decref(report);
        return good;
}
