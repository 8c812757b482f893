/*
 * seda.h - the transfer of a procedure's file to an archive service (SEDA 2.1 and
 * 2.2): the manifest that goes with the files, and the reply. Pure.
 */
#ifndef PLI_FORMATS_SEDA_H
#define PLI_FORMATS_SEDA_H

#include <jansson.h>

#include "signing/signing.h"

/* ArchiveTransfer: `transfer` as api.archive_open says it. */
bool seda_manifest(const json_t *transfer, const struct signing_sink *out) __attribute__((warn_unused_result));
/* ArchiveTransferReply of 2.1 or 2.2: {"message", "request", "code", "text"}; code SEDA_REPLY where it is none. The caller owns
 * *out. */
bool seda_reply_read(struct signing_bytes xml, json_t **out, struct signing_refusal *why) __attribute__((warn_unused_result));
/* A page that lists the files of an export, with links and digests, for people without us. */
bool seda_index(const json_t *export, const struct signing_sink *out) __attribute__((warn_unused_result));

#endif
