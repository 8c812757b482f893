/*
 * page.c - a small set of files in memory, by exact name.
 *
 * What the browser may do is said here: nothing but this gateway's own
 * scripts, styles, images and API (Content-Security-Policy Level 3).
 */
#include "gateway/front/page.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Files of the folder, and bytes of one: pages are small, whatever lies there by mistake is not served. */
enum { PAGES_MOST = 64, PAGE_BYTES = 1048576 };

struct page {
        char name[64];
        const char *media_type;
        char tag[24]; /* ETag: the first 80 bits of its SHA-256 */
        char *data;
        size_t size;
};

static struct page pages[PAGES_MOST];
static size_t page_count;

static const char policy[] = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
                             "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/* NULL: a file of that name is not a page. */
static const char *media_type_of(const char *name)
{
        static const char *const types[][2] = {{".html", "text/html; charset=utf-8"},
                                               {".css", "text/css; charset=utf-8"},
                                               {".js", "text/javascript; charset=utf-8"},
                                               {".svg", "image/svg+xml"}};
        const char *end = strrchr(name, '.');
        for (size_t i = 0; end != NULL && end != name && i < sizeof types / sizeof *types; i++)
                if (strcmp(end, types[i][0]) == 0)
                        return types[i][1];
        return NULL;
}

static bool bytes_read(int fd, char *data, size_t size)
{
        for (size_t got = 0; got < size;) {
                ssize_t n = read(fd, data + got, size - got);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return false;
                got += (size_t)n;
        }
        return true;
}

static void tag_make(struct page *page)
{
        uint8_t digest[SHA256_DIGEST_LENGTH];
        SHA256((const uint8_t *)page->data, page->size, digest);
        char hex[21];
        for (size_t i = 0; i < 10; i++)
                snprintf(hex + 2 * i, 3, "%02x", digest[i]);
        snprintf(page->tag, sizeof page->tag, "\"%s\"", hex);
}

static bool page_read(int folder, const char *name, struct problem *problem)
{
        struct stat about;
        struct page *page = &pages[page_count];
        int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        if (fd < 0 || fstat(fd, &about) != 0 || !S_ISREG(about.st_mode) || about.st_size > PAGE_BYTES) {
                if (fd >= 0)
                        close(fd);
                return problem_set(problem, "file-unreadable", "%s is no page: a plain file of at most %d bytes", name, PAGE_BYTES);
        }
        *page = (struct page){.media_type = media_type_of(name), .size = (size_t)about.st_size};
        memcpy(page->name, name, strlen(name) + 1);
        page->data = malloc(page->size + 1);
        bool read = page->data != NULL && bytes_read(fd, page->data, page->size);
        close(fd);
        if (!read) {
                free(page->data);
                return problem_set(problem, "file-unreadable", "%s cannot be read", name);
        }
        tag_make(page);
        page_count++;
        return true;
}

bool page_start(const char *folder, struct problem *problem)
{
        DIR *listing = opendir(folder);
        if (listing == NULL)
                return problem_set(problem, "file-unreadable", "%s: %s", folder, strerror(errno));
        bool good = true;
        for (const struct dirent *entry = readdir(listing); good && entry != NULL; entry = readdir(listing)) {
                if (media_type_of(entry->d_name) == NULL || strlen(entry->d_name) >= sizeof pages[0].name ||
                    page_count == PAGES_MOST)
                        continue;
                good = page_read(dirfd(listing), entry->d_name, problem);
        }
        closedir(listing);
        if (!good)
                page_stop();
        return good;
}

void page_stop(void)
{
        while (page_count > 0)
                free(pages[--page_count].data);
}

static const struct page *page_find(const char *name)
{
        for (size_t i = 0; i < page_count; i++)
                if (strcmp(pages[i].name, name) == 0)
                        return &pages[i];
        return NULL;
}

static enum answer page_answer(struct request *request, const char *name)
{
        struct problem problem = {0};
        const struct page *page = page_find(name);
        const char *known = http_header(request, "If-None-Match");
        if (page == NULL) {
                problem_set(&problem, "not-found", "there is no such page");
                return http_answer_problem(request, &problem);
        }
        http_answer_header(request, "ETag", page->tag);
        http_answer_header(request, "Cache-Control", "no-cache");
        http_answer_header(request, "Content-Security-Policy", policy);
        http_answer_header(request, "Cross-Origin-Opener-Policy", "same-origin");
        if (known != NULL && strstr(known, page->tag) != NULL)
                return http_answer_none(request, 304);
        return http_answer_bytes(request, 200, page->media_type, page->data, page->size);
}

enum answer page_index(struct request *request)
{
        return page_answer(request, "index.html");
}

enum answer page_asset(struct request *request)
{
        return page_answer(request, request->variables[0]);
}
