/*
 * minutes.h - the minutes of an opening (procès-verbal d'ouverture) as one
 * printable HTML page. Pure: JSON in, text out; every text is escaped.
 */
#ifndef PLI_FRONT_MINUTES_H
#define PLI_FRONT_MINUTES_H

#include <jansson.h>

/* `opening` and `consultation` as api.opening_show and api.consultation_show
 * answer them; `language` "fr" or "en". The caller frees the text; NULL: no memory. */
char *minutes_html(const json_t *opening, const json_t *consultation, const char *language);

#endif
