/* The pool of judges, with the real pli-judge: what comes back, and what happens when one is killed at work. */
#include "tests/unit/signing/material.h"

#include <dirent.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "gateway/core/verdict.h"

enum { NOW = 1767225600, MEBIBYTE = 1024 * 1024 };

static char program[PATH_MAX + 32];

struct fixture {
        struct verdict_pool *pool;
        struct holder member, company;
        struct sink_memory container, ciphertext, manifest;
        uint8_t share[SIGNING_SHARE];
};

static void judge_find(void)
{
        char self[PATH_MAX];
        ssize_t size = readlink("/proc/self/exe", self, sizeof self - 1);
        assert_true(size > 0);
        self[size] = '\0';
        snprintf(program, sizeof program, "%s/../../../pli-judge", dirname(self));
}

static void container_sign(struct fixture *made)
{
        const struct signing_bytes offer = {(const uint8_t *)"Acte d'engagement : 12 500 euros", 32};
        const struct signing_bytes table = {(const uint8_t *)"poste;prix\nfenêtres;12500\n", 27};
        const struct signing_file files[] = {{"acte d'engagement.txt", "text/plain", source_memory(&offer)},
                                             {"bordereau.csv", "text/csv", source_memory(&table)}};
        signing_memory_key *key = holder_key(&made->company);
        const struct signing_sink sink = sink_memory(&made->container);
        struct signing_refusal why = {0};
        if (!signing_sign_container(files, 2, signing_memory_key_use(key), NOW, &sink, &why))
                fail_msg("%s: %s", why.code, why.sentence);
        signing_memory_key_free(key);
}

static void container_seal(struct fixture *made)
{
        const struct signing_bytes plaintext = sink_bytes(&made->container);
        const struct signing_seal_request request = {.consultation = "c-1",
                                                     .lot = "",
                                                     .kind = "offre",
                                                     .members = &made->member.certificate,
                                                     .member_count = 1,
                                                     .threshold = 1,
                                                     .plaintext = source_memory(&plaintext)};
        const struct signing_sink ciphertext = sink_memory(&made->ciphertext), manifest = sink_memory(&made->manifest);
        struct signing_refusal why = {0};
        signing_manifest *read = NULL;
        if (!signing_seal(&request, &ciphertext, &manifest, &why) ||
            !signing_manifest_read(sink_bytes(&made->manifest), &read, &why) ||
            !signing_share_unwrap(read, made->member.pem, made->member.certificate, NULL, made->share, &why))
                fail_msg("%s: %s", why.code, why.sentence);
        signing_manifest_free(read);
}

static int fixture_make(void **state)
{
        struct fixture *made = calloc(1, sizeof *made);
        assert_non_null(made);
        made->pool = verdict_pool_new(program, 2, (struct verdict_limits){.memory = 200 * MEBIBYTE, .seconds = 20});
        made->member = holder_ec("Commune de Saint-Exemple, présidente", "prime256v1");
        made->company = holder_rsa("Menuiserie Duval SARL");
        made->container = made->ciphertext = made->manifest = memory_sink();
        container_sign(made);
        container_seal(made);
        *state = made;
        return 0;
}

static int fixture_drop(void **state)
{
        struct fixture *made = *state;
        verdict_pool_free(made->pool);
        holder_free(&made->member);
        holder_free(&made->company);
        free(made->container.data);
        free(made->ciphertext.data);
        free(made->manifest.data);
        free(made);
        return 0;
}

/* A source that can do something to the world at its n-th read. */
struct watched {
        const struct sink_memory *bytes;
        unsigned reads, act_at;
        void (*act)(void);
        bool fails;
};

static bool watched_read(void *context, uint64_t offset, uint8_t *buffer, size_t size)
{
        struct watched *watched = context;
        watched->reads++;
        if (watched->act != NULL && watched->reads == watched->act_at)
                watched->act();
        if (watched->fails || offset + size > watched->bytes->size)
                return false;
        memcpy(buffer, watched->bytes->data + offset, size);
        return true;
}

