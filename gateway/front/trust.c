/* trust.c - see trust.h. */
#include "gateway/front/trust.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/config.h"
#include "gateway/core/log.h"

/* A folder of national anchors is far below this; so is a national list. Europe's lists and their pivots are some forty. */
enum { ANCHORS_MOST = 16 * 1024 * 1024, LIST_MOST = 20 * 1024 * 1024, LISTS_MOST = 100, PATH_MOST = 4096 };

/* As the folder names who may sign the list of lists (pli trust refresh). */
static const char SIGNERS[] = "signers.pem";

struct trust {
        char *anchors, *stampers, *signers; /* PEM, NULL: not judged */
        struct verdict_piece lists[LISTS_MOST];
        size_t list_count;
};

static char *stream_read(FILE *file)
{
        char *text = NULL;
        size_t room = 0;
        /* No text holds a NUL: up to it is the whole file. */
        ssize_t size = getdelim(&text, &room, '\0', file);
        if (size >= 0 && size <= ANCHORS_MOST)
                return text;
        free(text);
        return NULL;
}

static bool file_read(const char *path, char **out, struct problem *problem)
{
        *out = NULL;
        if (path[0] == '\0')
                return true;
        FILE *file = fopen(path, "re");
        if (file == NULL && errno == ENOENT) {
                log_event(LOG_LEVEL_WARNING, "trust-absent", "file", path, NULL);
                return true;
        }
        if (file != NULL)
                *out = stream_read(file);
        int why = errno;
        if (file != NULL)
                fclose(file);
        return *out != NULL || problem_set(problem, "file-unreadable", "%s: %s", path, strerror(why));
}

/* ---- trusted lists ---- */

static bool bytes_read(FILE *file, struct verdict_piece *out)
{
        if (fseek(file, 0, SEEK_END) != 0)
                return false;
        long size = ftell(file);
        uint8_t *data = size > 0 && size <= LIST_MOST ? malloc((size_t)size) : NULL;
        rewind(file);
        if (data == NULL || fread(data, 1, (size_t)size, file) != (size_t)size) {
                free(data);
                return false;
        }
        *out = (struct verdict_piece){data, (size_t)size};
        return true;
}

/* Replaced by renaming while we read: what was opened is whole, the old one or the new one. */
static void list_read(struct trust *trust, const char *path)
{
        FILE *file = fopen(path, "re");
        if (file != NULL && trust->list_count < LISTS_MOST && bytes_read(file, &trust->lists[trust->list_count]))
                trust->list_count++;
        else
                log_event(LOG_LEVEL_WARNING, "list-unreadable", "file", path, NULL);
        if (file != NULL)
                fclose(file);
}

static bool ends_xml(const char *name)
{
        size_t size = strlen(name);
        return name[0] != '.' && size > 4 && strcmp(name + size - 4, ".xml") == 0;
}

static bool lists_read(const char *folder, struct trust *trust, struct problem *problem)
{
        char path[PATH_MOST];
        if (folder[0] == '\0')
                return true;
        DIR *open = opendir(folder);
        if (open == NULL && errno == ENOENT) {
                log_event(LOG_LEVEL_WARNING, "trust-absent", "file", folder, NULL);
                return true;
        }
        if (open == NULL)
                return problem_set(problem, "file-unreadable", "%s: %s", folder, strerror(errno));
        for (const struct dirent *entry; (entry = readdir(open)) != NULL;) {
                snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
                if (ends_xml(entry->d_name))
                        list_read(trust, path);
        }
        closedir(open);
        snprintf(path, sizeof path, "%s/%s", folder, SIGNERS);
        return trust->list_count == 0 || file_read(path, &trust->signers, problem);
}

bool trust_load(const struct config *config, struct trust **out, struct problem *problem)
{
        struct trust *trust = calloc(1, sizeof *trust);
        if (trust == NULL)
                abort();
        if (!file_read(config->signature_anchors, &trust->anchors, problem) ||
            !file_read(config->stamp_anchors, &trust->stampers, problem) || !lists_read(config->trusted_lists, trust, problem)) {
                trust_free(trust);
                return false;
        }
        *out = trust;
        return true;
}

void trust_free(struct trust *trust)
{
        if (trust == NULL)
                return;
        free(trust->anchors);
        free(trust->stampers);
        free(trust->signers);
        for (size_t n = 0; n < trust->list_count; n++)
                free((void *)(uintptr_t)trust->lists[n].data);
        free(trust);
}

struct verdict_trust trust_at(const struct trust *trust, int64_t at)
{
        return (struct verdict_trust){.anchors = trust->anchors,
                                      .stampers = trust->stampers,
                                      .signers = trust->signers,
                                      .lists = trust->lists,
                                      .list_count = trust->list_count,
                                      .at = at};
}
