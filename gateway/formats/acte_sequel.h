/*
 * acte_sequel.h - what an authority sends the State after an acte: replies to the
 * prefecture's letters (2-2, 3-3, 3-4, 4-3, 4-4), receipts of its letters (3-2,
 * 4-2), the cancellation (6-1); and the wish for the classification (7-1), which
 * follows no acte.
 *
 * Pure. Its JSON is api.filing_show's: message, body, files, and of the acte it
 * follows about.act; letterDate is the date of the prefecture's letter, which a
 * reply repeats (not its own day); classification the version a 7-1 asks about.
 */
#ifndef PLI_FORMATS_ACTE_SEQUEL_H
#define PLI_FORMATS_ACTE_SEQUEL_H

#include "gateway/formats/acte.h"
#include "gateway/formats/acte_name.h"

/* Large, as struct acte is: allocate it. */
struct acte_sequel {
        struct acte form; /* its body, documents and classification only */
        char message[8];  /* "3-4" */
        char act[48];     /* "" of a 7-1 */
        char letter[11];  /* "" of 6-1 and 7-1 */
};

/* Codes of refusals: sequel-* and those of acte_frame_parse. */
bool acte_sequel_parse(const json_t *filing, struct acte_sequel *out, struct refusals *why) __attribute__((warn_unused_result));
/* Before submission: the form and its files. */
bool acte_sequel_check(const json_t *filing, const struct acte_file *files, size_t count, struct refusals *why)
        __attribute__((warn_unused_result));
/* "PieceComplementaire"; NULL for no message of this kind. */
const char *acte_sequel_element(const char *message);
/* "<act>-3-4_0.xml", "<department>-<siren>----7-1_0.xml" */
void acte_sequel_name_write(const struct acte_sequel *sequel, acte_name out);
/* "[<type>-]<act>-3-4_<n+1>.<extension>" */
void acte_sequel_document_name_write(const struct acte_sequel *sequel, size_t n, acte_name out);

#endif
