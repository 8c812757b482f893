/* detached.c - looks up signed files by name inside one folder. */
#include "gateway/client/detached.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "gateway/client/input.h"

struct detached_file {
        struct input input;
        struct detached_file *next;
};

struct detached {
        int folder;
        struct detached_file *files; /* open until the verdict is there */
};

bool detached_open(const char *folder, struct detached **out, struct problem *problem)
{
        int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
                return problem_set(problem, "file-unreadable", "%s: %s", folder, strerror(errno));
        struct detached *detached = calloc(1, sizeof *detached);
        assert(detached != NULL);
        detached->folder = fd;
        *out = detached;
        return true;
}

void detached_close(struct detached *detached)
{
        if (detached == NULL)
                return;
        for (struct detached_file *file = detached->files, *next; file != NULL; file = next) {
                next = file->next;
                input_close(&file->input);
                free(file);
        }
        close(detached->folder);
        free(detached);
}

/* The kernel keeps the name beneath the folder; one too old for it gets plain names only. */
static int beneath_open(int folder, const char *name)
{
        struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK, .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
        long fd = syscall(SYS_openat2, folder, name, &how, sizeof how);
        if (fd < 0 && errno == ENOSYS && strchr(name, '/') == NULL && strcmp(name, "..") != 0)
                fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        return (int)fd;
}

static int hex_digit(char digit)
{
        return digit >= '0' && digit <= '9'                 ? digit - '0'
               : (digit | 32) >= 'a' && (digit | 32) <= 'f' ? (digit | 32) - 'a' + 10
                                                            : -1;
}

/* RFC 3986 2.1, in place. */
static void percent_decode(char *text)
{
        char *to = text;
        for (; *text != '\0'; text++) {
                int high = text[0] == '%' ? hex_digit(text[1]) : -1;
                int low = high >= 0 ? hex_digit(text[2]) : -1;
                if (low >= 0 && (high != 0 || low != 0)) {
                        *to++ = (char)(high << 4 | low);
                        text += 2;
                } else {
                        *to++ = *text;
                }
        }
        *to = '\0';
}

static bool detached_find(void *context, const char *name, struct signing_source *out)
{
        struct detached *detached = context;
        struct stat status;
        int fd = beneath_open(detached->folder, name);
        if (fd < 0 && strchr(name, '%') != NULL) {
                char *decoded = strdup(name);
                assert(decoded != NULL);
                percent_decode(decoded);
                fd = beneath_open(detached->folder, decoded);
                free(decoded);
        }
        if (fd < 0)
                return false;
        if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
                close(fd);
                return false;
        }
        struct detached_file *file = calloc(1, sizeof *file);
        assert(file != NULL);
        *file = (struct detached_file){.input = {.fd = fd, .size = (uint64_t)status.st_size}, .next = detached->files};
        detached->files = file;
        *out = input_source(&file->input);
        return true;
}

struct signing_detached detached_view(struct detached *detached)
{
        return (struct signing_detached){.context = detached, .find = detached_find};
}
