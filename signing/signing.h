/*
 * signing.h - bytes in, verdict out: the public header of libsigning.
 *
 * Verifies and makes XAdES signatures (ETSI EN 319 132-1) in XML documents and
 * ASiC-E containers (EN 319 162-1), and seals tenders for a quorum (pli scellé).
 * The library opens no file and no socket, reads no clock and writes no log:
 * what it needs is given to it, what is missing is named in the report.
 *
 * Conventions. Functions answer true or false; on false the refusal says why
 * and no output has been touched. `T **out` is yours to free; a returned
 * pointer is borrowed from its parent. Text is UTF-8. Times are seconds since
 * 1970-01-01T00:00:00Z. Sizes are bytes. Call signing_start() once, before any
 * thread; afterwards one thread at a time may be inside the library (xmlsec's
 * tables are process-wide).
 */
#ifndef SIGNING_H
#define SIGNING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define SIGNING_API __attribute__((visibility("default")))
#define SIGNING_MUST __attribute__((warn_unused_result, visibility("default")))
#else
#define SIGNING_API
#define SIGNING_MUST
#endif

struct signing_bytes {
        const uint8_t *data;
        size_t size;
};

/* Bytes to read at any offset. read() fills exactly `size` bytes or answers false. */
struct signing_source {
        void *context;
        uint64_t size;
        bool (*read)(void *context, uint64_t offset, uint8_t *buffer, size_t size);
};

/* Where bytes go, in order. write() takes all of them or answers false. */
struct signing_sink {
        void *context;
        bool (*write)(void *context, const uint8_t *data, size_t size);
};

/* Why an input was refused: a code for programs, a clause for lawyers, a sentence for people. */
struct signing_refusal {
        char code[48];
        char clause[64];
        char sentence[256];
};

SIGNING_MUST bool signing_start(struct signing_refusal *why);
SIGNING_API void signing_stop(void);

/* ---- trust and evidence: filled by the caller ---- */
typedef struct signing_trust signing_trust;
SIGNING_MUST signing_trust *signing_trust_new(void);
SIGNING_API void signing_trust_free(signing_trust *trust);
/* One or several certificates, PEM or DER, trusted as they are (EN 319 102-1 5.2.6.2). */
SIGNING_MUST bool signing_trust_anchor(signing_trust *trust, struct signing_bytes certificates, struct signing_refusal *why);
/* Anchors for time-stamping authorities only. */
SIGNING_MUST bool signing_trust_stamper(signing_trust *trust, struct signing_bytes certificates, struct signing_refusal *why);
/* Intermediate certificates, a CRL or an OCSP answer (DER or PEM), recognised by content. */
SIGNING_MUST bool signing_trust_evidence(signing_trust *trust, struct signing_bytes evidence, struct signing_refusal *why);

/* ---- trusted lists: ETSI TS 119 612, TS 119 615 ---- */
/* What a list says it is; nothing of it has been checked. */
struct signing_list {
        bool of_lists; /* a list of lists */
        char territory[8];
        uint64_t sequence;
        int64_t next; /* its successor is due; 0: its scheme is closed */
};
SIGNING_API bool signing_is_list(struct signing_bytes document);
SIGNING_MUST bool signing_list_show(struct signing_bytes list, struct signing_list *out, struct signing_refusal *why);
/* Trusts the services of a list while it vouches for them. Who has to have signed it: the certificates the list of lists taken
 * before announces for it; else `signers` (PEM or DER); where both say nothing, the caller vouches for these bytes. So: the pivots,
 * oldest first, the list of lists, then the national lists. A list older than the one taken for its territory is refused.
 * `at`: when its algorithms have to be strong. */
SIGNING_MUST bool signing_trust_list(signing_trust *trust, struct signing_bytes list, struct signing_bytes signers, int64_t at,
                                     struct signing_refusal *why);
/* Where a list says others are to be had; all of it borrowed. `pivot`: an older list of lists, needed where the signer of this one
 * is not known; pivots come newest first. */
