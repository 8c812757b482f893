/* http_form.c - see http_form.h. */
#include "gateway/front/http_form.h"

#include <microhttpd.h>
#include <stdlib.h>

#include "gateway/front/http_exchange.h"

enum { LINE_ROOM = 16 * 1024 }; /* a part's headers, or a boundary, must fit */

struct form {
        struct MHD_PostProcessor *processor;
        struct form_taker taker;
        bool refused;
};

static enum MHD_Result piece_came(void *context, enum MHD_ValueKind kind, const char *name, const char *file_name,
                                  const char *media_type, const char *encoding, const char *data, uint64_t offset, size_t size)
{
        struct form *form = context;
        (void)kind;
        (void)encoding;
        const struct form_piece piece = {.name = name != NULL ? name : "",
                                         .file_name = file_name,
                                         .media_type = media_type,
                                         .data = (const uint8_t *)data,
                                         .size = size,
                                         .offset = offset};
        form->refused = form->refused || !form->taker.take(form->taker.context, &piece);
        return form->refused ? MHD_NO : MHD_YES;
}

struct form *http_form_open(struct request *request, const struct form_taker *taker)
{
        struct exchange *exchange = request->http;
        struct form *form = calloc(1, sizeof *form);
        if (form == NULL)
                return NULL;
        form->taker = *taker;
        form->processor = MHD_create_post_processor(exchange->connection, LINE_ROOM, piece_came, form);
        if (form->processor == NULL) {
                free(form);
                return NULL;
        }
        return form;
}

bool http_form_feed(struct form *form, const uint8_t *data, size_t size)
{
        return !form->refused && MHD_post_process(form->processor, (const char *)data, size) == MHD_YES && !form->refused;
}

bool http_form_close(struct form *form)
{
        bool whole = MHD_destroy_post_processor(form->processor) == MHD_YES && !form->refused;
        free(form);
        return whole;
}
