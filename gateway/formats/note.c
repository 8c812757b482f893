/*
 * note.c - signed notes and checkpoints. Everything read is bounded and strict:
 * one text has one encoding here, so that what was signed is what was read.
 */
#include <assert.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "gateway/formats/note.h"
#include "signing/refusal.h"

#define SIGNED_NOTE "C2SP signed-note"
#define CHECKPOINT "C2SP tlog-checkpoint"
#define DASH "\xe2\x80\x94 " /* em dash, space: how a signature line begins */

enum { KEY_ID = 4, ED25519 = 1, SIGNATURE = 64, LINE_ROOM = NOTE_NAME_MAX + 160 };

DEFINE_OWNER(BIO, BIO_free)
DEFINE_OWNER(EVP_PKEY, EVP_PKEY_free)
DEFINE_OWNER(EVP_MD_CTX, EVP_MD_CTX_free)

struct note_signer {
        struct note_key key;
        EVP_PKEY *private;
};

/* ---- base64 and UTF-8, strict ---- */

/* Only the one encoding that RFC 4648 4 gives these bytes. *size is room, then size. */
static bool base64_parse(const char *text, size_t length, uint8_t *out, size_t *size)
{
        uint8_t decoded[NOTE_MAX];
        char again[NOTE_MAX + 8];
        if (length == 0 || length % 4 != 0 || length > NOTE_MAX)
                return false;
        int count = EVP_DecodeBlock(decoded, (const unsigned char *)text, (int)length);
        count -= (text[length - 1] == '=') + (text[length - 2] == '=');
        if (count <= 0 || (size_t)count > *size)
                return false;
        int encoded = EVP_EncodeBlock((unsigned char *)again, decoded, count);
        if ((size_t)encoded != length || memcmp(again, text, length) != 0)
                return false;
        memcpy(out, decoded, (size_t)count);
        *size = (size_t)count;
        return true;
}

