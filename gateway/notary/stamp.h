/*
 * stamp.h - carries time-stamp requests to the authority (RFC 3161 3.4, HTTP),
 * many at once. The answers are judged by signing_stamp_apply(), but for the hour
 * they tell, of which the library knows nothing.
 *
 * An authority that answers nothing is left alone for a while, longer each
 * time, so that receipts never wait for it twice.
 */
#ifndef PLI_NOTARY_STAMP_H
#define PLI_NOTARY_STAMP_H

#include "gateway/core/problem.h"
#include "gateway/notary/bytes.h"

struct stamper;

struct stamp_exchange {
        struct signing_bytes request; /* DER TimeStampReq; borrowed */
        struct bytes answer;          /* DER TimeStampResp, not yet believed; bytes_free() */
        bool answered;
        char reason[128]; /* why not */
};

/* NULL where no authority is configured (url ""). */
struct stamper *stamper_new(const char *url, int64_t seconds);
void stamper_free(struct stamper *stamper);

/* May it be asked now? False while it is left alone, and where there is none. */
bool stamper_ready(const struct stamper *stamper);
/* What the database's clock says now (Unix time): an answer that tells a time more than STAMP_SKEW seconds from it is refused. */
enum { STAMP_SKEW = 300 };
void stamper_clock(struct stamper *stamper, int64_t now);
/* Asks for all of them at once, for `seconds` at most; marks those that were answered. */
void stamper_carry(struct stamper *stamper, struct stamp_exchange *exchanges, size_t count);
/* What became of an answer: believed, or refused, for what reason. */
void stamper_judge(struct stamper *stamper, bool believed, const char *reason);
/* Since its start; `slowest`: the longest wait of the last minute or so, in milliseconds. */
struct stamper_report {
        bool away;
        char reason[160]; /* why, where it is away */
        uint64_t good, refused, unanswered;
        int64_t slowest;
};
void stamper_tell(struct stamper *stamper, struct stamper_report *out);
/* Did it answer anything worth having? If not it is left alone, twice as long as the last time. */
void stamper_settle(struct stamper *stamper, bool worked);

#endif
