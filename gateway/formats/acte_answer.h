/*
 * acte_answer.h - what the State sends back about actes, as the JSON that
 * api.filing_answer takes.
 *
 * Members, absent where the file does not say them:
 *   kind            envelope | received (1-2) | anomaly (1-3) | envelope-anomaly | letter (2-1) | pieces-wanted (3-1)
 *                   | observations (4-1) | reply-received (3-5, 4-5) | court (5-1) | cancelled (6-2)
 *                   | classification (7-2) | classification-current (7-3)
 *   message         "1-2", "1-3", …; "anomaly" of an envelope; none of kind envelope
 *   act             the act id; of an anomaly, made from the acte it repeats
 *   siren           of the body addressed
 *   number date nature object   of the acte repeated (ActeRecu)
 *   at              YYYY-MM-DD: reception by the State, the anomaly's date, or the day the court was seized
 *   letter          YYYY-MM-DD: the date of the prefecture's letter, which a reply must repeat
 *   code            of the anomaly: three digits, any (999 is outside the schema and is real)
 *   reason text     "ODT-VERIF-01", and the whole sentence; of a letter, what it asks or holds against the acte
 *   documents       names of the files that go with a letter
 *   classification  the version the State now uses, or the one returned
 *   envelope forms  the envelope in anomaly, by the file's name; the messages an envelope lists
 *   natures matters of a classification: [{code,label,abbreviation,types:[{code,label}]}], [{code:"8.9.2",label}]
 * Real files break the schema (empty act id, unknown code, missing level of
 * matters): only what makes an answer unusable refuses it.
 */
#ifndef PLI_FORMATS_ACTE_ANSWER_H
#define PLI_FORMATS_ACTE_ANSWER_H

#include <jansson.h>
#include <stdbool.h>

#include "signing/signing.h"

/* `name` is the file's, as the State gave it, or "". The caller owns *out. Codes: ANSWER_* and those of signing/xml.h. */
bool acte_answer_read(const char *name, struct signing_bytes file, json_t **out, struct signing_refusal *why)
        __attribute__((warn_unused_result));

#endif
