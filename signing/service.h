/*
 * service.h - trust services: whom a trusted list vouches for, as what, from when
 * to when (ETSI TS 119 612 5.5). Plain anchors have no history and are no services.
 */
#ifndef PLI_SIGNING_SERVICE_H
#define PLI_SIGNING_SERVICE_H

#include <openssl/sha.h>
#include <openssl/x509.h>

#include "signing/signing.h"

enum service_type {
        SERVICE_OTHER,
        SERVICE_CA_QC,     /* issues qualified certificates */
        SERVICE_CA,        /* issues others */
        SERVICE_STAMPER,   /* time-stamps, not qualified */
        SERVICE_STAMPER_Q, /* qualified time-stamps */
        SERVICE_OCSP,      /* answers for certificates of its provider */
};

/* What a service may be asked to be an anchor for. */
enum service_role { SERVICE_FOR_SIGNERS, SERVICE_FOR_STAMPS, SERVICE_FOR_ANSWERS };

/* Qualifiers of TS 119 612 5.5.9.2, as bits. */
enum {
        QUALIFIER_QC = 1,
        QUALIFIER_NOT_QUALIFIED = 2,
        QUALIFIER_QSCD = 4,
        QUALIFIER_NO_QSCD = 8,
        QUALIFIER_QSCD_AS_IN_CERTIFICATE = 16,
        QUALIFIER_FOR_SIGNATURE = 32,
        QUALIFIER_FOR_SEAL = 64,
        QUALIFIER_FOR_WEBSITE = 128,
        QUALIFIER_FOR_LEGAL_PERSON = 256,
        QUALIFIER_UNKNOWN = 512,
};

struct criterion; /* criterion.h */

/* A Qualifications element: what it says of the certificates its criteria fit. */
struct qualification_rule {
        unsigned qualifiers;
        struct criterion *criteria;
        struct qualification_rule *next;
};

/* A stretch of time that begins at `since` and ends where the one before it in the list begins. */
struct service_period {
        enum service_type type;
        bool granted;
        bool for_signatures, for_seals, scoped; /* scoped: the list says for what at all */
        int64_t since;
        struct qualification_rule *rules;
        struct service_period *next; /* older */
};

/* Digital identities (TS 119 612 5.5.3). One that is a name alone tells no key, and so nobody, apart: it is not kept. */
enum { SERVICE_KEYS_MAX = 16 };

struct service {
        STACK_OF(X509) * identities;                       /* given as certificates */
        uint8_t keys[SERVICE_KEYS_MAX][SHA_DIGEST_LENGTH]; /* given as X509SKI: SHA-1 of the key (RFC 5280 4.2.1.2 (1)) */
        size_t key_count;
        char territory[8];
        char *name;                     /* as shown to people */
        struct service_period *periods; /* newest first */
        struct service *next;
};

void service_free(struct service *services);
/* What held at that time; NULL: nothing yet. */
const struct service_period *service_at(const struct service *service, int64_t at);
/* Vouched for in that role at that time. */
bool service_good(const struct service *service, enum service_role role, int64_t at);
/* Is this certificate, or its key, the service's? */
bool service_has(const struct service *service, X509 *certificate);
/* The services of the list that have this certificate, from `services` on. */
const struct service *service_of(const struct service *services, X509 *certificate);

#endif
