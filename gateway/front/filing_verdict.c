/* filing_verdict.c - judged, and where revocation data were lacking that could be had, judged again (filing_verdict.h). */
#include "gateway/front/filing_verdict.h"

#include "gateway/core/owner.h"
#include "gateway/front/instant.h"
#include "gateway/front/revocation.h"
#include "gateway/front/trust.h"

typedef struct trust trust;
DEFINE_OWNER(trust, trust_free)
typedef struct revocation revocation;
DEFINE_OWNER(revocation, revocation_free)

bool filing_verdict(struct request *request, const struct verdict_source *document, json_t **report, struct problem *problem)
{
        OWN(trust) anchors = NULL;
        OWN(revocation) found = NULL;
        if (!trust_load(request->config, &anchors, problem))
                return false;
        const struct verdict_trust given = trust_at(anchors, instant_control());
        if (!verdict_document(request->judges, document, &given, report, problem) ||
            !revocation_gather(request->db, request->config, *report, &found, problem))
                return false;
        if (found == NULL)
                return true;
        const struct verdict_trust more = revocation_trust(found, given);
        json_decref(*report);
        *report = NULL;
        bool judged = verdict_document(request->judges, document, &more, report, problem);
        revocation_drop(*report);
        return judged;
}