static struct verdict_source source_of(struct watched *watched)
{
        return (struct verdict_source){watched, watched->bytes->size, watched_read};
}

struct collected {
        unsigned begun, ended;
        char names[256];
        struct sink_memory bytes;
        bool skip;
};

static bool collect_begin(void *context, const char *name, const char *media_type, uint64_t size)
{
        struct collected *collected = context;
        (void)media_type, (void)size;
        collected->begun++;
        strncat(collected->names, name, sizeof collected->names - strlen(collected->names) - 2);
        strcat(collected->names, "|");
        return !collected->skip;
}

static bool collect_write(void *context, const uint8_t *data, size_t size)
{
        struct collected *collected = context;
        const struct signing_sink sink = sink_memory(&collected->bytes);
        return sink.write(sink.context, data, size);
}

static bool collect_end(void *context)
{
        ((struct collected *)context)->ended++;
        return true;
}

static struct verdict_sink sink_of(struct collected *collected)
{
        collected->bytes.limit = MEBIBYTE;
        return (struct verdict_sink){collected, collect_begin, collect_write, collect_end};
}

static json_t *envelope_judge(struct fixture *fixture, struct watched *ciphertext, struct collected *collected)
{
        const struct verdict_source source = source_of(ciphertext);
        const struct verdict_sink sink = sink_of(collected);
        const struct verdict_trust trust = {.at = NOW};
        struct problem problem = {0};
        json_t *report = NULL;
        if (!verdict_envelope(fixture->pool, fixture->manifest.data, fixture->manifest.size,
                              (struct verdict_shares){fixture->share, 1}, &source, &trust, &sink, &report, &problem))
                fail_msg("%s: %s", problem.row->code, problem.detail);
        return report;
}

static void an_envelope_is_opened_verified_and_handed_out(void **state)
{
        struct fixture *fixture = *state;
        struct watched ciphertext = {.bytes = &fixture->ciphertext};
        struct collected collected = {0};
        json_t *report = envelope_judge(fixture, &ciphertext, &collected);
        assert_string_equal(json_string_value(json_object_get(report, "outcome")), "opened");
        assert_string_equal(collected.names, "acte d'engagement.txt|bordereau.csv|");
        assert_int_equal(collected.ended, 2);
        assert_int_equal(collected.bytes.size, 59);
        const json_t *first = json_array_get(json_object_get(report, "documents"), 0);
        assert_true(json_is_true(json_object_get(first, "listed")));
        assert_int_equal(json_string_length(json_object_get(first, "sha256")), 64);
        const json_t *verification = json_object_get(report, "verification");
        assert_int_equal(json_array_size(json_object_get(verification, "signatures")), 1);
        assert_int_equal(json_array_size(json_object_get(verification, "unsigned")), 0);
        assert_string_not_equal(json_string_value(json_object_get(verification, "indication")), "TOTAL-FAILED");
        free(collected.bytes.data);
        json_decref(report);
}

static void a_skipped_document_is_digested_but_not_handed_out(void **state)
{
        struct fixture *fixture = *state;
        struct watched ciphertext = {.bytes = &fixture->ciphertext};
        struct collected collected = {.skip = true};
        json_t *report = envelope_judge(fixture, &ciphertext, &collected);
        assert_int_equal(collected.begun, 2);
        assert_int_equal(collected.ended, 0);
        assert_int_equal(collected.bytes.size, 0);
        assert_int_equal(json_array_size(json_object_get(report, "documents")), 2);
        json_decref(report);
}

static void a_wrong_ciphertext_is_reported_unreadable(void **state)
{
        struct fixture *fixture = *state;
        struct watched ciphertext = {.bytes = &fixture->ciphertext};
        struct collected collected = {0};
        fixture->ciphertext.data[100] ^= 1;
        json_t *report = envelope_judge(fixture, &ciphertext, &collected);
        const json_t *reason = json_array_get(json_object_get(report, "reasons"), 0);
        assert_string_equal(json_string_value(json_object_get(report, "outcome")), "unreadable");
        assert_string_equal(json_string_value(json_object_get(reason, "code")), "CHUNK_REFUSED");
        assert_int_equal(collected.begun, 0);
        json_decref(report);
}

