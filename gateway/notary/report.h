/*
 * report.h - what a notary, active or waiting, says of itself to the database, so
 * that `pliadm doctor` and the metrics can tell: every few seconds, and at once when
 * its seal or its authority comes or goes.
 */
#ifndef PLI_NOTARY_REPORT_H
#define PLI_NOTARY_REPORT_H

#include "gateway/notary/receipts.h"

struct config;

struct report {
        char id[37]; /* of this process: a random UUID (RFC 9562 5.4) */
        const struct config *config;
        int64_t due; /* of pause_now() */
        char last[32];
        uint64_t failures; /* turns that were not finished */
};

/* What it is told in return is the database's hour, by which the authority's is judged. */
void report_begin(struct report *report, const struct config *config);
bool report_tell(struct report *report, const struct office *office, struct db *db, bool active, struct problem *problem)
        __attribute__((warn_unused_result));

#endif
