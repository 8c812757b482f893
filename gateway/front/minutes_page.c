/* minutes_page.c - words and pieces; see minutes_page.h. */
#include "gateway/front/minutes_page.h"

#include <string.h>

static const char *const words[WORDS][2] = {
#define W(name, french, english) [W_##name] = {french, english},
#include "gateway/front/minutes_table.h"
#undef W
};

/* What the registers and reports say in codes; a code that is not here is shown as it is. */
static const struct {
        const char *code, *words[2];
} codes[] = {
        {"committed", {"déposé", "deposited"}},
        {"opened", {"ouvert", "opened"}},
        {"unreadable", {"illisible", "unreadable"}},
        {"infected",
         {"programme malveillant détecté : voir la copie de sauvegarde (annexe 6)",
          "malware found: see the backup copy (annexe 6)"}},
        {"withdrawn", {"retiré", "withdrawn"}},
        {"replaced", {"remplacé", "replaced"}},
        {"sealed", {"scellé", "sealed"}},
        {"ready", {"en cours d'ouverture", "being opened"}},
        {"candidature", {"candidature", "application"}},
        {"offre", {"offre", "offer"}},
        {"offre-technique", {"offre technique", "technical offer"}},
        {"offre-financiere", {"offre financière", "financial offer"}},
        {"clean", {"sain", "clean"}},
        {"not-scanned", {"non analysé", "not scanned"}},
        {"TOTAL-PASSED", {"valide (TOTAL-PASSED)", "valid (TOTAL-PASSED)"}},
        {"TOTAL-FAILED", {"invalide (TOTAL-FAILED)", "invalid (TOTAL-FAILED)"}},
        {"INDETERMINATE", {"indéterminée (INDETERMINATE)", "indeterminate (INDETERMINATE)"}},
};

const char *page_word(const struct minutes_page *page, enum word which)
{
        return words[which][page->language];
}

const char *page_code(const struct minutes_page *page, const char *code)
{
        for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
                if (strcmp(codes[i].code, code) == 0)
                        return codes[i].words[page->language];
        return code;
}

/* ---- pieces of HTML ---- */

/* Every text from outside passes here. */
void page_text(struct minutes_page *page, const char *value)
{
        for (const char *at = value; *at != '\0'; at++) {
                switch (*at) {
                case '&':
                        fputs("&amp;", page->out);
                        break;
                case '<':
                        fputs("&lt;", page->out);
                        break;
                case '>':
                        fputs("&gt;", page->out);
                        break;
                case '"':
                        fputs("&quot;", page->out);
                        break;
                default:
                        putc(*at, page->out);
                }
        }
}

void page_element(struct minutes_page *page, const char *name, const char *value)
{
        fprintf(page->out, "<%s>", name);
        page_text(page, value);
        fprintf(page->out, "</%s>", name);
}

const char *page_member(const json_t *object, const char *key)
{
        const char *value = json_string_value(json_object_get(object, key));
        return value != NULL ? value : "";
}

/* "2026-03-31T11:59:59.123456Z" as people read it, in UTC; the machine's text stays in the datetime attribute. */
void page_instant(struct minutes_page *page, const char *value)
{
        int year, month, day;
        char hour[9];
        if (sscanf(value, "%4d-%2d-%2dT%8s", &year, &month, &day, hour) != 4) {
                page_text(page, value);
                return;
        }
        fputs("<time datetime=\"", page->out);
        page_text(page, value);
        if (page->language == FRENCH)
                fprintf(page->out, "\">%02d/%02d/%04d à ", day, month, year);
        else
                fprintf(page->out, "\">%04d-%02d-%02d ", year, month, day);
        page_text(page, hour);
        fputs(" UTC</time>", page->out);
}

void page_table(struct minutes_page *page, const enum word *columns, size_t count)
{
        fputs("<table><thead><tr>", page->out);
        for (size_t i = 0; i < count; i++) {
                fputs("<th scope=\"col\">", page->out);
                page_text(page, page_word(page, columns[i]));
                fputs("</th>", page->out);
        }
        fputs("</tr></thead><tbody>", page->out);
}

void page_table_end(struct minutes_page *page)
{
        fputs("</tbody></table>\n", page->out);
}
