/*
 * verdict.h - the pool of judges: pli-judge processes that see hostile bytes.
 *
 * A judge is jailed before its first byte, single-threaded, limited in memory
 * and time, and does one job at a time. One that dies or overruns is replaced,
 * and its document gets an INDETERMINATE report with the reason JUDGE_DIED or
 * JUDGE_TIMEOUT: an answer, never a problem. Calls block (use them on a worker)
 * and are thread-safe; they wait for a free judge. Calls answer false only where
 * no judge could be had ("judge-unavailable"), a source or sink failed, or the
 * input was refused ("document-unreadable", with the judge's own sentence).
 */
#ifndef PLI_CORE_VERDICT_H
#define PLI_CORE_VERDICT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/core/problem.h"

struct verdict_pool;
struct verdict_limits {
        size_t memory;
        unsigned seconds;
}; /* RLIMIT_AS bytes; CPU seconds a job, wall = 4x + 60 s */

struct verdict_pool *verdict_pool_new(const char *program, unsigned judges, struct verdict_limits limits);
void verdict_pool_free(struct verdict_pool *pool);

/* The judge pulls what it needs, in any order. */
struct verdict_source {
        void *context;
        uint64_t size;
        bool (*read)(void *context, uint64_t offset, uint8_t *buffer, size_t size);
};
/* One container entry after the other: begin(name), write()…, end(). begin may answer false: skip this entry. */
struct verdict_sink {
        void *context;
        bool (*begin)(void *context, const char *name, const char *media_type, uint64_t size);
        bool (*write)(void *context, const uint8_t *data, size_t size);
        bool (*end)(void *context);
};
struct verdict_piece {
        const void *data;
        size_t size;
};
/* Trust as the judge gets it. Texts are concatenated PEM certificates; without anchors and lists no chain is judged. What cannot be
 * read of lists and evidence is left out: it proves nothing. Borrowed. */
struct verdict_trust {
        const char *anchors, *stampers, *signers; /* signers: of the lists of lists; NULL: the caller vouches for the first one */
        const struct verdict_piece *lists, *evidence; /* TS 119 612, in any order; certificates, CRLs and OCSP answers */
        size_t list_count, evidence_count;
        int64_t at; /* control time, from the database's clock */
};
struct verdict_shares {
        const uint8_t *data;
        size_t count;
}; /* count × 33 bytes */

/* The sealed manifest as JSON (signing/manifest.h names the fields). */
bool verdict_manifest(struct verdict_pool *pool, const void *manifest, size_t size, json_t **out, struct problem *problem)
        __attribute__((warn_unused_result));
/* A signed document: its verification report. */
bool verdict_document(struct verdict_pool *pool, const struct verdict_source *document, const struct verdict_trust *trust,
                      json_t **report, struct problem *problem) __attribute__((warn_unused_result));
/* A PES Aller read as it passes: {"facts": formats/pes.h, "reasons": […]}. The files inside go to the sink, expanded. A judge that
 * died or overran is a reason, "pes-unreadable". */
bool verdict_pes(struct verdict_pool *pool, const struct verdict_source *document, const struct verdict_sink *files,
                 json_t **report, struct problem *problem) __attribute__((warn_unused_result));
/* Unseals an envelope, hands each document to the sink, verifies container and
 * signatures, holds the documents against the manifest's list. The report:
 * {"outcome":"opened"|"unreadable","reasons":[…],"documents":[{"name","mediaType","size","sha256","listed":bool}],
 *  "missing":[names the manifest lists and the container lacks],"verification":{…signing report…}|null,
 *  "manifestVerification":{…signing report of the manifest…}|null where the depositor did not sign it} */
bool verdict_envelope(struct verdict_pool *pool, const void *manifest, size_t manifest_size, struct verdict_shares shares,
                      const struct verdict_source *ciphertext, const struct verdict_trust *trust,
                      const struct verdict_sink *documents, json_t **report, struct problem *problem)
        __attribute__((warn_unused_result));
/* One document of an opened envelope, again; "": the container itself, as it was deposited. */
bool verdict_extract(struct verdict_pool *pool, const void *manifest, size_t manifest_size, struct verdict_shares shares,
                     const struct verdict_source *ciphertext, const char *name, const struct verdict_sink *document,
                     struct problem *problem) __attribute__((warn_unused_result));
/* Is each share the one the manifest commits to? out[i] for share i. */
bool verdict_share_check(struct verdict_pool *pool, const void *manifest, size_t manifest_size, struct verdict_shares shares,
                         bool *out, struct problem *problem) __attribute__((warn_unused_result));

/* The files of a ZIP archive into the sink, in its order (signing/judge_unpack.h). */
bool verdict_unpack(struct verdict_pool *pool, const struct verdict_source *archive, const struct verdict_sink *files,
                    struct problem *problem) __attribute__((warn_unused_result));
/* A stamped copy of a PDF into the sink; `lines` is a JSON list of texts (signing/judge_stamp.h). */
bool verdict_stamp(struct verdict_pool *pool, const struct verdict_source *pdf, const char *lines, const struct verdict_sink *copy,
                   struct problem *problem) __attribute__((warn_unused_result));

#endif
