/*
 * sample.h - one hostile or odd document of our own corpus, written to FOLDER/VERDICT/REASON/NAME.xml and judged.
 */
#ifndef PLI_CONFORMANCE_SAMPLE_H
#define PLI_CONFORMANCE_SAMPLE_H

#include "tests/unit/signing/forgery.h"

struct sample {
        const char *name;
        const char *verdict; /* "TOTAL-PASSED", "INDETERMINATE/SUB_INDICATION", …; "REFUSED": no signed document it would read */
        const char *reason;  /* code of a reason, note or refusal that must be among those given; "-": any */
        struct signing_bytes document;
        const signing_trust *trust;
        const struct signing_detached *beside; /* or NULL */
        int64_t at;                            /* 0: now */
        const char *extension;                 /* NULL: "xml" */
};

struct samples {
        const char *program, *folder;
        unsigned passed, failed;
        double slowest; /* seconds of processor time */
        const char *slowest_name;
        long largest; /* KiB, of the processes that judged one costly document each */
        const char *largest_name;
        json_t *met; /* sub-indications of verdicts, as keys */
};

/* Judges it, and frees its document. Wrong: another verdict, no such reason, or more than a tenth of a second of work. */
void sample_judge(struct samples *samples, const struct sample *sample);
/* The same, and again in a process of its own, which may take 64 MiB. */
void sample_judge_alone(struct samples *samples, const struct sample *sample);
/* That process: judges the file and ends. */
int sample_alone(const char *path);
/* Text that it frees; now, nothing beside. */
void sample_text(struct samples *samples, const char *name, const char *verdict, const char *reason, char *text,
                 const signing_trust *trust);
/* What judging gave elsewhere. */
void sample_count(struct samples *samples, const char *name, bool right);

#endif
