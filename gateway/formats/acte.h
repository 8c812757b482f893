/*
 * acte.h - the acte (délibération, arrêté, contrat…) as its filer describes it:
 * the form of @CTES message 1-1, and every check made before it is accepted.
 *
 * Pure: no clock, no file, no database. What a filer sends is the JSON of
 * api.filing_create: number, date, nature, matter "1.1", object, classification,
 * documents [{name, type}] (the first is the acte, the others its annexes), and
 * optionally previous (an act id) and paper (bool). Unknown members are left
 * alone. Clauses name the element of actesv1_1.xsd or the rule of the norm.
 */
#ifndef PLI_FORMATS_ACTE_H
#define PLI_FORMATS_ACTE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/formats/refusals.h"

enum { ACTE_OBJECT_MAX = 500, ACTE_DOCUMENTS_MAX = 200, ACTE_SIZE_MAX = 149 * 1024 * 1024 };

struct acte_document {
        char name[256];    /* the filer's own name for it */
        char type[6];      /* typology, "99_DE" */
        char extension[5]; /* "pdf", "jpg", "png", "xml"; "" where no media type is known */
};

/* About 55 KiB: allocate it. */
struct acte {
        char siren[10], department[4], district[2], authority[3]; /* the body's; "" where the JSON has no "body" */
        char number[16];
        char date[11]; /* of the decision, YYYY-MM-DD */
        unsigned nature;
        unsigned matters[5];
        size_t matter_count;
        char object[ACTE_OBJECT_MAX * 4 + 1];
        char previous[48]; /* the act id this one goes on from, or "" */
        char classification[11];
        bool paper; /* some pieces follow on paper (transmission multi-canal) */
        struct acte_document documents[ACTE_DOCUMENTS_MAX];
        size_t document_count;
};

/* A file received; its first 8 bytes decide what it is. */
struct acte_file {
        const char *name, *media_type;
        uint64_t size;
        const uint8_t *head;
        size_t head_size;
};

/* The form alone: at creation, or from filing_show (where "files" stand for "documents"). `today` is the database's, or NULL. */
bool acte_parse(const json_t *filing, const char *today, struct acte *out, struct refusals *why)
        __attribute__((warn_unused_result));
/* What a message that follows the acte shares with it: the sender and the documents alone (typology optional where nature is 0). */
bool acte_frame_parse(const json_t *filing, struct acte *out, struct refusals *why) __attribute__((warn_unused_result));
/* What was announced against what was sent; adds to `why`. */
void acte_files_check(const struct acte *acte, const struct acte_file *files, size_t count, struct refusals *why);
/* The form and its files, before submission. */
bool acte_check(const json_t *filing, const char *today, const struct acte_file *files, size_t count, struct refusals *why)
        __attribute__((warn_unused_result));

#endif
