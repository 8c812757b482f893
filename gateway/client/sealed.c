/* sealed.c - reads a sealed envelope's folder. */
#include "gateway/client/sealed.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/hex.h"
#include "gateway/client/catalogue.h"
#include "gateway/client/output.h"
#include "gateway/client/show.h"
#include "signing/signing.h"

enum { MANIFEST_MOST = 16 << 20, CHUNK_OVERHEAD = SIGNING_SEALED_CHUNK - SIGNING_CHUNK };

uint64_t sealed_chunks(uint64_t bytes)
{
        uint64_t whole = bytes / SIGNING_SEALED_CHUNK, rest = bytes % SIGNING_SEALED_CHUNK;
        if (rest == 0)
                return whole;
        return rest >= CHUNK_OVERHEAD ? whole + 1 : 0; /* even an empty chunk has its IV and tag */
}

uint64_t sealed_offset(uint64_t first)
{
        return first * SIGNING_SEALED_CHUNK;
}

uint64_t sealed_size(const struct sealed *sealed, uint64_t first, uint64_t count)
{
        uint64_t start = sealed_offset(first), end = sealed_offset(first + count);
        return (end < sealed->ciphertext.size ? end : sealed->ciphertext.size) - start;
}

static bool sealed_read(struct sealed *sealed, struct problem *problem)
{
        char *seal = path_join(sealed->folder, "seal.json"), *manifest = path_join(sealed->folder, "manifest.xml");
        char *ciphertext = path_join(sealed->folder, "ciphertext");
        bool read = content_json(seal, &sealed->seal, problem) &&
                    content_read(manifest, MANIFEST_MOST, &sealed->manifest, problem) &&
                    input_open(ciphertext, &sealed->ciphertext, problem);
        free(seal);
        free(manifest);
        free(ciphertext);
        return read;
}

static bool sealed_check(struct sealed *sealed, struct problem *problem)
{
        uint8_t digest[32];
        sealed->consultation = field_text(sealed->seal, "consultation");
        sealed->lot = field_text(sealed->seal, "lot");
        sealed->kind = field_text(sealed->seal, "kind");
        sealed->envelope = field_text(sealed->seal, "envelope");
        sealed->chunks = sealed_chunks(sealed->ciphertext.size);
        if (*sealed->consultation == '\0' || *sealed->kind == '\0' || *sealed->envelope == '\0')
                return problem_set(problem, "sealed-folder", words("%s/seal.json lacks consultation, kind or envelope"),
                                   sealed->folder);
        if (EVP_Digest(sealed->manifest.data, sealed->manifest.size, digest, NULL, EVP_sha256(), NULL) != 1)
                return problem_set(problem, "internal", "SHA-256");
        hex_write(digest, 32, sealed->manifest_digest);
        if (strcmp(sealed->manifest_digest, field_text(sealed->seal, "manifest")) != 0)
                return problem_set(problem, "sealed-folder", words("%s/manifest.xml is not the one that was sealed"),
                                   sealed->folder);
        if (sealed->chunks == 0 ||
            json_integer_value(json_object_get(sealed->seal, "bytes")) != (json_int_t)sealed->ciphertext.size)
                return problem_set(problem, "sealed-folder", words("%s/ciphertext does not have the size that was sealed"),
                                   sealed->folder);
        return true;
}

bool sealed_open(const char *folder, struct sealed *out, struct problem *problem)
{
        struct sealed sealed = {.folder = folder, .ciphertext = {.fd = -1}};
        bool good = sealed_read(&sealed, problem) && sealed_check(&sealed, problem);
        if (good)
                *out = sealed;
        else
                sealed_close(&sealed);
        return good;
}

void sealed_close(struct sealed *sealed)
{
        json_decref(sealed->seal);
        content_free(&sealed->manifest);
        input_close(&sealed->ciphertext);
        *sealed = (struct sealed){.ciphertext = {.fd = -1}};
}
