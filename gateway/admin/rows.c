/* rows.c - see rows.h. */
#include "gateway/admin/rows.h"

#include <stdio.h>
#include <string.h>

static bool page_read(struct db *db, struct rows *rows, struct problem *problem)
{
        struct db_argument leveled[] = {db_integer(rows->level), db_integer(rows->last), db_integer(rows->page_size)};
        size_t skipped = rows->level < 0 ? 1 : 0;
        json_t *page = NULL;
        if (!db_call_json(db, rows->function, leveled + skipped, 3 - skipped, &page, problem))
                return false;
        json_decref(rows->page);
        rows->page = page;
        rows->at = 0;
        return true;
}

bool rows_read(struct db *db, struct rows *rows, const json_t **out, struct problem *problem)
{
        bool full = rows->page != NULL && json_array_size(rows->page) == (size_t)rows->page_size;
        if ((rows->page == NULL || (full && rows->at == (size_t)rows->page_size)) && !page_read(db, rows, problem))
                return false;
        *out = json_array_get(rows->page, rows->at);
        if (*out != NULL) {
                rows->at++;
                rows->last = rows_integer(*out, rows->key);
        }
        return true;
}

void rows_end(struct rows *rows)
{
        json_decref(rows->page);
        rows->page = NULL;
}

bool rows_hex(const json_t *row, const char *name, uint8_t *out, size_t size)
{
        const char *text = json_string_value(json_object_get(row, name));
        if (text == NULL || strlen(text) != 2 * size)
                return false;
        for (size_t i = 0; i < size; i++) {
                unsigned byte = 0;
                if (sscanf(text + 2 * i, "%2x", &byte) != 1)
                        return false;
                out[i] = (uint8_t)byte;
        }
        return true;
}

int64_t rows_integer(const json_t *row, const char *name)
{
        return json_integer_value(json_object_get(row, name));
}
