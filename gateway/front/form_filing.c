/* form_filing.c - the stored body, through the post processor, into fields and contents. */
#include "gateway/front/form_filing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "gateway/formats/text.h"
#include "gateway/front/call.h"
#include "gateway/front/content.h"
#include "gateway/front/http_form.h"
#include "gateway/front/upload.h"
#include "signing/signing.h"

DEFINE_OWNER(json_t, json_decref)
typedef struct content content;
DEFINE_OWNER(content, content_close)

/* One reading. */
struct reading {
        struct request *request;
        struct form_filing *form;
        struct form *parser;
        char *text; /* the field under way */
        size_t text_size, text_total;
        char text_name[64];
        struct file_put *put; /* the file under way */
        struct problem *problem;
};

bool form_filing_admit(struct request *request, struct problem *problem)
{
        OWN(json_t) place = NULL;
        const struct db_argument actor = call_actor(request);
        return db_call_json(request->db, "api.form_begin", &actor, 1, &place, problem) &&
               upload_place(request, place, 0, SIGNING_CHUNK, problem);
}

/* ---- text ---- */

/* Old software writes ISO-8859-1 (Pastell's utf8_decode), new UTF-8: what is no UTF-8 is read as the former. */
static json_t *text_json(const char *bytes, size_t size)
{
        if (text_is_utf8(bytes))
                return json_stringn(bytes, size);
        char *wide = malloc(2 * size + 1);
        if (wide == NULL)
                abort();
        size_t n = 0;
        for (size_t i = 0; i < size; i++) {
                unsigned char byte = (unsigned char)bytes[i];
                if (byte >= 0x80)
                        wide[n++] = (char)(0xC0 | byte >> 6);
                wide[n++] = byte >= 0x80 ? (char)(0x80 | (byte & 0x3F)) : (char)byte;
        }
        json_t *text = json_stringn(wide, n);
        free(wide);
        return text;
}

static void text_end(struct reading *reading)
{
        if (reading->text_name[0] == '\0')
                return;
        reading->text[reading->text_size] = '\0';
        json_t *values = json_object_get(reading->form->fields, reading->text_name);
        if (values == NULL) {
                values = json_array();
                json_object_set_new(reading->form->fields, reading->text_name, values);
        }
        json_array_append_new(values, text_json(reading->text, strlen(reading->text)));
        reading->text_name[0] = '\0';
        reading->text_size = 0;
}

static bool text_take(struct reading *reading, const struct form_piece *piece)
{
        if (piece->offset == 0) {
                text_end(reading);
                if (json_object_size(reading->form->fields) >= FORM_FIELDS_MAX ||
                    !text_copy(reading->text_name, sizeof reading->text_name, piece->name))
                        return problem_set(reading->problem, "form-malformed", "too many fields, or a name too long");
        }
        if (piece->size > FORM_TEXT_MAX - reading->text_total)
                return problem_set(reading->problem, "form-malformed", "the text fields hold more than %d bytes", FORM_TEXT_MAX);
        memcpy(reading->text + reading->text_size, piece->data, piece->size);
        reading->text_size += piece->size;
        reading->text_total += piece->size;
        return true;
}

/* ---- files ---- */

static struct form_file *file_now(struct reading *reading)
{
        return &reading->form->files[reading->form->file_count];
}

static bool file_end(struct reading *reading)
{
        if (reading->put == NULL)
                return true;
        bool ended = file_put_end(reading->put, &file_now(reading)->place, reading->problem);
        file_put_free(reading->put);
        reading->put = NULL;
        reading->form->file_count += ended;
        return ended;
}

static bool file_begin(struct reading *reading, const struct form_piece *piece)
{
        if (!file_end(reading))
                return false;
        if (reading->form->file_count == FORM_FILES_MAX)
                return problem_set(reading->problem, "form-malformed", "more than %d files", FORM_FILES_MAX);
        struct form_file *file = file_now(reading);
        const char *slash = strrchr(piece->file_name, '/'), *type = piece->media_type;
        *file = (struct form_file){.place = {.size = 0}};
        if (!text_copy(file->field, sizeof file->field, piece->name) ||
            !text_copy(file->name, sizeof file->name, slash != NULL ? slash + 1 : piece->file_name) ||
            !text_copy(file->media_type, sizeof file->media_type, type != NULL ? type : "application/octet-stream"))
                return problem_set(reading->problem, "form-malformed", "a file's field, name or type is too long");
        reading->put = file_put_open(reading->request, reading->problem);
        return reading->put != NULL;
}

static bool file_take(struct reading *reading, const struct form_piece *piece)
{
        text_end(reading);
        return (piece->offset != 0 || file_begin(reading, piece)) && reading->put != NULL &&
               file_put_write(reading->put, piece->data, piece->size, reading->problem);
}

/* A file field that nothing was chosen for comes as an empty file without a name. */
static bool piece_take(void *context, const struct form_piece *piece)
{
        struct reading *reading = context;
        if (piece->file_name != NULL && piece->file_name[0] != '\0')
                return file_take(reading, piece);
        return file_end(reading) && (piece->file_name != NULL || text_take(reading, piece));
}

/* ---- the stored body ---- */

static bool body_write(void *context, const uint8_t *data, size_t size)
{
        struct reading *reading = context;
        return http_form_feed(reading->parser, data, size);
}

static bool body_read(struct reading *reading)
{
        struct request *request = reading->request;
        const struct content_place place = {
                .day = request->store_day, .content = request->store_content, .size = request->stored_size, .chunk = SIGNING_CHUNK};
        const struct form_taker taker = {reading, piece_take};
        OWN(content) stored = content_open(request->db, &place);
        reading->parser = http_form_open(request, &taker);
        if (reading->parser == NULL)
                return problem_set(reading->problem, "form-malformed", "the Content-Type is no form's");
        bool read = content_copy(stored, body_write, reading);
        bool whole = http_form_close(reading->parser);
        text_end(reading);
        if (read && whole && file_end(reading))
                return true;
        if (content_problem(stored)->row != NULL)
                *reading->problem = *content_problem(stored);
        else if (reading->problem->row == NULL)
                problem_set(reading->problem, "form-malformed", "the form is cut short or malformed");
        return false;
}

/* The body itself is not needed any more. */
static void body_drop(struct request *request)
{
        struct problem ignored = {0};
        const struct db_argument arguments[] = {call_actor(request), db_text(request->store_day),
                                                db_integer(request->store_content)};
        if (!db_call(request->db, "api.form_drop", arguments, 3, &ignored))
                return;
}

bool form_filing_read(struct request *request, struct form_filing **out, struct problem *problem)
{
        struct form_filing *form = calloc(1, sizeof *form);
        struct reading reading = {.request = request, .form = form, .text = malloc(FORM_TEXT_MAX + 1), .problem = problem};
        if (form == NULL || reading.text == NULL)
                abort();
        form->fields = json_object();
        bool read = body_read(&reading);
        body_drop(request);
        free(reading.text);
        file_put_free(reading.put);
        if (read)
                *out = form;
        else
                form_filing_free(form);
        return read;
}

void form_filing_free(struct form_filing *form)
{
        if (form == NULL)
                return;
        json_decref(form->fields);
        free(form);
}

const char *form_field(const struct form_filing *form, const char *name, size_t n)
{
        const char *value = json_string_value(json_array_get(json_object_get(form->fields, name), n));
        return value != NULL ? value : "";
}
