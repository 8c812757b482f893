/* judge_stamp.c - each page's content between q and Q, then the frame, turned as the page is shown. */
#include "signing/judge_stamp.h"

#include <qpdf/qpdf-c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "signing/refusal.h"

DEFINE_OWNER(json_t, json_decref)
DEFINE_OWNER(uint8_t, free)
DEFINE_OWNER(char, free)

enum { LINE = 10, SIZE = 8, MARGIN = 12, PADDING = 5, CONTENT_MAX = 4096 };

struct stamping {
        qpdf_data pdf;
        const json_t *lines;
        qpdf_oh font, before; /* shared by all pages */
};

/* Helvetica's widths in thousandths, roughly: the frame must hold the text, not fit it to the hair. */
static unsigned text_width(const char *text)
{
        unsigned width = 0;
        for (const char *at = text; *at != '\0'; at++)
                width += strchr("ijl.,:;' ", *at) != NULL ? 290 : *at >= 'A' && *at <= 'Z' ? 700 : 560;
        return width * SIZE / 1000;
}

/* A string of the content stream in WinAnsiEncoding: ISO-8859-1 of the UTF-8, "?" for the rest. */
static void string_put(FILE *out, const char *text)
{
        for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
                unsigned byte = *at;
                if ((byte == 0xC2 || byte == 0xC3) && at[1] != '\0')
                        byte = (byte & 3) << 6 | (*++at & 0x3F);
                else if (byte >= 0xC4)
                        byte = '?';
                else if (byte >= 0x80)
                        continue;
                fprintf(out, byte < 0x20 || byte > 0x7E || strchr("()\\", (int)byte) != NULL ? "\\%03o" : "%c", byte);
        }
}

struct box {
        double x0, y0, x1, y1;
        int turn; /* degrees clockwise */
};

/* From the page as it is shown, its lower left corner the origin, to the page as it is drawn (ISO 32000-1 8.3.4). */
static void turn_put(FILE *out, const struct box *box)
{
        switch (box->turn) {
        case 90:
                fprintf(out, "0 1 -1 0 %.2f %.2f cm\n", box->x1, box->y0);
                break;
        case 180:
                fprintf(out, "-1 0 0 -1 %.2f %.2f cm\n", box->x1, box->y1);
                break;
        case 270:
                fprintf(out, "0 -1 1 0 %.2f %.2f cm\n", box->x0, box->y1);
                break;
        default:
                fprintf(out, "1 0 0 1 %.2f %.2f cm\n", box->x0, box->y0);
        }
}

static void frame_put(FILE *out, const struct stamping *stamping, const struct box *box)
{
        bool sideways = box->turn == 90 || box->turn == 270;
        double shown_width = sideways ? box->y1 - box->y0 : box->x1 - box->x0;
        double shown_height = sideways ? box->x1 - box->x0 : box->y1 - box->y0;
        size_t count = json_array_size(stamping->lines);
        unsigned width = 0;
        for (size_t i = 0; i < count; i++) {
                unsigned wide = text_width(json_string_value(json_array_get(stamping->lines, i)));
                width = wide > width ? wide : width;
        }
        double high = (double)(count * LINE) + 2.0 * PADDING, wide = width + 2.0 * PADDING;
        double left = shown_width - wide - MARGIN, low = shown_height - high - MARGIN;
        fprintf(out, "0.1 0.2 0.5 RG 0.1 0.2 0.5 rg 0.6 w %.2f %.2f %.2f %.2f re S\nBT /PliStamp %d Tf %d TL %.2f %.2f Td\n", left,
                low, wide, high, SIZE, LINE, left + PADDING, low + high - PADDING - SIZE);
        for (size_t i = 0; i < count; i++) {
                fputc('(', out);
                string_put(out, json_string_value(json_array_get(stamping->lines, i)));
                fputs(") Tj T*\n", out);
        }
        fputs("ET\n", out);
}

