/* pes_sentence.c - "Bordereau 5 de 2019 (dépense), pièce 20, ligne 1 : refusée. 1971 - Compte fonction présent à tort". */
#include "gateway/formats/pes_sentence.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "gateway/formats/text.h"

enum { SENTENCE = 1200, WHAT = 300 };

/* DomaineAck of CommunAck.xsd. */
static const struct {
        const char *code, *french, *english;
} domains[] = {{"0", "contrôle technique", "technical check"},
               {"1", "signature technique", "technical signature"},
               {"2", "signature globale", "global signature"},
               {"3", "signature du bordereau", "bordereau's signature"},
               {"4", "pièce justificative", "attachment"},
               {"5", "dépense", "expense"},
               {"6", "recette", "income"},
               {"7", "rôle", "tax roll"},
               {"8", "budget", "budget"},
               {"11", "marché", "market"},
               {"12", "facture", "invoice"}};

static const char *member(const json_t *object, const char *name)
{
        const char *text = json_string_value(json_object_get(object, name));
        return text != NULL ? text : "";
}

static void domain_name(const char *code, bool french, char out[64])
{
        for (size_t i = 0; i < sizeof domains / sizeof *domains; i++)
                if (strcmp(domains[i].code, code) == 0) {
                        snprintf(out, 64, "%s", french ? domains[i].french : domains[i].english);
                        return;
                }
        snprintf(out, 64, "%s %.20s", french ? "domaine" : "domain", code);
}

/* What the element is about. */
static void element_name(const json_t *element, bool french, char out[WHAT])
{
        char domain[64];
        domain_name(member(element, "domain"), french, domain);
        if (*member(element, "bordereau") != '\0')
                snprintf(out, WHAT, french ? "Bordereau %.40s de %.10s (%s)" : "Bordereau %.40s of %.10s (%s)",
                         member(element, "bordereau"), member(element, "exercise"), domain);
        else if (*member(element, "attachment") != '\0')
                snprintf(out, WHAT, french ? "Pièce justificative %.60s" : "Attachment %.60s", member(element, "attachment"));
        else if (*member(element, "market") != '\0')
                snprintf(out, WHAT, french ? "Marché %.60s" : "Market %.60s", member(element, "market"));
        else
                snprintf(out, WHAT, french ? "Fichier entier (%s)" : "Whole file (%s)", domain);
}

static void sentence_set(json_t *object, const char *name, const char *text)
{
        json_object_set_new(object, name, json_string(text));
}

/* ERREUR_AUTRE only says that the text is all there is. */
static void error_sentence(json_t *error, const char *what, bool french)
{
        char text[SENTENCE], piece[64] = "", line[64] = "", code[80] = "";
        if (*member(error, "piece") != '\0')
                snprintf(piece, sizeof piece, french ? ", pièce %.30s" : ", piece %.30s", member(error, "piece"));
        if (*member(error, "line") != '\0')
                snprintf(line, sizeof line, french ? ", ligne %.30s" : ", line %.30s", member(error, "line"));
        if (strcmp(member(error, "code"), "ERREUR_AUTRE") != 0 && *member(error, "code") != '\0')
                snprintf(code, sizeof code, " [%.60s]", member(error, "code"));
        snprintf(text, sizeof text, french ? "%s%s%s : refus. %.500s%s" : "%s%s%s: refused. %.500s%s", what, piece, line,
                 member(error, "text"), code);
        sentence_set(error, french ? "sentence" : "sentenceEn", text_is_utf8(text) ? text : what);
}

static void element_sentences(json_t *element, bool french)
{
        char what[WHAT], text[SENTENCE];
        size_t n;
        json_t *error;
        bool accepted = json_is_true(json_object_get(element, "accepted"));
        element_name(element, french, what);
        json_object_set_new(element, french ? "about" : "aboutEn", json_string(text_is_utf8(what) ? what : ""));
        snprintf(text, sizeof text, french ? "%s : %s." : "%s: %s.", what,
                 french     ? accepted ? "accepté par la DGFiP" : "refusé par la DGFiP"
                 : accepted ? "accepted by the DGFiP"
                            : "refused by the DGFiP");
        sentence_set(element, french ? "sentence" : "sentenceEn", text_is_utf8(text) ? text : "");
        json_array_foreach(json_object_get(element, "errors"), n, error) error_sentence(error, what, french);
}

static void reasons_take(const json_t *element, json_t *reasons, size_t most)
{
        size_t n;
        const json_t *error, *errors = json_object_get(element, "errors");
        json_array_foreach(errors, n, error) if (json_array_size(reasons) < most)
                json_array_append_new(reasons, json_pack("{s:O, s:O}", "code", json_object_get(error, "code"), "text",
                                                         json_object_get(error, "sentence")));
        if (json_array_size(errors) == 0 && json_array_size(reasons) < most)
                json_array_append_new(reasons,
                                      json_pack("{s:s, s:O}", "code", "EtatAck 0", "text", json_object_get(element, "sentence")));
}

static void summary_set(json_t *facts, size_t count, size_t refused)
{
        char text[200];
        if (count == 0)
                snprintf(text, sizeof text, "La DGFiP a reçu le fichier.");
        else if (refused == 0)
                snprintf(text, sizeof text, "La DGFiP accepte les %zu éléments du fichier.", count);
        else
                snprintf(text, sizeof text, "La DGFiP refuse %zu des %zu éléments du fichier.", refused, count);
        sentence_set(facts, "text", text);
}

void pes_sentences_add(json_t *facts, size_t most)
{
        json_t *accepted = json_array(), *reasons = json_array();
        size_t n, refused = 0;
        json_t *element, *elements = json_object_get(facts, "elements");
        json_array_foreach(elements, n, element)
        {
                element_sentences(element, true);
                element_sentences(element, false);
                if (!json_is_true(json_object_get(element, "accepted"))) {
                        refused++;
                        reasons_take(element, reasons, most);
                } else if (*member(element, "attachment") != '\0') {
                        json_array_append(accepted, json_object_get(element, "attachment"));
                }
        }
        sentence_set(facts, "message", "acquit");
        sentence_set(facts, "outcome", refused > 0 ? "refused" : "acknowledged");
        summary_set(facts, json_array_size(elements), refused);
        json_object_set_new(facts, "accepted", accepted);
        if (json_array_size(reasons) > 0)
                json_object_set(facts, "reasons", reasons);
        json_decref(reasons);
        if (elements == NULL)
                json_object_set_new(facts, "elements", json_array());
}
