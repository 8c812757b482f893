/* published.c - one SQL function; the form is the asker's choice. */
#include "gateway/front/published.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "gateway/formats/acte_feed.h"
#include "gateway/front/call.h"
#include "gateway/front/download.h"
#include "signing/signing.h"

DEFINE_OWNER(json_t, json_decref)
DEFINE_OWNER(char, free)

/* Host has been held against the TLS connection's name (gate.h). */
static enum answer page_answer(struct request *request, const json_t *page, bool atom)
{
        struct problem problem = {0};
        char base[300];
        const char *host = http_header(request, "Host");
        size_t size = 0;
        snprintf(base, sizeof base, "https://%s", host != NULL ? host : "");
        OWN(char) text = atom ? acte_feed_write(page, base, &size) : acte_table_write(page, base, &size);
        if (text == NULL) {
                problem_set(&problem, "internal", "the page cannot be written");
                return http_answer_problem(request, &problem);
        }
        if (!atom)
                http_answer_header(request, "Content-Disposition", "attachment; filename=\"deliberations.csv\"");
        return http_answer_bytes(request, 200, atom ? "application/atom+xml" : "text/csv; charset=utf-8; header=present", text,
                                 size);
}

enum answer published_list(struct request *request)
{
        struct problem problem = {0};
        json_t *page = NULL;
        const char *format = http_query(request, "format");
        bool atom = format != NULL && strcmp(format, "atom") == 0, csv = format != NULL && strcmp(format, "csv") == 0;
        const struct db_argument arguments[] = {db_text(http_query(request, "siret")), db_text(http_query(request, "after")),
                                                db_integer(http_query_integer(request, "limit", 100, 1, 1000))};
        if (format != NULL && !atom && !csv && strcmp(format, "json") != 0) {
                problem_set(&problem, "request-malformed", "format is json, atom or csv");
                return http_answer_problem(request, &problem);
        }
        if (!db_call_json(request->db, "api.published_list", arguments, 3, &page, &problem))
                return http_answer_problem(request, &problem);
        if (!atom && !csv)
                return http_answer_json(request, 200, page);
        OWN(json_t) owned = page;
        return page_answer(request, owned, atom);
}

enum answer published_file(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) opened = NULL;
        const struct db_argument arguments[] = {db_text(request->variables[0]), db_text(request->variables[1])};
        if (!db_call_json(request->db, "api.published_file", arguments, 2, &opened, &problem))
                return http_answer_problem(request, &problem);
        return download_opened(request, opened);
}
