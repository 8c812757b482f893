/*
 * level.h - the levels of a signature (EN 319 132-1 6): B-B signed, B-T stamped,
 * B-LT with its validation data, B-LTA kept; raising a document to one, and
 * holding what came out against our own judgement before anybody gets it.
 */
#ifndef PLI_CLIENT_LEVEL_H
#define PLI_CLIENT_LEVEL_H

#include <stdbool.h>

#include "gateway/core/problem.h"
#include "signing/source.h"

struct invocation;

enum level { LEVEL_B, LEVEL_T, LEVEL_LT, LEVEL_LTA };

enum { LEVEL_DOCUMENT_MOST = 1 << 30 }; /* a document raised is in memory */

/* What is wanted, and what it takes: --level, --stamp-url, --trust, --stamp-trust and --evidence. */
struct raising {
        enum level level;
        const char *stamp_url;
        signing_trust *trust;                    /* NULL: the chain is not judged, and B-LT is out of reach */
        const struct signing_detached *detached; /* or NULL */
};

/* `usual`: the level where --level is not given. */
bool raising_open(const struct invocation *invocation, enum level usual, struct raising *out, struct problem *problem)
        __attribute__((warn_unused_result));
void raising_close(struct raising *raising);
/* Replaces the document by itself with every signature raised; a signature that is B-LTA already gets another archive time-stamp.
 */
bool raising_apply(const struct raising *raising, struct sink_memory *document, struct problem *problem)
        __attribute__((warn_unused_result));
/* Every signature has the level and passes; without trust anchors everything but the chain must. Problem: "sign-refused". */
bool raising_check(const struct raising *raising, struct signing_source document, struct problem *problem)
        __attribute__((warn_unused_result));

#endif
