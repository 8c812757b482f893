/*
 * filing_send.h - a draft is given its files and sent off, whatever it is about.
 */
#ifndef PLI_CLIENT_FILING_SEND_H
#define PLI_CLIENT_FILING_SEND_H

#include "gateway/client/session.h"

bool filing_file_send(const struct invocation *invocation, struct session *session, const char *id, const char *file,
                      struct problem *problem) __attribute__((warn_unused_result));
/* Submits; the answer is the receipt, which is waited for. */
bool filing_send_off(struct session *session, const char *id, struct answer *receipt, struct problem *problem)
        __attribute__((warn_unused_result));

#endif
