/*
 * known.c - disagreements that are explained (known.h).
 */
#include "tests/conformance/known.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool row_read(struct known *known, char *line)
{
        char *rest = line;
        if (known->count == sizeof known->rows / sizeof known->rows[0])
                return false;
        known->rows[known->count].line = line;
        known->rows[known->count].path = strsep(&rest, "\t\n");
        known->rows[known->count].answer = strsep(&rest, "\t\n");
        known->rows[known->count].why = strsep(&rest, "\t\n");
        return known->rows[known->count++].why != NULL;
}

bool known_read(struct known *known, const char *path)
{
        char *line = NULL;
        size_t room = 0;
        bool good = true;
        FILE *file = fopen(path, "r");
        *known = (struct known){0};
        if (file == NULL)
                return false;
        while (good && getline(&line, &room, file) > 0) {
                char *copy = line[0] != '#' ? strdup(line) : NULL;
                if (copy != NULL && !row_read(known, copy))
                        good = false;
        }
        free(line);
        fclose(file);
        return good;
}

void known_free(struct known *known)
{
        for (size_t n = 0; n < known->count; n++)
                free(known->rows[n].line);
}

const char *known_why(struct known *known, const char *path, const char *answer, bool agreed)
{
        const char *why = NULL;
        for (size_t n = 0; n < known->count; n++) {
                if (strcmp(known->rows[n].path, path) != 0)
                        continue;
                known->rows[n].met = true;
                if (agreed || strcmp(known->rows[n].answer, answer) != 0)
                        continue;
                known->rows[n].used = true;
                why = known->rows[n].why;
        }
        return why;
}

unsigned known_stale(const struct known *known)
{
        unsigned stale = 0;
        for (size_t n = 0; n < known->count; n++)
                if (known->rows[n].met && !known->rows[n].used) {
                        printf("EXPLAINS NOTHING %s (%s)\n", known->rows[n].path, known->rows[n].answer);
                        stale++;
                }
        return stale;
}