static void one_document_is_extracted_by_its_name(void **state)
{
        struct fixture *fixture = *state;
        struct watched ciphertext = {.bytes = &fixture->ciphertext};
        const struct verdict_source source = source_of(&ciphertext);
        struct collected collected = {0};
        const struct verdict_sink sink = sink_of(&collected);
        struct problem problem = {0};
        const struct verdict_shares shares = {fixture->share, 1};
        assert_true(verdict_extract(fixture->pool, fixture->manifest.data, fixture->manifest.size, shares, &source, "bordereau.csv",
                                    &sink, &problem));
        assert_memory_equal(collected.bytes.data, "poste;prix", 10);
        assert_false(verdict_extract(fixture->pool, fixture->manifest.data, fixture->manifest.size, shares, &source, "absent",
                                     &sink, &problem));
        assert_string_equal(problem.row->code, "document-unreadable");
        free(collected.bytes.data);
}

static void a_signed_container_gets_its_report(void **state)
{
        struct fixture *fixture = *state;
        struct watched container = {.bytes = &fixture->container};
        const struct verdict_source source = source_of(&container);
        const struct verdict_trust trust = {.at = NOW};
        struct problem problem = {0};
        json_t *report = NULL;
        assert_true(verdict_document(fixture->pool, &source, &trust, &report, &problem));
        assert_int_equal(json_array_size(json_object_get(report, "signatures")), 1);
        json_decref(report);
}

static void a_manifest_becomes_json_and_its_shares_are_told_apart(void **state)
{
        struct fixture *fixture = *state;
        struct problem problem = {0};
        json_t *json = NULL;
        bool right[2];
        uint8_t shares[2][SIGNING_SHARE];
        for (int turn = 0; turn < 20; turn++) {
                assert_true(verdict_manifest(fixture->pool, fixture->manifest.data, fixture->manifest.size, &json, &problem));
                assert_string_equal(json_string_value(json_object_get(json, "consultation")), "c-1");
                json_decref(json);
        }
        memcpy(shares[0], fixture->share, SIGNING_SHARE);
        memcpy(shares[1], fixture->share, SIGNING_SHARE);
        shares[1][5] ^= 1;
        assert_true(verdict_share_check(fixture->pool, fixture->manifest.data, fixture->manifest.size,
                                        (struct verdict_shares){shares[0], 2}, right, &problem));
        assert_true(right[0]);
        assert_false(right[1]);
        assert_false(verdict_manifest(fixture->pool, "<a/>", 4, &json, &problem));
        assert_string_equal(problem.row->code, "document-unreadable");
}

/* Every pli-judge that this process started. */
static const char one_page[] = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
                               "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 842 595]/Rotate 90>>endobj\n"
                               "3 0 obj<</Type/Page/Parent 2 0 R>>endobj\ntrailer<</Root 1 0 R>>\n";

static bool text_read(void *context, uint64_t offset, uint8_t *buffer, size_t size)
{
        memcpy(buffer, (const char *)context + offset, size);
        return true;
}

struct taken {
        char text[64 * 1024];
        size_t size;
};

static bool copy_begin(void *context, const char *name, const char *media_type, uint64_t size)
{
        (void)context;
        (void)name;
        (void)size;
        return strcmp(media_type, "application/pdf") == 0;
}

static bool copy_write(void *context, const uint8_t *data, size_t size)
{
        struct taken *taken = context;
        assert_true(size < sizeof taken->text - taken->size);
        memcpy(taken->text + taken->size, data, size);
        taken->size += size;
        return true;
}

static bool copy_end(void *context)
{
        (void)context;
        return true;
}

