/*
 * paper_pdf.c - paper as a PDF 1.4 (cairo) that can be kept: A4, its fonts
 * inside with what each glyph means, no script, no link, no picture, no encryption.
 */
#include <cairo-ft.h>
#include <cairo-pdf.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/front/paper_form.h"

enum { REPLACEMENT = 0xfffd, TITLES = 4, UTF8_MOST = 4 };
/* Points. */
static const double SHORT = 595.276, LONG = 841.89, MARGIN = 50, FOOT = 30, BODY = 9, LINE = 1.35, GAP = 4, LABEL = 150;

struct bytes {
        uint8_t *data;
        size_t size;
};

struct sheet {
        cairo_font_face_t *plain, *bold; /* borrowed from `fonts` */
        cairo_surface_t *surface;
        cairo_t *pen;
        struct bytes bytes;
        double width, height, y; /* of the page; of the last line's base, from the top */
        unsigned pages;
        char title[200];
        /* The table that is open, drawn at its end: its columns are as wide as what is in them asks for. */
        char **cells; /* clean; the head, then row by row */
        size_t count, filled, room;
        double widths[PAPER_COLUMNS];
};

/* What is drawn: where, how wide, in what. */
struct block {
        const struct sheet *sheet;
        cairo_font_face_t *font;
        double size, x, width;
};

/* ---- text ---- */

/* The next character; what is no UTF-8 is shown as U+FFFD, controls as a space. */
static unsigned character_next(const char **at)
{
        const unsigned char *byte = (const unsigned char *)*at;
        unsigned length = byte[0] < 0x80                      ? 1
                          : byte[0] >= 0xc2 && byte[0] < 0xe0 ? 2
                          : (byte[0] & 0xf0) == 0xe0          ? 3
                          : (byte[0] & 0xf8) == 0xf0          ? 4
                                                              : 0;
        unsigned code = length == 1 ? byte[0] : byte[0] & (0x7fu >> length);
        for (unsigned i = 1; i < length; i++) {
                if ((byte[i] & 0xc0) != 0x80) {
                        *at += i;
                        return REPLACEMENT;
                }
                code = code << 6 | (byte[i] & 0x3fu);
        }
        *at += length > 0 ? length : 1;
        bool wrong = length == 0 || (length == 3 && code < 0x800) || (length == 4 && (code < 0x10000 || code > 0x10ffff)) ||
                     (code >= 0xd800 && code < 0xe000) || (code & 0xfffe) == 0xfffe;
        return wrong ? REPLACEMENT : code < 0x20 || code == 0x7f ? ' ' : code;
}

static size_t character_write(unsigned code, char out[UTF8_MOST])
{
        if (code < 0x80) {
                out[0] = (char)code;
                return 1;
        }
        size_t length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
        static const unsigned heads[] = {0, 0, 0xc0, 0xe0, 0xf0};
        for (size_t i = length - 1; i > 0; i--, code >>= 6)
                out[i] = (char)(0x80 | (code & 0x3f));
        out[0] = (char)(heads[length] | code);
        return length;
}

/* A clean copy: valid UTF-8, no controls. */
static char *text_clean(const char *text)
{
        char *clean = malloc(3 * strlen(text) + 1), *out = clean;
        if (clean == NULL)
                abort();
        while (*text != '\0')
                out += character_write(character_next(&text), out);
        *out = '\0';
        return clean;
}

static void font_set(const struct block *block)
{
        cairo_set_font_face(block->sheet->pen, block->font);
        cairo_set_font_size(block->sheet->pen, block->size);
}

/* Of so many bytes of a clean text, on one line; the font is set. */
static double text_width(const struct block *block, const char *text, size_t length)
{
        cairo_text_extents_t extents;
        char *copy = strndup(text, length);
        if (copy == NULL)
                abort();
        cairo_text_extents(block->sheet->pen, copy, &extents);
        free(copy);
        return extents.x_advance;
}

/* How many bytes of a clean text fit on one line: up to the last space, or to the last character where a word is too long. */
static size_t line_fit(const struct block *block, const char *text)
{
        const char *at = text, *space = NULL;
        double width = 0;
        font_set(block);
        while (*at != '\0') {
                const char *before = at;
                unsigned code = character_next(&at);
                width += text_width(block, before, (size_t)(at - before));
                if (width > block->width && before > text)
                        return (size_t)((space != NULL ? space : before) - text);
                if (code == ' ')
                        space = before;
        }
        return (size_t)(at - text);
}

/* ---- pages ---- */

