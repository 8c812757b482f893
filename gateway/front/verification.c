/* verification.c - the document goes to a jailed judge and no further. */
#include "gateway/front/verification.h"

#include <string.h>

#include "gateway/core/owner.h"
#include "gateway/core/verdict.h"
#include "gateway/front/instant.h"
#include "gateway/front/trust.h"

typedef struct trust trust;
DEFINE_OWNER(trust, trust_free)

static bool body_read(void *context, uint64_t offset, uint8_t *buffer, size_t size)
{
        const struct request *request = context;
        if (offset > request->body_size || size > request->body_size - offset)
                return false;
        memcpy(buffer, request->body + offset, size);
        return true;
}

enum answer verification_make(struct request *request)
{
        struct problem problem = {0};
        OWN(trust) anchors = NULL;
        json_t *report = NULL;
        const struct verdict_source source = {.context = request, .size = request->body_size, .read = body_read};
        if (!trust_load(request->config, &anchors, &problem))
                return http_answer_problem(request, &problem);
        const struct verdict_trust given = trust_at(anchors, instant_control());
        if (!verdict_document(request->judges, &source, &given, &report, &problem))
                return http_answer_problem(request, &problem);
        return http_answer_json(request, 200, report);
}
