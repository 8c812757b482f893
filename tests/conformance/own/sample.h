/*
 * sample.h - one hostile or odd document of our own corpus, written to FOLDER/VERDICT/REASON/NAME.xml and judged.
 */
#ifndef PLI_CONFORMANCE_SAMPLE_H
#define PLI_CONFORMANCE_SAMPLE_H

#include "tests/unit/signing/forgery.h"

struct sample {
        const char *name;
        const char *verdict; /* "TOTAL-PASSED", "INDETERMINATE/SUB_INDICATION", …; "REFUSED": no signed document it would read */
        const char *reason;  /* code of a reason, note or refusal that must be among those given */
        struct signing_bytes document;
        const signing_trust *trust;
};

struct samples {
        const char *folder;
        unsigned passed, failed;
        double slowest; /* seconds of processor time */
        const char *slowest_name;
};

/* Judges it, and frees its document. Wrong: another verdict, no such reason, or more than a tenth of a second of work. */
void sample_judge(struct samples *samples, const struct sample *sample);

#endif
