/*
 * sample.c - writes, judges and counts samples (sample.h).
 */
#include "tests/conformance/own/sample.h"

#include <sys/stat.h>
#include <time.h>

/* Of processor time, so that a busy machine does not count. */
#define SECONDS_MAX 0.1

static double processor_seconds(void)
{
        struct timespec now;
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
        return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void sample_write(const struct samples *samples, const struct sample *sample)
{
        char path[1024];
        size_t size = (size_t)snprintf(path, sizeof path, "%s/%s/%s/%s.xml", samples->folder, sample->verdict, sample->reason,
                                       sample->name);
        assert_true(size < sizeof path);
        for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
                *slash = '\0';
                (void)mkdir(path, 0777);
                *slash = '/';
        }
        FILE *file = fopen(path, "wb");
        if (file == NULL || fwrite(sample->document.data, 1, sample->document.size, file) != sample->document.size ||
            fclose(file) != 0)
                fail_msg("%s cannot be written", path);
}

static void verdict_show(const struct found *found, char *out, size_t size)
{
        const char *sub = json_string_value(json_object_get(found->json, "subIndication"));
        if (!found->readable)
                snprintf(out, size, "REFUSED");
        else
                snprintf(out, size, "%s%s%s", json_string_value(json_object_get(found->json, "indication")), sub != NULL ? "/" : "",
                         sub != NULL ? sub : "");
}

static bool lists(const json_t *reasons, const char *code)
{
        size_t n;
        json_t *reason;
        json_array_foreach(reasons, n,
                           reason) if (strcmp(json_string_value(json_object_get(reason, "code")), code) == 0) return true;
        return false;
}

/* Of any signature: a counter-signature stands beside the one it signs. */
static bool says(const struct found *found, const char *code)
{
        size_t n;
        json_t *signature;
        json_array_foreach(json_object_get(found->json, "signatures"), n,
                           signature) if (lists(json_object_get(signature, "reasons"), code) ||
                                          lists(json_object_get(signature, "notes"), code)) return true;
        return false;
}

void sample_judge(struct samples *samples, const struct sample *sample)
{
        char verdict[96];
        sample_write(samples, sample);
        double before = processor_seconds();
        struct found found = judged(sample->document, sample->trust);
        double took = processor_seconds() - before;
        verdict_show(&found, verdict, sizeof verdict);
        bool said = found.readable ? says(&found, sample->reason) : strcmp(found.why.code, sample->reason) == 0;
        bool none = sample->reason[0] == '-';
        bool right = strcmp(verdict, sample->verdict) == 0 && (said || none) && took <= SECONDS_MAX;
        if (!right) {
                printf("WRONG %s: expected %s %s, found %s %s in %.0f ms\n", sample->name, sample->verdict, sample->reason, verdict,
                       found.why.code, took * 1e3);
                if (found.json != NULL && json_dumpf(json_object_get(found.json, "signatures"), stdout, JSON_INDENT(1)) == 0)
                        puts("");
        }
        if (took > samples->slowest) {
                samples->slowest = took;
                samples->slowest_name = sample->name;
        }
        samples->passed += right;
        samples->failed += !right;
        json_decref(found.json);
        free((void *)(uintptr_t)sample->document.data);
}
