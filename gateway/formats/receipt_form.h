/*
 * receipt_form.h - the receipt's grammar as rows: from one table come the
 * writer, the strict reader and the printed page.
 *
 * A row is a value, a group of rows, or a list of items (each a value or a
 * group). Its value comes from the view: the event's JSON object, to which the
 * computed keys (":identifier", ":journal" …) are added by receipt.c.
 */
#ifndef PLI_FORMATS_RECEIPT_FORM_H
#define PLI_FORMATS_RECEIPT_FORM_H

#include <jansson.h>
#include <libxml/tree.h>
#include <stdbool.h>

#include "signing/signing.h"

#define RECEIPT_SPACE "urn:pli:receipt:1"
#define RECEIPT_EVENT "http://uri.etsi.org/19522/Event/"

struct form_row {
        const char *element, *key;
        const char *item;            /* of a list: the element of each */
        const struct form_row *rows; /* of a group, or of each item: up to an element NULL */
        bool required;
        const char *english, *french; /* how the page names it; NULL: not on the page */
};

extern const struct form_row form_receipt; /* the root */

/* The tree of a view; NULL: no memory. The caller owns it (xmlFreeDoc). */
xmlDoc *form_write(const json_t *view) __attribute__((warn_unused_result));
/* Is this tree of the grammar, down to each element and attribute? Foreign: a last ds:Signature, left unread. */
bool form_check(const xmlNode *root, struct signing_refusal *why) __attribute__((warn_unused_result));
/* The element under `parent`, or NULL. */
xmlNode *form_find(const xmlNode *parent, const char *element);
/* The text of that element, or NULL. */
const char *form_text(const xmlNode *parent, const char *element);

#endif
