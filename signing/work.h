/*
 * work.h - how much work one document may still cause (limits.h).
 *
 * Many small requests can be as dear as a large one: a thousand references to
 * the same big element, a thousand slow expressions. All draw on one budget.
 */
#ifndef PLI_SIGNING_WORK_H
#define PLI_SIGNING_WORK_H

#include <stdbool.h>
#include <stdint.h>

#include "signing/limits.h"

struct work {
        uint64_t canonical; /* elements × namespaces in scope left */
        uint64_t xpath;     /* operations left */
        uint64_t parsed;    /* bytes of files beside the document left */
        bool exhausted;     /* something was refused for want of budget */
        const void *document;
        uint64_t passes; /* of `canonical`, what is left of this document's own share */
};

#define WORK_WHOLE ((struct work){.canonical = LIMIT_CANONICAL, .xpath = LIMIT_XPATH, .parsed = LIMIT_PARSED})

/* Takes `amount` off a budget, or marks the work as exhausted and answers false. */
static inline bool work_take(struct work *work, uint64_t *budget, uint64_t amount)
{
        if (amount > *budget) {
                work->exhausted = true;
                return false;
        }
        *budget -= amount;
        return true;
}

#endif
