/*
 * report_objects.h - the objects of an ETSI validation report (TS 119 102-2 4.4):
 * what was signed, certificates, revocation data and time-stamps, each by its digest
 * and called by the same name wherever the report speaks of it.
 */
#ifndef PLI_SIGNING_REPORT_OBJECTS_H
#define PLI_SIGNING_REPORT_OBJECTS_H

#include <jansson.h>

#include "signing/writer.h"

enum { OBJECT_NAME = 64 };

/* SignatureValidationObjects of all signatures of the JSON report, where there are any. */
void report_objects_write(struct writer *writer, const json_t *signatures);

/* ---- shared with the report itself ---- */
/* "" where it is no text. */
const char *object_text(const json_t *object, const char *key);
bool object_true(const json_t *object, const char *key);
/* How an object of the list is called: what, of which signature, which one (xs:ID). */
void object_name(char name[OBJECT_NAME], const char *what, size_t signature, size_t n);
/* DigestAlgAndValue; the value in base64, or as "3f…" of SHA-256. */
void object_digest(struct writer *writer, const char *method, const char *value);
void object_digest_hex(struct writer *writer, const char *hex);
/* Of a signature's references: one to content, with its digest. */
bool object_is_document(const json_t *reference);

#endif
