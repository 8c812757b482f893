/* receipt_page.c - the receipt as a page for people, on paper too: the rows of the grammar under their French or English names. */
#include <string.h>

#include "gateway/formats/receipt_form.h"
#include "gateway/formats/receipt_view.h"
#include "signing/xml.h"

struct page {
        const struct signing_sink *out;
        bool french, good;
};

static void put(struct page *page, const char *text)
{
        page->good = page->good && page->out->write(page->out->context, (const uint8_t *)text, strlen(text));
}

static void put_escaped(struct page *page, const char *text)
{
        while (page->good && *text != '\0') {
                size_t plain = strcspn(text, "<>&\"'");
                page->good = page->out->write(page->out->context, (const uint8_t *)text, plain);
                text += plain;
                if (*text == '\0')
                        return;
                put(page, *text == '<'   ? "&lt;"
                          : *text == '>' ? "&gt;"
                          : *text == '&' ? "&amp;"
                          : *text == '"' ? "&quot;"
                                         : "&#39;");
                text++;
        }
}

static const char *either(const struct page *page, const char *english, const char *french)
{
        return page->french ? french : english;
}

/* By the fact where it is one of ours, as one name of EN 319 522-3 serves several; else by that name. */
static const struct {
        const char *name, *english, *french;
} titles[] = {
        {"deposit.committed", "Acknowledgement of receipt of a tender", "Accusé de réception d'un pli"},
        {"deposit.replaced", "Record of a replaced deposit", "Constat de remplacement d'un dépôt"},
        {"deposit.withdrawn", "Record of a withdrawn deposit", "Constat de retrait d'un dépôt"},
        {"deposit.abandoned", "Notice of an abandoned deposit", "Avis d'abandon d'un dépôt"},
        {"deposit.rehearsed", "Record of a REHEARSAL: this is no deposit", "Constat de SIMULATION : ceci n'est pas un dépôt"},
        {"deposit.in-time", "Record of a deposit in time by the later deadline", "Constat de dépôt dans le délai prolongé"},
        {"consultation.deadline-moved", "Notice of a later deadline", "Avis de report de la date limite"},
        {"consultation.commission-changed", "Record of another commission", "Constat de changement de commission"},
        {"safeguard.registered", "Record of a received safeguard copy", "Constat de réception d'une copie de sauvegarde"},
        {"safeguard.opened", "Record of an opened safeguard copy", "Constat d'ouverture d'une copie de sauvegarde"},
        {"safeguard.destroyed", "Record of a destroyed safeguard copy", "Constat de destruction d'une copie de sauvegarde"},
        {"evidence.exported", "Seal of an export of evidence", "Scellé d'un export de preuves"},
        {"platform.health", "Record of the platform's health", "Constat de santé de la plateforme"},
        {"consultation.published", "Record of publication", "Constat de publication"},
        {"opening.started", "Record of the beginning of an opening", "Constat de début d'ouverture des plis"},
        {"opening.finished", "Record of an opening of tenders", "Constat d'ouverture des plis"},
        {"opening.amended", "Record of an opening, amended", "Constat d'ouverture des plis, complété"},
        {"opening.admit", "Record of an admitted candidature", "Constat d'admission d'une candidature"},
        {"opening.eliminate", "Record of an eliminated candidature", "Constat d'élimination d'une candidature"},
        {"opening.open-late", "Record of a late deposit let in", "Constat d'ouverture décidée d'un pli hors délai"},
        {"opening.open-offers", "Record of withheld offers opened by decision", "Constat d'ouverture décidée d'offres écartées"},
        {"opening.rehearsed", "Record of a key that rehearsed the opening", "Constat de répétition de l'ouverture par une clé"},
        {"opening.rehearsal-complete", "Record of a rehearsed opening", "Constat de répétition complète de l'ouverture"},
        {"deposit.destroyed", "Record of the destruction of a tender", "Constat de destruction d'un pli"},
        {"retention.set", "Record of a retention laid down", "Constat de conservation fixée"},
        {"key.proven", "Record of a proof of possession of a key", "Constat de preuve de possession d'une clé"},
        {"envelope.opened", "Record of an opened envelope", "Constat d'ouverture d'une enveloppe"},
        {"envelope.unreadable", "Record of an unreadable envelope", "Constat d'enveloppe illisible"},
        {"envelope.infected", "Record of an infected envelope", "Constat d'enveloppe infectée"},
        {"filing.submitted", "Acknowledgement of receipt of a filing", "Accusé de réception d'une télétransmission"},
        {"filing.rejected", "Notice of a refused filing", "Avis de refus d'une télétransmission"},
        {"filing.sent", "Record of transmission to the State", "Constat de transmission à l'État"},
        {"filing.failed", "Notice of a failed transmission to the State", "Avis d'échec de transmission à l'État"},
        {"filing.answered", "Record of an answer of the State", "Constat d'une réponse de l'État"},
        {"answer.stray", "Notice of a mail of the State that cannot be used", "Avis de message de l'État inutilisable"},
        {"cursor.acknowledged", "Record of receipts taken over by the State", "Constat de relevé des accusés par l'État"},
        {"key.installed", "Record of a key taken up", "Constat de mise en service d'une clé"},
        {"key.revoked", "Notice of a revoked key", "Avis de révocation d'une clé"},
        {RECEIPT_EVENT "SubmissionAcceptance", "Acknowledgement of receipt", "Accusé de réception"},
        {RECEIPT_EVENT "SubmissionRejection", "Notice of refusal", "Avis de refus"},
        {RECEIPT_EVENT "RelayAcceptance", "Acknowledgement of transmission", "Accusé de transmission"},
        {RECEIPT_EVENT "RelayRejection", "Notice of refused transmission", "Avis de transmission refusée"},
        {RECEIPT_EVENT "RelayFailure", "Notice of failed transmission", "Avis d'échec de transmission"},
        {RECEIPT_EVENT "ContentHandover", "Record of handover", "Constat de remise"},
        {RECEIPT_EVENT "ContentHandoverFailure", "Record of failed handover", "Constat d'échec de remise"},
};

