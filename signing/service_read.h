/*
 * service_read.h - trust services out of a trusted list's XML (ETSI TS 119 612
 * 5.4, 5.5, 5.6). The list's signature has been checked before.
 */
#ifndef PLI_SIGNING_SERVICE_READ_H
#define PLI_SIGNING_SERVICE_READ_H

#include <libxml/tree.h>

#include "signing/service.h"

/* All services of a TrustServiceProviderList (NULL: none); false: no memory. */
bool services_read(const xmlNode *providers, const char *territory, struct service **out) __attribute__((warn_unused_result));
/* The certificates below a digital identity; NULL: no memory. The caller frees them with certificates_free(). */
STACK_OF(X509) * identities_read(const xmlNode *node);

#endif
