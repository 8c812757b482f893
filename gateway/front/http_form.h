/*
 * http_form.h - a form (multipart/form-data, RFC 7578, or urlencoded), taken apart
 * by libmicrohttpd's post processor as its bytes pass; no field is held whole here.
 */
#ifndef PLI_FRONT_HTTP_FORM_H
#define PLI_FRONT_HTTP_FORM_H

#include "gateway/front/http.h"

/* A piece of a field: its name, and of a file its name ("" may be) and type; `offset` is 0 at a field's beginning.
 * Texts and data are lent for the call. False stops the reading. */
struct form_piece {
        const char *name, *file_name, *media_type; /* file_name: NULL where the field is no file */
        const uint8_t *data;
        size_t size;
        uint64_t offset;
};
struct form_taker {
        void *context;
        bool (*take)(void *context, const struct form_piece *piece);
};

struct form;
/* The request's Content-Type says how it is written. NULL where it is none of the two. */
struct form *http_form_open(struct request *request, const struct form_taker *taker) __attribute__((warn_unused_result));
/* False where the form is malformed or take() said no. */
bool http_form_feed(struct form *form, const uint8_t *data, size_t size) __attribute__((warn_unused_result));
/* True where the form was whole. */
bool http_form_close(struct form *form) __attribute__((warn_unused_result));

#endif
