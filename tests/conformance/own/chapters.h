/*
 * chapters.h - the chapters of our own corpus: each makes its documents on the ground they share, and has them judged.
 */
#ifndef PLI_CONFORMANCE_CHAPTERS_H
#define PLI_CONFORMANCE_CHAPTERS_H

#include "tests/conformance/own/sample.h"
#include "tests/unit/signing/past.h"

/* Who signs, who trusts whom, and a right document. */
struct ground {
        struct samples *samples;
        struct holder holder; /* an RSA key, trusted as it is */
        signing_trust *trust;
        char *text;
};

void chapter_bends(const struct ground *ground);        /* one replacement each in a right document */
void chapter_wraps(const struct ground *ground);        /* what is signed moved, hidden, taken away by a transform */
void chapter_forms(const struct ground *ground);        /* ways to write a document that mean the same, or seem to */
void chapter_certificates(const struct ground *ground); /* whose certificate, for what, and is it good */
void chapter_past(const struct ground *ground);         /* what was when */
void chapter_stamps(const struct ground *ground);       /* time-stamps of others, broken, or about something else */
void chapter_containers(const struct ground *ground);   /* archives */
void chapter_lists(const struct ground *ground);        /* trusted lists */
void chapter_floods(const struct ground *ground);       /* work */

/* What stands between `head` and the next `end`; malloc'ed. */
char *between(const char *text, const char *head, const char *end);

#endif
