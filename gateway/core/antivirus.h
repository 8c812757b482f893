/*
 * antivirus.h - one document to clamd while it passes (INSTREAM, clamd(8)).
 *
 * A scan never fails for its caller: where clamd is away, slow, or refuses the
 * size, the document is reported as not scanned, with the reason, and goes on.
 */
#ifndef PLI_CORE_ANTIVIRUS_H
#define PLI_CORE_ANTIVIRUS_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct antivirus_settings {
        const char *socket; /* clamd's unix socket; "" = none */
        uint64_t limit;     /* largest document it takes, bytes (its StreamMaxLength) */
        unsigned seconds;   /* patience for one read or write */
};

enum antivirus_outcome { ANTIVIRUS_NOT_SCANNED = 0, ANTIVIRUS_CLEAN, ANTIVIRUS_INFECTED };

struct antivirus_result {
        enum antivirus_outcome outcome;
        char signature[128]; /* what was found, clamd's name */
        char reason[160];    /* why it was not scanned, a code and a sentence: "too-large: …" */
};

struct antivirus;

/* `size` is the document's, where known, else 0. Never NULL. The settings are borrowed until antivirus_close(). */
struct antivirus *antivirus_open(const struct antivirus_settings *settings, uint64_t size);
void antivirus_write(struct antivirus *scan, const void *data, size_t size);
/* Ends the document, waits for the verdict and frees the scan. */
struct antivirus_result antivirus_close(struct antivirus *scan);
/* Frees it without asking: the document broke off. */
void antivirus_drop(struct antivirus *scan);

/* clamd's answer to one INSTREAM session, as text without its end mark. Pure. */
struct antivirus_result antivirus_parse(const char *answer);
/* {"name","outcome":"clean"|"infected"|"not-scanned","signature","reason"}; the caller owns it. */
json_t *antivirus_json(const char *name, const struct antivirus_result *result);

#endif
