/* file_put.c - see file_put.h. */
#include "gateway/front/file_put.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "gateway/front/call.h"
#include "signing/signing.h"

DEFINE_OWNER(json_t, json_decref)
DEFINE_OWNER(char, free)

struct file_put {
        struct request *request;
        struct file_place place;
        EVP_MD_CTX *digest;
        size_t size; /* of the chunk under way */
        int64_t number;
        uint8_t chunk[SIGNING_CHUNK];
};

struct file_put *file_put_open(struct request *request, struct problem *problem)
{
        OWN(json_t) place = NULL;
        const struct db_argument actor = call_actor(request);
        if (!db_call_json(request->db, "api.form_begin", &actor, 1, &place, problem))
                return NULL;
        struct file_put *put = calloc(1, sizeof *put);
        if (put == NULL)
                abort();
        put->request = request;
        put->digest = EVP_MD_CTX_new();
        if (put->digest == NULL || EVP_DigestInit_ex(put->digest, EVP_sha256(), NULL) != 1)
                abort();
        snprintf(put->place.day, sizeof put->place.day, "%s", json_string_value(json_object_get(place, "day")));
        put->place.content = json_integer_value(json_object_get(place, "content"));
        return put;
}

void file_put_free(struct file_put *put)
{
        if (put != NULL)
                EVP_MD_CTX_free(put->digest);
        free(put);
}

static bool chunk_flush(struct file_put *put, struct problem *problem)
{
        uint8_t sha256[32];
        if (put->size == 0)
                return true;
        if (EVP_Digest(put->chunk, put->size, sha256, NULL, EVP_sha256(), NULL) != 1)
                return problem_set(problem, "internal", "no digest");
        const struct db_argument arguments[] = {db_text(put->place.day), db_integer(put->place.content), db_integer(put->number++),
                                                db_bytes(sha256, sizeof sha256), db_bytes(put->chunk, put->size)};
        put->size = 0;
        return db_call(put->request->db, "api.chunk_put", arguments, 5, problem);
}

bool file_put_write(struct file_put *put, const uint8_t *data, size_t size, struct problem *problem)
{
        put->place.size += size;
        if (EVP_DigestUpdate(put->digest, data, size) != 1)
                return problem_set(problem, "internal", "no digest");
        while (size > 0) {
                size_t room = SIGNING_CHUNK - put->size, taken = size < room ? size : room;
                memcpy(put->chunk + put->size, data, taken);
                put->size += taken;
                data += taken;
                size -= taken;
                if (put->size == SIGNING_CHUNK && !chunk_flush(put, problem))
                        return false;
        }
        return true;
}

bool file_put_end(struct file_put *put, struct file_place *out, struct problem *problem)
{
        if (!chunk_flush(put, problem))
                return false;
        if (EVP_DigestFinal_ex(put->digest, put->place.sha256, NULL) != 1)
                return problem_set(problem, "internal", "no digest");
        *out = put->place;
        return true;
}

bool file_attach(struct request *request, const char *filing, const char *name, const char *media_type,
                 const struct file_place *place, struct problem *problem)
{
        char sha256[65] = "";
        for (size_t i = 0; i < sizeof place->sha256; i++)
                snprintf(sha256 + 2 * i, 3, "%02x", place->sha256[i]);
        OWN(json_t)
        described = json_pack("{s:s, s:s, s:I, s:I, s:s}", "mediaType", media_type, "day", place->day, "content",
                              (json_int_t)place->content, "size", (json_int_t)place->size, "sha256", sha256);
        OWN(char) text = json_dumps(described, JSON_COMPACT);
        const struct db_argument arguments[] = {call_actor(request), db_text(filing), db_text(name), db_text(text)};
        return db_call(request->db, "api.filing_file_attach", arguments, 4, problem);
}
