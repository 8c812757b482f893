/* notice.c - see notice.h. */
#include "gateway/front/notice.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/core/config.h"
#include "gateway/core/owner.h"
#include "gateway/formats/eforms.h"
#include "gateway/front/call.h"

DEFINE_OWNER(json_t, json_decref)

struct text {
        char *data;
        size_t size;
};

static bool text_add(void *context, const uint8_t *data, size_t size)
{
        struct text *text = context;
        char *longer = realloc(text->data, text->size + size + 1);
        if (longer == NULL)
                return false;
        memcpy(longer + text->size, data, size);
        text->data = longer;
        text->size += size;
        return true;
}

enum answer notice_show(struct request *request)
{
        const char *subtype = http_query(request, "subtype");
        struct problem problem = {0};
        struct refusals why = {0};
        struct text text = {0};
        OWN(json_t) consultation = NULL;
        if (!call_about_or_null(request, "api.consultation_show", NULL, &consultation, &problem))
                return http_answer_problem(request, &problem);
        if (!eforms_check(consultation, subtype, &why)) {
                OWN(json_t) reasons = refusals_json(&why);
                problem_set(&problem, "notice-incomplete", "%zu members are missing", why.count);
                return call_refuse(request, &problem, "reasons", reasons);
        }
        bool written = eforms_write(consultation, subtype, request->config->public_url, &(struct signing_sink){&text, text_add});
        enum answer answer =
                written ? http_answer_bytes(request, 200, "application/xml", text.data, text.size) : http_answer_none(request, 500);
        free(text.data);
        return answer;
}
