/*
 * known.h - disagreements with a corpus that are explained: rows of "path TAB our answer TAB why". An explanation
 * holds for exactly that answer, and is itself wrong where it explains nothing any more.
 */
#ifndef PLI_CONFORMANCE_KNOWN_H
#define PLI_CONFORMANCE_KNOWN_H

#include <stdbool.h>
#include <stddef.h>

struct known {
        struct {
                char *line, *path, *answer, *why;
                bool met, used;
        } rows[256];
        size_t count;
};

/* False where the file cannot be read or has a row of another shape. */
bool known_read(struct known *known, const char *path) __attribute__((warn_unused_result));
void known_free(struct known *known);
/* A row of the corpus was judged: why it disagrees, or NULL. */
const char *known_why(struct known *known, const char *path, const char *answer, bool agreed);
/* Names each explanation whose file was judged and which explained nothing; how many. */
unsigned known_stale(const struct known *known);

#endif
