/* trust.c - see trust.h. */
#include "gateway/front/trust.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/config.h"
#include "gateway/core/log.h"

/* A folder of national anchors is far below this. */
enum { ANCHORS_MOST = 16 * 1024 * 1024 };

struct trust {
        char *anchors, *stampers; /* PEM, NULL: not judged */
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

bool trust_load(const struct config *config, struct trust **out, struct problem *problem)
{
        struct trust *trust = calloc(1, sizeof *trust);
        if (trust == NULL)
                abort();
        if (!file_read(config->signature_anchors, &trust->anchors, problem) ||
            !file_read(config->stamp_anchors, &trust->stampers, problem)) {
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
        free(trust);
}

struct verdict_trust trust_at(const struct trust *trust, int64_t at)
{
        return (struct verdict_trust){.anchors = trust->anchors, .stampers = trust->stampers, .at = at};
}
