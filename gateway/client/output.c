/* output.c - writes files so that a crash leaves the old one or the new one. */
#include "gateway/client/output.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/client/catalogue.h"

struct output {
        int fd;
        int failure; /* errno of the first write that failed */
        char *path, *temporary;
};

static bool output_refuse(struct problem *problem, const char *path, int number)
{
        return problem_set(problem, "file-unwritable", "%s: %s", path, strerror(number));
}

bool output_open(const char *path, enum output_access access, struct output **out, struct problem *problem)
{
        char *temporary = NULL;
        int length = asprintf(&temporary, "%s.%ld.part", path, (long)getpid());
        assert(length > 0);
        int fd = open(temporary, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, (mode_t)access);
        if (fd < 0) {
                free(temporary);
                return output_refuse(problem, path, errno);
        }
        struct output *output = malloc(sizeof *output);
        assert(output != NULL);
        *output = (struct output){.fd = fd, .path = strdup(path), .temporary = temporary};
        assert(output->path != NULL);
        *out = output;
        return true;
}

bool output_write(struct output *output, const void *data, size_t size)
{
        const char *at = data;
        while (size > 0 && output->failure == 0) {
                ssize_t put = write(output->fd, at, size);
                if (put < 0 && errno == EINTR)
                        continue;
                if (put <= 0) {
                        output->failure = put < 0 ? errno : EIO;
                        break;
                }
                at += put;
                size -= (size_t)put;
        }
        return output->failure == 0;
}

static bool sink_write(void *context, const uint8_t *data, size_t size)
{
        return output_write(context, data, size);
}

struct signing_sink output_sink(struct output *output)
{
        return (struct signing_sink){.context = output, .write = sink_write};
}

static bool source_read_at(void *context, uint64_t offset, uint8_t *buffer, size_t size)
{
        const struct output *output = context;
        while (size > 0) {
                ssize_t got = pread(output->fd, buffer, size, (off_t)offset);
                if (got < 0 && errno == EINTR)
                        continue;
                if (got <= 0)
                        return false;
                buffer += got;
                offset += (uint64_t)got;
                size -= (size_t)got;
        }
        return true;
}

bool output_source(struct output *output, struct signing_source *out, struct problem *problem)
{
        struct stat status;
        if (output->failure != 0 || fstat(output->fd, &status) != 0)
                return output_refuse(problem, output->path, output->failure != 0 ? output->failure : errno);
        *out = (struct signing_source){.context = output, .size = (uint64_t)status.st_size, .read = source_read_at};
        return true;
}

static bool folder_sync(const char *path)
{
        const char *slash = strrchr(path, '/');
        char *folder = slash == NULL ? strdup(".") : strndup(path, slash == path ? 1 : (size_t)(slash - path));
        assert(folder != NULL);
        int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        free(folder);
        bool synced = fd >= 0 && fsync(fd) == 0;
        if (fd >= 0)
                close(fd);
        return synced;
}

bool output_settle(struct output *output, struct problem *problem)
{
        if (output->failure == 0 && fsync(output->fd) != 0)
                output->failure = errno;
        if (output->failure == 0 && rename(output->temporary, output->path) != 0)
                output->failure = errno;
        bool kept = output->failure == 0;
        if (!kept)
                (void)output_refuse(problem, output->path, output->failure);
        else if (!folder_sync(output->path))
                kept = output_refuse(problem, output->path, errno);
        output_free(output);
        return kept;
}

void output_free(struct output *output)
{
        if (output == NULL)
                return;
        close(output->fd);
        (void)unlink(output->temporary); /* after a rename there is nothing of this name */
        free(output->path);
        free(output->temporary);
        free(output);
}

bool output_bytes(const char *path, enum output_access access, const void *data, size_t size, struct problem *problem)
{
        struct output *output = NULL;
        if (!output_open(path, access, &output, problem))
                return false;
        bool written = output_write(output, data, size); /* a failure is remembered, and said by settle */
        return output_settle(output, problem) && written;
}

bool output_json(const char *path, const json_t *object, struct problem *problem)
{
        char *text = json_dumps(object, JSON_INDENT(2));
        assert(text != NULL);
        bool kept = output_bytes(path, OUTPUT_PUBLIC, text, strlen(text), problem);
        free(text);
        return kept;
}

bool output_folder(const char *path, struct problem *problem)
{
        struct stat status;
        if (mkdir(path, 0777) == 0 || (errno == EEXIST && stat(path, &status) == 0 && S_ISDIR(status.st_mode)))
                return true;
        return output_refuse(problem, path, errno);
}

char *path_join(const char *folder, const char *name)
{
        char *path = NULL;
        size_t length = strlen(folder);
        int written = asprintf(&path, "%s%s%s", folder, length > 0 && folder[length - 1] == '/' ? "" : "/", name);
        assert(written >= 0);
        return path;
}

bool path_name_safe(const char *name)
{
        if (*name == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strlen(name) > 255)
                return false;
        for (; *name != '\0'; name++)
                if (*name == '/' || *name == '\\' || (unsigned char)*name < 0x20 || *name == 0x7f)
                        return false;
        return true;
}