static const char *title_of(const struct page *page, const char *fact, const char *event)
{
        for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
                if ((fact != NULL && strcmp(fact, titles[i].name) == 0) || strcmp(event, titles[i].name) == 0)
                        return either(page, titles[i].english, titles[i].french);
        return either(page, "Record of an event", "Attestation d'événement");
}

/* ---- values ---- */

/* 2026-03-14T11:00:00.123456Z: the zone is said in full, as the hour decides rights. */
static void instant_put(struct page *page, const char *text)
{
        const char *middle = strchr(text, 'T');
        size_t length = strlen(text);
        if (middle == NULL || length < 2 || text[length - 1] != 'Z') {
                put_escaped(page, text);
                return;
        }
        char date[16] = "", hour[24] = "";
        memcpy(date, text, (size_t)(middle - text) < sizeof date ? (size_t)(middle - text) : sizeof date - 1);
        size_t rest = length - 1 - (size_t)(middle + 1 - text);
        memcpy(hour, middle + 1, rest < sizeof hour ? rest : sizeof hour - 1);
        put_escaped(page, date);
        put(page, " ");
        put_escaped(page, hour);
        put(page, " UTC");
}

static void stamp_put(struct page *page, const char *word)
{
        if (strcmp(word, "included") == 0)
                put(page, either(page, "included in the signature (RFC 3161)", "inclus dans la signature (RFC 3161)"));
        else if (strcmp(word, "pending") == 0)
                put(page, either(page, "time-stamp pending when this receipt was signed; it is added to the same signature later",
                                 "horodatage en attente à la signature de l'accusé ; il est ajouté ensuite à la même signature"));
        else
                put(page, either(page, "none: this gateway has no time-stamp authority",
                                 "aucun : cette plateforme n'a pas d'autorité d'horodatage"));
}

