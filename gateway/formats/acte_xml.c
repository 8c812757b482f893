/* acte_xml.c - message 1-1 and envelope, written and read. */
#include "gateway/formats/acte_xml.h"

#include <assert.h>
#include <libxml/xmlwriter.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "gateway/formats/acte_sequel.h"
#include "gateway/formats/acte_type.h"
#include "gateway/formats/text.h"
#include "signing/refusal.h"
#include "signing/xml.h"

typedef struct acte acte_form;
DEFINE_OWNER(acte_form, free)

/* ---- writing: the only failure is memory, which the supervisor's restart answers ---- */

static void must(int written)
{
        if (written < 0)
                abort();
}

static void element_open(xmlTextWriter *writer, const char *name)
{
        must(xmlTextWriterStartElement(writer, (const xmlChar *)name));
}

static void element_close(xmlTextWriter *writer)
{
        must(xmlTextWriterEndElement(writer));
}

static void attribute_write(xmlTextWriter *writer, const char *name, const char *value)
{
        must(xmlTextWriterWriteAttribute(writer, (const xmlChar *)name, (const xmlChar *)value));
}

static void number_write(xmlTextWriter *writer, const char *name, unsigned long value)
{
        char text[24];
        snprintf(text, sizeof text, "%lu", value);
        attribute_write(writer, name, text);
}

static void text_write(xmlTextWriter *writer, const char *name, const char *text)
{
        must(xmlTextWriterWriteElement(writer, (const xmlChar *)name, (const xmlChar *)text));
}

static xmlTextWriter *document_begin(xmlBuffer *buffer, const char *root)
{
        xmlTextWriter *writer = xmlNewTextWriterMemory(buffer, 0);
        if (writer == NULL)
                abort();
        must(xmlTextWriterStartDocument(writer, "1.0", "ISO-8859-1", NULL));
        element_open(writer, root);
        attribute_write(writer, "xmlns:actes", ACTES_NAMESPACE);
        attribute_write(writer, "xmlns:insee", INSEE_NAMESPACE);
        return writer;
}

static char *document_end(xmlTextWriter *writer, xmlBuffer *buffer, size_t *size)
{
        must(xmlTextWriterEndDocument(writer));
        xmlFreeTextWriter(writer);
        *size = (size_t)xmlBufferLength(buffer);
        char *out = malloc(*size + 1);
        if (out == NULL)
                abort();
        memcpy(out, xmlBufferContent(buffer), *size + 1);
        xmlBufferFree(buffer);
        return out;
}

static xmlBuffer *buffer_new(void)
{
        xmlBuffer *buffer = xmlBufferCreate();
        if (buffer == NULL)
                abort();
        return buffer;
}

static void file_write(xmlTextWriter *writer, const char *element, const char *name)
{
        element_open(writer, element);
        text_write(writer, "actes:NomFichier", name);
        element_close(writer);
}

static void matters_write(xmlTextWriter *writer, const struct acte *acte)
{
        for (size_t i = 0; i < acte->matter_count; i++) {
                char name[48];
                snprintf(name, sizeof name, "actes:CodeMatiere%zu", i + 1);
                element_open(writer, name);
                number_write(writer, "actes:CodeMatiere", acte->matters[i]);
                element_close(writer);
        }
}

static void documents_write(xmlTextWriter *writer, const struct acte *acte)
{
        acte_name name;
        acte_document_name_write(acte, 0, name);
        file_write(writer, "actes:Document", name);
        element_open(writer, "actes:Annexes");
        number_write(writer, "actes:Nombre", acte->document_count - 1);
        for (size_t i = 1; i < acte->document_count; i++) {
                acte_document_name_write(acte, i, name);
                file_write(writer, "actes:Annexe", name);
        }
        element_close(writer);
}

/*
 * DonneesActe: @Date @NumeroInterne @CodeNatureActe; CodeMatiere1, CodeMatiere2,
 * CodeMatiere3?, CodeMatiere4?, CodeMatiere5?, Objet, PrecedentIdentifiantActe?,
 * ClassificationDateVersion, Document, Annexes, DocumentPapier
 */
