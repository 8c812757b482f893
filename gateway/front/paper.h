/*
 * paper.h - a text for people, on screen and on paper: headings, paragraphs,
 * labelled values, lists and tables, written once and laid out as HTML or as PDF.
 *
 * Groups end by themselves: what follows a row is another row of its table or
 * something else. Every text from outside is a value here, never markup.
 */
#ifndef PLI_FRONT_PAPER_H
#define PLI_FRONT_PAPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/core/problem.h"

struct paper;

struct paper_heading {
        const char *title, *author, *language; /* "fr" or "en" */
        bool wide;                             /* paper across */
};

struct paper *paper_html(const struct paper_heading *heading);
/* `fonts`: the folder of DejaVuSans.ttf and DejaVuSans-Bold.ttf, which the file carries in itself (ISO 19005 6.3). Problems:
 * "paper-unavailable". */
bool paper_pdf(const struct paper_heading *heading, const char *fonts, struct paper **out, struct problem *problem)
        __attribute__((warn_unused_result));
/* The whole text, malloc'ed, and the paper is gone; NULL where it could not be made. `media_type` may be NULL. */
uint8_t *paper_end(struct paper *paper, size_t *size, const char **media_type) __attribute__((warn_unused_result));

void paper_title(struct paper *paper, unsigned level, const char *format, ...) __attribute__((format(printf, 3, 4)));
void paper_paragraph(struct paper *paper, const char *format, ...) __attribute__((format(printf, 2, 3)));
void paper_term(struct paper *paper, const char *label, const char *format, ...) __attribute__((format(printf, 3, 4)));
void paper_item(struct paper *paper, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A table of so many columns, then its cells from left to right, row by row. */
enum { PAPER_COLUMNS = 16 };
void paper_table(struct paper *paper, const char *const *columns, size_t count);
void paper_cell(struct paper *paper, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
