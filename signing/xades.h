/*
 * xades.h - what a signature says about itself: the qualifying properties of
 * XAdES 1.1.1, 1.2.2, 1.3.2 and 1.4.1 (ETSI TS 101 903, EN 319 132-1).
 *
 * Nodes and texts are borrowed from the document. Signed properties count only
 * where a Reference of the right Type digested exactly the element read here.
 */
#ifndef PLI_SIGNING_XADES_H
#define PLI_SIGNING_XADES_H

#include <openssl/x509.h>

#include "signing/dsig.h"

#define XADES_132 "http://uri.etsi.org/01903/v1.3.2#"
#define XADES_141 "http://uri.etsi.org/01903/v1.4.1#"
#define SEALING_SPACE "http://uri.etsi.org/19132/v1.1.1#" /* EN 319 132-3 */

enum xades_structure {
        XADES_NONE, /* a plain XML signature */
        XADES_GOOD,
        XADES_UNCOVERED, /* SignedProperties are not what a Reference of the right Type digests (5.2.1 of EN 319 132-1) */
        XADES_ELSEWHERE, /* that Reference digests properties that are not those of this signature */
        XADES_SEVERAL,   /* more than one QualifyingProperties, or SignedProperties in it */
        XADES_MISAIMED,  /* Target names another signature */
};

/* A time-stamp container, in document order. */
struct xades_stamp {
        xmlNode *node;  /* SignatureTimeStamp, ArchiveTimeStamp, … */
        xmlNode *token; /* EncapsulatedTimeStamp */
        bool signed_;   /* a signed property (content time-stamps) */
};

/* What a kind of time-stamp is about (imprint.h makes its digest). */
enum xades_cover {
        XADES_COVERS_DATA,               /* what is to be signed, before it is */
        XADES_COVERS_SIGNATURE,          /* the signature value, and what is signed by it */
        XADES_COVERS_REFS,               /* the references to validation data before it */
        XADES_COVERS_SIGNATURE_AND_REFS, /* both, and the time-stamps of the signature value before it */
        XADES_COVERS_ALL,                /* all that stands before it */
};
enum xades_cover xades_cover(const struct xades_stamp *stamp);

struct xades {
        enum xades_structure structure;
        const char *space; /* the XAdES namespace */
        xmlNode *qualifying, *signed_properties, *unsigned_properties;
        const char *claimed; /* SigningTime as written, or NULL */
        xmlNode *cert;       /* first Cert of SigningCertificate or SigningCertificateV2, or NULL */
        const char *policy;  /* identifier; "" implied; NULL none */
        struct xades_stamp stamps[LIMIT_TOKENS];
        size_t stamp_count;
};

void xades_read(const struct dsig *dsig, struct xades *out);
/* QualifyingProperties in a ds:Object, of any version read here. */
bool xades_is_qualifying(const xmlNode *node);

/* The certificates inside the signature: those of KeyInfo, those of CertificateValues and the like. */
void xades_certificates(const struct dsig *dsig, const struct xades *xades, STACK_OF(X509) * key_info, STACK_OF(X509) * values);
/* CRLs and OCSP answers inside, one by one, DER. */
void xades_evidence(const struct xades *xades, void (*each)(void *context, struct signing_bytes der), void *context);

/* EN 319 102-1 5.2.3: the certificate of the set that SigningCertificate names; where none is named or there, KeyInfo's. */
enum xades_binding { XADES_UNBOUND, XADES_BOUND, XADES_SERIAL_DIFFERS, XADES_UNCLAIMED };
enum xades_binding xades_signer(const struct xades *xades, STACK_OF(X509) * set, STACK_OF(X509) * key_info, X509 **out);
/* Is KeyInfo, with the certificate in it, signed? (TS 101 903 G.2.2.1) */
bool xades_key_info_signed(const struct dsig *dsig);
/* "XAdES-B-LT", "XAdES-T" (before EN 319 132), "XMLDSig"… */
const char *xades_level(const struct xades *xades);

#endif