char *acte_message_write(const struct acte *acte, size_t *size)
{
        assert(acte->document_count > 0 && acte->matter_count >= 2);
        xmlBuffer *buffer = buffer_new();
        xmlTextWriter *writer = document_begin(buffer, "actes:Acte");
        attribute_write(writer, "actes:Date", acte->date);
        attribute_write(writer, "actes:NumeroInterne", acte->number);
        number_write(writer, "actes:CodeNatureActe", acte->nature);
        matters_write(writer, acte);
        text_write(writer, "actes:Objet", acte->object);
        if (acte->previous[0] != '\0') {
                element_open(writer, "actes:PrecedentIdentifiantActe");
                attribute_write(writer, "actes:IDActe", acte->previous);
                element_close(writer);
        }
        text_write(writer, "actes:ClassificationDateVersion", acte->classification);
        documents_write(writer, acte);
        text_write(writer, "actes:DocumentPapier", acte->paper ? "O" : "N");
        return document_end(writer, buffer, size);
}

/*
 * DonneesEnveloppeCLMISILL: Emetteur{IDCL @SIREN @Departement @Arrondissement @Nature,
 * Referent?}, AdressesRetour{Email+}, FormulairesEnvoyes{Formulaire+{NomFichier}}
 */
char *acte_envelope_around(const struct acte *sender, const char *form, const struct acte_sending *sending, size_t *size)
{
        xmlBuffer *buffer = buffer_new();
        xmlTextWriter *writer = document_begin(buffer, "actes:EnveloppeCLMISILL");
        element_open(writer, "actes:Emetteur");
        element_open(writer, "actes:IDCL");
        attribute_write(writer, "insee:SIREN", sender->siren);
        attribute_write(writer, "actes:Departement", sender->department);
        attribute_write(writer, "actes:Arrondissement", sender->district);
        attribute_write(writer, "actes:Nature", sender->authority);
        element_close(writer);
        element_close(writer);
        element_open(writer, "actes:AdressesRetour");
        text_write(writer, "actes:Email", sending->mail);
        element_close(writer);
        element_open(writer, "actes:FormulairesEnvoyes");
        file_write(writer, "actes:Formulaire", form);
        element_close(writer);
        return document_end(writer, buffer, size);
}

char *acte_envelope_write(const struct acte *acte, const struct acte_sending *sending, size_t *size)
{
        acte_name name;
        acte_message_name_write(acte, name);
        return acte_envelope_around(acte, name, sending, size);
}

/* ReponseCourrierSimple and its like { Document }, PieceComplementaire { Documents { Document+ } } */
static void sequel_documents_write(xmlTextWriter *writer, const struct acte_sequel *sequel)
{
        acte_name name;
        bool many = strcmp(sequel->message, "3-4") == 0;
        if (many)
                element_open(writer, "actes:Documents");
        for (size_t i = 0; i < sequel->form.document_count; i++) {
                acte_sequel_document_name_write(sequel, i, name);
                file_write(writer, "actes:Document", name);
        }
        if (many)
                element_close(writer);
}

char *acte_sequel_write(const struct acte_sequel *sequel, size_t *size)
{
        char root[64];
        xmlBuffer *buffer = buffer_new();
        snprintf(root, sizeof root, "actes:%s", acte_sequel_element(sequel->message));
        xmlTextWriter *writer = document_begin(buffer, root);
        if (sequel->act[0] != '\0')
                attribute_write(writer, "actes:IDActe", sequel->act);
        if (sequel->letter[0] != '\0')
                attribute_write(writer, "actes:DateCourrierPref", sequel->letter);
        if (sequel->form.classification[0] != '\0')
                text_write(writer, "actes:DateClassification", sequel->form.classification);
        sequel_documents_write(writer, sequel);
        return document_end(writer, buffer, size);
}

/* ---- reading ---- */

const char *actes_attribute(const xmlNode *element, const char *space, const char *name)
{
        if (element == NULL)
                return NULL;
        const xmlAttr *attribute = xmlHasNsProp(element, (const xmlChar *)name, (const xmlChar *)space);
        if (attribute == NULL || attribute->children == NULL || attribute->children->next != NULL)
                return xml_attribute(element, name);
        return (const char *)attribute->children->content;
}