static bool stamp(const char *pdf, const char *lines, struct taken *taken, struct problem *problem)
{
        const struct verdict_source source = {.context = (void *)(uintptr_t)pdf, .size = strlen(pdf), .read = text_read};
        const struct verdict_sink sink = {.context = taken, .begin = copy_begin, .write = copy_write, .end = copy_end};
        struct verdict_pool *pool = verdict_pool_new(program, 1, (struct verdict_limits){209715200, 20});
        bool done = verdict_stamp(pool, &source, lines, &sink, problem);
        verdict_pool_free(pool);
        return done;
}

static void a_pdf_is_stamped_in_the_jail_and_what_is_none_is_refused(void **state)
{
        (void)state;
        static struct taken taken;
        struct problem problem = {0};
        assert_true(stamp(one_page, "[\"R\u00e9c\u00e9piss\u00e9 (1)\"]", &taken, &problem));
        assert_true(taken.size > 100 && memcmp(taken.text, "%PDF-", 5) == 0);
        assert_false(stamp("%PDF-1.4 nothing of the kind", "[\"x\"]", &taken, &problem));
        assert_string_equal(problem.row->code, "document-unreadable");
        assert_false(stamp(one_page, "[]", &taken, &problem));
        assert_false(stamp(one_page, "not json", &taken, &problem));
}

static void judges_signal(int number)
{
        char path[64], line[512];
        DIR *all = opendir("/proc");
        for (const struct dirent *entry; (entry = readdir(all)) != NULL;) {
                snprintf(path, sizeof path, "/proc/%.20s/stat", entry->d_name);
                FILE *file = fopen(path, "re");
                int pid = 0, parent = 0;
                if (file != NULL && fgets(line, sizeof line, file) != NULL && strstr(line, "(pli-judge)") != NULL &&
                    sscanf(line, "%d (pli-judge) %*c %d", &pid, &parent) == 2 && parent == getpid())
                        kill(pid, number);
                if (file != NULL)
                        fclose(file);
        }
        closedir(all);
}

static void judges_kill(void)
{
        judges_signal(SIGKILL);
}

/* What the kernel sends at RLIMIT_CPU. */
static void judges_overrun(void)
{
        judges_signal(SIGXCPU);
}

static void a_judge_that_took_too_long_is_told_from_one_that_died(void **state)
{
        struct fixture *fixture = *state;
        struct watched container = {.bytes = &fixture->container, .act = judges_overrun, .act_at = 1};
        const struct verdict_source source = source_of(&container);
        struct problem problem = {0};
        json_t *report = NULL;
        assert_true(verdict_document(fixture->pool, &source, NULL, &report, &problem));
        assert_string_equal(json_string_value(json_object_get(report, "indication")), "INDETERMINATE");
        assert_string_equal(json_string_value(json_object_get(json_array_get(json_object_get(report, "reasons"), 0), "code")),
                            "JUDGE_TIMEOUT");
        json_decref(report);
}

/* The character set is loaded as a module by the C library: before the jail, or never. */
static void a_document_in_windows_1252_is_read_inside_the_jail_too(void **state)
{
        struct fixture *fixture = *state;
        static uint8_t text[] = "<?xml version=\"1.0\" encoding=\"windows-1252\"?><prix>12 500 \x80</prix>";
        const struct sink_memory bytes = {.data = text, .size = sizeof text - 1};
        struct watched document = {.bytes = &bytes};
        const struct verdict_source source = source_of(&document);
        const struct signing_bytes same = {text, sizeof text - 1};
        const struct signing_request request = {.document = source_memory(&same), .at = NOW};
        struct signing_refusal why = {0};
        struct problem problem = {0};
        json_t *report = NULL;
        signing_report *outside = NULL;
        assert_false(signing_verify(&request, &outside, &why)); /* it bears no signature, here as there */
        assert_false(verdict_document(fixture->pool, &source, NULL, &report, &problem));
        assert_memory_equal(problem.detail, why.code, strlen(why.code));
        assert_non_null(strstr(problem.detail, why.sentence));
}

