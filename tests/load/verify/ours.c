/* ours.c - the library under measure. */
#include <stdlib.h>
#include <time.h>

#include "signing/source.h"
#include "tests/load/verify/engine.h"

static signing_trust *trust;
static int64_t now;

static bool ours_prepare(const struct sample *sample)
{
        now = (int64_t)time(NULL);
        trust = signing_trust_new();
        return signing_start(NULL) && trust != NULL && signing_trust_anchor(trust, sample->root, NULL);
}

static bool ours_verify(const struct sample *sample)
{
        signing_report *report = NULL;
        const struct signing_request request = {.document = source_memory(&sample->document), .trust = trust, .at = now};
        bool passed = signing_verify(&request, &report, NULL) && signing_report_indication(report) == SIGNING_PASSED;
        signing_report_free(report);
        return passed;
}

const struct engine engine_ours = {"pli", ours_prepare, ours_verify};