static qpdf_oh stream_new(qpdf_data pdf, const char *text, size_t size)
{
        qpdf_oh stream = qpdf_oh_new_stream(pdf);
        qpdf_oh_replace_stream_data(pdf, stream, (const unsigned char *)text, size, qpdf_oh_new_null(pdf), qpdf_oh_new_null(pdf));
        return stream;
}

static struct box page_box(qpdf_data pdf, qpdf_oh page)
{
        struct box box = {0, 0, 595, 842, 0};
        double sides[4];
        qpdf_oh area = qpdf_oh_get_key(pdf, page, "/CropBox");
        if (!qpdf_oh_is_array(pdf, area))
                area = qpdf_oh_get_key(pdf, page, "/MediaBox");
        if (qpdf_oh_is_array(pdf, area) && qpdf_oh_get_array_n_items(pdf, area) == 4) {
                for (int i = 0; i < 4; i++)
                        sides[i] = qpdf_oh_get_numeric_value(pdf, qpdf_oh_get_array_item(pdf, area, i));
                bool turned = sides[0] > sides[2], upside = sides[1] > sides[3];
                box = (struct box){sides[turned ? 2 : 0], sides[upside ? 3 : 1], sides[turned ? 0 : 2], sides[upside ? 1 : 3], 0};
        }
        qpdf_oh turn = qpdf_oh_get_key(pdf, page, "/Rotate");
        if (qpdf_oh_is_integer(pdf, turn))
                box.turn = (qpdf_oh_get_int_value_as_int(pdf, turn) % 360 + 360) % 360;
        return box;
}

/* A dictionary under a key, made where there is none. */
static qpdf_oh dictionary_in(qpdf_data pdf, qpdf_oh parent, const char *key)
{
        qpdf_oh found = qpdf_oh_get_key(pdf, parent, key);
        if (qpdf_oh_is_dictionary(pdf, found))
                return found;
        qpdf_oh made = qpdf_make_indirect_object(pdf, qpdf_oh_new_dictionary(pdf));
        qpdf_oh_replace_key(pdf, parent, key, made);
        return made;
}

static void contents_wrap(const struct stamping *stamping, qpdf_oh page, qpdf_oh after)
{
        qpdf_data pdf = stamping->pdf;
        qpdf_oh old = qpdf_oh_get_key(pdf, page, "/Contents"), all = qpdf_oh_new_array(pdf);
        qpdf_oh_append_item(pdf, all, stamping->before);
        if (qpdf_oh_is_array(pdf, old)) {
                int count = qpdf_oh_get_array_n_items(pdf, old);
                for (int i = 0; i < count; i++)
                        qpdf_oh_append_item(pdf, all, qpdf_oh_get_array_item(pdf, old, i));
        } else if (qpdf_oh_is_stream(pdf, old)) {
                qpdf_oh_append_item(pdf, all, old);
        }
        qpdf_oh_append_item(pdf, all, after);
        qpdf_oh_replace_key(pdf, page, "/Contents", all);
}

static void page_stamp(const struct stamping *stamping, qpdf_oh page)
{
        OWN(char) text = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&text, &size);
        if (out == NULL)
                abort();
        const struct box box = page_box(stamping->pdf, page);
        fputs("\nQ\nq\n", out);
        turn_put(out, &box);
        frame_put(out, stamping, &box);
        fputs("Q\n", out);
        fclose(out);
        qpdf_oh resources = dictionary_in(stamping->pdf, page, "/Resources");
        qpdf_oh_replace_key(stamping->pdf, dictionary_in(stamping->pdf, resources, "/Font"), "/PliStamp", stamping->font);
        contents_wrap(stamping, page, stream_new(stamping->pdf, text, size));
}

static bool pdf_fault(qpdf_data pdf, struct signing_refusal *why)
{
        const char *text = qpdf_has_error(pdf) ? qpdf_get_error_message_detail(pdf, qpdf_get_error(pdf)) : "it cannot be written";
        return refuse(why, "STAMP_PDF", "ISO 32000-1", "the PDF cannot be stamped: %.150s", text);
}