struct signing_pointer {
        const char *territory, *location; /* territory: "" of a pivot */
        bool of_lists, pivot;
};
/* Of a list that has not been taken yet, so to be fetched, not to be believed. */
SIGNING_MUST bool signing_list_pointers(struct signing_bytes list,
                                        void (*each)(void *context, const struct signing_pointer *pointer), void *context,
                                        struct signing_refusal *why);

/* ---- verification: EN 319 102-1 ---- */
enum signing_indication { SIGNING_UNJUDGED = 0, SIGNING_PASSED, SIGNING_INDETERMINATE, SIGNING_FAILED };

typedef struct signing_report signing_report;

/* A file signed beside the document: looked up by the Reference's name, never by a path or URL. */
struct signing_detached {
        void *context;
        bool (*find)(void *context, const char *name, struct signing_source *out);
};

struct signing_request {
        struct signing_source document;          /* XML, ASiC-S, ASiC-E; recognised by content */
        const struct signing_detached *detached; /* or NULL */
        const signing_trust *trust;              /* or NULL: the chain is then not judged */
        int64_t at;                              /* control time */
        bool detailed; /* the report also gives chains, revocation data and the digest of what was signed */
};

/* False only where the document is not a signed document this library can read. */
SIGNING_MUST bool signing_verify(const struct signing_request *request, signing_report **out, struct signing_refusal *why);
SIGNING_API void signing_report_free(signing_report *report);
SIGNING_API enum signing_indication signing_report_indication(const signing_report *report);
SIGNING_API size_t signing_report_signatures(const signing_report *report);
/* The report as one JSON object (the command's contract: README, "pli verify"). Borrowed from the report. */
SIGNING_API const char *signing_report_json(const signing_report *report);
/* The same as the validation report of ETSI TS 119 102-2, unsigned. `at`: the control time of the verification. */
SIGNING_MUST bool signing_report_etsi(const signing_report *report, int64_t at, const struct signing_sink *out,
                                      struct signing_refusal *why);
/* What signature `n` covers completely: true where every byte of business content is signed by it. */
SIGNING_API bool signing_report_covers_all(const signing_report *report, size_t n);

/* ---- creation ---- */
/* A private key: file, token or test key alike. sign() gets the digest named by
 * `digest_nid` (an OpenSSL NID) and writes a PKCS#1 v1.5 or PSS (salt as long as the
 * digest) or a raw r||s signature, as its certificate's key is; for Ed25519 and Ed448
 * `digest_nid` is 0 and `digest` the message. *signature_size is its room, then its size. */
struct signing_key {
        void *context;
        struct signing_bytes certificate;  /* DER */
        const struct signing_bytes *chain; /* DER, intermediates first; may be NULL */
        size_t chain_count;
        bool (*sign)(void *context, int digest_nid, struct signing_bytes digest, uint8_t *signature, size_t *signature_size);
};
/* A key held in memory: PKCS#8 (PEM, passphrase or NULL) or PKCS#12 with its certificate. */
typedef struct signing_memory_key signing_memory_key;
SIGNING_MUST bool signing_memory_key_new(struct signing_bytes key, struct signing_bytes certificates, const char *passphrase,
                                         signing_memory_key **out, struct signing_refusal *why);
SIGNING_API const struct signing_key *signing_memory_key_use(const signing_memory_key *key);
SIGNING_API void signing_memory_key_free(signing_memory_key *key);

/* A file to put in a container. */
struct signing_file {
        const char *name;
        const char *media_type;
        struct signing_source content;
};

/* XAdES-B-B over an XML document, enveloped in its root element (EN 319 132-1 6.3). `claimed` is the signing time. */
SIGNING_MUST bool signing_sign_enveloped(struct signing_bytes document, const struct signing_key *key, int64_t claimed,
                                         const struct signing_sink *out, struct signing_refusal *why);
