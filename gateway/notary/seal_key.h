/*
 * seal_key.h - the seal's private key: a file read at the start, or a key that
 * stays in its token (PKCS#11), is held by a process of its own (token_holder.h)
 * and may be unplugged and plugged in again.
 *
 * seal_key is PKCS#12, PEM with the certificate beside it (seal_certificate), or
 * a URI "pkcs11:token=…;object=…?module-path=…"; then seal_certificate is needed,
 * so that the notary knows its name while the token is away. The passphrase or
 * PIN is the first line of seal_passphrase_file.
 */
#ifndef PLI_NOTARY_SEAL_KEY_H
#define PLI_NOTARY_SEAL_KEY_H

#include "gateway/core/problem.h"
#include "gateway/notary/bytes.h"

struct config;
struct seal_key;

/* A token that is away is no problem here; one that refuses its PIN is, as asking again would lock it. */
bool seal_key_open(const struct config *config, struct seal_key **out, struct problem *problem) __attribute__((warn_unused_result));
void seal_key_close(struct seal_key *key);
/* Can it sign now? A token that was away is looked for again every few seconds, without waiting. What changes is logged. */
bool seal_key_ready(struct seal_key *key);
/* As it was when it was last looked for: "ready", "away", "locked" (its PIN was refused) or "stuck" (it does not answer). */
const char *seal_key_state(const struct seal_key *key);
const char *seal_key_detail(const struct seal_key *key); /* why, where it is not "ready"; else "" */
/* By any thread; borrowed. */
const struct signing_key *seal_key_use(const struct seal_key *key);
struct signing_bytes seal_key_certificate(const struct seal_key *key); /* DER, known always; borrowed */

#endif
