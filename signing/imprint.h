/*
 * imprint.h - what each kind of XAdES time-stamp is about (EN 319 132-1 5.3, 5.5; TS 101 903 7.3 to 7.7).
 */
#ifndef PLI_SIGNING_IMPRINT_H
#define PLI_SIGNING_IMPRINT_H

#include "signing/xades.h"

enum imprint_outcome { IMPRINT_UNKNOWN = 0, IMPRINT_MADE, IMPRINT_IMPOSSIBLE };

struct imprint_request {
        const struct dsig *dsig;
        const struct xades *xades;
        const struct xades_stamp *stamp;
        const struct files *files; /* signed beside the document, or NULL */
};

/* The digest, by OpenSSL's number, of the data this time-stamp should have been made over. UNKNOWN: a kind not read here.
 * IMPOSSIBLE: what it is about is not at hand, or is nothing: a time-stamp over nothing would fit every signature. */
enum imprint_outcome imprint_make(const struct imprint_request *request, int nid, struct work *work,
                                  uint8_t digest[EVP_MAX_MD_SIZE], size_t *size) __attribute__((warn_unused_result));

#endif
