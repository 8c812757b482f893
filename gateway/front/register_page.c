/* register_page.c - words for columns and registers; the rows are SQL's. */
#include "gateway/front/register_page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/front/minutes_page.h"

/* The names of registers and of their columns; one that is not here is shown as it is. */
static const struct {
        const char *name, *words[2];
} names[] = {
        {"withdrawals", {"Registre des retraits", "Register of withdrawals"}},
        {"deposits", {"Registre des dépôts", "Register of deposits"}},
        {"safeguards", {"Registre des copies de sauvegarde", "Register of safeguard copies"}},
        {"questions", {"Registre des questions et réponses", "Register of questions and answers"}},
        {"number", {"N°", "No."}},
        {"at", {"Le", "At"}},
        {"document", {"Document", "Document"}},
        {"name", {"Nom", "Name"}},
        {"organisation", {"Organisme", "Organisation"}},
        {"siret", {"SIRET", "SIRET"}},
        {"deposit", {"Dépôt", "Deposit"}},
        {"started", {"Début", "Began"}},
        {"received", {"Reçu", "Received"}},
        {"receivedBy", {"Reçu par", "Received by"}},
        {"late", {"Hors délai", "Late"}},
        {"state", {"État", "State"}},
        {"lots", {"Lots", "Lots"}},
        {"envelopes", {"Plis", "Envelopes"}},
        {"bytes", {"Octets", "Bytes"}},
        {"documents", {"Documents", "Documents"}},
        {"event", {"Accusé n°", "Receipt no."}},
        {"form", {"Forme", "Form"}},
        {"ground", {"Ouverte pour", "Opened for"}},
        {"reason", {"Motif", "Reason"}},
        {"lot", {"Lot", "Lot"}},
        {"question", {"Question", "Question"}},
        {"answer", {"Réponse", "Answer"}},
        {"answered", {"Répondu", "Answered"}},
        {"version", {"Version", "Version"}},
};

static const char *name_word(const struct minutes_page *page, const char *name)
{
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
                if (strcmp(names[i].name, name) == 0)
                        return names[i].words[page->language];
        return name;
}

static void cell_write(struct minutes_page *page, const json_t *cell)
{
        char at[PAGE_INSTANT];
        const char *text = json_string_value(cell);
        if (text != NULL && strlen(text) == sizeof "2026-03-31T11:59:59.123456Z" - 1 && text[10] == 'T')
                paper_cell(page->paper, "%s", page_instant_text(page, text, at));
        else if (text != NULL)
                paper_cell(page->paper, "%s", page_code(page, text));
        else if (json_is_boolean(cell))
                paper_cell(page->paper, "%s", json_is_true(cell) ? page_word(page, W_YES) : page_word(page, W_NO));
        else if (json_is_integer(cell))
                paper_cell(page->paper, "%" JSON_INTEGER_FORMAT, json_integer_value(cell));
        else
                paper_cell(page->paper, "%s", "");
}

static void rows_write(struct minutes_page *page, const json_t *kept)
{
        const json_t *columns = json_object_get(kept, "columns"), *row, *cell;
        const char *words[PAPER_COLUMNS];
        size_t count = json_array_size(columns), at, n;
        if (count == 0 || count > PAPER_COLUMNS)
                return;
        for (n = 0; n < count; n++) {
                const char *name = json_string_value(json_array_get(columns, n));
                words[n] = name_word(page, name != NULL ? name : "");
        }
        paper_table(page->paper, words, count);
        json_array_foreach(json_object_get(kept, "rows"), at, row)
        {
                if (json_array_size(row) != count)
                        continue;
                json_array_foreach(row, n, cell) cell_write(page, cell);
        }
}

struct paper_heading register_heading(const json_t *kept, const char *language)
{
        const struct minutes_page page = {.language = page_language(language)};
        return (struct paper_heading){.title = name_word(&page, page_member(kept, "register")),
                                      .author = page_member(kept, "reference"),
                                      .language = page.language == FRENCH ? "fr" : "en",
                                      .wide = json_array_size(json_object_get(kept, "columns")) > 6};
}

void register_write(const json_t *kept, const char *language, struct paper *paper)
{
        struct minutes_page page = {.paper = paper, .language = page_language(language)};
        char at[PAGE_INSTANT];
        paper_title(paper, 1, "%s", name_word(&page, page_member(kept, "register")));
        paper_term(paper, page_word(&page, W_REFERENCE), "%s", page_member(kept, "reference"));
        paper_term(paper, page_word(&page, W_AS_OF), "%s", page_instant(&page, kept, "at", at));
        if (json_array_size(json_object_get(kept, "rows")) == 0)
                paper_paragraph(paper, "%s", page_word(&page, W_NONE));
        else
                rows_write(&page, kept);
}
