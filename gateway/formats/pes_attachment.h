/*
 * pes_attachment.h - an attachment (PJ) of a PES as it passes: base64 of a gzip file.
 * What comes out goes to a sink piece by piece; how much may come out is bounded, as a
 * gzip file grows a thousandfold. Pure, in constant memory.
 */
#ifndef PLI_FORMATS_PES_ATTACHMENT_H
#define PLI_FORMATS_PES_ATTACHMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "signing/signing.h"

/* Expanded, one and all of a PES: the largest scans seen are a few MiB. */
enum { PES_ATTACHMENT_MAX = 128 * 1024 * 1024, PES_ATTACHMENTS_ALL = 1024 * 1024 * 1024 };

struct pes_attachment;

/* `most`: bytes that may come out; `sink` may be NULL. */
struct pes_attachment *pes_attachment_open(uint64_t most, const struct signing_sink *sink);
/* The next characters of Contenu/Fichier; white space is passed over. */
void pes_attachment_write(struct pes_attachment *attachment, const char *text, size_t size);
uint64_t pes_attachment_size(const struct pes_attachment *attachment); /* bytes that came out so far */

enum pes_attachment_end {
        PES_ATTACHMENT_WHOLE,
        PES_ATTACHMENT_BASE64, /* is not base64 */
        PES_ATTACHMENT_GZIP,   /* is no whole gzip file (RFC 1952), or something follows it */
        PES_ATTACHMENT_BOMB,   /* expands past the bound */
        PES_ATTACHMENT_SINK    /* the sink did not take it */
};
/* Ends and frees it. */
enum pes_attachment_end pes_attachment_close(struct pes_attachment *attachment);

#endif