/* The code point at *at, which moves behind it; -1: not UTF-8 (RFC 3629: shortest form, no surrogates). */
static long point_read(const char *text, size_t size, size_t *at)
{
        static const struct {
                uint8_t mask, lead;
                long least;
        } forms[] = {{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
        uint8_t first = (uint8_t)text[*at];
        size_t more = 0;
        while (more < 4 && (first & forms[more].mask) != forms[more].lead)
                more++;
        if (more == 4 || size - *at <= more)
                return -1;
        long point = first & (uint8_t)~forms[more].mask;
        for (size_t i = 1; i <= more; i++) {
                uint8_t next = (uint8_t)text[*at + i];
                if ((next & 0xc0) != 0x80)
                        return -1;
                point = point << 6 | (next & 0x3f);
        }
        if (point < forms[more].least || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
                return -1;
        *at += more + 1;
        return point;
}

static bool point_space(long point)
{
        return point <= 0x20 || point == 0x85 || point == 0xa0 || point == 0x1680 || (point >= 0x2000 && point <= 0x200a) ||
               point == 0x2028 || point == 0x2029 || point == 0x202f || point == 0x205f || point == 0x3000;
}

static bool name_check(const char *name, size_t size)
{
        if (size == 0 || size >= NOTE_NAME_MAX)
                return false;
        for (size_t at = 0; at < size;) {
                long point = point_read(name, size, &at);
                if (point < 0 || point_space(point) || point == '+')
                        return false;
        }
        return true;
}

static bool text_check(const char *text, size_t size)
{
        for (size_t at = 0; at < size;) {
                long point = point_read(text, size, &at);
                if (point < 0 || (point < 0x20 && point != '\n'))
                        return false;
        }
        return true;
}

/* ---- keys ---- */

static void key_identify(struct note_key *key)
{
        uint8_t buffer[NOTE_NAME_MAX + 2 + NOTE_PUBLIC_KEY], digest[EVP_MAX_MD_SIZE];
        size_t size = strlen(key->name);
        memcpy(buffer, key->name, size);
        buffer[size++] = '\n';
        buffer[size++] = ED25519;
        memcpy(buffer + size, key->bytes, NOTE_PUBLIC_KEY);
        int good = EVP_Digest(buffer, size + NOTE_PUBLIC_KEY, digest, NULL, EVP_sha256(), NULL);
        assert(good == 1);
        memcpy(key->id, digest, KEY_ID);
}

bool note_key_parse(const char *text, struct note_key *out, struct signing_refusal *why)
{
        struct note_key key = {.name = ""};
        uint8_t bytes[1 + NOTE_PUBLIC_KEY];
        size_t size = sizeof bytes, length = strlen(text);
        const char *plus = memchr(text, '+', length);
        if (plus == NULL || !name_check(text, (size_t)(plus - text)) || length - (size_t)(plus - text) < 11 || plus[9] != '+')
                return refuse(why, "NOTE_KEY_MALFORMED", SIGNED_NOTE, "a verifier key is NAME+HEX8+BASE64");
        if (!base64_parse(plus + 10, strlen(plus + 10), bytes, &size) || size != sizeof bytes || bytes[0] != ED25519)
                return refuse(why, "NOTE_KEY_MALFORMED", SIGNED_NOTE, "the verifier key does not hold an Ed25519 key");
        memcpy(key.name, text, (size_t)(plus - text));
        memcpy(key.bytes, bytes + 1, NOTE_PUBLIC_KEY);
        key_identify(&key);
        char wanted[NOTE_KEY_TEXT_MAX];
        note_key_show(&key, wanted);
        if (strcmp(wanted, text) != 0)
                return refuse(why, "NOTE_KEY_MALFORMED", SIGNED_NOTE, "the verifier key's id is not that of its name and key");
        *out = key;
        return true;
}

void note_key_show(const struct note_key *key, char out[NOTE_KEY_TEXT_MAX])
{
        uint8_t bytes[1 + NOTE_PUBLIC_KEY] = {ED25519};
        char encoded[4 * (1 + NOTE_PUBLIC_KEY + 2) / 3 + 1];
        memcpy(bytes + 1, key->bytes, NOTE_PUBLIC_KEY);
        EVP_EncodeBlock((unsigned char *)encoded, bytes, sizeof bytes);
        snprintf(out, NOTE_KEY_TEXT_MAX, "%s+%02x%02x%02x%02x+%s", key->name, key->id[0], key->id[1], key->id[2], key->id[3],
                 encoded);
}

/* A key of the journal has no passphrase; without this OpenSSL would ask the terminal for one. */
static int passphrase_none(char *buffer, int size, int writing, void *context)
{
        (void)buffer, (void)size, (void)writing, (void)context;
        return -1;
}

bool note_signer_new(struct signing_bytes pem, const char *name, struct note_signer **out, struct signing_refusal *why)
{
        if (!name_check(name, strlen(name)))
                return refuse(why, "NOTE_NAME", SIGNED_NOTE, "a key's name has no space and no plus sign, and 1 to %d bytes",
                              NOTE_NAME_MAX - 1);
        OWN(BIO) bio = BIO_new_mem_buf(pem.data, (int)pem.size);
        OWN(EVP_PKEY) private = bio != NULL ? PEM_read_bio_PrivateKey(bio, NULL, passphrase_none, NULL) : NULL;
        ERR_clear_error();
        if (private == NULL || EVP_PKEY_get_id(private) != EVP_PKEY_ED25519)
                return refuse(why, "NOTE_SIGNER", SIGNED_NOTE,
                              "the journal's key is not an Ed25519 private key in PEM without passphrase");
        struct note_signer *signer = calloc(1, sizeof *signer);
        assert(signer != NULL);
        snprintf(signer->key.name, sizeof signer->key.name, "%s", name);
        size_t size = NOTE_PUBLIC_KEY;
        int good = EVP_PKEY_get_raw_public_key(private, signer->key.bytes, &size);
        assert(good == 1 && size == NOTE_PUBLIC_KEY);
        key_identify(&signer->key);
        signer->private = TAKE(private);
        *out = signer;
        return true;
}

void note_signer_free(struct note_signer *signer)
{
        if (signer == NULL)
                return;
        EVP_PKEY_free(signer->private);
        free(signer);
}

const struct note_key *note_signer_key(const struct note_signer *signer)
{
        return &signer->key;
}

/* ---- notes ---- */

/* A signature line over the text, ended. */
static bool line_write(const struct note_signer *signer, struct signing_bytes text, char out[LINE_ROOM],
                       struct signing_refusal *why)
{
        size_t size = SIGNATURE;
        uint8_t bytes[KEY_ID + SIGNATURE];
        char encoded[128];
        memcpy(bytes, signer->key.id, KEY_ID);
        OWN(EVP_MD_CTX) context = EVP_MD_CTX_new();
        if (context == NULL || EVP_DigestSignInit(context, NULL, NULL, NULL, signer->private) != 1 ||
            EVP_DigestSign(context, bytes + KEY_ID, &size, text.data, text.size) != 1 || size != SIGNATURE)
                return refuse(why, "NOTE_SIGNER", SIGNED_NOTE, "the journal's key could not sign");
        EVP_EncodeBlock((unsigned char *)encoded, bytes, sizeof bytes);
        snprintf(out, LINE_ROOM, DASH "%s %s\n", signer->key.name, encoded);
        return true;
}

bool note_sign(const struct note_signer *signer, const char *text, char out[NOTE_MAX], struct signing_refusal *why)
{
        size_t length = strlen(text);
        if (length == 0 || length > NOTE_MAX / 2 || text[length - 1] != '\n' || !text_check(text, length))
                return refuse(why, "NOTE_TEXT", SIGNED_NOTE,
                              "the text of a note is UTF-8 lines, each ended, without control characters");
        char line[LINE_ROOM];
        if (!line_write(signer, (struct signing_bytes){(const uint8_t *)text, length}, line, why))
                return false;
        snprintf(out, NOTE_MAX, "%s\n%s", text, line);
        return true;
}

static bool signature_check(const struct note_key *key, const uint8_t *signature, size_t size, struct signing_bytes text)
{
        OWN(EVP_PKEY) public = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key->bytes, NOTE_PUBLIC_KEY);
        OWN(EVP_MD_CTX) context = EVP_MD_CTX_new();
        bool good = public != NULL && context != NULL && EVP_DigestVerifyInit(context, NULL, NULL, NULL, public) == 1 &&
                    EVP_DigestVerify(context, signature, size, text.data, text.size) == 1;
        ERR_clear_error();
        return good;
}

/* How much of a note is its text: up to the newline before the last empty line. 0: there is none. */
static size_t text_end(const char *note, size_t size)
{
        for (size_t end = size; end >= 2; end--)
                if (note[end - 1] == '\n' && note[end - 2] == '\n')
                        return end - 1;
        return 0;
}

enum line { LINE_MALFORMED, LINE_OTHER, LINE_GOOD, LINE_WRONG };

/* One signature line, without its newline: of another key, or of `key` (NULL: nobody's) and good or wrong. */
static enum line line_judge(const char *line, size_t size, const struct note_key *key, struct signing_bytes text)
{
        uint8_t bytes[NOTE_MAX];
        size_t count = sizeof bytes, dash = sizeof DASH - 1;
        if (size <= dash || memcmp(line, DASH, dash) != 0)
                return LINE_MALFORMED;
        line += dash;
        size -= dash;
        const char *space = memchr(line, ' ', size);
        if (space == NULL || !name_check(line, (size_t)(space - line)))
                return LINE_MALFORMED;
        size_t name = (size_t)(space - line);
        if (!base64_parse(space + 1, size - name - 1, bytes, &count) || count <= KEY_ID)
                return LINE_MALFORMED;
        if (key == NULL || strlen(key->name) != name || memcmp(key->name, line, name) != 0 || memcmp(key->id, bytes, KEY_ID) != 0)
                return LINE_OTHER;
        return signature_check(key, bytes + KEY_ID, count - KEY_ID, text) ? LINE_GOOD : LINE_WRONG;
}

static bool lines_judge(const char *lines, size_t size, const struct note_key *key, struct signing_bytes text,
                        struct signing_refusal *why)
{
        bool good = false;
        size_t count = 0;
        for (size_t at = 0; at < size; count++) {
                const char *end = memchr(lines + at, '\n', size - at);
                size_t length = end == NULL ? 0 : (size_t)(end - (lines + at));
                enum line line = count < NOTE_SIGNATURES_MAX ? line_judge(lines + at, length, key, text) : LINE_MALFORMED;
                if (line == LINE_MALFORMED)
                        return refuse(why, "NOTE_MALFORMED", SIGNED_NOTE, "signature line %zu is malformed or one too many",
                                      count + 1);
                if (line == LINE_WRONG)
                        return refuse(why, "NOTE_SIGNATURE_WRONG", SIGNED_NOTE, "the signature of %s is wrong", key->name);
                good = good || line == LINE_GOOD;
                at += length + 1;
        }
        if (count == 0)
                return refuse(why, "NOTE_MALFORMED", SIGNED_NOTE, "the note has no signature");
        if (key != NULL && !good)
                return refuse(why, "NOTE_SIGNER_UNKNOWN", SIGNED_NOTE, "%s with this key has not signed the note", key->name);
        return true;
}

/* `key` NULL: the form only. */
static bool note_judge(struct signing_bytes note, const struct note_key *key, size_t *text_size, struct signing_refusal *why)
{
        const char *text = (const char *)note.data;
        if (note.size > NOTE_MAX)
                return refuse(why, "NOTE_TOO_LONG", "limit", "a note has at most %d bytes", NOTE_MAX);
        if (!text_check(text, note.size))
                return refuse(why, "NOTE_MALFORMED", SIGNED_NOTE, "the note is not UTF-8 or holds control characters");
        size_t end = text_end(text, note.size);
        if (end == 0)
                return refuse(why, "NOTE_MALFORMED", SIGNED_NOTE, "no empty line parts the text from signatures");
        if (!lines_judge(text + end + 1, note.size - end - 1, key, (struct signing_bytes){note.data, end}, why))
                return false;
        *text_size = end;
        return true;
}

bool note_sign_also(const struct note_signer *signer, char note[NOTE_MAX], struct signing_refusal *why)
{
        size_t text_size = 0, size = strlen(note);
        char line[LINE_ROOM];
        if (!note_judge((struct signing_bytes){(const uint8_t *)note, size}, NULL, &text_size, why) ||
            !line_write(signer, (struct signing_bytes){(const uint8_t *)note, text_size}, line, why))
                return false;
        if (size + strlen(line) >= NOTE_MAX)
                return refuse(why, "NOTE_TEXT", SIGNED_NOTE, "the note has no room for another signature");
        memcpy(note + size, line, strlen(line) + 1);
        return true;
}

bool note_check(struct signing_bytes note, const struct note_key *key, size_t *text_size, struct signing_refusal *why)
{
        return note_judge(note, key, text_size, why);
}

/* ---- checkpoints ---- */

bool checkpoint_sign(const struct checkpoint *checkpoint, const struct note_signer *signer, char out[NOTE_MAX],
                     struct signing_refusal *why)
{
        char root[64], text[NOTE_NAME_MAX + 128];
        EVP_EncodeBlock((unsigned char *)root, checkpoint->root.bytes, MERKLE_HASH);
        snprintf(text, sizeof text, "%s\n%llu\n%s\n", checkpoint->origin, (unsigned long long)checkpoint->size, root);
        return note_sign(signer, text, out, why);
}

/* The next line of the text, cut out of it; NULL at its end. */
static const char *line_next(const char **text, const char *end, size_t *size)
{
        const char *line = *text, *newline = line < end ? memchr(line, '\n', (size_t)(end - line)) : NULL;
        if (newline == NULL)
                return NULL;
        *size = (size_t)(newline - line);
        *text = newline + 1;
        return line;
}

static bool size_parse(const char *line, size_t length, uint64_t *out)
{
        uint64_t size = 0;
        if (length == 0 || length > 19 || (line[0] == '0' && length > 1))
                return false;
        for (size_t i = 0; i < length; i++) {
                if (line[i] < '0' || line[i] > '9')
                        return false;
                size = size * 10 + (uint64_t)(line[i] - '0');
        }
        *out = size;
        return size <= MERKLE_SIZE_MAX;
}

static bool text_parse(const char *text, size_t text_size, struct checkpoint *out, struct signing_refusal *why)
{
        struct checkpoint read = {.size = 0};
        const char *end = text + text_size, *line;
        size_t length = 0, room = MERKLE_HASH;
        line = line_next(&text, end, &length);
        if (line == NULL || length == 0 || length >= NOTE_NAME_MAX)
                return refuse(why, "CHECKPOINT_MALFORMED", CHECKPOINT, "the first line is not an origin");
        memcpy(read.origin, line, length);
        line = line_next(&text, end, &length);
        if (line == NULL || !size_parse(line, length, &read.size))
                return refuse(why, "CHECKPOINT_MALFORMED", CHECKPOINT, "the second line is not a tree size");
        line = line_next(&text, end, &length);
        if (line == NULL || !base64_parse(line, length, read.root.bytes, &room) || room != MERKLE_HASH)
                return refuse(why, "CHECKPOINT_MALFORMED", CHECKPOINT, "the third line is not a root hash");
        while ((line = line_next(&text, end, &length)) != NULL)
                if (length == 0)
                        return refuse(why, "CHECKPOINT_MALFORMED", CHECKPOINT, "an extension line is empty");
        *out = read;
        return true;
}

bool checkpoint_parse(struct signing_bytes note, struct checkpoint *out, struct signing_refusal *why)
{
        size_t text_size = 0;
        return note_judge(note, NULL, &text_size, why) && text_parse((const char *)note.data, text_size, out, why);
}

bool checkpoint_check(struct signing_bytes note, const struct note_key *key, struct checkpoint *out, struct signing_refusal *why)
{
        size_t text_size = 0;
        struct checkpoint read;
        if (!note_judge(note, key, &text_size, why) || !text_parse((const char *)note.data, text_size, &read, why))
                return false;
        if (strcmp(read.origin, key->name) != 0)
                return refuse(why, "CHECKPOINT_ORIGIN", CHECKPOINT, "the checkpoint is that of another journal: %s", read.origin);
        *out = read;
        return true;
}
