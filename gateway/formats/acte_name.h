/*
 * acte_name.h - the names that @CTES gives to an acte and to what carries it.
 *
 * Everything hangs on the act id, DDD-SIREN-YYYYMMDD-NUMBER-XX, whose date is the
 * decision's (its calendar year). The acte must have passed acte_parse with a body.
 */
#ifndef PLI_FORMATS_ACTE_NAME_H
#define PLI_FORMATS_ACTE_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "gateway/formats/acte.h"

enum { ACTE_NAME_SIZE = 128 };
typedef char acte_name[ACTE_NAME_SIZE];

/* One sending: who carries it, the day, its rank among the body's envelopes of that day, where answers go. */
struct acte_sending {
        char trigram[4]; /* of the tiers de télétransmission */
        char date[9];    /* YYYYMMDD */
        unsigned serial; /* from 1 */
        char mail[256];
};
/* Trigram, date, serial and mail as the names and the envelope's schema want them. */
bool acte_sending_check(const struct acte_sending *sending, struct signing_refusal *why) __attribute__((warn_unused_result));

void acte_id_write(const struct acte *acte, acte_name out);
/* "<id>-1-1_0.xml" */
void acte_message_name_write(const struct acte *acte, acte_name out);
/* "<type>-<id>-1-1_<n+1>.<extension>" */
void acte_document_name_write(const struct acte *acte, size_t n, acte_name out);
/* "EACT--<siren>--<date>-<serial>.xml" */
void acte_envelope_name_write(const struct acte *acte, const struct acte_sending *sending, acte_name out);
/* "<trigram>-EACT--<siren>--<date>-<serial>.tar.gz" */
void acte_archive_name_write(const struct acte *acte, const struct acte_sending *sending, acte_name out);

/* The State's message "<department>-<siren>-<date>-<number>-<XX>-<T>-<F>_<n>.xml", where date, number and nature may all be empty.
 */
struct acte_message_name {
        char department[4], siren[10], date[9], number[16], nature[3];
        char message[8]; /* "1-2" */
};
bool acte_message_name_parse(const char *name, struct acte_message_name *out) __attribute__((warn_unused_result));
/* "ANO_EACT--<siren>--<date>-<serial>.xml" → "EACT--<siren>--<date>-<serial>.xml" */
bool acte_anomaly_name_parse(const char *name, acte_name envelope) __attribute__((warn_unused_result));

#endif
