/*
 * parcel.h - one item of the outbox, made ready for @CTES: names, envelope,
 * message and documents in one archive.
 *
 * The same item gives the same archive name and the same bytes: sent again, it is
 * the same sending, not a second one.
 */
#ifndef PLI_RELAY_PARCEL_H
#define PLI_RELAY_PARCEL_H

#include <jansson.h>

#include "gateway/core/db.h"
#include "gateway/formats/acte_name.h"
#include "gateway/relay/parcel_file.h"

struct parcel {
        acte_name act, envelope, archive;
        struct parcel_file *file;
        char sha256[65];
};

/* Where archives lie and what stands in their names; borrowed from the configuration. */
struct parcel_options {
        const char *folder, *trigram, *mail;
};

/* PARCEL_REFUSED: the item can never be sent, `why` says it. PARCEL_LATER: the world's fault, `problem` says it. */
enum parcel_outcome { PARCEL_READY, PARCEL_REFUSED, PARCEL_LATER };

/* `item` is what api.outbox_claim answered. On PARCEL_READY parcel_free *out. */
enum parcel_outcome parcel_build(struct db *db, const json_t *item, const struct parcel_options *options, struct parcel **out,
                                 struct signing_refusal *why, struct problem *problem) __attribute__((warn_unused_result));
void parcel_free(struct parcel *parcel);

#endif
