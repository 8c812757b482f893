/*
 * evidence_record.h - an evidence record (RFC 4998): one time-stamp token for
 * many things at once, with the hashes that lead from one of them to it.
 *
 * Read and written here: one chain of one ArchiveTimeStamp, SHA-256. Renewal is
 * not made inside the record: another one is put beside it, over it.
 */
#ifndef PLI_SIGNING_EVIDENCE_RECORD_H
#define PLI_SIGNING_EVIDENCE_RECORD_H

#include "signing/signing.h"

enum { EVIDENCE_HASH = 32 };

struct evidence_hash {
        uint8_t bytes[EVIDENCE_HASH];
};
/* Hashes that are hashed together, in whatever order they came. */
struct evidence_list {
        const struct evidence_hash *hashes; /* borrowed */
        size_t count;
};

/* RFC 4998 4.2: the hash of a list, its members in ascending order. */
bool evidence_hash_list(const struct evidence_list *list, struct evidence_hash *out) __attribute__((warn_unused_result));

/* The lists of the reduced hash tree, the data objects' own first, and the token (DER). malloc'ed; NULL: no memory. */
uint8_t *evidence_record_write(const struct evidence_list *lists, size_t count, struct signing_bytes token, size_t *size)
        __attribute__((warn_unused_result));

struct evidence_record;
bool evidence_record_read(struct signing_bytes der, struct evidence_record **out, struct signing_refusal *why)
        __attribute__((warn_unused_result));
void evidence_record_free(struct evidence_record *record);
struct signing_bytes evidence_record_token(const struct evidence_record *record); /* DER; borrowed */
/* RFC 4998 4.3: what the token must be about, if the record is one of exactly these data objects; false where it is not. */
bool evidence_record_root(const struct evidence_record *record, const struct evidence_list *objects, struct evidence_hash *out)
        __attribute__((warn_unused_result));

#endif
