/*
 * encoding.h - which encoding an XML document is in, told once and told to every
 * reader of it: two readers that find out for themselves may read two documents.
 *
 * UTF-8, US-ASCII, ISO-8859-1, ISO-8859-15 and windows-1252 are taken as they
 * are, UTF-16 is made UTF-8 first (XML 1.0 4.3.3 wants both UTFs read).
 */
#ifndef PLI_SIGNING_ENCODING_H
#define PLI_SIGNING_ENCODING_H

#include "signing/signing.h"

/* The text from its first '<' on, with the name of its encoding. `made`: bytes to free() when done, or NULL. */
struct encoded {
        struct signing_bytes text;
        const char *name;
        bool declared;
        uint8_t *made;
};

/* ENCODING: another one, or one that belies its first bytes; MALFORMED: nothing in it begins with '<'. */
bool encoding_settle(struct signing_bytes bytes, struct encoded *out, struct signing_refusal *why)
        __attribute__((warn_unused_result));

#endif
