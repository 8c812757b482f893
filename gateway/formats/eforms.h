/*
 * eforms.h - a notice (avis) for the State's concentrator, as eForms wants it (UBL
 * 2.3 with the extensions of Regulation (EU) 2019/1780): competition (E3 below
 * the thresholds, 16 above) and result (E4, 29). Pure.
 */
#ifndef PLI_FORMATS_EFORMS_H
#define PLI_FORMATS_EFORMS_H

#include "gateway/formats/refusals.h"

/* Everything that a notice of this subtype lacks. `consultation`: as api.consultation_show says it to its buyer. */
bool eforms_check(const json_t *consultation, const char *subtype, struct refusals *why) __attribute__((warn_unused_result));
/* The notice, after eforms_check(). `url`: of this gateway. */
bool eforms_write(const json_t *consultation, const char *subtype, const char *url, const struct signing_sink *out)
        __attribute__((warn_unused_result));

#endif
