/* csv.c - see csv.h. */
#include "gateway/formats/csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void text_put(FILE *out, const char *text)
{
        fputc('"', out);
        if (*text != '\0' && strchr("=+-@\t\r\n", *text) != NULL)
                fputc('\'', out);
        for (; *text != '\0'; text++) {
                if (*text == '"')
                        fputc('"', out);
                fputc(*text, out);
        }
        fputc('"', out);
}

/* A number is a number, also a negative one: only texts can be formulas. */
static void cell_put(FILE *out, const json_t *cell)
{
        if (json_is_string(cell)) {
                text_put(out, json_string_value(cell));
                return;
        }
        if (json_is_null(cell))
                return;
        char *text = json_dumps(cell, JSON_ENCODE_ANY | JSON_COMPACT);
        if (json_is_object(cell) || json_is_array(cell))
                text_put(out, text != NULL ? text : "");
        else
                fputs(text != NULL ? text : "", out);
        free(text);
}

static void row_put(FILE *out, const json_t *row)
{
        for (size_t i = 0; i < json_array_size(row); i++) {
                if (i > 0)
                        fputc(',', out);
                cell_put(out, json_array_get(row, i));
        }
        fputs("\r\n", out);
}

char *csv_write(const json_t *columns, const json_t *rows, size_t *size)
{
        char *text = NULL;
        size_t at, written = 0;
        json_t *row;
        if (!json_is_array(columns) || !json_is_array(rows))
                return NULL;
        json_array_foreach(rows, at, row) if (json_array_size(row) != json_array_size(columns)) return NULL;
        FILE *out = open_memstream(&text, &written);
        if (out == NULL)
                return NULL;
        fputs("\xef\xbb\xbf", out);
        row_put(out, columns);
        json_array_foreach(rows, at, row) row_put(out, row);
        if (fclose(out) != 0) {
                free(text);
                return NULL;
        }
        *size = written;
        return text;
}
