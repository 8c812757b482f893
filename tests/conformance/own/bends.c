/*
 * bends.c - the table of bends.h: one replacement each in a right enveloped signature.
 */
#include "tests/conformance/own/chapters.h"

static const struct bend {
        const char *name, *verdict, *reason, *from, *to;
} bends[] = {
#define B(name, verdict, reason, from, to) {#name, verdict, reason, from, to},
#include "tests/conformance/own/bends.h"
#undef B
};

void chapter_bends(const struct ground *ground)
{
        struct samples *samples = ground->samples;
        const signing_trust *trust = ground->trust;
        const char *text = ground->text;
        char *value = between(text, "-v\">", "<"), *properties = between(text, "URI=\"#", "\"");
        for (size_t n = 0; n < sizeof bends / sizeof bends[0]; n++) {
                const char *from = strcmp(bends[n].from, "@VALUE@") == 0 ? value : bends[n].from;
                char *to =
                        strstr(bends[n].to, "@PROPS@") != NULL ? swapped(bends[n].to, "@PROPS@", properties) : strdup(bends[n].to);
                sample_text(samples, bends[n].name, bends[n].verdict, bends[n].reason, swapped(text, from, to), trust);
                free(to);
        }
        free(value);
        free(properties);
}
