/*
 * criterion.h - which certificates of a service a Qualifications element is
 * about: key usage, policies, extended uses, attributes of the subject's name
 * (ETSI TS 119 612 5.5.9.2.2).
 */
#ifndef PLI_SIGNING_CRITERION_H
#define PLI_SIGNING_CRITERION_H

#include <libxml/tree.h>
#include <openssl/x509.h>

#include "signing/signing.h"

struct criterion;

/* A CriteriaList; NULL: no memory. What it holds that is not known here is a criterion that no certificate fits. */
struct criterion *criterion_read(const xmlNode *list);
void criterion_free(struct criterion *criterion);
bool criterion_fits(const struct criterion *criterion, X509 *certificate);

#endif
