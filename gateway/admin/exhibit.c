/* exhibit.c - see exhibit.h. */
#include "gateway/admin/exhibit.h"

#include <assert.h>
#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "signing/signing.h"

enum { PATH_LARGEST = 4096, FILES_MOST = 900 }; /* a container has at most 1000 entries */

struct exhibit {
        char *name, *media_type;
        uint8_t *data;
        size_t size;
        char sha256[65];
};

struct exhibits {
        struct exhibit files[FILES_MOST];
        size_t count;
};

struct exhibits *exhibits_new(void)
{
        struct exhibits *exhibits = calloc(1, sizeof *exhibits);
        assert(exhibits != NULL);
        return exhibits;
}

void exhibits_free(struct exhibits *exhibits)
{
        for (size_t i = 0; exhibits != NULL && i < exhibits->count; i++) {
                free(exhibits->files[i].name);
                free(exhibits->files[i].media_type);
                free(exhibits->files[i].data);
        }
        free(exhibits);
}

static void digest_hex(const void *data, size_t size, char hex[65])
{
        unsigned char digest[32];
        int done = EVP_Digest(data, size, digest, NULL, EVP_sha256(), NULL);
        assert(done == 1);
        for (size_t i = 0; i < sizeof digest; i++)
                snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

void exhibits_add(struct exhibits *exhibits, const char *name, const char *media_type, const void *data, size_t size)
{
        assert(exhibits->count < FILES_MOST);
        struct exhibit *file = &exhibits->files[exhibits->count++];
        file->name = strdup(name);
        file->media_type = strdup(media_type);
        file->data = malloc(size + 1);
        assert(file->name != NULL && file->media_type != NULL && file->data != NULL);
        memcpy(file->data, data, size);
        file->size = size;
        digest_hex(data, size, file->sha256);
}

void exhibits_sum(struct exhibits *exhibits)
{
        char *text = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&text, &size);
        assert(out != NULL);
        for (size_t i = 0; i < exhibits->count; i++)
                fprintf(out, "%s  %s\n", exhibits->files[i].sha256, exhibits->files[i].name);
        fclose(out);
        exhibits_add(exhibits, "SHA256SUMS", "text/plain", text, size);
        free(text);
}

json_t *exhibits_json(const struct exhibits *exhibits)
{
        json_t *list = json_array();
        for (size_t i = 0; i < exhibits->count; i++) {
                const struct exhibit *file = &exhibits->files[i];
                json_array_append_new(list, json_pack("{s:s, s:s, s:I, s:s}", "name", file->name, "mediaType", file->media_type,
                                                      "size", (json_int_t)file->size, "sha256", file->sha256));
        }
        return list;
}

/* ---- writing ---- */

static bool memory_read(void *context, uint64_t offset, uint8_t *data, size_t size)
{
        const struct exhibit *file = context;
        if (offset > file->size || size > file->size - offset)
                return false;
        memcpy(data, file->data + offset, size);
        return true;
}

static bool stream_write(void *context, const uint8_t *data, size_t size)
{
        return fwrite(data, 1, size, context) == size;
}

static bool container_write(const struct exhibits *exhibits, FILE *stream, struct problem *problem)
{
        struct signing_file *files = calloc(exhibits->count, sizeof *files);
        struct signing_sink sink = {.context = stream, .write = stream_write};
        struct signing_refusal why = {0};
        assert(files != NULL);
        for (size_t i = 0; i < exhibits->count; i++) {
                const struct exhibit *file = &exhibits->files[i];
                files[i] = (struct signing_file){
                        .name = file->name,
                        .media_type = file->media_type,
                        .content = {.context = (void *)(uintptr_t)file, .size = file->size, .read = memory_read},
                };
        }
        bool written = signing_pack_container(files, exhibits->count, &sink, &why);
        free(files);
        return written || problem_set(problem, "file-unwritable", "%s", why.sentence);
}

bool exhibits_write(const struct exhibits *exhibits, const char *path, struct problem *problem)
{
        char beside[PATH_LARGEST];
        if (snprintf(beside, sizeof beside, "%s.part", path) >= (int)sizeof beside)
                return problem_set(problem, "file-unwritable", "%s: the name is too long", path);
        FILE *stream = fopen(beside, "we");
        if (stream == NULL)
                return problem_set(problem, "file-unwritable", "%s: %s", path, strerror(errno));
        bool written = container_write(exhibits, stream, problem);
        bool kept = fflush(stream) == 0 && fsync(fileno(stream)) == 0;
        kept = fclose(stream) == 0 && kept;
        if (written && kept && rename(beside, path) == 0)
                return true;
        if (written)
                (void)problem_set(problem, "file-unwritable", "%s: %s", path, strerror(errno));
        (void)unlink(beside); /* what is half written says nothing */
        return false;
}
