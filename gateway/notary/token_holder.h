/*
 * token_holder.h - a process of its own that holds the seal's token, so that a
 * PKCS#11 module which hangs or crashes hangs or crashes alone, and the maker's
 * code meets neither the database nor the journal's key.
 *
 * The holder is started before the notary has threads, secrets or connections. It
 * opens the token when it is asked, in a jail of its own; what it does not answer
 * in time is taken for stuck: it is killed, and another one is started.
 */
#ifndef PLI_NOTARY_TOKEN_HOLDER_H
#define PLI_NOTARY_TOKEN_HOLDER_H

#include "gateway/core/problem.h"
#include "gateway/core/token_key.h"
#include "signing/signing.h"

struct token_holder;

/* NEW: nobody has asked yet. LOCKED: the PIN was refused, and is not tried again. STUCK: it did not answer in time. */
enum token_state { TOKEN_NEW = 0, TOKEN_READY, TOKEN_AWAY, TOKEN_LOCKED, TOKEN_STUCK };

struct token_holding {
        struct token_request request; /* borrowed for as long as the holder lives */
        int64_t seconds;              /* how long it may take for one answer */
        /* Run in the holder before it opens anything: its jail. */
        bool (*enclose)(const void *context, struct problem *problem);
        const void *context;
};

/* Forks. Problem: "internal". */
bool token_holder_start(const struct token_holding *holding, struct token_holder **out, struct problem *problem)
        __attribute__((warn_unused_result));
void token_holder_end(struct token_holder *holder);

/* Looks for the token and waits, `seconds` at most; `problem` says why it is not there. */
enum token_state token_holder_ask(struct token_holder *holder, struct problem *problem);
/* The same without waiting: what is known so far. By the thread that started the holder. */
enum token_state token_holder_look(struct token_holder *holder);
/* What is known so far, and why the token is not there. */
enum token_state token_holder_state(struct token_holder *holder, struct problem *problem);
/* A signing_key's sign(): by any thread, one at a time. Once it has failed it fails at once, until the token is looked for again.
 */
bool token_holder_sign(void *holder, int digest_nid, struct signing_bytes digest, uint8_t *signature, size_t *size);

#endif
