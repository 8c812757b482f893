/*
 * webhook.h - who wants the events feed pushed to an address of his own. The relay
 * does the calling (gateway/relay/webhook_channel.c).
 */
#ifndef PLI_FRONT_WEBHOOK_H
#define PLI_FRONT_WEBHOOK_H

#include "gateway/front/http.h"

/* POST /api/v1/webhooks {"url", "after"?, "secret"?}: 201, with the secret, this once. */
enum answer webhook_create(struct request *request);
/* GET /api/v1/webhooks */
enum answer webhook_list(struct request *request);
/* DELETE /api/v1/webhooks/{webhook}: 204. */
enum answer webhook_delete(struct request *request);
/* POST /api/v1/webhooks/{webhook}/replay {"after"?}: begins again after that index, now. */
enum answer webhook_replay(struct request *request);

#endif
