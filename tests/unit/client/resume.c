/* The file a deposit resumes from: kept across runs, begun anew for other envelopes, never half-written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "gateway/client/output.h"
#include "gateway/client/resume.h"
#include "gateway/client/sealed.h"

static struct sealed offer(const char *envelope, const char *manifest)
{
        struct sealed sealed = {.folder = "offre", .consultation = "c-1", .lot = "", .kind = "offre", .envelope = envelope};
        snprintf(sealed.manifest_digest, sizeof sealed.manifest_digest, "%s", manifest);
        return sealed;
}

static int folder_make(void **state)
{
        char *folder = strdup("/tmp/pli-resume-XXXXXX");
        *state = folder;
        return folder != NULL && mkdtemp(folder) != NULL ? 0 : -1;
}

static int folder_remove(void **state)
{
        char *path = path_join(*state, "deposit.json");
        unlink(path);
        free(path);
        int removed = rmdir(*state); /* fails where a temporary file was left behind */
        free(*state);
        return removed;
}

static void a_deposit_begun_is_found_again(void **state)
{
        struct sealed sealed = offer("offre", "aa");
        struct problem problem = {0};
        struct resume resume;
        char *path = path_join(*state, "deposit.json"), key[33];
        assert_true(resume_open(path, "https://a", &sealed, 1, &resume, &problem));
        assert_true(resume.fresh);
        assert_string_equal(resume_get(&resume, "deposit"), "");
        snprintf(key, sizeof key, "%s", resume_get(&resume, "key"));
        assert_int_equal(strlen(key), 32);
        assert_true(resume_set(&resume, "deposit", "d-1", &problem));
        resume_close(&resume);

        assert_true(resume_open(path, "https://a", &sealed, 1, &resume, &problem));
        assert_false(resume.fresh);
        assert_string_equal(resume_get(&resume, "deposit"), "d-1");
        assert_string_equal(resume_get(&resume, "key"), key);
        resume_close(&resume);
        free(path);
}

static void other_envelopes_are_another_deposit(void **state)
{
        (void)state;
        struct sealed sealed[2] = {offer("offre", "aa"), offer("candidature", "bb")};
        struct problem problem = {0};
        struct resume resume;
        char *path = path_join(*state, "deposit.json");
        assert_true(resume_open(path, "https://a", sealed, 2, &resume, &problem));
        assert_true(resume_matches(resume.state, "https://a", sealed, 2));
        assert_false(resume_matches(resume.state, "https://b", sealed, 2));
        assert_false(resume_matches(resume.state, "https://a", sealed, 1));
        sealed[1] = offer("candidature", "cc");
        assert_false(resume_matches(resume.state, "https://a", sealed, 2));
        sealed[1] = offer("candidature", "bb");
        sealed[0].consultation = "c-2";
        assert_false(resume_matches(resume.state, "https://a", sealed, 2));
        assert_true(resume_set(&resume, "deposit", "d-1", &problem));
        resume_close(&resume);

        assert_true(resume_open(path, "https://a", sealed, 2, &resume, &problem));
        assert_true(resume.fresh);
        assert_string_equal(resume_get(&resume, "deposit"), "");
        resume_close(&resume);
        free(path);
}

static void a_file_that_is_no_state_is_said_and_kept(void **state)
{
        struct sealed sealed = offer("offre", "aa");
        struct problem problem = {0};
        struct resume resume;
        char *path = path_join(*state, "deposit.json");
        assert_true(output_bytes(path, OUTPUT_PUBLIC, "half", 4, &problem));
        assert_false(resume_open(path, "https://a", &sealed, 1, &resume, &problem));
        assert_string_equal(problem.row->code, "json-malformed");
        free(path);
}

static void a_folder_that_cannot_be_written_is_said(void **state)
{
        (void)state;
        struct sealed sealed = offer("offre", "aa");
        struct problem problem = {0};
        struct resume resume;
        assert_false(resume_open("/proc/nowhere/deposit.json", "https://a", &sealed, 1, &resume, &problem));
        assert_string_equal(problem.row->code, "file-unwritable");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(a_deposit_begun_is_found_again, folder_make, folder_remove),
                cmocka_unit_test_setup_teardown(other_envelopes_are_another_deposit, folder_make, folder_remove),
                cmocka_unit_test_setup_teardown(a_file_that_is_no_state_is_said_and_kept, folder_make, folder_remove),
                cmocka_unit_test(a_folder_that_cannot_be_written_is_said),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
