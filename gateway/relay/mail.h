/*
 * mail.h - a mail taken apart: its files and bodies, decoded, whatever the nesting
 * of multiparts; those of an attached tar.gz stand in its place. By GMime.
 */
#ifndef PLI_RELAY_MAIL_H
#define PLI_RELAY_MAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "signing/signing.h"

/* Bounds: the mail itself, what it unpacks to, its parts, the depth of multiparts in multiparts. */
enum { MAIL_MAX = 32 * 1024 * 1024, MAIL_UNPACKED_MAX = 96 * 1024 * 1024, MAIL_PARTS_MAX = 96, MAIL_DEPTH_MAX = 16 };

struct mail_part {
        char *name;       /* UTF-8, without a path; "" where the mail gives none (a body) */
        char *media_type; /* lower case: "text/html" */
        uint8_t *data;
        size_t size;
};

struct mail {
        struct mail_part parts[MAIL_PARTS_MAX];
        size_t count, bytes;
        char *from, *subject; /* UTF-8, "" where absent: said by the sender, believed by nobody */
};

/* Once, before any thread. */
void mail_start(void);
/* The caller mail_free()s *out. Codes: MAIL_UNREADABLE, MAIL_SIZE, MAIL_PARTS and those of actes_unpack.h. */
bool mail_read(struct signing_bytes source, struct mail **out, struct signing_refusal *why) __attribute__((warn_unused_result));
void mail_free(struct mail *mail);

#endif