const char *actes_child_text(const xmlNode *element, const char *name)
{
        return xml_text(xml_child(element, ACTES_NAMESPACE, name));
}

static bool copy_or_empty(char *out, size_t room, const char *text)
{
        return text_copy(out, room, text != NULL ? text : "");
}

/* Levels present, in order; the real anomaly kept as a sample skips CodeMatiere4. */
static void matters_read(const xmlNode *element, struct acte *out)
{
        for (unsigned level = 1; level <= 5; level++) {
                char name[16];
                snprintf(name, sizeof name, "CodeMatiere%u", level);
                const char *code = actes_attribute(xml_child(element, ACTES_NAMESPACE, name), ACTES_NAMESPACE, "CodeMatiere");
                if (code != NULL && text_matches(code, "0-9", 1, 4))
                        out->matters[out->matter_count++] = (unsigned)strtoul(code, NULL, 10);
        }
}

static void document_read(const xmlNode *element, struct acte *out)
{
        const char *name = actes_child_text(element, "NomFichier");
        if (name == NULL || out->document_count == ACTE_DOCUMENTS_MAX)
                return;
        struct acte_document *document = &out->documents[out->document_count];
        if (text_copy(document->name, sizeof document->name, name))
                out->document_count++;
}

static void documents_read(const xmlNode *element, struct acte *out)
{
        document_read(xml_child(element, ACTES_NAMESPACE, "Document"), out);
        const xmlNode *annexes = xml_child(element, ACTES_NAMESPACE, "Annexes");
        for (const xmlNode *annex = xml_child(annexes, ACTES_NAMESPACE, "Annexe"); annex != NULL;
             annex = xml_next(annex, ACTES_NAMESPACE, "Annexe"))
                document_read(annex, out);
}

bool acte_read(const xmlNode *element, struct acte *out, struct signing_refusal *why)
{
        OWN(acte_form) read = calloc(1, sizeof *read);
        if (read == NULL)
                abort();
        const char *date = actes_attribute(element, ACTES_NAMESPACE, "Date");
        const char *number = actes_attribute(element, ACTES_NAMESPACE, "NumeroInterne");
        const char *nature = actes_attribute(element, ACTES_NAMESPACE, "CodeNatureActe");
        if (date == NULL || !text_is_date(date) || !text_copy(read->date, sizeof read->date, date))
                return refuse(why, "ACTE_DATE", "actesv1_1.xsd DonneesActe/@Date", "the acte has no date");
        if (number == NULL || *number == '\0' || !text_copy(read->number, sizeof read->number, number))
                return refuse(why, "ACTE_NUMBER", "actesv1_1.xsd DonneesActe/@NumeroInterne",
                              "the acte has no number of 1 to 15 bytes");
        if (nature == NULL || !text_matches(nature, "0-9", 1, 3))
                return refuse(why, "ACTE_NATURE", "actesv1_1.xsd CodeNatureActe", "the acte has no nature");
        read->nature = (unsigned)strtoul(nature, NULL, 10);
        matters_read(element, read);
        const char *paper = actes_child_text(element, "DocumentPapier");
        read->paper = paper != NULL && strcmp(paper, "O") == 0;
        const char *previous =
                actes_attribute(xml_child(element, ACTES_NAMESPACE, "PrecedentIdentifiantActe"), ACTES_NAMESPACE, "IDActe");
        if (!copy_or_empty(read->object, sizeof read->object, actes_child_text(element, "Objet")) ||
            !copy_or_empty(read->previous, sizeof read->previous, previous) ||
            !copy_or_empty(read->classification, sizeof read->classification,
                           actes_child_text(element, "ClassificationDateVersion")))
                return refuse(why, "ACTE_FIELD", "actesv1_1.xsd DonneesActe",
                              "a field of the acte is longer than the schema allows");
        documents_read(element, read);
        *out = *read;
        return true;
}