static void line_draw(struct sheet *sheet, const struct block *block, double y, const char *text, size_t length)
{
        char *line = strndup(text, length);
        if (line == NULL)
                abort();
        font_set(block);
        cairo_move_to(sheet->pen, block->x, y);
        cairo_show_text(sheet->pen, line);
        free(line);
}

static void page_begin(struct sheet *sheet)
{
        char foot[260];
        if (sheet->pages > 0)
                cairo_show_page(sheet->pen);
        sheet->y = MARGIN;
        snprintf(foot, sizeof foot, "%s – %u", sheet->title, ++sheet->pages);
        const struct block block = {sheet, sheet->plain, BODY - 2, MARGIN, sheet->width - 2 * MARGIN};
        line_draw(sheet, &block, sheet->height - FOOT, foot, line_fit(&block, foot));
}

static void room_make(struct sheet *sheet, double height)
{
        if (sheet->y + height > sheet->height - MARGIN)
                page_begin(sheet);
}

/* A text from the present height downwards, line by line; other pages where it needs them. */
static void text_draw(struct sheet *sheet, const struct block *block, const char *text)
{
        char *clean = text_clean(text), *at = clean;
        do {
                size_t fits = line_fit(block, at);
                room_make(sheet, block->size * LINE);
                sheet->y += block->size * LINE;
                line_draw(sheet, block, sheet->y, at, fits);
                at += fits;
                at += strspn(at, " ");
        } while (*at != '\0');
        free(clean);
}

/* ---- pieces ---- */

static struct block block_of(const struct sheet *sheet, cairo_font_face_t *font, double size)
{
        return (struct block){sheet, font, size, MARGIN, sheet->width - 2 * MARGIN};
}

static void title_draw(void *context, unsigned level, const char *text)
{
        static const double sizes[TITLES] = {16, 13, 11, 9};
        struct sheet *sheet = context;
        const struct block block = block_of(sheet, sheet->bold, sizes[level < 1 ? 0 : level > TITLES ? TITLES - 1 : level - 1]);
        room_make(sheet, block.size * LINE + 4 * BODY); /* never alone at the foot of a page */
        sheet->y += GAP;
        text_draw(sheet, &block, text);
        sheet->y += GAP / 2;
}

static void paragraph_draw(void *context, const char *text)
{
        struct sheet *sheet = context;
        const struct block block = block_of(sheet, sheet->plain, BODY);
        text_draw(sheet, &block, text);
        sheet->y += GAP;
}

/* ---- tables ---- */

static void cells_free(struct sheet *sheet)
{
        while (sheet->filled > 0)
                free(sheet->cells[--sheet->filled]);
}

static void cells_keep(struct sheet *sheet, const char *const *cells)
{
        if (sheet->filled + sheet->count > sheet->room) {
                sheet->room = 2 * (sheet->filled + sheet->count);
                sheet->cells = realloc(sheet->cells, sheet->room * sizeof *sheet->cells);
                if (sheet->cells == NULL)
                        abort();
        }
        for (size_t i = 0; i < sheet->count; i++)
                sheet->cells[sheet->filled++] = text_clean(cells[i]);
}

/* The widths of the whole text on one line and of its longest word. */
static void text_measure(const struct block *block, const char *text, double *whole, double *word)
{
        font_set(block);
        double all = text_width(block, text, strlen(text));
        *whole = all > *whole ? all : *whole;
        for (size_t length; *text != '\0'; text += length + (text[length] == ' ')) {
                length = strcspn(text, " ");
                double width = text_width(block, text, length);
                *word = width > *word ? width : *word;
        }
}

/* What each column asks for where there is room for all; else its longest word, and a part of what is left; else a part of all. */
static void widths_share(struct sheet *sheet, const double *whole, const double *word)
{
        double room = sheet->width - 2 * MARGIN, wholes = 0, words = 0;
        for (size_t i = 0; i < sheet->count; i++) {
                wholes += whole[i];
                words += word[i];
        }
        for (size_t i = 0; i < sheet->count; i++) {
                if (wholes <= room)
                        sheet->widths[i] = whole[i] + (room - wholes) / (double)sheet->count;
                else if (words < room)
                        sheet->widths[i] = word[i] + (room - words) * (whole[i] - word[i]) / (wholes - words);
                else
                        sheet->widths[i] = room * word[i] / words;
        }
}

