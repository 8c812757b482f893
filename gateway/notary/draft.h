/* draft.h - a receipt on its way: signed, perhaps stamped, not yet in the database. */
#ifndef PLI_NOTARY_DRAFT_H
#define PLI_NOTARY_DRAFT_H

#include "gateway/core/log.h"
#include "gateway/notary/seal.h"
#include "gateway/notary/stamp.h"

struct db;

enum { DRAFT_MAX = RECEIPT_MAX + 262144 }; /* bytes of a receipt with its seal and time-stamp */

struct draft {
        int64_t event;
        struct bytes xml;
        bool made, stamped;
        uint64_t nonce;
        struct bytes request;
};

void drafts_free(struct draft *drafts, size_t count);
void draft_fault(const struct draft *draft, enum log_level level, const char *what, const struct signing_refusal *why);

/* Asks for the time-stamps of those that are made and lack one, as long as the authority is worth asking. */
struct harvest {
        size_t asked, answered, good;
};
struct harvest drafts_stamp(const struct seal *seal, struct stamper *stamper, struct draft *drafts, size_t count);

/* Those that are made, or all that are stamped where `stamped_only`, by one call of api.receipts_put or api.receipts_stamp. */
bool drafts_put(struct db *db, const char *function, const struct draft *drafts, size_t count, bool stamped_only,
                struct problem *problem) __attribute__((warn_unused_result));

#endif
