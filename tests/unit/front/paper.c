/* Paper: what is written once is the same text as a page and as a PDF, whatever came from outside. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/front/paper.h"

static const char FONTS[] = "/usr/share/fonts/truetype/dejavu";
static const struct paper_heading heading = {"Procès-verbal d'ouverture <1>", "Commune de Saint-Exemple", "fr", false};

static void text_write(struct paper *paper)
{
        const char *columns[] = {"N°", "Opérateur économique", "Empreinte"};
        paper_title(paper, 1, "%s", heading.title);
        paper_paragraph(paper, "%s", "Un <b>paragraphe</b> & l'heure : 12 h 00, à Évian-les-Bains.");
        paper_term(paper, "Acheteur", "%s", "Commune de Saint-Exemple");
        paper_term(paper, "Référence", "%s", "2026-017");
        paper_item(paper, "%s", "premier");
        paper_item(paper, "%s", "second");
        paper_table(paper, columns, 3);
        for (int i = 0; i < 120; i++) {
                paper_cell(paper, "%d", i + 1);
                paper_cell(paper, "Menuiserie n° %d", i + 1);
                paper_cell(paper, "%s", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        }
        paper_paragraph(paper, "%s", "Fin.");
}

static char *page_of(void (*write)(struct paper *))
{
        struct paper *paper = paper_html(&heading);
        const char *media_type = NULL;
        size_t size = 0;
        write(paper);
        uint8_t *data = paper_end(paper, &size, &media_type);
        assert_non_null(data);
        assert_string_equal(media_type, "text/html; charset=utf-8");
        return (char *)data;
}

static void a_page_ends_every_group_it_begins(void **state)
{
        static const char *const tags[] = {"dl", "ul", "table", "tbody", "tr", "td", "main", "h1", "p", "li"};
        (void)state;
        char *html = page_of(text_write);
        for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
                char open[16], close[16];
                int opened = 0, closed = 0;
                snprintf(open, sizeof open, "<%s>", tags[i]);
                snprintf(close, sizeof close, "</%s>", tags[i]);
                for (const char *at = html; (at = strstr(at, open)) != NULL; at++)
                        opened++;
                for (const char *at = html; (at = strstr(at, close)) != NULL; at++)
                        closed++;
                if (opened != closed || opened == 0)
                        fail_msg("%s: %d begin, %d end", tags[i], opened, closed);
        }
        assert_null(strstr(html, "<b>"));
        assert_non_null(strstr(html, "Un &lt;b&gt;paragraphe&lt;/b&gt; &amp; l'heure"));
        free(html);
}

/* The PDF's text by a reader that is not ours (poppler's pdftotext); NULL where it is not installed. */
static char *text_of(const uint8_t *pdf, size_t size, const char *tool)
{
        char folder[] = "/tmp/pli-paper-XXXXXX", path[64], out[64], command[256];
        char *text = NULL;
        size_t room = 0;
        snprintf(command, sizeof command, "command -v %s >/dev/null 2>&1", tool);
        if (system(command) != 0)
                return NULL;
        assert_non_null(mkdtemp(folder));
        snprintf(path, sizeof path, "%s/a.pdf", folder);
        snprintf(out, sizeof out, "%s/a.txt", folder);
        FILE *file = fopen(path, "wbe");
        assert_non_null(file);
        assert_int_equal(fwrite(pdf, 1, size, file), size);
        fclose(file);
        snprintf(command, sizeof command, strcmp(tool, "pdftotext") == 0 ? "pdftotext -layout %s %s" : "pdffonts %s > %s", path,
                 out);
        assert_int_equal(system(command), 0);
        file = fopen(out, "re");
        assert_non_null(file);
        assert_true(getdelim(&text, &room, '\0', file) > 0);
        fclose(file);
        unlink(path);
        unlink(out);
        rmdir(folder);
        return text;
}

static uint8_t *pdf_of(void (*write)(struct paper *), size_t *size)
{
        struct paper *paper = NULL;
        struct problem problem = {0};
        if (access(FONTS, R_OK) != 0) {
                print_message("skipped: no DejaVu fonts\n");
                skip();
        }
        if (!paper_pdf(&heading, FONTS, &paper, &problem))
                fail_msg("%s", problem.detail);
        write(paper);
        uint8_t *data = paper_end(paper, size, NULL);
        assert_non_null(data);
        assert_memory_equal(data, "%PDF-1.", 7);
        return data;
}

static void a_pdf_says_the_same_and_carries_its_fonts(void **state)
{
        size_t size = 0;
        (void)state;
        uint8_t *pdf = pdf_of(text_write, &size);
        char *text = text_of(pdf, size, "pdftotext"), *fonts = text_of(pdf, size, "pdffonts");
        static const char *const said[] = {"Procès-verbal d'ouverture <1>",
                                           "Un <b>paragraphe</b> & l'heure",
                                           "Évian-les-Bains",
                                           "Référence",
                                           "second",
                                           "Menuiserie n° 120",
                                           "Fin."};
        for (size_t i = 0; text != NULL && i < sizeof said / sizeof *said; i++)
                if (strstr(text, said[i]) == NULL)
                        fail_msg("the PDF does not say: %s\n%s", said[i], text);
        if (fonts != NULL) {
                assert_non_null(strstr(fonts, "DejaVuSans"));
                assert_null(strstr(fonts, "no  no"));
        }
        if (text == NULL)
                print_message("skipped: no pdftotext\n");
        free(text);
        free(fonts);
        free(pdf);
}

static void hostile_write(struct paper *paper)
{
        const char *columns[] = {"a", "b"};
        char *word = malloc(20001);
        assert_non_null(word);
        memset(word, 'W', 20000);
        word[20000] = '\0';
        paper_title(paper, 2, "%s", "\xff\xfe\xc3(\xe2\x82");
        paper_paragraph(paper, "%s", word);
        paper_paragraph(paper, "%s", "\xf0\x9f\x98\x80 \xed\xa0\x80 \xc0\x80 \xef\xbf\xbf \t\r\n\x7f fin");
        paper_paragraph(paper, "%s", "");
        paper_table(paper, columns, 2);
        paper_cell(paper, "%s", word);
        paper_cell(paper, "%s", "");
        paper_term(paper, word, "%s", word);
        free(word);
}

static void what_is_no_text_spoils_nothing(void **state)
{
        size_t size = 0;
        (void)state;
        uint8_t *pdf = pdf_of(hostile_write, &size);
        char *text = text_of(pdf, size, "pdftotext");
        if (text != NULL)
                assert_non_null(strstr(text, "fin"));
        free(text);
        free(pdf);
}

static void without_its_fonts_there_is_no_pdf(void **state)
{
        struct paper *paper = NULL;
        struct problem problem = {0};
        (void)state;
        assert_false(paper_pdf(&heading, "/nowhere", &paper, &problem));
        assert_string_equal(problem.row->code, "paper-unavailable");
        assert_null(paper);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_page_ends_every_group_it_begins),
                cmocka_unit_test(a_pdf_says_the_same_and_carries_its_fonts),
                cmocka_unit_test(what_is_no_text_spoils_nothing),
                cmocka_unit_test(without_its_fonts_there_is_no_pdf),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
