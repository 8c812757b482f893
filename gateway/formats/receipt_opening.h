/* receipt_opening.h - what an opening's minutes say, flat, as the receipt's grammar lists it (receipt_form.c). */
#ifndef PLI_FORMATS_RECEIPT_OPENING_H
#define PLI_FORMATS_RECEIPT_OPENING_H

#include <jansson.h>
#include <stdbool.h>

/* Sets ":commission", ":present", ":decisions" and ":openings" of the view of an event; false: no memory. */
bool opening_view(json_t *view) __attribute__((warn_unused_result));

#endif
