/*
 * dispatch.h - who speaks, and may he: the party behind a client certificate,
 * held against the roles column of the route table.
 */
#ifndef PLI_FRONT_DISPATCH_H
#define PLI_FRONT_DISPATCH_H

#include "gateway/front/http.h"
#include "gateway/front/peer.h"
#include "gateway/front/route.h"

/* Fills request->party through api.identify(); nobody, where no verified and enrolled certificate was shown. */
bool dispatch_identify(struct request *request, const struct peer *peer, struct problem *problem)
        __attribute__((warn_unused_result));
/* "certificate-required" (401) where the route needs one and none is known, "forbidden" (403) where the role lacks. */
bool dispatch_allow(const struct request *request, const struct peer *peer, const struct route *route, struct problem *problem)
        __attribute__((warn_unused_result));

/* After a 404 about a thing named by its identifier: where it is another body's, the auditor is told (an event). */
void dispatch_refused(struct request *request, const struct route *route);

#endif
