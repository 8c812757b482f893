/* acte_feed.c - see acte_feed.h. */
#include "gateway/formats/acte_feed.h"

#include <libxml/uri.h>
#include <libxml/xmlwriter.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "gateway/formats/acte_type.h"
#include "gateway/formats/csv.h"

DEFINE_OWNER(json_t, json_decref)

static const char *text_of(const json_t *object, const char *name)
{
        const char *text = json_string_value(json_object_get(object, name));
        return text != NULL ? text : "";
}

/* Where anyone takes the acte itself. */
static void address_write(const json_t *act, const char *base, char *out, size_t room)
{
        const char *name = text_of(json_array_get(json_object_get(act, "files"), 0), "name");
        xmlChar *escaped = xmlURIEscapeStr((const xmlChar *)name, (const xmlChar *)"");
        snprintf(out, room, "%s/api/v1/published/acts/%s/%s", base, text_of(act, "id"),
                 escaped != NULL ? (const char *)escaped : "");
        xmlFree(escaped);
}

static void element(xmlTextWriter *writer, const char *name, const char *text)
{
        if (xmlTextWriterWriteElement(writer, (const xmlChar *)name, (const xmlChar *)text) < 0)
                abort();
}

static void link_put(xmlTextWriter *writer, const char *relation, const char *address)
{
        xmlTextWriterStartElement(writer, (const xmlChar *)"link");
        xmlTextWriterWriteAttribute(writer, (const xmlChar *)"rel", (const xmlChar *)relation);
        xmlTextWriterWriteAttribute(writer, (const xmlChar *)"href", (const xmlChar *)address);
        xmlTextWriterEndElement(writer);
}

static void entry_put(xmlTextWriter *writer, const json_t *act, const char *base)
{
        char id[64], address[2048];
        snprintf(id, sizeof id, "urn:uuid:%s", text_of(act, "id"));
        address_write(act, base, address, sizeof address);
        xmlTextWriterStartElement(writer, (const xmlChar *)"entry");
        element(writer, "id", id);
        element(writer, "title", text_of(act, "object"));
        element(writer, "updated", text_of(act, "published"));
        xmlTextWriterStartElement(writer, (const xmlChar *)"author");
        element(writer, "name", text_of(act, "body"));
        xmlTextWriterEndElement(writer);
        element(writer, "summary", text_of(act, "act"));
        link_put(writer, "enclosure", address);
        xmlTextWriterEndElement(writer);
}

char *acte_feed_write(const json_t *page, const char *base, size_t *size)
{
        char address[512];
        const json_t *acts = json_object_get(page, "acts"), *act;
        const char *newest = text_of(json_array_get(acts, 0), "published");
        size_t n;
        xmlBuffer *buffer = xmlBufferCreate();
        xmlTextWriter *writer = buffer != NULL ? xmlNewTextWriterMemory(buffer, 0) : NULL;
        if (writer == NULL)
                abort();
        snprintf(address, sizeof address, "%s/api/v1/published/acts", base);
        xmlTextWriterStartDocument(writer, "1.0", "UTF-8", NULL);
        xmlTextWriterStartElementNS(writer, NULL, (const xmlChar *)"feed", (const xmlChar *)"http://www.w3.org/2005/Atom");
        element(writer, "id", address);
        element(writer, "title", "Actes publiés");
        element(writer, "updated", *newest != '\0' ? newest : "1970-01-01T00:00:00Z");
        link_put(writer, "alternate", address);
        json_array_foreach(acts, n, act) entry_put(writer, act, base);
        xmlTextWriterEndDocument(writer);
        xmlFreeTextWriter(writer);
        *size = (size_t)xmlBufferLength(buffer);
        char *text = malloc(*size + 1);
        if (text == NULL)
                abort();
        memcpy(text, xmlBufferContent(buffer), *size + 1);
        xmlBufferFree(buffer);
        return text;
}

static json_t *row_make(const json_t *act, const char *base)
{
        char address[2048], published[11] = "";
        const struct acte_nature *nature = acte_nature_find((unsigned)json_integer_value(json_object_get(act, "nature")));
        address_write(act, base, address, sizeof address);
        snprintf(published, sizeof published, "%.10s", text_of(act, "published"));
        /* The votes are the authority's to know: the acte does not tell them. */
        return json_pack("[s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s]", text_of(act, "body"),
                         text_of(act, "siret"), text_of(act, "number"), text_of(act, "date"), text_of(act, "matter"),
                         text_of(act, "matterName"), text_of(act, "object"), "", "", text_of(act, "act"), text_of(act, "received"),
                         "", "", "", "", "", address, published, nature != NULL ? nature->label_fr : "", "");
}

char *acte_table_write(const json_t *page, const char *base, size_t *size)
{
        static const char *const names[] = {"COLL_NOM",           "COLL_SIRET",        "DELIB_ID",    "DELIB_DATE",
                                            "DELIB_MATIERE_CODE", "DELIB_MATIERE_NOM", "DELIB_OBJET", "BUDGET_ANNEE",
                                            "BUDGET_NOM",         "PREF_ID",           "PREF_DATE",   "VOTE_EFFECTIF",
                                            "VOTE_REEL",          "VOTE_POUR",         "VOTE_CONTRE", "VOTE_ABSTENTION",
                                            "DELIB_URL",          "PUBLICATION_DATE",  "NATURE_ACTE", "NATURE_ACTE_AUTRE_DETAIL"};
        OWN(json_t) columns = json_array();
        OWN(json_t) rows = json_array();
        size_t n;
        const json_t *act;
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
                json_array_append_new(columns, json_string(names[i]));
        json_array_foreach(json_object_get(page, "acts"), n, act) json_array_append_new(rows, row_make(act, base));
        return csv_write(columns, rows, size);
}
