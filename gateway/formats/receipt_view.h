/*
 * receipt_view.h - what a receipt must say, computed from what it proves: the
 * event's own fields and those that follow from salt, index, proof and
 * checkpoint. The writer prints it; the check compares with it.
 */
#ifndef PLI_FORMATS_RECEIPT_VIEW_H
#define PLI_FORMATS_RECEIPT_VIEW_H

#include <libxml/tree.h>

#include "gateway/formats/receipt.h"

/* The whole unsigned tree; the caller owns *out (xmlFreeDoc). Refused: an event that is not one JSON object, a note that is no
 * checkpoint. */
bool receipt_tree(const struct receipt_source *source, xmlDoc **out, struct signing_refusal *why)
        __attribute__((warn_unused_result));
/* The tree that was read; borrowed from the receipt. */
const xmlNode *receipt_root(const struct receipt *receipt);

#endif
