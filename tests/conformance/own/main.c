/*
 * main.c - a conformance corpus of our own: makes, with keys and certificates of this run, one document for each attack,
 * each cost and each sub-indication, writes it to FOLDER/VERDICT/REASON/NAME.xml, and judges it: own FOLDER.
 */
#include "tests/conformance/own/chapters.h"

static const char DOCUMENT[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<offre xmlns=\"urn:exemple:offre\">"
                               "<soumissionnaire>Menuiserie Duval SARL</soumissionnaire><prix>100</prix></offre>";

/* What stands between `head` and the next `end`. */
char *between(const char *text, const char *head, const char *end)
{
        const char *from = strstr(text, head);
        assert_non_null(from);
        from += strlen(head);
        return strndup(from, (size_t)(strstr(from, end) - from));
}

static void corpus_judge(void **state)
{
        struct ground ground = {.samples = *state, .holder = holder_rsa("Menuiserie Duval SARL")};
        ground.trust = trust_in(&ground.holder);
        ground.text = signed_text(DOCUMENT, &ground.holder);
        sample_text(ground.samples, "right", "TOTAL-PASSED", "-", strdup(ground.text), ground.trust);
        sample_text(ground.samples, "no_anchor", "INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND", "CHAIN_UNJUDGED", strdup(ground.text),
                    NULL);
        chapter_bends(&ground);
        chapter_wraps(&ground);
        chapter_forms(&ground);
        chapter_certificates(&ground);
        chapter_past(&ground);
        chapter_stamps(&ground);
        chapter_containers(&ground);
        chapter_lists(&ground);
        chapter_floods(&ground);
        free(ground.text);
        signing_trust_free(ground.trust);
        holder_free(&ground.holder);
}

/* EN 319 102-1 tables 5 and 6. Not among them: CUSTOM and GENERIC, which are nobody's finding, and SIGNATURE_POLICY_NOT_AVAILABLE,
 * as judging here goes by its own policy and notes what it knows of the signer's. */
static const char *const sub_indications[] = {
        "FORMAT_FAILURE",
        "HASH_FAILURE",
        "SIG_CRYPTO_FAILURE",
        "REVOKED",
        "EXPIRED",
        "NOT_YET_VALID",
        "SIG_CONSTRAINTS_FAILURE",
        "CHAIN_CONSTRAINTS_FAILURE",
        "CERTIFICATE_CHAIN_GENERAL_FAILURE",
        "CRYPTO_CONSTRAINTS_FAILURE",
        "POLICY_PROCESSING_ERROR",
        "TIMESTAMP_ORDER_FAILURE",
        "NO_SIGNING_CERTIFICATE_FOUND",
        "NO_CERTIFICATE_CHAIN_FOUND",
        "REVOKED_NO_POE",
        "REVOKED_CA_NO_POE",
        "OUT_OF_BOUNDS_NO_POE",
        "OUT_OF_BOUNDS_NOT_REVOKED",
        "REVOCATION_OUT_OF_BOUNDS_NO_POE",
        "CRYPTO_CONSTRAINTS_FAILURE_NO_POE",
        "NO_POE",
        "TRY_LATER",
        "SIGNED_DATA_NOT_FOUND",
};

static void sub_indications_check(struct samples *samples)
{
        for (size_t n = 0; n < sizeof sub_indications / sizeof sub_indications[0]; n++)
                sample_count(samples, sub_indications[n], json_object_get(samples->met, sub_indications[n]) != NULL);
}

int main(int count, char **arguments)
{
        struct samples samples = {.program = "/proc/self/exe", .folder = arguments[1]};
        struct signing_refusal why;
        if (count < 2 || !signing_start(&why)) {
                fprintf(stderr, "usage: own FOLDER\n");
                return 64;
        }
        if (count == 3 && strcmp(arguments[1], "--alone") == 0)
                return sample_alone(arguments[2]);
        samples.met = json_object();
        const struct CMUnitTest tests[] = {cmocka_unit_test_prestate(corpus_judge, &samples)};
        samples.failed += cmocka_run_group_tests(tests, NULL, NULL) != 0;
        sub_indications_check(&samples);
        printf("slowest: %s, %.0f ms of processor time; largest: %s, %ld KiB\n", samples.slowest_name, samples.slowest * 1e3,
               samples.largest_name, samples.largest);
        printf("%u passed, %u failed, 0 skipped\n", samples.passed, samples.failed);
        json_decref(samples.met);
        signing_stop();
        return samples.failed > 0 ? 1 : 0;
}