static void a_judge_killed_at_work_makes_the_report_say_so_and_is_replaced(void **state)
{
        struct fixture *fixture = *state;
        struct watched killed = {.bytes = &fixture->ciphertext, .act = judges_kill, .act_at = 1};
        struct watched whole = {.bytes = &fixture->ciphertext};
        struct collected collected = {0};
        json_t *report = envelope_judge(fixture, &killed, &collected);
        assert_string_equal(json_string_value(json_object_get(report, "outcome")), "unreadable");
        assert_string_equal(json_string_value(json_object_get(json_array_get(json_object_get(report, "reasons"), 0), "code")),
                            "JUDGE_DIED");
        json_decref(report);
        report = envelope_judge(fixture, &whole, &collected);
        assert_string_equal(json_string_value(json_object_get(report, "outcome")), "opened");
        free(collected.bytes.data);
        json_decref(report);
}

static void a_source_that_fails_is_a_problem_not_a_verdict(void **state)
{
        struct fixture *fixture = *state;
        struct watched broken = {.bytes = &fixture->container, .fails = true};
        const struct verdict_source source = source_of(&broken);
        struct problem problem = {0};
        json_t *report = NULL;
        assert_false(verdict_document(fixture->pool, &source, NULL, &report, &problem));
        assert_string_equal(problem.row->code, "internal");
        assert_null(report);
}

static void seconds_pass(void)
{
        sleep(3);
}

static void a_slow_source_does_not_end_the_judge(void **state)
{
        struct fixture *fixture = *state;
        struct watched slow = {.bytes = &fixture->ciphertext, .act = seconds_pass, .act_at = 1};
        struct collected collected = {0};
        json_t *report = envelope_judge(fixture, &slow, &collected);
        assert_string_equal(json_string_value(json_object_get(report, "outcome")), "opened");
        free(collected.bytes.data);
        json_decref(report);
}

static void without_the_program_no_judge_is_available(void **state)
{
        (void)state;
        struct verdict_pool *pool = verdict_pool_new("/nowhere/pli-judge", 1, (struct verdict_limits){0});
        struct problem problem = {0};
        json_t *json = NULL;
        assert_false(verdict_manifest(pool, "<a/>", 4, &json, &problem));
        assert_string_equal(problem.row->code, "judge-unavailable");
        verdict_pool_free(pool);
}

static int start(void **state)
{
        (void)state;
        judge_find();
        return signing_start(NULL) ? 0 : -1;
}

static int stop(void **state)
{
        (void)state;
        signing_stop();
        return 0;
}

#define WITH_POOL(test) cmocka_unit_test_setup_teardown(test, fixture_make, fixture_drop)

int main(void)
{
        const struct CMUnitTest tests[] = {
                WITH_POOL(an_envelope_is_opened_verified_and_handed_out),
                WITH_POOL(a_skipped_document_is_digested_but_not_handed_out),
                WITH_POOL(a_wrong_ciphertext_is_reported_unreadable),
                WITH_POOL(one_document_is_extracted_by_its_name),
                WITH_POOL(a_signed_container_gets_its_report),
                WITH_POOL(a_manifest_becomes_json_and_its_shares_are_told_apart),
                WITH_POOL(a_judge_killed_at_work_makes_the_report_say_so_and_is_replaced),
                WITH_POOL(a_judge_that_took_too_long_is_told_from_one_that_died),
                WITH_POOL(a_document_in_windows_1252_is_read_inside_the_jail_too),
                WITH_POOL(a_source_that_fails_is_a_problem_not_a_verdict),
                WITH_POOL(a_slow_source_does_not_end_the_judge),
                cmocka_unit_test(a_pdf_is_stamped_in_the_jail_and_what_is_none_is_refused),
                cmocka_unit_test(without_the_program_no_judge_is_available),
        };
        return cmocka_run_group_tests(tests, start, stop);
}
