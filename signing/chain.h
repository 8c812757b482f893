/*
 * chain.h - one run of xmlsec's transforms: nodes or bytes in, and out a digest
 * held against a DigestValue, a signature against a SignatureValue, or bytes.
 *
 * xmlsec answers "processed" and "right" in two places; here they are read
 * together, once, into one verdict whose zero is "not judged".
 */
#ifndef PLI_SIGNING_CHAIN_H
#define PLI_SIGNING_CHAIN_H

#include <openssl/evp.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/nodeset.h>

#include "signing/files.h"
#include "signing/work.h"
#include "signing/xml.h"

enum chain_verdict { CHAIN_UNJUDGED = 0, CHAIN_HOLDS, CHAIN_DIFFERS, CHAIN_REFUSED };

struct chain_input {
        const xml_document *document; /* of `top`, or NULL */
        xmlNode *top;                 /* this element with its subtree; NULL with a document: all of it */
        bool comments;                /* XMLDSig 4.4.3.3: only an XPointer keeps them */
        const struct file *file;      /* or a file's bytes, streamed */
        bool beside;                  /* `document` was read from such a file */
        struct work *work;
        /* Sees the nodes as they are about to be canonicalised (NULL set: bytes, no nodes); may be NULL. */
        void (*view)(void *context, xmlSecNodeSetPtr nodes);
        void *view_context;
};

/* A ds:Reference: its Transforms, DigestMethod and DigestValue. */
enum chain_verdict chain_reference(const struct chain_input *input, xmlNode *reference) __attribute__((warn_unused_result));
/* What a ds:Reference digests, as bytes (archive time-stamps, EN 319 132-1 5.5.2.2). */
bool chain_reference_bytes(const struct chain_input *input, xmlNode *reference, const struct signing_sink *out)
        __attribute__((warn_unused_result));
/* A ds:Signature's SignedInfo under its CanonicalizationMethod and SignatureMethod, with this key and no other. */
enum chain_verdict chain_signature(const struct chain_input *input, xmlNode *signature, EVP_PKEY *key)
        __attribute__((warn_unused_result));
/* Nodes in their canonical form. */
bool chain_canonical(const struct chain_input *input, const char *method, const struct signing_sink *out)
        __attribute__((warn_unused_result));

#endif
