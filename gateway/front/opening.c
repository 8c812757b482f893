/*
 * opening.c - hour, quorum and order are the database's to decide; here shares
 * are held against the manifests' commitments before they are kept, each by
 * itself, so that one wrong share costs its own envelope only.
 */
#include "gateway/front/opening.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/base64.h"
#include "gateway/core/config.h"
#include "gateway/core/log.h"
#include "gateway/core/owner.h"
#include "gateway/core/verdict.h"
#include "gateway/front/call.h"
#include "gateway/front/minutes.h"
#include "gateway/front/paper_answer.h"
#include "signing/signing.h"

DEFINE_OWNER(json_t, json_decref)

enum answer opening_start(struct request *request)
{
        return call_answer(request, 200, "api.opening_start");
}

enum answer opening_show(struct request *request)
{
        return call_answer(request, 200, "api.opening_show");
}

enum answer opening_shares(struct request *request)
{
        return call_answer(request, 200, "api.opening_shares_wanted");
}

enum answer opening_decide(struct request *request)
{
        return call_with_body(request, 200, "api.opening_decide");
}

/* ---- shares ---- */

/* One message of a member: what is wanted of it, what it handed in, what became of each. */
struct handover {
        struct request *request;
        json_t *wanted;  /* envelope → its row of api.opening_shares_wanted; borrowed rows */
        json_int_t x;    /* the member's own share number */
        json_t *good;    /* [{"envelope","share"}] */
        json_t *refused; /* [{"envelope","code","detail"}] */
};

/* The rows by envelope, so that a message about a thousand envelopes is read once. */
static json_t *index_envelopes(const json_t *answer)
{
        json_t *index = json_object();
        size_t n;
        json_t *row;
        json_array_foreach(json_object_get(answer, "envelopes"), n, row)
        {
                const char *envelope = json_string_value(json_object_get(row, "envelope"));
                if (envelope != NULL)
                        json_object_set(index, envelope, row);
        }
        return index;
}

/* Is it the share the manifest commits to? The judge says; it alone reads the manifest. */
static bool commitment_check(struct request *request, const char *manifest, const uint8_t share[SIGNING_SHARE],
                             struct problem *problem)
{
        uint8_t *bytes = NULL;
        size_t size = 0;
        bool good = false;
        if (!base64_read(manifest, &bytes, &size))
                return problem_set(problem, "internal", "a manifest came back from the database damaged");
        bool judged = verdict_share_check(request->judges, bytes, size, (struct verdict_shares){.data = share, .count = 1}, &good,
                                          problem);
        free(bytes);
        if (!judged)
                return false;
        return good || problem_set(problem, "opening-share-wrong", "the manifest commits to another share for member %u", share[0]);
}

static bool share_check(struct handover *handover, const char *envelope, const char *text, struct problem *problem)
{
        uint8_t share[SIGNING_SHARE];
        const json_t *row = envelope != NULL ? json_object_get(handover->wanted, envelope) : NULL;
        if (row == NULL)
                return problem_set(problem, "opening-share-unwanted", "no share of yours is wanted for this envelope");
        if (!base64_read_exactly(text, share, sizeof share))
                return problem_set(problem, "opening-share-malformed", "a share is %d bytes in base64", SIGNING_SHARE);
        bool good = false;
        if (share[0] != handover->x)
                problem_set(problem, "opening-share-foreign", "this is share %u, yours is %d", share[0], (int)handover->x);
        else
                good = commitment_check(handover->request, json_string_value(json_object_get(row, "manifest")), share, problem);
        OPENSSL_cleanse(share, sizeof share);
        return good;
}

/* False where the world is at fault, not the share: then the whole message is to be sent again. */
static bool handover_take(struct handover *handover, const json_t *entry, struct problem *problem)
{
        const char *envelope = json_string_value(json_object_get(entry, "envelope"));
        const char *share = json_string_value(json_object_get(entry, "share"));
        struct problem why = {0};
        if (share_check(handover, envelope, share, &why)) {
                json_array_append_new(handover->good, json_pack("{s:s, s:s}", "envelope", envelope, "share", share));
                return true;
        }
        if (why.row->status >= 500) {
                *problem = why;
                return false;
        }
        json_array_append_new(handover->refused,
                              json_pack("{s:s?, s:s, s:s}", "envelope", envelope, "code", why.row->code, "detail", why.detail));
        return true;
}

