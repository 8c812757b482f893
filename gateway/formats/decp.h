/*
 * decp.h - essential data of public contracts (données essentielles de la commande
 * publique), version 2.0.3: made of what the gateway knows and the buyer adds,
 * checked before publication, written as JSON and XML. Pure.
 */
#ifndef PLI_FORMATS_DECP_H
#define PLI_FORMATS_DECP_H

#include "gateway/formats/refusals.h"

/* {"marche": {…}} or {"contrat-concession": {…}} of a contract as api.contract_open says it. The caller owns it. */
json_t *decp_make(const json_t *contract) __attribute__((warn_unused_result));
/* Everything that is missing or wrong, by the schema's own rules. True where there is nothing. */
bool decp_check(const json_t *decp, struct refusals *why) __attribute__((warn_unused_result));
/* {"marches": {"marche": […], "contrat-concession": […]}} of a list of those; kinds that are not there are left out. */
json_t *decp_file(const json_t *list) __attribute__((warn_unused_result));
/* The same file as XML. */
bool decp_xml(const json_t *list, const struct signing_sink *out) __attribute__((warn_unused_result));

#endif
