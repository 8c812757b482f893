/* acte_classification.c - message 7-2 as lists. */
#include "gateway/formats/acte_classification.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/formats/acte.h"
#include "gateway/formats/acte_xml.h"
#include "gateway/formats/text.h"
#include "signing/xml.h"

static const char *attribute(const xmlNode *element, const char *name)
{
        const char *value = actes_attribute(element, ACTES_NAMESPACE, name);
        return value != NULL ? value : "";
}

static json_t *types_read(const xmlNode *nature)
{
        json_t *list = json_array();
        for (const xmlNode *type = xml_child(nature, ACTES_NAMESPACE, "TypePJNatureActe"); type != NULL;
             type = xml_next(type, ACTES_NAMESPACE, "TypePJNatureActe"))
                json_array_append_new(
                        list, json_pack("{s:s, s:s}", "code", attribute(type, "CodeTypePJ"), "label", attribute(type, "Libelle")));
        return list;
}

json_t *acte_classification_natures(const xmlNode *root)
{
        json_t *list = json_array();
        const xmlNode *natures = xml_child(root, ACTES_NAMESPACE, "NaturesActes");
        for (const xmlNode *nature = xml_child(natures, ACTES_NAMESPACE, "NatureActe"); nature != NULL;
             nature = xml_next(nature, ACTES_NAMESPACE, "NatureActe"))
                json_array_append_new(list, json_pack("{s:I, s:s, s:s, s:o}", "code",
                                                      (json_int_t)atoi(attribute(nature, "CodeNatureActe")), "label",
                                                      attribute(nature, "Libelle"), "abbreviation", attribute(nature, "TypeAbrege"),
                                                      "types", types_read(nature)));
        return list;
}

/* Matiere1 to Matiere5: its level, or 0. */
static unsigned matter_level(const xmlNode *element)
{
        static const char *const names[] = {"Matiere1", "Matiere2", "Matiere3", "Matiere4", "Matiere5"};
        for (unsigned i = 0; i < 5; i++) {
                if (xml_is(element, ACTES_NAMESPACE, names[i]))
                        return i + 1;
        }
        return 0;
}

/* The codes from level 1 down to this one, as filers write them. */
static void path_write(const char codes[5][8], unsigned level, char out[48])
{
        out[0] = '\0';
        for (unsigned i = 0; i < level; i++) {
                size_t size = strlen(out);
                snprintf(out + size, 48 - size, "%s%s", i > 0 ? "." : "", codes[i]);
        }
}

json_t *acte_classification_matters(const xmlNode *root)
{
        json_t *list = json_array();
        char codes[5][8] = {""};
        const xmlNode *matters = xml_child(root, ACTES_NAMESPACE, "Matieres");
        for (const xmlNode *at = matters; at != NULL; at = xml_walk(matters, at)) {
                unsigned level = matter_level(at);
                const char *code = attribute(at, "CodeMatiere");
                if (level == 0 || !text_matches(code, "0-9", 1, 4) || !text_copy(codes[level - 1], sizeof codes[0], code))
                        continue;
                char path[48];
                path_write((const char(*)[8])codes, level, path);
                json_array_append_new(list, json_pack("{s:s, s:s}", "code", path, "label", attribute(at, "Libelle")));
        }
        return list;
}

static const json_t *row_find(const json_t *rows, const char *code)
{
        size_t n;
        const json_t *row;
        json_array_foreach(rows, n, row)
        {
                const char *found = json_string_value(json_object_get(row, "code"));
                if (found != NULL && strcmp(found, code) == 0)
                        return row;
        }
        return NULL;
}

static const json_t *nature_find(const json_t *rows, unsigned nature)
{
        size_t n;
        const json_t *row;
        json_array_foreach(rows, n, row)
        {
                if (json_integer_value(json_object_get(row, "code")) == (json_int_t)nature)
                        return row;
        }
        return NULL;
}

static void matter_check(const struct acte *acte, const json_t *classification, struct refusals *why)
{
        char path[64] = "";
        for (size_t i = 0; i < acte->matter_count; i++) {
                size_t size = strlen(path);
                snprintf(path + size, sizeof path - size, "%s%u", i > 0 ? "." : "", acte->matters[i]);
        }
        if (row_find(json_object_get(classification, "matters"), path) == NULL)
                refusals_add(why, "acte-matter", "RetourClassification Matieres",
                             "The matter %s is not in the prefecture's classification of %s.", path, acte->classification);
}

void acte_classification_check(const struct acte *acte, const json_t *classification, struct refusals *why)
{
        const char *version = json_string_value(json_object_get(classification, "version"));
        if (version == NULL || strcmp(version, acte->classification) != 0)
                return;
        matter_check(acte, classification, why);
        const json_t *nature = nature_find(json_object_get(classification, "natures"), acte->nature);
        if (nature == NULL) {
                refusals_add(why, "acte-nature", "RetourClassification NaturesActes",
                             "The nature %u is not in the prefecture's classification of %s.", acte->nature, version);
                return;
        }
        for (size_t i = 0; i < acte->document_count; i++) {
                if (row_find(json_object_get(nature, "types"), acte->documents[i].type) == NULL)
                        refusals_add(why, "acte-document-type", "RetourClassification TypePJNatureActe",
                                     "%s: the typology %s is not for acts of nature %u.", acte->documents[i].name,
                                     acte->documents[i].type, acte->nature);
        }
}
