/* input.c - reads files, and says in words why one cannot be read. */
#include "gateway/client/input.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/client/catalogue.h"

enum { DIGEST_BLOCK = 65536, JSON_MOST = 16 << 20 };

static bool input_refuse(struct problem *problem, const char *path)
{
        return problem_set(problem, "file-unreadable", "%s: %s", path, strerror(errno));
}

bool input_open(const char *path, struct input *out, struct problem *problem)
{
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        struct stat status;
        if (fd < 0)
                return input_refuse(problem, path);
        if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
                close(fd);
                return problem_set(problem, "file-unreadable", words("%s is not a regular file"), path);
        }
        *out = (struct input){.fd = fd, .size = (uint64_t)status.st_size};
        return true;
}

void input_close(struct input *input)
{
        if (input->fd >= 0)
                close(input->fd);
        input->fd = -1;
}

bool input_read(const struct input *input, uint64_t offset, uint8_t *buffer, size_t size)
{
        while (size > 0) {
                ssize_t got = pread(input->fd, buffer, size, (off_t)offset);
                if (got < 0 && errno == EINTR)
                        continue;
                if (got <= 0)
                        return false;
                offset += (uint64_t)got;
                buffer += got;
                size -= (size_t)got;
        }
        return true;
}

static bool source_read(void *context, uint64_t offset, uint8_t *buffer, size_t size)
{
        return input_read(context, offset, buffer, size);
}

struct signing_source input_source(struct input *input)
{
        return (struct signing_source){.context = input, .size = input->size, .read = source_read};
}

bool input_digest(const struct input *input, uint64_t offset, uint64_t size, uint8_t digest[32])
{
        uint8_t block[DIGEST_BLOCK];
        EVP_MD_CTX *context = EVP_MD_CTX_new();
        bool whole = context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1;
        while (whole && size > 0) {
                size_t part = size < sizeof block ? (size_t)size : sizeof block;
                whole = input_read(input, offset, block, part) && EVP_DigestUpdate(context, block, part) == 1;
                offset += part;
                size -= part;
        }
        whole = whole && EVP_DigestFinal_ex(context, digest, NULL) == 1;
        EVP_MD_CTX_free(context);
        return whole;
}

bool content_read(const char *path, size_t most, struct content *out, struct problem *problem)
{
        struct input input;
        if (!input_open(path, &input, problem))
                return false;
        if (input.size > most) {
                input_close(&input);
                return problem_set(problem, "file-unreadable", words("%s is larger than %zu bytes"), path, most);
        }
        struct content content = {.data = malloc((size_t)input.size + 1), .size = (size_t)input.size};
        assert(content.data != NULL);
        content.data[content.size] = 0;
        bool whole = input_read(&input, 0, content.data, content.size);
        if (!whole)
                (void)input_refuse(problem, path);
        input_close(&input);
        if (whole)
                *out = content;
        else
                content_free(&content);
        return whole;
}

void content_free(struct content *content)
{
        if (content->data != NULL)
                OPENSSL_cleanse(content->data, content->size);
        free(content->data);
        *content = (struct content){0};
}

bool content_json(const char *path, json_t **out, struct problem *problem)
{
        struct content content = {0};
        if (!content_read(path, JSON_MOST, &content, problem))
                return false;
        json_error_t error;
        json_t *object = json_loadb((const char *)content.data, content.size, JSON_REJECT_DUPLICATES, &error);
        content_free(&content);
        if (!json_is_object(object)) {
                json_decref(object);
                return problem_set(problem, "json-malformed", "%s:%d: %s", path, error.line, object == NULL ? error.text : "{…}");
        }
        *out = object;
        return true;
}

const char *path_name(const char *path)
{
        const char *slash = strrchr(path, '/');
        return slash != NULL ? slash + 1 : path;
}

const char *path_media_type(const char *path)
{
        static const struct {
                const char *extension, *type;
        } types[] = {
                {"asice", "application/vnd.etsi.asic-e+zip"},
                {"asics", "application/vnd.etsi.asic-s+zip"},
                {"csv", "text/csv"},
                {"doc", "application/msword"},
                {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
                {"dwg", "image/vnd.dwg"},
                {"htm", "text/html"},
                {"html", "text/html"},
                {"jpeg", "image/jpeg"},
                {"jpg", "image/jpeg"},
                {"json", "application/json"},
                {"odp", "application/vnd.oasis.opendocument.presentation"},
                {"ods", "application/vnd.oasis.opendocument.spreadsheet"},
                {"odt", "application/vnd.oasis.opendocument.text"},
                {"pdf", "application/pdf"},
                {"png", "image/png"},
                {"rtf", "application/rtf"},
                {"txt", "text/plain"},
                {"xls", "application/vnd.ms-excel"},
                {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
                {"xml", "application/xml"},
                {"zip", "application/zip"},
        };
        const char *dot = strrchr(path_name(path), '.');
        for (size_t i = 0; dot != NULL && i < sizeof types / sizeof *types; i++)
                if (strcasecmp(dot + 1, types[i].extension) == 0)
                        return types[i].type;
        return "application/octet-stream";
}
