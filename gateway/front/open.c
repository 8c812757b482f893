/* open.c - what SQL knows, in the forms of gateway/formats. */
#include "gateway/front/open.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/core/config.h"
#include "gateway/core/owner.h"
#include "gateway/formats/decp.h"
#include "gateway/formats/feed.h"
#include "gateway/formats/ocds.h"
#include "gateway/front/call.h"
#include "signing/source.h"

DEFINE_OWNER(json_t, json_decref)

enum { FEED_ROWS = 50, RELEASES = 500, CONTRACTS = 5000 };
/* Not registered with the OCP: a local prefix says so (OCDS 1.1, ocid). */
static const char OCID_PREFIX[] = "ocds-pli";

static enum answer text_answer(struct request *request, bool written, struct sink_memory *text, const char *media_type)
{
        enum answer answer =
                written ? http_answer_bytes(request, 200, media_type, text->data, text->size) : http_answer_none(request, 500);
        free(text->data);
        return answer;
}

/* ---- one contract ---- */

/* {"decp": {…}, "missing": […]} */
static json_t *essential_of(const json_t *contract, bool *complete)
{
        struct refusals why = {0};
        json_t *decp = decp_make(contract);
        *complete = decp_check(decp, &why);
        return json_pack("{s:o, s:o, s:b}", "decp", decp, "missing", refusals_json(&why), "complete", *complete);
}

enum answer open_essential(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) contract = NULL;
        bool complete = false;
        if (!call_about(request, "api.contract_open", NULL, &contract, &problem))
                return http_answer_problem(request, &problem);
        return http_answer_json(request, 200, essential_of(contract, &complete));
}

enum answer open_data(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) body = http_json(request, &problem);
        OWN(json_t) contract = NULL;
        bool complete = false;
        char *text = body != NULL ? json_dumps(body, JSON_COMPACT) : NULL;
        bool done = text != NULL && call_about(request, "api.contract_data", text, &contract, &problem);
        free(text);
        return done ? http_answer_json(request, 200, essential_of(contract, &complete)) : http_answer_problem(request, &problem);
}

enum answer open_publish(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) contract = NULL;
        bool complete = false;
        if (!call_about(request, "api.contract_open", NULL, &contract, &problem))
                return http_answer_problem(request, &problem);
        OWN(json_t) essential = essential_of(contract, &complete);
        if (!complete) {
                problem_set(&problem, "essential-incomplete", "%zu members are missing or wrong",
                            json_array_size(json_object_get(essential, "missing")));
                return call_refuse(request, &problem, "reasons", json_object_get(essential, "missing"));
        }
        char *text = json_dumps(json_object_get(essential, "decp"), JSON_COMPACT);
        json_t *published = NULL;
        bool done = text != NULL && call_about(request, "api.essential_publish", text, &published, &problem);
        free(text);
        return done ? http_answer_json(request, 200, published) : http_answer_problem(request, &problem);
}

/* ---- all of them ---- */

static bool list_fetch(struct request *request, const char *function, int most, json_t **out, struct problem *problem)
{
        const struct db_argument arguments[] = {db_text(http_query(request, "body")), db_integer(most)};
        return db_call_json(request->db, function, arguments, 2, out, problem);
}

static bool contracts_fetch(struct request *request, json_t **out, struct problem *problem)
{
        const struct db_argument arguments[] = {db_text(http_query(request, "body")), db_text(http_query(request, "after")),
                                                db_integer(CONTRACTS)};
        if (!db_call_json(request->db, "api.essential_list", arguments, 3, out, problem))
                return false;
        const char *next = json_string_value(json_object_get(*out, "next"));
        if (next != NULL)
                http_answer_header(request, "Pli-Next", next);
        return true;
}

enum answer open_decp_json(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) list = NULL;
        if (!contracts_fetch(request, &list, &problem))
                return http_answer_problem(request, &problem);
        return http_answer_json(request, 200, decp_file(json_object_get(list, "contracts")));
}

enum answer open_decp_xml(struct request *request)
{
        struct problem problem = {0};
        struct sink_memory text = {.limit = SIZE_MAX};
        OWN(json_t) list = NULL;
        if (!contracts_fetch(request, &list, &problem))
                return http_answer_problem(request, &problem);
        const struct signing_sink out = sink_memory(&text);
        return text_answer(request, decp_xml(json_object_get(list, "contracts"), &out), &text, "application/xml");
}

enum answer open_catalogue(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) list = NULL;
        const struct db_argument body = db_text(http_query(request, "body"));
        if (!db_call_json(request->db, "api.open_catalogue", &body, 1, &list, &problem))
                return http_answer_problem(request, &problem);
        OWN(json_t) catalogue = feed_catalogue(json_object_get(list, "bodies"), request->config->public_url);
        char *text = json_dumps(catalogue, JSON_COMPACT);
        enum answer answer = text != NULL ? http_answer_bytes(request, 200, "application/ld+json", text, strlen(text))
                                          : http_answer_none(request, 500);
        free(text);
        return answer;
}

enum answer open_ocds(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) list = NULL;
        if (!list_fetch(request, "api.open_consultations", RELEASES, &list, &problem))
                return http_answer_problem(request, &problem);
        return http_answer_json(request, 200,
                                ocds_package(json_object_get(list, "consultations"), OCID_PREFIX, request->config->public_url));
}

static enum answer feed_answer(struct request *request,
                               bool (*write)(const json_t *list, const char *url, const struct signing_sink *out),
                               const char *media_type)
{
        struct problem problem = {0};
        struct sink_memory text = {.limit = SIZE_MAX};
        OWN(json_t) list = NULL;
        if (!list_fetch(request, "api.open_consultations", FEED_ROWS, &list, &problem))
                return http_answer_problem(request, &problem);
        const struct signing_sink out = sink_memory(&text);
        return text_answer(request, write(json_object_get(list, "consultations"), request->config->public_url, &out), &text,
                           media_type);
}

enum answer open_rss(struct request *request)
{
        return feed_answer(request, feed_rss, "application/rss+xml");
}

enum answer open_atom(struct request *request)
{
        return feed_answer(request, feed_atom, "application/atom+xml");
}

enum answer open_json_feed(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) list = NULL;
        if (!list_fetch(request, "api.open_consultations", FEED_ROWS, &list, &problem))
                return http_answer_problem(request, &problem);
        return http_answer_json(request, 200, feed_json(json_object_get(list, "consultations"), request->config->public_url));
}
