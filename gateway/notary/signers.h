/*
 * signers.h - opens the journal's keys. Rotation: journal_key names the new key,
 * journal_key_previous the one it takes over from; while both are named both
 * sign, so that whoever knows either can check. A revoked key is named by its
 * verifier key alone: it signs no more, the journal goes on from where it was.
 */
#ifndef PLI_NOTARY_SIGNERS_H
#define PLI_NOTARY_SIGNERS_H

#include "gateway/core/problem.h"
#include "gateway/notary/journal.h"

struct config;

bool signers_open(const struct config *config, struct journal_signers *out, struct problem *problem)
        __attribute__((warn_unused_result));
void signers_close(struct journal_signers *signers);
/* Prints the verifier keys, to be published: what `pli receipt verify --journal-key` takes. */
void signers_show(const struct journal_signers *signers);

#endif
