/* paper.c - which group is open, and cells gathered into rows; the rest is the form's. */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "gateway/front/paper_form.h"

struct paper {
        const struct paper_form *form;
        void *context;
        enum paper_group open;
        char *cells[PAPER_COLUMNS];
        size_t columns, filled;
};

struct paper *paper_new(const struct paper_form *form, void *context)
{
        struct paper *paper = calloc(1, sizeof *paper);
        if (paper == NULL)
                abort();
        paper->form = form;
        paper->context = context;
        return paper;
}

static void group_set(struct paper *paper, enum paper_group group)
{
        if (paper->open == group && group != PAPER_TABLE)
                return;
        assert(paper->filled == 0); /* a row is whole before anything else comes */
        if (paper->open != PAPER_NONE)
                paper->form->group(paper->context, paper->open, false);
        paper->open = group;
        if (group == PAPER_TERMS || group == PAPER_LIST)
                paper->form->group(paper->context, group, true);
}

static char *text_format(const char *format, va_list arguments) __attribute__((format(printf, 1, 0)));
static char *text_format(const char *format, va_list arguments)
{
        char *text = NULL;
        if (vasprintf(&text, format, arguments) < 0)
                abort();
        return text;
}

#define TEXT_OF(format)                                                                                                            \
        va_list arguments;                                                                                                         \
        va_start(arguments, format);                                                                                               \
        char *text = text_format(format, arguments);                                                                               \
        va_end(arguments)

void paper_title(struct paper *paper, unsigned level, const char *format, ...)
{
        TEXT_OF(format);
        group_set(paper, PAPER_NONE);
        paper->form->title(paper->context, level, text);
        free(text);
}

void paper_paragraph(struct paper *paper, const char *format, ...)
{
        TEXT_OF(format);
        group_set(paper, PAPER_NONE);
        paper->form->paragraph(paper->context, text);
        free(text);
}

void paper_term(struct paper *paper, const char *label, const char *format, ...)
{
        TEXT_OF(format);
        group_set(paper, PAPER_TERMS);
        paper->form->term(paper->context, label, text);
        free(text);
}

void paper_item(struct paper *paper, const char *format, ...)
{
        TEXT_OF(format);
        group_set(paper, PAPER_LIST);
        paper->form->item(paper->context, text);
        free(text);
}

void paper_table(struct paper *paper, const char *const *columns, size_t count)
{
        assert(count > 0 && count <= PAPER_COLUMNS);
        group_set(paper, PAPER_TABLE);
        paper->columns = count;
        paper->form->table(paper->context, columns, count);
}

void paper_cell(struct paper *paper, const char *format, ...)
{
        TEXT_OF(format);
        assert(paper->open == PAPER_TABLE);
        paper->cells[paper->filled++] = text;
        if (paper->filled < paper->columns)
                return;
        paper->form->row(paper->context, paper->cells, paper->columns);
        while (paper->filled > 0)
                free(paper->cells[--paper->filled]);
}

uint8_t *paper_end(struct paper *paper, size_t *size, const char **media_type)
{
        group_set(paper, PAPER_NONE);
        if (media_type != NULL)
                *media_type = paper->form->media_type;
        uint8_t *data = paper->form->end(paper->context, size);
        free(paper);
        return data;
}
