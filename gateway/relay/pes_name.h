/*
 * pes_name.h - the name under which a PES lies at the DGFiP, and the SITE commands that go
 * before it. Pure: the same item has the same name, however often it is sent.
 */
#ifndef PLI_RELAY_PES_NAME_H
#define PLI_RELAY_PES_NAME_H

#include <jansson.h>
#include <stdbool.h>

enum { PES_NAME = 128, PES_SITE = 1024 };

/* TYPE_SIRET_YYMMDD_N.xml, out of what api.outbox_claim answered: N is the item's number, which no other item of the gateway has.
 */
bool pes_name_write(const json_t *item, char out[PES_NAME]) __attribute__((warn_unused_result));
/* `rules` (pes_site) with {type} {code} {post} {budget} {name} filled in; a value with a character that could end the command is
 * refused. */
bool pes_site_write(const char *rules, const json_t *item, char out[PES_SITE]) __attribute__((warn_unused_result));

#endif