static void widths_choose(struct sheet *sheet)
{
        const double most = (sheet->width - 2 * MARGIN) / 3;
        double whole[PAPER_COLUMNS] = {0}, word[PAPER_COLUMNS] = {0};
        for (size_t n = 0; n < sheet->filled; n++) {
                const struct block block = {sheet, n < sheet->count ? sheet->bold : sheet->plain, BODY - 1, 0, 0};
                text_measure(&block, sheet->cells[n], &whole[n % sheet->count], &word[n % sheet->count]);
        }
        for (size_t i = 0; i < sheet->count; i++) {
                word[i] = (word[i] < most ? word[i] : most) + GAP;
                whole[i] += GAP;
                whole[i] = whole[i] > word[i] ? whole[i] : word[i];
        }
        widths_share(sheet, whole, word);
}

/* One line of each cell that has one left; false when all are done. */
static bool cells_line(struct sheet *sheet, cairo_font_face_t *font, const char **cells)
{
        bool more = false;
        double x = MARGIN;
        sheet->y += (BODY - 1) * LINE;
        for (size_t i = 0; i < sheet->count; x += sheet->widths[i++]) {
                const struct block block = {sheet, font, BODY - 1, x, sheet->widths[i] - GAP / 2};
                size_t fits = line_fit(&block, cells[i]);
                line_draw(sheet, &block, sheet->y, cells[i], fits);
                cells[i] += fits;
                cells[i] += strspn(cells[i], " ");
                more = more || *cells[i] != '\0';
        }
        return more;
}

/* The cells of one row side by side, line by line, so that a row may be taller than a page. */
static void cells_draw(struct sheet *sheet, cairo_font_face_t *font, char *const *cells)
{
        const char *at[PAPER_COLUMNS];
        for (size_t i = 0; i < sheet->count; i++)
                at[i] = cells[i];
        do
                room_make(sheet, BODY * LINE);
        while (cells_line(sheet, font, at));
        sheet->y += GAP / 2;
        cairo_set_line_width(sheet->pen, 0.3);
        cairo_move_to(sheet->pen, MARGIN, sheet->y);
        cairo_line_to(sheet->pen, sheet->width - MARGIN, sheet->y);
        cairo_stroke(sheet->pen);
}

/* The head again on each page. */
static void table_end(struct sheet *sheet)
{
        widths_choose(sheet);
        room_make(sheet, 6 * BODY);
        cells_draw(sheet, sheet->bold, sheet->cells);
        for (size_t n = sheet->count; n < sheet->filled; n += sheet->count) {
                if (sheet->y + 4 * BODY > sheet->height - MARGIN) {
                        page_begin(sheet);
                        cells_draw(sheet, sheet->bold, sheet->cells);
                }
                cells_draw(sheet, sheet->plain, sheet->cells + n);
        }
        cells_free(sheet);
}

static void table_draw(void *context, const char *const *columns, size_t count)
{
        struct sheet *sheet = context;
        sheet->count = count;
        cells_keep(sheet, columns);
}

static void row_draw(void *context, char *const *cells, size_t count)
{
        (void)count;
        cells_keep(context, (const char *const *)cells);
}

static void group_draw(void *context, enum paper_group group, bool begins)
{
        struct sheet *sheet = context;
        if (!begins && group == PAPER_TABLE)
                table_end(sheet);
        if (!begins)
                sheet->y += GAP;
}

/* The label stands at the left of its value's first line. */
static void term_draw(void *context, const char *label, const char *text)
{
        struct sheet *sheet = context;
        const struct block left = {sheet, sheet->bold, BODY, MARGIN, LABEL - GAP},
                           right = {sheet, sheet->plain, BODY, MARGIN + LABEL, sheet->width - 2 * MARGIN - LABEL};
        room_make(sheet, 2 * BODY * LINE);
        unsigned page = sheet->pages;
        double top = sheet->y;
        text_draw(sheet, &left, label);
        double low = sheet->y;
        if (sheet->pages == page)
                sheet->y = top;
        text_draw(sheet, &right, text);
        if (sheet->pages == page && sheet->y < low)
                sheet->y = low;
}

static void item_draw(void *context, const char *text)
{
        struct sheet *sheet = context;
        const struct block block = {sheet, sheet->plain, BODY, MARGIN + 10, sheet->width - 2 * MARGIN - 10},
                           bullet = {sheet, sheet->plain, BODY, MARGIN, 10};
        room_make(sheet, BODY * LINE);
        line_draw(sheet, &bullet, sheet->y + BODY * LINE, "–", strlen("–"));
        text_draw(sheet, &block, text);
}

/* ---- the file ---- */

static cairo_status_t bytes_add(void *context, const unsigned char *data, unsigned size)
{
        struct bytes *bytes = context;
        uint8_t *larger = realloc(bytes->data, bytes->size + size);
        if (larger == NULL)
                return CAIRO_STATUS_WRITE_ERROR;
        bytes->data = larger;
        memcpy(larger + bytes->size, data, size);
        bytes->size += size;
        return CAIRO_STATUS_SUCCESS;
}

