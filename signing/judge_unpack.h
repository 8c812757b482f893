/*
 * judge_unpack.h - the files of a ZIP archive handed to the caller one after the
 * other, in the judge's jail: a batch of filings is whoever's.
 */
#ifndef PLI_SIGNING_JUDGE_UNPACK_H
#define PLI_SIGNING_JUDGE_UNPACK_H

#include <jansson.h>

#include "signing/judge_wire.h"

/* Entries; bytes of one and of all together, unpacked: more than any archive of this gateway's users, less than a bomb. */
#define UNPACK_ENTRIES_MAX 5000
#define UNPACK_FILE_MAX ((uint64_t)150 * 1024 * 1024)
#define UNPACK_TOTAL_MAX ((uint64_t)2 * 1024 * 1024 * 1024)

/* Folders are passed over; a name with "..", a leading "/" or a control character refuses the archive. {"files"}.
 * Codes: UNPACK_ENTRIES, UNPACK_SIZE, UNPACK_NAME and those of signing/zip.h. */
json_t *judge_unpack(struct judge_wire *wire, struct signing_refusal *why) __attribute__((warn_unused_result));

#endif
