/*
 * acte_type.h - the six natures of an acte and what may be attached to each.
 */
#ifndef PLI_FORMATS_ACTE_TYPE_H
#define PLI_FORMATS_ACTE_TYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct acte_nature {
        const char *code;     /* ends the act id: "DE" */
        const char *type;     /* typology where the filer says none: "99_DE" */
        const char *label_fr; /* as RetourClassification names it */
};

/* CodeNatureActe 1 to 6; NULL for another. */
const struct acte_nature *acte_nature_find(unsigned nature) __attribute__((warn_unused_result));

/* What the first bytes say: "pdf", "jpg", "png", "xml", or NULL. */
const char *acte_media_sniff(const uint8_t *head, size_t size) __attribute__((warn_unused_result));
/* The extension for a media type, or NULL where @CTES takes no such thing. */
const char *acte_media_extension(const char *media_type) __attribute__((warn_unused_result));
/* May a document of this extension and typology stand here? Nature 5 (budget) wants XML first; XML is else a detached signature
 * only. */
bool acte_media_allowed(const char *extension, unsigned nature, const char *type, bool first) __attribute__((warn_unused_result));

#endif