/* ASiC-E with one XAdES-B-B signature over all files. `seekable` output: the ZIP's own order is sequential, so a sink is enough. */
SIGNING_MUST bool signing_sign_container(const struct signing_file *files, size_t count, const struct signing_key *key,
                                         int64_t claimed, const struct signing_sink *out, struct signing_refusal *why);
/* The signature alone, over files that lie beside it (their names are its references); or with the files inside it, 7 MiB each at
 * most. */
SIGNING_MUST bool signing_sign_detached(const struct signing_file *files, size_t count, const struct signing_key *key,
                                        int64_t claimed, const struct signing_sink *out, struct signing_refusal *why);
SIGNING_MUST bool signing_sign_enveloping(const struct signing_file *files, size_t count, const struct signing_key *key,
                                          int64_t claimed, const struct signing_sink *out, struct signing_refusal *why);
/* The same container without a signature: signing is not compulsory at deposit (annexe 12). */
SIGNING_MUST bool signing_pack_container(const struct signing_file *files, size_t count, const struct signing_sink *out,
                                         struct signing_refusal *why);

/* B-B to B-T in two steps, as the library calls nobody: the RFC 3161 request to
 * carry, then the answer to put in. The answer is checked (imprint, nonce,
 * signature, time-stamping key usage); a wrong one is refused. */
SIGNING_MUST bool signing_stamp_request(struct signing_bytes signed_document, const struct signing_sink *request, uint64_t nonce,
                                        struct signing_refusal *why);
SIGNING_MUST bool signing_stamp_apply(struct signing_bytes signed_document, struct signing_bytes answer, uint64_t nonce,
                                      const signing_trust *trust, const struct signing_sink *out, struct signing_refusal *why);

/* From B-T to B-LT and B-LTA (EN 319 132-1 6.3). The same two steps for an archive time-stamp; another one renews the last. */
struct signing_augmentation {
        struct signing_bytes document;           /* XML or ASiC-E, stamped */
        const struct signing_detached *detached; /* files signed beside it, or NULL */
        const signing_trust *trust;              /* where chains end, and the certificates and revocation data to put in */
        size_t signature;                        /* its number in the report, counter-signatures not counted */
};
/* Puts in what a later verifier needs of signer and authorities (5.4): each certificate below an anchor must have revocation
 * data in `trust`. What is there already is not put in again; nothing new is refused with "VALUES_COMPLETE". */
SIGNING_MUST bool signing_values_apply(const struct signing_augmentation *augmentation, const struct signing_sink *out,
                                       struct signing_refusal *why);
SIGNING_MUST bool signing_archive_request(const struct signing_augmentation *augmentation, uint64_t nonce,
                                          const struct signing_sink *request, struct signing_refusal *why);
SIGNING_MUST bool signing_archive_apply(const struct signing_augmentation *augmentation, struct signing_bytes answer,
                                        uint64_t nonce, const struct signing_sink *out, struct signing_refusal *why);

/* Until when the last time-stamp of the first signature can be relied on: the end of its authority's certificate. It is to be
 * stamped again before (EN 319 132-1 5.5). */
SIGNING_MUST bool signing_kept_until(struct signing_bytes document, int64_t *until, struct signing_refusal *why);

/* ---- batches: one time-stamp for many signed documents (RFC 4998 in the property of EN 319 132-3) ---- */
typedef struct signing_batch signing_batch;
enum { SIGNING_LEAF = 32 };
/* What a batch is made of: each document's first signature, with all it holds now, as one hash. */
SIGNING_MUST bool signing_batch_leaf(struct signing_bytes signed_document, uint8_t leaf[SIGNING_LEAF], struct signing_refusal *why);
SIGNING_MUST bool signing_batch_new(const uint8_t (*leaves)[SIGNING_LEAF], size_t count, signing_batch **out,
                                    struct signing_refusal *why);
SIGNING_API void signing_batch_free(signing_batch *batch);
/* The request to carry, the answer to judge (as signing_stamp_apply() does), then each document with its evidence record. */
SIGNING_MUST bool signing_batch_request(const signing_batch *batch, uint64_t nonce, const struct signing_sink *request,
                                        struct signing_refusal *why);
