/* minutes_page.c - words and pieces; see minutes_page.h. */
#include "gateway/front/minutes_page.h"

#include <stdio.h>
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
        {"destroyed", {"détruit au terme de sa conservation", "destroyed at the end of its keeping"}},
        {"candidature", {"candidature", "application"}},
        {"offre", {"offre", "offer"}},
        {"offre-technique", {"offre technique", "technical offer"}},
        {"offre-financiere", {"offre financière", "financial offer"}},
        {"asked", {"posée", "asked"}},
        {"answered", {"répondue", "answered"}},
        {"admit", {"candidature admise", "candidature admitted"}},
        {"eliminate", {"candidature éliminée", "candidature eliminated"}},
        {"open-late", {"ouverture décidée d'un pli hors délai", "late deposit opened by decision"}},
        {"open-offers", {"ouverture décidée d'offres écartées", "withheld offers opened by decision"}},
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

enum language page_language(const char *language)
{
        return strncmp(language, "en", 2) == 0 ? ENGLISH : FRENCH;
}

const char *page_member(const json_t *object, const char *key)
{
        const char *value = json_string_value(json_object_get(object, key));
        return value != NULL ? value : "";
}

struct instant {
        int year, month, day;
        char hour[9];
};

static bool instant_read(const char *text, struct instant *out)
{
        return sscanf(text, "%4d-%2d-%2dT%8[0-9:]", &out->year, &out->month, &out->day, out->hour) == 4;
}

/* The day as the language writes it, then the hour. */
static int day_write(const struct minutes_page *page, const struct instant *at, char *out, size_t room)
{
        return page->language == FRENCH ? snprintf(out, room, "%02d/%02d/%04d à %s", at->day, at->month, at->year, at->hour)
                                        : snprintf(out, room, "%04d-%02d-%02d %s", at->year, at->month, at->day, at->hour);
}

const char *page_instant_text(const struct minutes_page *page, const char *text, char out[PAGE_INSTANT])
{
        struct instant utc;
        if (!instant_read(text, &utc) || text[strlen(text) - 1] != 'Z') {
                snprintf(out, PAGE_INSTANT, "%.100s", text);
                return out;
        }
        int length = day_write(page, &utc, out, PAGE_INSTANT);
        snprintf(out + length, (size_t)(PAGE_INSTANT - length), " UTC");
        return out;
}

const char *page_instant(const struct minutes_page *page, const json_t *object, const char *key, char out[PAGE_INSTANT])
{
        char name[40];
        struct instant here, utc;
        snprintf(name, sizeof name, "%sLocal", key);
        const char *text = page_member(object, key), *local = page_member(object, name);
        if (!instant_read(local, &here) || !instant_read(text, &utc))
                return page_instant_text(page, text, out);
        /* Two hours of that day in autumn bear the same name: UTC tells them apart. */
        int length = day_write(page, &here, out, PAGE_INSTANT);
        snprintf(out + length, (size_t)(PAGE_INSTANT - length), " %s (%s UTC)", page_word(page, W_PARIS), utc.hour);
        return out;
}

void page_table(struct minutes_page *page, const enum word *columns, size_t count)
{
        const char *names[PAPER_COLUMNS];
        for (size_t i = 0; i < count; i++)
                names[i] = page_word(page, columns[i]);
        paper_table(page->paper, names, count);
}
