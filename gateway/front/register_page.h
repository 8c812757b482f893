/* register_page.h - a register for people: a table under words, its instants readable. */
#ifndef PLI_FRONT_REGISTER_PAGE_H
#define PLI_FRONT_REGISTER_PAGE_H

#include <jansson.h>

#include "gateway/front/paper.h"

/* `kept`: what api.register_show answers, borrowed; `language`: "fr" or "en…". */
struct paper_heading register_heading(const json_t *kept, const char *language);
void register_write(const json_t *kept, const char *language, struct paper *paper);

#endif