static bool pages_stamp(struct stamping *stamping, int *pages, struct signing_refusal *why)
{
        qpdf_data pdf = stamping->pdf;
        if (qpdf_push_inherited_attributes_to_page(pdf) & QPDF_ERRORS)
                return pdf_fault(pdf, why);
        *pages = qpdf_get_num_pages(pdf);
        if (*pages < 1 || *pages > STAMP_PAGES_MAX)
                return refuse(why, "STAMP_PDF", "ISO 32000-1", "the PDF has no page, or more than %d", STAMP_PAGES_MAX);
        stamping->font = qpdf_make_indirect_object(
                pdf, qpdf_oh_parse(pdf, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"));
        stamping->before = stream_new(pdf, "q\n", 2);
        for (int i = 0; i < *pages; i++)
                page_stamp(stamping, qpdf_get_page_n(pdf, (size_t)i));
        return !qpdf_has_error(pdf) || pdf_fault(pdf, why);
}

static bool pdf_write(struct judge_wire *wire, qpdf_data pdf, struct signing_refusal *why)
{
        bool take = false;
        if (qpdf_init_write_memory(pdf) & QPDF_ERRORS)
                return pdf_fault(pdf, why);
        qpdf_set_deterministic_ID(pdf, QPDF_TRUE);
        qpdf_set_preserve_encryption(pdf, QPDF_FALSE);
        if (qpdf_write(pdf) & QPDF_ERRORS)
                return pdf_fault(pdf, why);
        size_t size = qpdf_get_buffer_length(pdf);
        const struct signing_sink sink = judge_wire_sink(wire);
        return judge_wire_begin(wire, "stamped.pdf", "application/pdf", size, &take) &&
               (!take || (sink.write(sink.context, qpdf_get_buffer(pdf), size) && judge_wire_end(wire)));
}

static bool source_read(struct judge_wire *wire, uint8_t **out, struct signing_refusal *why)
{
        struct signing_source source = judge_wire_source(wire);
        if (source.size == 0 || source.size > STAMP_PDF_MAX)
                return refuse(why, "STAMP_SIZE", "48 MiB", "a PDF of more than %d bytes is not stamped", STAMP_PDF_MAX);
        OWN(uint8_t) bytes = malloc((size_t)source.size);
        if (bytes == NULL || !source.read(source.context, 0, bytes, (size_t)source.size))
                return refuse(why, "STAMP_SIZE", "48 MiB", "the PDF could not be read");
        *out = TAKE(bytes);
        return true;
}

static bool lines_read(struct signing_bytes text, json_t **out, struct signing_refusal *why)
{
        OWN(json_t) lines = json_loadb((const char *)text.data, text.size, 0, NULL);
        size_t count = json_array_size(lines);
        bool good = count >= 1 && count <= STAMP_LINES_MAX;
        for (size_t i = 0; good && i < count; i++)
                good = json_string_length(json_array_get(lines, i)) <= STAMP_LINE_MAX && json_is_string(json_array_get(lines, i));
        if (!good)
                return refuse(why, "STAMP_LINES", "", "a stamp has 1 to %d lines of text", STAMP_LINES_MAX);
        *out = TAKE(lines);
        return true;
}

json_t *judge_stamp(struct judge_wire *wire, struct signing_bytes text, struct signing_refusal *why)
{
        OWN(json_t) lines = NULL;
        OWN(uint8_t) bytes = NULL;
        int pages = 0;
        if (!lines_read(text, &lines, why) || !source_read(wire, &bytes, why))
                return NULL;
        struct stamping stamping = {.pdf = qpdf_init(), .lines = lines};
        qpdf_silence_errors(stamping.pdf);
        qpdf_set_suppress_warnings(stamping.pdf, QPDF_TRUE);
        bool done = (qpdf_read_memory(stamping.pdf, "acte.pdf", (const char *)bytes, wire->size, NULL) & QPDF_ERRORS) == 0 ||
                    pdf_fault(stamping.pdf, why);
        done = done && pages_stamp(&stamping, &pages, why) && pdf_write(wire, stamping.pdf, why);
        qpdf_cleanup(&stamping.pdf);
        return done ? json_pack("{s:i}", "pages", pages) : NULL;
}
