/* paper_form.h - what a form of paper (HTML, PDF) does with the pieces of a text. For paper*.c alone. */
#ifndef PLI_FRONT_PAPER_FORM_H
#define PLI_FRONT_PAPER_FORM_H

#include "gateway/front/paper.h"

enum paper_group { PAPER_NONE, PAPER_TERMS, PAPER_LIST, PAPER_TABLE };

struct paper_form {
        const char *media_type;
        void (*title)(void *context, unsigned level, const char *text);
        void (*paragraph)(void *context, const char *text);
        void (*group)(void *context, enum paper_group group, bool begins); /* a list or terms begin or end, a table ends */
        void (*term)(void *context, const char *label, const char *text);
        void (*item)(void *context, const char *text);
        void (*table)(void *context, const char *const *columns, size_t count);
        void (*row)(void *context, char *const *cells, size_t count);
        uint8_t *(*end)(void *context, size_t *size); /* and frees the context */
};

/* Takes the context; aborts where there is no memory. */
struct paper *paper_new(const struct paper_form *form, void *context);

#endif