static void state_put(struct page *page, const char *word)
{
        static const struct {
                const char *word, *french;
        } states[] = {{"committed", "déposé"}, {"opened", "ouvert"},    {"unreadable", "illisible"},
                      {"infected", "infecté"}, {"withdrawn", "retiré"}, {"replaced", "remplacé"}};
        for (size_t i = 0; page->french && i < sizeof states / sizeof *states; i++)
                if (strcmp(word, states[i].word) == 0)
                        word = states[i].french;
        put_escaped(page, word);
}

static bool key_among(const char *key, const char *const *keys)
{
        while (*keys != NULL && strcmp(*keys, key) != 0)
                keys++;
        return *keys != NULL;
}

static void value_put(struct page *page, const struct form_row *row, const char *text)
{
        static const char *const instants[] = {"at",    "substituteAt", "started", "received", "deadline",
                                               "first", "finished",     "revoked", NULL};
        if (key_among(row->key, instants))
                instant_put(page, text);
        else if (strcmp(row->key, ":stamp") == 0)
                stamp_put(page, text);
        else if (strcmp(row->key, "state") == 0)
                state_put(page, text);
        else if (strcmp(row->key, "present") == 0 || strcmp(row->key, "substitutePresent") == 0 ||
                 strcmp(row->key, "admitted") == 0)
                put(page, strcmp(text, "true") == 0 ? either(page, "yes", "oui") : either(page, "no", "non"));
        else if (strcmp(row->key, "late") == 0)
                put(page, strcmp(text, "true") == 0 ? either(page, "yes, after the deadline", "oui, hors délai")
                                                    : either(page, "no", "non"));
        else
                put_escaped(page, text);
}

static void label_put(struct page *page, const char *tag, const struct form_row *row)
{
        put(page, "<");
        put(page, tag);
        put(page, ">");
        put_escaped(page, either(page, row->english, row->french));
        put(page, "</");
        put(page, tag);
        put(page, ">");
}

static void term_put(struct page *page, const struct form_row *row, const xmlNode *node)
{
        const char *text = xml_text(node);
        if (text == NULL || row->english == NULL)
                return;
        label_put(page, "dt", row);
        put(page, "<dd>");
        value_put(page, row, text);
        put(page, "</dd>\n");
}

/* ---- groups and lists ---- */

static void group_put(struct page *page, const struct form_row *row, const xmlNode *node)
{
        put(page, "<section>");
        label_put(page, "h2", row);
        put(page, "<dl>\n");
        for (const struct form_row *each = row->rows; each->element != NULL; each++)
                if (each->rows == NULL && each->item == NULL && form_find(node, each->element) != NULL)
                        term_put(page, each, form_find(node, each->element));
        put(page, "</dl></section>\n");
}

static bool column_used(const xmlNode *list, const struct form_row *column)
{
        for (const xmlNode *item = xml_child(list, NULL, NULL); item != NULL; item = xml_next(item, NULL, NULL))
                if (form_find(item, column->element) != NULL)
                        return true;
        return false;
}

static void list_put(struct page *page, const struct form_row *row, const xmlNode *list)
{
        put(page, "<section>");
        label_put(page, "h2", row);
        put(page, "<table><thead><tr>");
        for (const struct form_row *column = row->rows; column->element != NULL; column++)
                if (column_used(list, column))
                        label_put(page, "th", column);
        put(page, "</tr></thead><tbody>\n");
        for (const xmlNode *item = xml_child(list, NULL, NULL); item != NULL; item = xml_next(item, NULL, NULL)) {
                put(page, "<tr>");
                for (const struct form_row *column = row->rows; column->element != NULL; column++) {
                        const char *text = form_text(item, column->element);
                        if (!column_used(list, column))
                                continue;
                        put(page, "<td>");
                        if (text != NULL)
                                value_put(page, column, text);
                        put(page, "</td>");
                }
                put(page, "</tr>\n");
        }
        put(page, "</tbody></table></section>\n");
}

