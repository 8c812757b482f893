/*
 * minutes.h - the minutes of an opening (procès-verbal d'ouverture) for people:
 * a page (HTML) or a printable document (PDF), French or English, in local time
 * and UTC. The proof is the receipt of the opening's last event (receipt.h), which
 * says the same as XML.
 */
#ifndef PLI_FRONT_MINUTES_H
#define PLI_FRONT_MINUTES_H

#include <jansson.h>

#include "gateway/front/paper.h"

/* What is told: api.opening_show and api.consultation_show, both borrowed. `language`: "fr" or "en…". */
struct minutes {
        const json_t *opening, *consultation;
        const char *language;
};

/* How it is to be headed, with the language and title filled in. */
struct paper_heading minutes_heading(const struct minutes *minutes);
void minutes_write(const struct minutes *minutes, struct paper *paper);
/* The page, malloc'ed; NULL where there is no memory. */
char *minutes_html(const json_t *opening, const json_t *consultation, const char *language) __attribute__((warn_unused_result));

#endif
