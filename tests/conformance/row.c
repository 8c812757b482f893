/*
 * row.c - the rows of a corpus' table (row.h).
 */
#include "tests/conformance/row.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMN_PATH, COLUMN_REPOSITORY, COLUMN_EXPECTED = 6, COLUMN_NOTE = 8, COLUMN_BESIDE = 14, COLUMN_STAMPS = 21, COLUMNS = 28 };

struct rows {
        FILE *table;
        const char *folder;
        char *line;
        size_t room;
};

static uint8_t *file_read(const char *path, size_t *size)
{
        FILE *file = fopen(path, "rb");
        if (file == NULL)
                return NULL;
        fseek(file, 0, SEEK_END);
        long length = ftell(file);
        rewind(file);
        uint8_t *data = length >= 0 ? malloc((size_t)length + 1) : NULL;
        *size = data != NULL ? fread(data, 1, (size_t)length, file) : 0;
        fclose(file);
        return data;
}

struct rows *rows_open(const char *folder, const char *table)
{
        struct rows *rows = calloc(1, sizeof *rows);
        if (rows == NULL)
                return NULL;
        rows->folder = folder;
        rows->table = fopen(table, "r");
        if (rows->table != NULL && getline(&rows->line, &rows->room, rows->table) > 0)
                return rows;
        rows_close(rows);
        return NULL;
}

void rows_close(struct rows *rows)
{
        if (rows->table != NULL)
                fclose(rows->table);
        free(rows->line);
        free(rows);
}

static void row_free(struct row *row)
{
        free(row->data);
        for (size_t n = 0; n < row->beside.count; n++) {
                free(row->beside.files[n].name);
                free(row->beside.files[n].data);
        }
        *row = (struct row){0};
}

/* Files signed beside a document lie in its folder, or in the folder of its repository's test resources. */
static void beside_read(struct row *row, const char *path, char *names)
{
        char folder[2048], full[4096];
        snprintf(folder, sizeof folder, "%s", path);
        for (char *name = strsep(&names, "|"); name != NULL && row->beside.count < 8; name = strsep(&names, "|")) {
                struct beside_file *file = &row->beside.files[row->beside.count];
                snprintf(folder, sizeof folder, "%s", path);
                for (char *slash; name[0] != '\0' && file->data == NULL && (slash = strrchr(folder, '/')) != NULL;) {
                        *slash = '\0';
                        snprintf(full, sizeof full, "%s/%s", folder, name);
                        file->data = file_read(full, &file->size);
                }
                if (file->data != NULL) {
                        file->name = strdup(name);
                        row->beside.count++;
                }
        }
}

/* Some rows say "detached NAME" in their note instead. */
static void beside_note(struct row *row, const char *path)
{
        const char *at = strstr(row->note, "detached ");
        if (at == NULL || row->beside.count > 0)
                return;
        at += strncmp(at + 9, "URI ", 4) == 0 ? 13 : 9;
        char *names = strndup(at, strcspn(at, " ;,"));
        if (names != NULL)
                beside_read(row, path, names);
        free(names);
}

bool rows_next(struct rows *rows, struct row *row)
{
        row_free(row);
        while (getline(&rows->line, &rows->room, rows->table) > 0) {
                char *columns[COLUMNS] = {0}, *rest = rows->line, path[2048], repository[128];
                for (size_t n = 0; n < COLUMNS && rest != NULL; n++)
                        columns[n] = strsep(&rest, "\t\n");
                if (columns[COLUMN_BESIDE] == NULL)
                        continue;
                snprintf(repository, sizeof repository, "%s", columns[COLUMN_REPOSITORY]);
                for (char *slash = strchr(repository, '/'); slash != NULL; slash = strchr(repository, '/'))
                        *slash = '_';
                snprintf(path, sizeof path, "%s/%s/%s", rows->folder, repository, columns[COLUMN_PATH]);
                row->data = file_read(path, &row->size);
                if (row->data == NULL)
                        continue;
                snprintf(row->path, sizeof row->path, "%s", columns[COLUMN_PATH]);
                snprintf(row->expected, sizeof row->expected, "%s", columns[COLUMN_EXPECTED]);
                snprintf(row->note, sizeof row->note, "%s", columns[COLUMN_NOTE]);
                row->stamps = columns[COLUMN_STAMPS] != NULL && strcmp(columns[COLUMN_STAMPS], "T") == 0;
                row->keyed = row->size > 0 && row->data[0] == '<' && memmem(row->data, row->size, "X509Certificate>", 16) == NULL;
                beside_read(row, path, columns[COLUMN_BESIDE]);
                beside_note(row, path);
                return true;
        }
        return false;
}

void tally_add(struct tally *tally, const char *expected, enum tally_outcome outcome)
{
        size_t n = 0;
        while (n < tally->count && strcmp(tally->lines[n].expected, expected) != 0)
                n++;
        if (n == sizeof tally->lines / sizeof tally->lines[0])
                n--;
        if (n == tally->count) {
                tally->count++;
                snprintf(tally->lines[n].expected, sizeof tally->lines[n].expected, "%s", expected);
        }
        tally->lines[n].all++;
        tally->lines[n].agreed += outcome == TALLY_AGREED || outcome == TALLY_OTHER_REASON;
        tally->lines[n].sub_agreed += outcome == TALLY_AGREED;
        tally->lines[n].explained += outcome == TALLY_EXPLAINED;
        tally->passed += outcome == TALLY_AGREED || outcome == TALLY_OTHER_REASON;
        tally->failed += outcome == TALLY_FAILED;
        tally->explained += outcome == TALLY_EXPLAINED;
}

void tally_show(const struct tally *tally)
{
        printf("%-72s %9s %9s %9s %5s\n", "expected", "agree", "reason", "explained", "rows");
        for (size_t n = 0; n < tally->count; n++)
                printf("%-72s %9u %9u %9u %5u\n", tally->lines[n].expected, tally->lines[n].agreed, tally->lines[n].sub_agreed,
                       tally->lines[n].explained, tally->lines[n].all);
        printf("of those that agree, %u hold no X.509 certificate: their references are right, whose the signature is nobody can say, "
               "and its value is not looked at\n",
               tally->by_policy);
        printf("%u passed, %u failed, %u skipped\n", tally->passed, tally->failed, tally->explained);
}
