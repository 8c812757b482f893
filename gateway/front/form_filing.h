/*
 * form_filing.h - a form that carries a filing: its text fields, and its files put
 * where a filing's documents lie.
 *
 * The form's body was stored as it came (BODY_STORED); it is read again here, each
 * file copied into a content of its own, and dropped: memory stays one chunk.
 */
#ifndef PLI_FRONT_FORM_FILING_H
#define PLI_FRONT_FORM_FILING_H

#include "gateway/front/file_put.h"

enum { FORM_FILES_MAX = 110, FORM_FIELDS_MAX = 400, FORM_TEXT_MAX = 64 * 1024 };

struct form_file {
        char field[64], name[256], media_type[128];
        struct file_place place;
};

struct form_filing {
        json_t *fields; /* name → [values], UTF-8 (ISO-8859-1 is read too) */
        struct form_file files[FORM_FILES_MAX];
        size_t file_count;
};

/* admit() of such a route. */
bool form_filing_admit(struct request *request, struct problem *problem);
/* The caller form_filing_free()s *out. */
bool form_filing_read(struct request *request, struct form_filing **out, struct problem *problem)
        __attribute__((warn_unused_result));
void form_filing_free(struct form_filing *form);
/* A field's value, its nth; "" where there is none. */
const char *form_field(const struct form_filing *form, const char *name, size_t n);

#endif
