/*
 * stream.h - the chunks of a sealed envelope: AES-256-GCM in XML Encryption 1.1's
 * octet form (IV ‖ ciphertext ‖ tag, 5.2.4), numbered by the STREAM construction
 * (Hoang, Reyhanitabar, Rogaway, Vizár, CRYPTO 2015).
 *
 * IV = 7 zero bytes ‖ n (4 bytes, big-endian) ‖ 1 on the last chunk, else 0: the
 * key is fresh for each envelope, so that no IV serves twice, and a chunk that
 * was dropped, moved or appended fails its tag.
 */
#ifndef PLI_SIGNING_STREAM_H
#define PLI_SIGNING_STREAM_H

#include "signing/signing.h"

enum { STREAM_KEY = 32, STREAM_IV = 12, STREAM_TAG = 16, STREAM_OVERHEAD = STREAM_IV + STREAM_TAG };

struct stream;
struct stream *stream_new(const uint8_t key[STREAM_KEY]);
void stream_free(struct stream *stream);

/* How many chunks a plaintext makes (an empty one makes one); 0 where n would not fit its four bytes. */
uint32_t stream_chunks(uint64_t plaintext_size);
/* Bytes of plaintext in chunk n. */
size_t stream_chunk_size(uint64_t plaintext_size, uint32_t n);
/* Bytes of the whole ciphertext. */
uint64_t stream_sealed_size(uint64_t plaintext_size);

struct stream_place {
        uint32_t n;
        bool last;
};
/* `out` has room for in.size + STREAM_OVERHEAD. */
bool stream_seal(struct stream *stream, struct stream_place place, struct signing_bytes in, uint8_t *out)
        __attribute__((warn_unused_result));
/* `out` has room for in.size - STREAM_OVERHEAD; false: not the chunk that was sealed at this place. */
bool stream_open(struct stream *stream, struct stream_place place, struct signing_bytes in, uint8_t *out)
        __attribute__((warn_unused_result));

#endif
