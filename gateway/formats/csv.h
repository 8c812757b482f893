/*
 * csv.h - tables for people's spreadsheets (RFC 4180): UTF-8 with a byte order
 * mark, comma, CR LF, every cell quoted. What a spreadsheet would run as a
 * formula (= + - @, tab or CR in front) gets an apostrophe before it: names come
 * from anyone. Pure.
 */
#ifndef PLI_FORMATS_CSV_H
#define PLI_FORMATS_CSV_H

#include <jansson.h>
#include <stddef.h>

/* `columns`: a list of texts; `rows`: a list of lists. The caller frees it; NULL where they are not that. */
char *csv_write(const json_t *columns, const json_t *rows, size_t *size) __attribute__((warn_unused_result));

#endif
