/*
 * Bytes as a signed document, XML or container: refused with a reason, or a
 * report. Nothing a fuzzer can make is passed, for no anchor is trusted.
 */
#include <assert.h>
#include <jansson.h>
#include <string.h>

#include "signing/signing.h"
#include "signing/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool beside_find(void *context, const char *name, struct signing_source *out)
{
        static const struct signing_bytes content = {(const uint8_t *)"<offre><prix>100</prix></offre>", 31};
        (void)context;
        *out = source_memory(&content);
        return strlen(name) % 2 == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        const struct signing_bytes bytes = {data, size};
        const struct signing_detached beside = {NULL, beside_find};
        const struct signing_request request = {.document = source_memory(&bytes), .detached = &beside, .at = 1767225600};
        struct signing_refusal why = {0};
        signing_report *report = NULL;
        bool started = signing_start(&why);
        assert(started);
        if (!signing_verify(&request, &report, &why)) {
                assert(report == NULL && why.code[0] != '\0');
                return 0;
        }
        json_t *json = json_loads(signing_report_json(report), 0, NULL);
        assert(json != NULL && (signing_report_signatures(report) > 0 || json_object_get(json, "timestamps") != NULL) &&
               signing_report_indication(report) != SIGNING_PASSED);
        json_decref(json);
        signing_report_free(report);
        return 0;
}
