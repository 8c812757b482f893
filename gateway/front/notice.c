/* notice.c - see notice.h. */
#include "gateway/front/notice.h"

#include <stdlib.h>

#include "gateway/core/config.h"
#include "gateway/core/owner.h"
#include "gateway/formats/eforms.h"
#include "gateway/front/call.h"
#include "signing/source.h"

DEFINE_OWNER(json_t, json_decref)

enum answer notice_show(struct request *request)
{
        const char *subtype = http_query(request, "subtype");
        struct problem problem = {0};
        struct refusals why = {0};
        struct sink_memory text = {.limit = SIZE_MAX};
        OWN(json_t) consultation = NULL;
        if (!call_about_or_null(request, "api.consultation_show", NULL, &consultation, &problem))
                return http_answer_problem(request, &problem);
        if (!eforms_check(consultation, subtype, &why)) {
                OWN(json_t) reasons = refusals_json(&why);
                problem_set(&problem, "notice-incomplete", "%zu members are missing", why.count);
                return call_refuse(request, &problem, "reasons", reasons);
        }
        const struct signing_sink out = sink_memory(&text);
        bool written = eforms_write(consultation, subtype, request->config->public_url, &out);
        enum answer answer =
                written ? http_answer_bytes(request, 200, "application/xml", text.data, text.size) : http_answer_none(request, 500);
        free(text.data);
        return answer;
}