static bool handover_read(struct handover *handover, const json_t *message, struct problem *problem)
{
        const json_t *shares = json_object_get(message, "shares"), *entry;
        size_t n;
        if (!json_is_array(shares) || json_array_size(shares) == 0)
                return problem_set(problem, "json-malformed", "\"shares\" must be a list of at least one share");
        json_array_foreach(shares, n, entry)
        {
                if (!handover_take(handover, entry, problem))
                        return false;
        }
        return true;
}

/* All were refused: a problem, with each envelope's own reason beside it. */
static enum answer answer_refused(struct request *request, json_t *refused)
{
        struct problem problem = {0};
        const json_t *first = json_array_get(refused, 0);
        problem_set(&problem, json_string_value(json_object_get(first, "code")), "%s",
                    json_string_value(json_object_get(first, "detail")));
        return call_refuse(request, &problem, "refused", refused);
}

static enum answer handover_keep(struct handover *handover)
{
        struct request *request = handover->request;
        struct problem problem = {0};
        json_t *opening = NULL;
        if (json_array_size(handover->good) == 0)
                return answer_refused(request, handover->refused);
        char *shares = json_dumps(handover->good, JSON_COMPACT);
        bool kept = call_about(request, "api.opening_share_put", shares, &opening, &problem);
        OPENSSL_cleanse(shares, strlen(shares));
        free(shares);
        if (!kept)
                return http_answer_problem(request, &problem);
        json_object_set(opening, "refused", handover->refused);
        return http_answer_json(request, 200, opening);
}

enum answer opening_share_put(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) message = http_json(request, &problem);
        OWN(json_t) answer = NULL;
        if (message == NULL || !call_about(request, "api.opening_shares_wanted", NULL, &answer, &problem))
                return http_answer_problem(request, &problem);
        OWN(json_t) wanted = index_envelopes(answer);
        OWN(json_t) good = json_array();
        OWN(json_t) refused = json_array();
        struct handover handover = {.request = request,
                                    .wanted = wanted,
                                    .x = json_integer_value(json_object_get(answer, "x")),
                                    .good = good,
                                    .refused = refused};
        if (!handover_read(&handover, message, &problem))
                return http_answer_problem(request, &problem);
        return handover_keep(&handover);
}

/* ---- minutes ---- */

enum minutes_form { MINUTES_HTML, MINUTES_PDF, MINUTES_XML };

static bool form_read(const struct request *request, enum minutes_form *out, struct problem *problem)
{
        const char *format = http_query(request, "format");
        if (format == NULL || strcmp(format, "html") == 0)
                *out = MINUTES_HTML;
        else if (strcmp(format, "pdf") == 0)
                *out = MINUTES_PDF;
        else if (strcmp(format, "xml") == 0)
                *out = MINUTES_XML;
        else
                return problem_set(problem, "request-malformed", "format is html, pdf or xml");
        return true;
}

/* The minutes that prove: the receipt of the opening's last event, made by the notary. */
static enum answer minutes_receipt(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) found = NULL;
        if (!call_about(request, "api.opening_receipt", NULL, &found, &problem))
                return http_answer_problem(request, &problem);
        const char *xml = json_string_value(json_object_get(found, "receipt"));
        if (xml == NULL)
                return http_answer_json(request, 202, TAKE(found));
        return http_answer_bytes(request, 200, "application/xml", xml, strlen(xml));
}

static enum answer minutes_answer(struct request *request, const struct minutes *minutes, bool pdf)
{
        struct problem problem = {0};
        const struct paper_heading heading = minutes_heading(minutes);
        struct paper *paper = NULL;
        if (!pdf)
                paper = paper_html(&heading);
        else if (!paper_pdf(&heading, request->config->paper_fonts, &paper, &problem))
                return http_answer_problem(request, &problem);
        minutes_write(minutes, paper);
        return paper_answer(request, paper);
}

enum answer opening_minutes(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) opening = NULL;
        OWN(json_t) consultation = NULL;
        enum minutes_form form;
        if (!form_read(request, &form, &problem))
                return http_answer_problem(request, &problem);
        if (form == MINUTES_XML)
                return minutes_receipt(request);
        if (!call_about(request, "api.opening_show", NULL, &opening, &problem) ||
            !call_about(request, "api.consultation_show", NULL, &consultation, &problem))
                return http_answer_problem(request, &problem);
        const char *language = http_query(request, "lang");
        const struct minutes minutes = {opening, consultation, language != NULL ? language : request->language};
        return minutes_answer(request, &minutes, form == MINUTES_PDF);
}
