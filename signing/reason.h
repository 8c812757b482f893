/*
 * reason.h - the rows of reason_table.h, and their sentences.
 */
#ifndef PLI_SIGNING_REASON_H
#define PLI_SIGNING_REASON_H

#include "signing/judgement.h"

struct reason_row {
        const char *code;
        enum signing_indication indication; /* SIGNING_PASSED: a note */
        const char *sub_indication, *clause, *english, *french;
};

const struct reason_row *reason_row(enum reason_code code);
/* The row's sentence with this reason's detail put in. */
void reason_show(const char *sentence, const struct reason *reason, char *out, size_t size);

#endif
