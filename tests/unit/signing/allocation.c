/*
 * Each allocation of a verification failing in turn: never a crash, never a changed document passed, never a right one passed
 * with less of it judged. Each failure is had in a process of its own, as libraries below may not survive one: that is what the
 * judge's process is for, and is counted here.
 */
#include "tests/unit/signing/forgery.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#if !defined(__SANITIZE_ADDRESS__) && !defined(ADDRESS_SANITIZER)
#define INTERPOSED 1
#define EXPORTED __attribute__((visibility("default"))) /* for the libraries to find it */

/* glibc's own names, under which the functions replaced here can still be had. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);

static bool counting;
static unsigned long counted, failing; /* the allocation that fails; 0: none */

static bool fails(void)
{
        if (!counting || ++counted != failing)
                return false;
        errno = ENOMEM;
        return true;
}

EXPORTED void *malloc(size_t size)
{
        return fails() ? NULL : __libc_malloc(size);
}

EXPORTED void *calloc(size_t count, size_t size)
{
        return fails() ? NULL : __libc_calloc(count, size);
}

EXPORTED void *realloc(void *block, size_t size)
{
        return fails() ? NULL : __libc_realloc(block, size);
}
#endif

struct ground {
        struct holder holder;
        signing_trust *trust;
        char *text, *changed;
        struct sink_memory container;
};

static int ground_make(void **state)
{
        struct ground *ground = calloc(1, sizeof *ground);
        struct signing_refusal why;
        assert_true(signing_start(&why));
        ground->holder = holder_rsa("Menuiserie Duval SARL");
        ground->trust = trust_in(&ground->holder);
        ground->text = signed_text("<offre><prix>100</prix></offre>", &ground->holder);
        ground->changed = swapped(ground->text, "100", "001");
        ground->container = memory_sink();
        const struct signing_bytes offer = {(const uint8_t *)"Offre", 5};
        const struct signing_file file = {"offre.txt", "text/plain", source_memory(&offer)};
        const struct signing_sink sink = sink_memory(&ground->container);
        signing_memory_key *key = holder_key(&ground->holder);
        assert_true(signing_sign_container(&file, 1, signing_memory_key_use(key), time(NULL) - 60, &sink, &why));
        signing_memory_key_free(key);
        *state = ground;
        return 0;
}

static int ground_free(void **state)
{
        struct ground *ground = *state;
        holder_free(&ground->holder);
        signing_trust_free(ground->trust);
        free(ground->text);
        free(ground->changed);
        free(ground->container.data);
        free(ground);
        return 0;
}

#ifdef INTERPOSED
enum ending {
        ENDED_REFUSED,
        ENDED_LOWERED,
        ENDED_PASSED,
        ENDED_PASSED_OTHERWISE /* a name shown as unknown */,
        ENDED_PASSED_IN_PART,
        ENDED_CRASHED,
        ENDINGS
};

static char *usual;    /* the report with no allocation failing */
static int64_t moment; /* of all verifications, that their reports may be alike */

/* One verification with the allocation `n` failing. */
static enum ending verify_with(struct signing_bytes document, const signing_trust *trust, unsigned long n)
{
        signing_report *report = NULL;
        struct signing_refusal why = {0};
        const struct signing_request request = {.document = source_memory(&document), .trust = trust, .at = moment};
        counted = 0;
        failing = n;
        counting = true;
        bool readable = signing_verify(&request, &report, &why);
        counting = false;
        if (!readable)
                return ENDED_REFUSED;
        bool passed = signing_report_indication(report) == SIGNING_PASSED;
        if (usual == NULL)
                usual = strdup(signing_report_json(report));
        bool same = strcmp(signing_report_json(report), usual) == 0;
        bool whole = signing_report_signatures(report) == 1 && signing_report_covers_all(report, 0) &&
                     strstr(signing_report_json(report), "\"intact\":true") != NULL &&
                     strstr(signing_report_json(report), "\"digestOk\":false") == NULL;
        signing_report_free(report);
        if (!passed)
                return ENDED_LOWERED;
        if (!whole)
                return ENDED_PASSED_IN_PART;
        return same ? ENDED_PASSED : ENDED_PASSED_OTHERWISE;
}

static enum ending apart(struct signing_bytes document, const signing_trust *trust, unsigned long n)
{
        int status = 0;
        pid_t child = fork();
        if (child == 0) {
                (void)close(STDERR_FILENO); /* libxml2 says each time what it lacks */
                _exit((int)verify_with(document, trust, n));
        }
        assert_true(child > 0 && waitpid(child, &status, 0) == child);
        return WIFEXITED(status) ? (enum ending)WEXITSTATUS(status) : ENDED_CRASHED;
}

static void sweep(struct signing_bytes document, const signing_trust *trust, unsigned endings[ENDINGS])
{
        moment = (int64_t)time(NULL);
        free(usual);
        usual = NULL;
        assert_true(verify_with(document, trust, 0) != ENDED_REFUSED); /* once, so that what is made once is made */
        assert_true(verify_with(document, trust, 0) != ENDED_REFUSED);
        const unsigned long all = counted;
        for (unsigned long n = 1; n <= all; n++) {
                enum ending ending = apart(document, trust, n);
                if (ending == ENDED_CRASHED)
                        print_message("allocation %lu of %lu: a crash\n", n, all);
                endings[ending]++;
        }
        print_message("%lu allocations: %u refused, %u lowered, %u passed all the same, %u with another report, %u crashed\n", all,
                      endings[ENDED_REFUSED], endings[ENDED_LOWERED], endings[ENDED_PASSED], endings[ENDED_PASSED_OTHERWISE],
                      endings[ENDED_CRASHED]);
}

static void holds(struct signing_bytes document, const signing_trust *trust, bool right)
{
        unsigned endings[ENDINGS] = {0};
        sweep(document, trust, endings);
        assert_int_equal(endings[ENDED_CRASHED], 0);
        assert_int_equal(endings[ENDED_PASSED_IN_PART], 0);
        if (!right)
                assert_int_equal(endings[ENDED_PASSED] + endings[ENDED_PASSED_OTHERWISE], 0);
}
#else
static void holds(struct signing_bytes document, const signing_trust *trust, bool right)
{
        (void)document, (void)trust, (void)right;
        skip(); /* the sanitizer has malloc() to itself */
}
#endif

static struct signing_bytes text_bytes(const char *text)
{
        return (struct signing_bytes){(const uint8_t *)text, strlen(text)};
}

static void a_right_document_survives_each_allocation_failing(void **state)
{
        const struct ground *ground = *state;
        holds(text_bytes(ground->text), ground->trust, true);
}

static void a_changed_document_never_passes_for_want_of_memory(void **state)
{
        const struct ground *ground = *state;
        holds(text_bytes(ground->changed), ground->trust, false);
}

static void a_container_survives_each_allocation_failing(void **state)
{
        const struct ground *ground = *state;
        holds(sink_bytes(&ground->container), ground->trust, true);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_right_document_survives_each_allocation_failing),
                cmocka_unit_test(a_changed_document_never_passes_for_want_of_memory),
                cmocka_unit_test(a_container_survives_each_allocation_failing),
        };
        return cmocka_run_group_tests(tests, ground_make, ground_free);
}