static void sheet_free(struct sheet *sheet)
{
        cells_free(sheet);
        free(sheet->cells);
        cairo_destroy(sheet->pen);
        cairo_surface_destroy(sheet->surface);
        free(sheet->bytes.data);
        free(sheet);
}

/* The library remembers its first fault; it is asked for once, here. */
static uint8_t *sheet_end(void *context, size_t *size)
{
        struct sheet *sheet = context;
        uint8_t *data = NULL;
        cairo_show_page(sheet->pen);
        bool good = cairo_status(sheet->pen) == CAIRO_STATUS_SUCCESS;
        cairo_surface_finish(sheet->surface);
        if (good && cairo_surface_status(sheet->surface) == CAIRO_STATUS_SUCCESS) {
                data = sheet->bytes.data;
                *size = sheet->bytes.size;
                sheet->bytes.data = NULL;
        }
        sheet_free(sheet);
        return data;
}

static const struct paper_form pdf = {"application/pdf", title_draw, paragraph_draw, group_draw, term_draw,
                                      item_draw,         table_draw, row_draw,       sheet_end};

/* ---- fonts ---- */

/* Loaded once and kept: cairo's caches hold on to faces longer than any document, and lock them between threads. */
static struct {
        pthread_mutex_t lock;
        char folder[4096];
        FT_Library freetype;
        cairo_font_face_t *plain, *bold;
} fonts = {.lock = PTHREAD_MUTEX_INITIALIZER};

static cairo_font_face_t *font_load(const char *folder, const char *name)
{
        char path[4200];
        FT_Face face;
        snprintf(path, sizeof path, "%s/%s", folder, name);
        return FT_New_Face(fonts.freetype, path, 0, &face) == 0 ? cairo_ft_font_face_create_for_ft_face(face, FT_LOAD_NO_HINTING)
                                                                : NULL;
}

static bool fonts_load(const char *folder)
{
        if (fonts.freetype == NULL && FT_Init_FreeType(&fonts.freetype) != 0)
                return false;
        cairo_font_face_t *plain = font_load(folder, "DejaVuSans.ttf");
        cairo_font_face_t *bold = plain != NULL ? font_load(folder, "DejaVuSans-Bold.ttf") : NULL;
        if (bold == NULL)
                return false;
        snprintf(fonts.folder, sizeof fonts.folder, "%s", folder);
        fonts.plain = plain;
        fonts.bold = bold;
        return true;
}

static bool fonts_take(const char *folder, struct sheet *sheet)
{
        pthread_mutex_lock(&fonts.lock);
        bool there = (fonts.plain != NULL && strcmp(fonts.folder, folder) == 0) || fonts_load(folder);
        sheet->plain = fonts.plain;
        sheet->bold = fonts.bold;
        pthread_mutex_unlock(&fonts.lock);
        return there;
}

static void sheet_begin(struct sheet *sheet, const struct paper_heading *heading)
{
        char *title = text_clean(heading->title), *author = text_clean(heading->author);
        sheet->width = heading->wide ? LONG : SHORT;
        sheet->height = heading->wide ? SHORT : LONG;
        sheet->surface = cairo_pdf_surface_create_for_stream(bytes_add, &sheet->bytes, sheet->width, sheet->height);
        cairo_pdf_surface_restrict_to_version(sheet->surface, CAIRO_PDF_VERSION_1_4);
        cairo_pdf_surface_set_metadata(sheet->surface, CAIRO_PDF_METADATA_TITLE, title);
        cairo_pdf_surface_set_metadata(sheet->surface, CAIRO_PDF_METADATA_AUTHOR, author);
        cairo_pdf_surface_set_metadata(sheet->surface, CAIRO_PDF_METADATA_CREATOR, "Pli " PLI_VERSION);
        sheet->pen = cairo_create(sheet->surface);
        snprintf(sheet->title, sizeof sheet->title, "%.180s", title);
        free(title);
        free(author);
        page_begin(sheet);
}

bool paper_pdf(const struct paper_heading *heading, const char *folder, struct paper **out, struct problem *problem)
{
        struct sheet *sheet = calloc(1, sizeof *sheet);
        if (sheet == NULL)
                abort();
        if (!fonts_take(folder, sheet)) {
                sheet_free(sheet);
                return problem_set(problem, "paper-unavailable", "no DejaVu Sans in %s", folder);
        }
        sheet_begin(sheet, heading);
        *out = paper_new(&pdf, sheet);
        return true;
}
