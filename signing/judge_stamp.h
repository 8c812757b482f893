/*
 * judge_stamp.h - the stamped copy of a PDF: a few lines in a frame on each page,
 * such as the numbers of an acte's receipt. By libqpdf, in the judge's jail: the
 * PDF is whoever's.
 *
 * The copy is for people. Written anew, it no longer carries the signatures of
 * what was filed, which stays as it came.
 */
#ifndef PLI_SIGNING_JUDGE_STAMP_H
#define PLI_SIGNING_JUDGE_STAMP_H

#include <jansson.h>

#include "signing/judge_wire.h"

enum { STAMP_PDF_MAX = 48 * 1024 * 1024, STAMP_PAGES_MAX = 5000, STAMP_LINES_MAX = 8, STAMP_LINE_MAX = 120 };

/* `lines`: a JSON list of texts. Hands the copy to the wire; {"pages"}. Codes: STAMP_SIZE, STAMP_PDF (no PDF that can be
 * read), STAMP_LINES. */
json_t *judge_stamp(struct judge_wire *wire, struct signing_bytes lines, struct signing_refusal *why)
        __attribute__((warn_unused_result));

#endif
