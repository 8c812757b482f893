/* paper_html.c - paper as one page of HTML that prints well. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/front/paper_form.h"

struct page {
        FILE *out;
        char *text;
        size_t size;
};

/* Every text from outside passes here. */
static void escaped_put(FILE *out, const char *value)
{
        for (; *value != '\0'; value++) {
                switch (*value) {
                case '&':
                        fputs("&amp;", out);
                        break;
                case '<':
                        fputs("&lt;", out);
                        break;
                case '>':
                        fputs("&gt;", out);
                        break;
                case '"':
                        fputs("&quot;", out);
                        break;
                default:
                        putc(*value, out);
                }
        }
}

static void element_put(struct page *page, const char *name, const char *value)
{
        fprintf(page->out, "<%s>", name);
        escaped_put(page->out, value);
        fprintf(page->out, "</%.*s>", (int)strcspn(name, " "), name);
}

static void title_put(void *context, unsigned level, const char *text)
{
        const char *const names[] = {"h1", "h2", "h3", "h4"};
        struct page *page = context;
        element_put(page, names[level < 1 ? 0 : level > 4 ? 3 : level - 1], text);
        putc('\n', page->out);
}

static void paragraph_put(void *context, const char *text)
{
        struct page *page = context;
        element_put(page, "p", text);
        putc('\n', page->out);
}

static void group_put(void *context, enum paper_group group, bool begins)
{
        static const char *const begin[] = {[PAPER_TERMS] = "<dl>", [PAPER_LIST] = "<ul>", [PAPER_TABLE] = "<table>"};
        static const char *const end[] = {
                [PAPER_TERMS] = "</dl>\n", [PAPER_LIST] = "</ul>\n", [PAPER_TABLE] = "</tbody></table>\n"};
        struct page *page = context;
        fputs(begins ? begin[group] : end[group], page->out);
}

static void term_put(void *context, const char *label, const char *text)
{
        struct page *page = context;
        element_put(page, "dt", label);
        element_put(page, "dd", text);
}

static void item_put(void *context, const char *text)
{
        element_put(context, "li", text);
}

static void table_put(void *context, const char *const *columns, size_t count)
{
        struct page *page = context;
        fputs("<table><thead><tr>", page->out);
        for (size_t i = 0; i < count; i++)
                element_put(page, "th scope=\"col\"", columns[i]);
        fputs("</tr></thead><tbody>\n", page->out);
}

static void row_put(void *context, char *const *cells, size_t count)
{
        struct page *page = context;
        fputs("<tr>", page->out);
        for (size_t i = 0; i < count; i++)
                element_put(page, "td", cells[i]);
        fputs("</tr>\n", page->out);
}

static uint8_t *page_end(void *context, size_t *size)
{
        struct page *page = context;
        fputs("</main></body></html>\n", page->out);
        bool good = ferror(page->out) == 0;
        good = fclose(page->out) == 0 && good;
        char *text = page->text;
        *size = page->size;
        free(page);
        if (!good) {
                free(text);
                return NULL;
        }
        return (uint8_t *)text;
}

static const struct paper_form html = {
        "text/html; charset=utf-8", title_put, paragraph_put, group_put, term_put, item_put, table_put, row_put, page_end};

struct paper *paper_html(const struct paper_heading *heading)
{
        struct page *page = calloc(1, sizeof *page);
        if (page == NULL || (page->out = open_memstream(&page->text, &page->size)) == NULL)
                abort();
        fprintf(page->out, "<!doctype html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\">", heading->language);
        fputs("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><link rel=\"stylesheet\" href=\"/ui/style.css\">",
              page->out);
        element_put(page, "title", heading->title);
        fputs("</head><body class=\"minutes\"><main>\n", page->out);
        return paper_new(&html, page);
}