SIGNING_MUST bool signing_batch_answer(signing_batch *batch, struct signing_bytes answer, uint64_t nonce,
                                       const signing_trust *trust, struct signing_refusal *why);
SIGNING_MUST bool signing_batch_apply(const signing_batch *batch, size_t n, struct signing_bytes signed_document,
                                      const struct signing_sink *out, struct signing_refusal *why);

/* ---- sealing: DESIGN §5, STREAM (Hoang et al., CRYPTO 2015), XML Encryption 1.1, Shamir 1979 ---- */
enum { SIGNING_CHUNK = 262144, SIGNING_SEALED_CHUNK = SIGNING_CHUNK + 28, SIGNING_SHARE = 33, SIGNING_MEMBERS_MAX = 16 };

struct signing_seal_request {
        const char *consultation;            /* id */
        const char *lot;                     /* "" where the consultation has no lots */
        const char *kind;                    /* "candidature", "offre", … */
        const struct signing_bytes *members; /* certificates, DER; member n holds the share of x = n + 1 */
        /* NULL, or for each member who may stand in for it (suppléant; size 0: nobody). Both keys give the same share: a seat
         * counts once. */
        const struct signing_bytes *substitutes;
        size_t member_count;
        unsigned threshold;              /* k of m */
        struct signing_source plaintext; /* the ASiC-E container, whose entries make the document list */
};
SIGNING_MUST bool signing_seal(const struct signing_seal_request *request, const struct signing_sink *ciphertext,
                               const struct signing_sink *manifest, struct signing_refusal *why);

typedef struct signing_manifest signing_manifest;
SIGNING_MUST bool signing_manifest_read(struct signing_bytes manifest, signing_manifest **out, struct signing_refusal *why);
SIGNING_API void signing_manifest_free(signing_manifest *manifest);
/* All of it as one JSON object (fields: signing/manifest.h). Borrowed. */
SIGNING_API const char *signing_manifest_json(const signing_manifest *manifest);

/* What a member's private key unwraps: its share (x, then 32 bytes). The key is PEM/PKCS#8 or PKCS#12. */
SIGNING_MUST bool signing_share_unwrap(const signing_manifest *manifest, struct signing_bytes key, struct signing_bytes certificate,
                                       const char *passphrase, uint8_t share[SIGNING_SHARE], struct signing_refusal *why);
/* Is this the share the manifest commits to? */
SIGNING_MUST bool signing_share_check(const signing_manifest *manifest, const uint8_t share[SIGNING_SHARE],
                                      struct signing_refusal *why);

/* An opened envelope: its plaintext at any offset, out of the ciphertext at any offset. */
typedef struct signing_opened signing_opened;
SIGNING_MUST bool signing_unseal(const signing_manifest *manifest, const uint8_t (*shares)[SIGNING_SHARE], size_t share_count,
                                 struct signing_source ciphertext, signing_opened **out, struct signing_refusal *why);
SIGNING_API struct signing_source signing_opened_source(signing_opened *opened);
SIGNING_API void signing_opened_free(signing_opened *opened);

/* The entries of a container, in its order, META-INF and mimetype left out. */
typedef struct signing_container signing_container;
SIGNING_MUST bool signing_container_open(struct signing_source source, signing_container **out, struct signing_refusal *why);
SIGNING_API void signing_container_free(signing_container *container);
SIGNING_API size_t signing_container_count(const signing_container *container);
SIGNING_API const char *signing_container_name(const signing_container *container, size_t n);
SIGNING_API const char *signing_container_media_type(const signing_container *container, size_t n);
SIGNING_API uint64_t signing_container_size(const signing_container *container, size_t n);
SIGNING_MUST bool signing_container_copy(const signing_container *container, size_t n, const struct signing_sink *out,
                                         struct signing_refusal *why);

#ifdef __cplusplus
}
#endif
#endif
