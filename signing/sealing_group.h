/*
 * sealing_group.h - the data objects that a SealingEvidenceRecords of a signature
 * is about (EN 319 132-3 5.2): what was signed, what signs it, and the unsigned
 * properties before it.
 */
#ifndef PLI_SIGNING_SEALING_GROUP_H
#define PLI_SIGNING_SEALING_GROUP_H

#include "signing/evidence_record.h"
#include "signing/xades.h"

/* Their hashes; `before`: the record's own property, or NULL where it is not there yet. hashes are malloc'ed. */
bool sealing_group_make(const struct dsig *dsig, const struct xades *xades, const xmlNode *before, struct work *work,
                        struct evidence_list *out) __attribute__((warn_unused_result));

#endif
