/*
 * minutes_page.h - the words of the minutes in both languages, and their values
 * as people read them.
 */
#ifndef PLI_FRONT_MINUTES_PAGE_H
#define PLI_FRONT_MINUTES_PAGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "gateway/front/paper.h"

enum language { FRENCH, ENGLISH };

struct minutes_page {
        struct paper *paper;
        enum language language;
};

enum word {
#define W(name, french, english) W_##name,
#include "gateway/front/minutes_table.h"
#undef W
        WORDS
};

enum { PAGE_INSTANT = 128 };

enum language page_language(const char *language);
const char *page_word(const struct minutes_page *page, enum word which);
/* A state, kind or verdict in words; a code without words is shown as it is. */
const char *page_code(const struct minutes_page *page, const char *code);
/* A member's text, "" where there is none. */
const char *page_member(const json_t *object, const char *key);
/* An RFC 3339 instant as people read it: the local hour where the object has KEYLocal, and UTC. Answers `out`. */
const char *page_instant(const struct minutes_page *page, const json_t *object, const char *key, char out[PAGE_INSTANT]);
/* The same for a text that is an instant; any other text as it is. */
const char *page_instant_text(const struct minutes_page *page, const char *text, char out[PAGE_INSTANT]);
/* A table under these words. */
void page_table(struct minutes_page *page, const enum word *columns, size_t count);

/* minutes_envelope.c: what opening one envelope gave. */
void minutes_envelope(struct minutes_page *page, const json_t *envelope);

#endif
