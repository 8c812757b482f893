/*
 * note.h - C2SP signed-note and tlog-checkpoint with Ed25519: how the journal's
 * state is signed, and how anybody checks it. Pure.
 *
 * A note is text ending in a newline, an empty line, then signature lines
 * "— NAME BASE64(key id ‖ signature)". A verifier key is "NAME+HEX8+BASE64(0x01 ‖ key)".
 * A checkpoint is a note of the lines origin, size, base64 root (and, opaque, more).
 */
#ifndef PLI_FORMATS_NOTE_H
#define PLI_FORMATS_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/formats/merkle.h"
#include "signing/signing.h"

/* Bytes of a whole note, of a name, of a verifier key; signature lines read (C2SP: at least 16). */
enum { NOTE_MAX = 16384, NOTE_NAME_MAX = 128, NOTE_KEY_TEXT_MAX = 256, NOTE_SIGNATURES_MAX = 16, NOTE_PUBLIC_KEY = 32 };

struct note_key {
        char name[NOTE_NAME_MAX];
        uint8_t id[4]; /* the first bytes of SHA-256(name ‖ newline ‖ 0x01 ‖ key) */
        uint8_t bytes[NOTE_PUBLIC_KEY];
};
bool note_key_parse(const char *text, struct note_key *out, struct signing_refusal *why) __attribute__((warn_unused_result));
void note_key_show(const struct note_key *key, char out[NOTE_KEY_TEXT_MAX]);

/* The private side: an Ed25519 key (PKCS#8, PEM) under a name. */
struct note_signer;
bool note_signer_new(struct signing_bytes pem, const char *name, struct note_signer **out, struct signing_refusal *why)
        __attribute__((warn_unused_result));
void note_signer_free(struct note_signer *signer);
const struct note_key *note_signer_key(const struct note_signer *signer);

/* Signs `text` (one or more lines, each ended): the whole note, a C string. */
bool note_sign(const struct note_signer *signer, const char *text, char out[NOTE_MAX], struct signing_refusal *why)
        __attribute__((warn_unused_result));
/* One more signature line, by another key: the overlap of a rotation. */
bool note_sign_also(const struct note_signer *signer, char note[NOTE_MAX], struct signing_refusal *why)
        __attribute__((warn_unused_result));
/* Is this a note, and does `key` sign it? *text_size: how much of `note` is the signed text. A key
 * of ours with a wrong signature refuses the note; lines of other keys are ignored (signed-note "Verifying"). */
bool note_check(struct signing_bytes note, const struct note_key *key, size_t *text_size, struct signing_refusal *why)
        __attribute__((warn_unused_result));

struct checkpoint {
        char origin[NOTE_NAME_MAX];
        uint64_t size;
        struct merkle_hash root;
};
bool checkpoint_sign(const struct checkpoint *checkpoint, const struct note_signer *signer, char out[NOTE_MAX],
                     struct signing_refusal *why) __attribute__((warn_unused_result));
/* The note's lines, its signatures not judged. */
bool checkpoint_parse(struct signing_bytes note, struct checkpoint *out, struct signing_refusal *why)
        __attribute__((warn_unused_result));
/* Both: signed by `key`, and its origin is the key's name. */
bool checkpoint_check(struct signing_bytes note, const struct note_key *key, struct checkpoint *out, struct signing_refusal *why)
        __attribute__((warn_unused_result));

#endif
