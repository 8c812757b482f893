/*
 * dsig.h - the core of an XML signature (W3C XMLDSig): its parts, its references,
 * its value. Who signed and what the signature claims is xades.h's.
 */
#ifndef PLI_SIGNING_DSIG_H
#define PLI_SIGNING_DSIG_H

#include <openssl/evp.h>

#include "signing/algorithm.h"
#include "signing/chain.h"
#include "signing/coverage.h"

#define DSIG_SPACE "http://www.w3.org/2000/09/xmldsig#"

/* One ds:Reference, of the signature or of a manifest it signs. Texts are borrowed from the document. */
struct reference {
        xmlNode *node;
        const char *uri, *type;
        const struct algorithm *digest; /* NULL: unknown */
        xmlNode *target;                /* in this document; NULL: all of it, or a file, or nothing */
        char *file;                     /* name of a file beside the document, or NULL */
        bool same_document, comments;
        bool found, ambiguous;
        enum chain_verdict verdict;
        size_t manifest; /* 1 + index of the reference to the manifest this one stands in; 0: of the signature itself */
        char covers[COVERAGE_TEXT];
};

struct dsig {
        const xml_document *document;
        xmlNode *node, *info, *value, *key_info;
        const char *id;
        const struct algorithm *method, *canonical; /* NULL: unknown */
        struct reference *references;
        size_t reference_count;
};

/* Exact order of children, one SignedInfo, at least one Reference (XMLDSig 4.2); manifests are read too. */
bool dsig_open(const xml_document *document, xmlNode *signature, struct dsig **out, struct signing_refusal *why)
        __attribute__((warn_unused_result));
void dsig_free(struct dsig *dsig);
/* Resolves and digests each reference; what is right is marked as covered. `files` may be NULL. */
void dsig_references_check(struct dsig *dsig, const struct files *files, struct work *work);
/* The signature value, with this key. */
enum chain_verdict dsig_value_check(const struct dsig *dsig, EVP_PKEY *key, struct work *work) __attribute__((warn_unused_result));
/* The reference whose digest was taken over exactly this element; NULL: none was, or it was wrong. */
const struct reference *dsig_reference_to(const struct dsig *dsig, const xmlNode *target);

#endif
