/*
 * manifest.h - the sealed envelope's manifest, `urn:pli:sealed-envelope:1` (manifest.c shows the schema).
 *
 * signing_manifest_json(): {"consultation","lot","kind","documents":[{"name","mediaType","size"}],
 *  "plaintextSize","chunkSize","chunks","digest","threshold","members":[{"x","certificate","share","algorithm","substitute"?}],"signed"}
 *  digest: SHA-256 over the concatenated SHA-256 of the ciphertext's chunks, hex; certificate: SHA-256 of the
 *  member's, hex; share: SHA-256 of its share (x, then 32 bytes), hex; algorithm: "rsa-oaep" or "ecdh-es";
 *  substitute: SHA-256 of the certificate that may stand in for it, hex; signed: is there a ds:Signature (not judged)?
 * WebCrypto makes and opens all of it: AES-GCM with 12-byte IVs, RSA-OAEP with SHA-256, ECDH on P-256, P-384 and P-521, AES-KW;
 * ConcatKDF of 32 bytes is one SHA-256 over 00000001 ‖ Z ‖ info. A member's key file is PBES2 with PBKDF2-HMAC-SHA-256.
 */
#ifndef PLI_SIGNING_MANIFEST_H
#define PLI_SIGNING_MANIFEST_H

#include "signing/signing.h"
#include "signing/wrap.h"

enum {
        MANIFEST_BYTES_MAX = 2 * 1024 * 1024, /* 1000 names of 1 KiB, and 16 members */
        MANIFEST_DOCUMENTS_MAX = 1000,
        MANIFEST_ID_MAX = 128, /* consultation, lot, kind */
        MANIFEST_SHA256 = 32
};

struct manifest_document {
        char *name, *media_type;
        uint64_t size;
};

/* Member n holds x = n + 1. */
struct manifest_member {
        uint8_t certificate[MANIFEST_SHA256];
        uint8_t share[MANIFEST_SHA256]; /* commitment: SHA-256 of the share */
        struct wrapped wrapped;         /* the share without its x */
        /* The same share again, for who stands in for the member (suppléant): the seat is one, whoever sits on it. */
        bool has_substitute;
        uint8_t substitute[MANIFEST_SHA256];
        struct wrapped substitute_wrapped;
};

struct signing_manifest {
        char consultation[MANIFEST_ID_MAX + 1], lot[MANIFEST_ID_MAX + 1], kind[MANIFEST_ID_MAX + 1];
        struct manifest_document *documents;
        size_t document_count;
        uint64_t plaintext_size;
        uint32_t chunks;
        uint8_t digest[MANIFEST_SHA256];
        unsigned threshold;
        struct manifest_member members[SIGNING_MEMBERS_MAX];
        size_t member_count;
        bool is_signed;
        char *json;
};

bool manifest_write(const signing_manifest *manifest, const struct signing_sink *out, struct signing_refusal *why)
        __attribute__((warn_unused_result));
/* A copy of name and media type is appended. */
bool manifest_document_append(signing_manifest *manifest, struct manifest_document document) __attribute__((warn_unused_result));

#endif
