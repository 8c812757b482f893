/*
 * sheet.h - the recovery sheet of a private key: one page to print and lock
 * away, French and English, with the locked key as a QR code and as lines to type.
 */
#ifndef PLI_CLIENT_SHEET_H
#define PLI_CLIENT_SHEET_H

#include <stddef.h>
#include <stdint.h>

struct sheet {
        const char *name, *kind; /* whose key, which key: "EC P-256" */
        const char *fingerprint; /* SHA-256 of the public key, hex */
        const char *made;        /* the day, YYYY-MM-DD */
        const uint8_t *key;      /* the DER of the encrypted PKCS#8 */
        size_t size;
};

/* The page, HTML, malloc'ed; NULL where the key is too long for one code. */
char *sheet_html(const struct sheet *sheet) __attribute__((warn_unused_result));

#endif
