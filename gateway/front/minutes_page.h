/*
 * minutes_page.h - the words of the minutes in both languages, and the pieces of
 * HTML they are made of.
 */
#ifndef PLI_FRONT_MINUTES_PAGE_H
#define PLI_FRONT_MINUTES_PAGE_H

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

enum language { FRENCH, ENGLISH };

struct minutes_page {
        FILE *out;
        enum language language;
};

enum word {
#define W(name, french, english) W_##name,
#include "gateway/front/minutes_table.h"
#undef W
        WORDS
};

const char *page_word(const struct minutes_page *page, enum word which);
/* A state, kind or verdict in words; a code without words is shown as it is. */
const char *page_code(const struct minutes_page *page, const char *code);
/* A member's text, "" where there is none. */
const char *page_member(const json_t *object, const char *key);

/* Escaped: every text from outside passes here. */
void page_text(struct minutes_page *page, const char *value);
void page_element(struct minutes_page *page, const char *name, const char *value);
/* An RFC 3339 instant as people read it. */
void page_instant(struct minutes_page *page, const char *value);
void page_table(struct minutes_page *page, const enum word *columns, size_t count);
void page_table_end(struct minutes_page *page);

/* minutes_envelope.c: what opening one envelope gave. */
void minutes_envelope(struct minutes_page *page, const json_t *envelope);

#endif
