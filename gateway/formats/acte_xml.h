/*
 * acte_xml.h - the acte as @CTES XML: message 1-1 and its envelope, and an acte
 * read back from what the State returns (ActeRecu).
 *
 * What is written is ISO-8859-1, declared so (annexe 3 of the cahier des charges);
 * a character outside it becomes a numeric reference, so no text is lost.
 */
#ifndef PLI_FORMATS_ACTE_XML_H
#define PLI_FORMATS_ACTE_XML_H

#include <libxml/tree.h>
#include <stdbool.h>
#include <stddef.h>

#include "gateway/formats/acte.h"
#include "gateway/formats/acte_name.h"

#define ACTES_NAMESPACE "http://www.interieur.gouv.fr/ACTES#v1.1-20040216"
#define INSEE_NAMESPACE "http://xml.insee.fr/schema"

/* The element Acte. The same acte gives the same bytes. malloc'ed, yours. */
char *acte_message_write(const struct acte *acte, size_t *size) __attribute__((warn_unused_result));
/* EnveloppeCLMISILL around one message. malloc'ed, yours. */
char *acte_envelope_write(const struct acte *acte, const struct acte_sending *sending, size_t *size)
        __attribute__((warn_unused_result));

/* The same around the message named `form`; of the acte, only its body is read. */
char *acte_envelope_around(const struct acte *sender, const char *form, const struct acte_sending *sending, size_t *size)
        __attribute__((warn_unused_result));
/* A message that follows the acte (acte_sequel.h), with the names its documents bear. malloc'ed, yours. */
struct acte_sequel;
char *acte_sequel_write(const struct acte_sequel *sequel, size_t *size) __attribute__((warn_unused_result));

/* An element of type DonneesActe (Acte, ActeRecu). Lenient, as real files are: a
 * level of matters may be missing, DocumentPapier empty, a name of any shape; the
 * body is not in it. Documents' names are their NomFichier. */
bool acte_read(const xmlNode *element, struct acte *out, struct signing_refusal *why) __attribute__((warn_unused_result));
/* A qualified attribute, or the unqualified one of that name; NULL where there is none. */
const char *actes_attribute(const xmlNode *element, const char *space, const char *name);
/* The text of a child in the actes namespace; NULL where it is missing or not plain text. */
const char *actes_child_text(const xmlNode *element, const char *name);

#endif
