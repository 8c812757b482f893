/*
 * descent.h - from an anchor down to a leaf: each certificate of a path is held
 * against what is known of who issued it (EN 319 102-1 5.2.6, 5.6.2.2).
 *
 * The standard slides one control time down the path: an issuer's key is to be
 * relied on until it expired, was revoked or grew weak, and what it signed has to
 * be proven to have existed before that.
 */
#ifndef PLI_SIGNING_DESCENT_H
#define PLI_SIGNING_DESCENT_H

#include "signing/path.h"

/* `chain`: leaf first, anchor last, its signatures right, its dates good at the time asked about. */
enum path_outcome descent_check(const struct path_request *request, STACK_OF(X509) * chain, STACK_OF(X509) * helpers,
                                char detail[256]) __attribute__((warn_unused_result));
/* The same where the leaf has expired by then: was it good to its end? */
enum path_outcome descent_expired(const struct path_request *request, STACK_OF(X509) * chain, STACK_OF(X509) * helpers,
                                  char detail[256]) __attribute__((warn_unused_result));

/* ---- for both files: names in a sentence ---- */
void path_show(char detail[256], const char *sentence, const X509_NAME *name);
void path_show_place(char detail[256], const char *place);

#endif
