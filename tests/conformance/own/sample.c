/*
 * sample.c - writes, judges and counts samples (sample.h).
 */
#include "tests/conformance/own/sample.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Of processor time, so that a busy machine does not count. */
#define SECONDS_MAX 0.1
enum { KIB_MAX = 64 * 1024 };

static double processor_seconds(void)
{
        struct timespec now;
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
        return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void sample_path(const struct samples *samples, const struct sample *sample, char path[1024])
{
        int size = snprintf(path, 1024, "%s/%s/%s/%s.%s", samples->folder, sample->verdict, sample->reason, sample->name,
                            sample->extension != NULL ? sample->extension : "xml");
        assert_true(size > 0 && size < 1024);
}

static void sample_write(const struct samples *samples, const struct sample *sample)
{
        char path[1024];
        sample_path(samples, sample, path);
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
        json_array_foreach(reasons, n, reason)
        {
                if (strcmp(json_string_value(json_object_get(reason, "code")), code) == 0)
                        return true;
        }
        return false;
}

/* Of any signature, as a counter-signature stands beside the one it signs, or of the whole. */
static bool says(const struct found *found, const char *code)
{
        size_t n;
        json_t *signature;
        json_array_foreach(json_object_get(found->json, "signatures"), n, signature)
        {
                if (lists(json_object_get(signature, "reasons"), code) || lists(json_object_get(signature, "notes"), code))
                        return true;
        }
        return lists(json_object_get(found->json, "reasons"), code);
}

static struct found sample_found(const struct sample *sample)
{
        struct found found = {0};
        signing_report *report = NULL;
        const struct signing_request request = {.document = source_memory(&sample->document),
                                                .detached = sample->beside,
                                                .trust = sample->trust,
                                                .at = sample->at != 0 ? sample->at : time(NULL) + 1};
        found.readable = signing_verify(&request, &report, &found.why);
        if (found.readable)
                found.json = json_loads(signing_report_json(report), 0, NULL);
        signing_report_free(report);
        return found;
}

void sample_count(struct samples *samples, const char *name, bool right)
{
        samples->passed += right;
        samples->failed += !right;
        if (!right)
                printf("WRONG %s\n", name);
}

static void sample_tell(const struct sample *sample, const struct found *found, const char *verdict, double took)
{
        printf("%s: expected %s %s, found %s %s in %.0f ms\n", sample->name, sample->verdict, sample->reason, verdict,
               found->why.code, took * 1e3);
        if (found->json != NULL && json_dumpf(found->json, stdout, JSON_INDENT(1)) == 0)
                puts("");
}

static void sample_check(struct samples *samples, const struct sample *sample)
{
        char verdict[96];
        sample_write(samples, sample);
        double before = processor_seconds();
        struct found found = sample_found(sample);
        double took = processor_seconds() - before;
        verdict_show(&found, verdict, sizeof verdict);
        bool said = found.readable ? says(&found, sample->reason) : strcmp(found.why.code, sample->reason) == 0;
        bool right = strcmp(verdict, sample->verdict) == 0 && (said || sample->reason[0] == '-') && took <= SECONDS_MAX;
        if (!right)
                sample_tell(sample, &found, verdict, took);
        const char *sub = json_string_value(json_object_get(found.json, "subIndication"));
        if (sub != NULL)
                (void)json_object_set_new(samples->met, sub, json_true());
        if (took > samples->slowest) {
                samples->slowest = took;
                samples->slowest_name = sample->name;
        }
        sample_count(samples, sample->name, right);
        json_decref(found.json);
}

void sample_judge(struct samples *samples, const struct sample *sample)
{
        sample_check(samples, sample);
        free((void *)(uintptr_t)sample->document.data);
}

void sample_text(struct samples *samples, const char *name, const char *verdict, const char *reason, char *text,
                 const signing_trust *trust)
{
        const struct sample sample = {.name = name,
                                      .verdict = verdict,
                                      .reason = reason,
                                      .document = {(const uint8_t *)text, strlen(text)},
                                      .trust = trust};
        sample_judge(samples, &sample);
}

/* ---- in a process of its own ---- */

void sample_judge_alone(struct samples *samples, const struct sample *sample)
{
        char path[1024];
        struct rusage used = {0};
        int status = -1;
        sample_check(samples, sample);
        sample_path(samples, sample, path);
        pid_t child = fork();
        if (child == 0) {
                execl(samples->program, samples->program, "--alone", path, (char *)NULL);
                _exit(127);
        }
        bool ended = child > 0 && wait4(child, &status, 0, &used) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
        if (used.ru_maxrss > samples->largest) {
                samples->largest = used.ru_maxrss;
                samples->largest_name = sample->name;
        }
        if (!ended || used.ru_maxrss > KIB_MAX)
                printf("%s took %ld KiB, status %d\n", sample->name, used.ru_maxrss, status);
        sample_count(samples, sample->name, ended && used.ru_maxrss <= KIB_MAX);
        free((void *)(uintptr_t)sample->document.data);
}

int sample_alone(const char *path)
{
        FILE *file = fopen(path, "rb");
        if (file == NULL || fseek(file, 0, SEEK_END) != 0)
                return 1;
        long size = ftell(file);
        rewind(file);
        uint8_t *data = malloc((size_t)size + 1);
        size_t got = data != NULL ? fread(data, 1, (size_t)size, file) : 0;
        const struct sample sample = {.document = {data, got}};
        struct found found = sample_found(&sample);
        json_decref(found.json);
        free(data);
        return fclose(file);
}