/* ---- the page ---- */

static void head_put(struct page *page, const char *title, const char *identifier)
{
        put(page, page->french ? "<!DOCTYPE html>\n<html lang=\"fr\">" : "<!DOCTYPE html>\n<html lang=\"en\">");
        put(page, "<head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>");
        put_escaped(page, title);
        put(page, " ");
        put_escaped(page, identifier);
        put(page,
            "</title>\n<style>body{font:1rem/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#161616}"
            "h1{font-size:1.6rem}h2{font-size:1.1rem;margin:1.5rem 0 .3rem;border-bottom:1px solid #767676}"
            "dl{display:grid;grid-template-columns:minmax(10rem,16rem) 1fr;gap:.2rem 1rem;margin:0}dt{color:#3a3a3a}"
            "dd{margin:0;overflow-wrap:anywhere}table{border-collapse:collapse;width:100%}"
            "th,td{text-align:left;padding:.2rem .6rem .2rem 0;vertical-align:top;border-bottom:1px solid #ccc;overflow-wrap:anywhere}"
            ".wrong{border:2px solid #b60000;padding:.5rem 1rem}@media print{body{margin:0;max-width:none}section{break-inside:avoid}}"
            "</style></head>\n<body><main><h1>");
        put_escaped(page, title);
        put(page, "</h1>\n");
}

static void findings_put(struct page *page, const struct refusals *findings)
{
        if (findings == NULL || findings->count == 0)
                return;
        put(page, "<div class=\"wrong\" role=\"alert\"><strong>");
        put(page, either(page, "This receipt could not be fully verified:", "Cet accusé n'a pas pu être entièrement vérifié :"));
        put(page, "</strong><ul>\n");
        for (size_t i = 0; i < findings->count; i++) {
                put(page, "<li>");
                put_escaped(page, findings->list[i].code);
                put(page, " (");
                put_escaped(page, findings->list[i].clause);
                put(page, "): ");
                put_escaped(page, findings->list[i].sentence);
                put(page, "</li>\n");
        }
        put(page, "</ul></div>\n");
}

static void rows_put(struct page *page, const xmlNode *root)
{
        put(page, "<dl>\n");
        for (const struct form_row *row = form_receipt.rows; row->element != NULL; row++)
                if (row->rows == NULL && form_find(root, row->element) != NULL)
                        term_put(page, row, form_find(root, row->element));
        put(page, "</dl>\n");
        for (const struct form_row *row = form_receipt.rows; row->element != NULL; row++) {
                const xmlNode *node = row->rows != NULL ? form_find(root, row->element) : NULL;
                if (node != NULL && row->item != NULL)
                        list_put(page, row, node);
                else if (node != NULL)
                        group_put(page, row, node);
        }
}

bool receipt_show_html(const struct receipt *receipt, const struct refusals *findings, const char *language,
                       const struct signing_sink *out)
{
        struct page page = {.out = out, .french = strcmp(language, "fr") == 0, .good = true};
        const xmlNode *root = receipt_root(receipt);
        head_put(&page, title_of(&page, form_text(root, "Fact"), form_text(root, "ERDSEventId")),
                 form_text(root, "EvidenceIdentifier"));
        findings_put(&page, findings);
        rows_put(&page, root);
        put(&page, "<p>");
        put(&page,
            receipt_signed(receipt)
                    ? either(&page, "This page shows a sealed XML receipt; only that file is proof. To verify it offline: ",
                             "Cette page présente un accusé XML cacheté ; seul ce fichier fait preuve. Pour le vérifier hors ligne : ")
                    : either(&page, "This receipt is not sealed and proves nothing yet. To verify one: ",
                             "Cet accusé n'est pas cacheté et ne prouve encore rien. Pour en vérifier un : "));
        put(&page, "<code>pli receipt verify</code></p></main></body></html>\n");
        return page.good;
}
