/*
 * The outbox against a database that this test plays: what is claimed is settled
 * with the right outcome, in every weather. The State is an address where nobody
 * listens; the integration stories have the rest.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <curl/curl.h>

#include "gateway/core/config.h"
#include "gateway/relay/actes_channel.h"

/* ---- the database ---- */

static struct {
        const char *item; /* what a claim answers, once */
        unsigned claims, settles, settles_that_fail;
        char outcome[16];
        json_t *detail;
        const char *chunk; /* of content 1, chunk 0; NULL: there is none */
        atomic_bool *stop; /* set at the first settle where not NULL */
} base;

static bool away(struct problem *problem)
{
        return problem_set(problem, "database-unavailable", "played");
}

bool db_call_json(struct db *db, const char *function, const struct db_argument *arguments, size_t count, json_t **out,
                  struct problem *problem)
{
        (void)db, (void)arguments, (void)count, (void)problem;
        assert_string_equal(function, "api.outbox_claim");
        base.claims++;
        *out = base.item != NULL ? json_loads(base.item, 0, NULL) : json_null();
        assert_non_null(*out);
        base.item = NULL;
        return true;
}

bool db_call(struct db *db, const char *function, const struct db_argument *arguments, size_t count, struct problem *problem)
{
        (void)db;
        assert_string_equal(function, "api.outbox_settle");
        assert_int_equal(count, 3);
        assert_int_equal(arguments[0].integer, 7);
        if (base.stop != NULL)
                atomic_store(base.stop, true);
        if (base.settles_that_fail > 0) {
                base.settles_that_fail--;
                return away(problem);
        }
        base.settles++;
        snprintf(base.outcome, sizeof base.outcome, "%s", arguments[1].text);
        json_decref(base.detail);
        base.detail = json_loads(arguments[2].text, 0, NULL);
        assert_non_null(base.detail);
        return true;
}

bool db_call_rows(struct db *db, const char *function, const struct db_argument *arguments, size_t count,
                  bool (*each)(void *context, int64_t number, const uint8_t *data, size_t size), void *context,
                  struct problem *problem)
{
        (void)db, (void)count, (void)problem;
        assert_string_equal(function, "api.chunk_read");
        if (base.chunk != NULL && arguments[2].integer == 0)
                (void)each(context, 0, (const uint8_t *)base.chunk, strlen(base.chunk));
        return true;
}

/* ---- the relay ---- */

#define ITEM(number, body, size)                                                                                                    \
        "{\"item\":7,\"serial\":3,\"date\":\"20260402\",\"attempt\":1,\"filing\":{\"id\":\"f\",\"number\":\"" number                \
        "\",\"date\":\"2026-03-31\",\"nature\":1,\"matter\":\"1.1\",\"object\":\"Objet\",\"classification\":\"2019-08-29\"," body   \
        "\"files\":[{\"name\":\"a.pdf\",\"type\":\"99_DE\",\"mediaType\":\"application/pdf\",\"day\":\"2026-04-01\",\"content\":1," \
        "\"size\":" size ",\"sha256\":\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"}]}}"
#define BODY "\"body\":{\"siren\":\"200000012\",\"department\":\"044\",\"district\":\"1\",\"nature\":\"31\"},"

static atomic_bool stop;
static struct actes_channel channel;

static int channel_made(void **state)
{
        (void)state;
        struct config config = {
                .actes_url = "https://127.0.0.1:1/", /* tcpmux: nobody listens there */
                .actes_rescue_url = "https://127.0.0.1:1/rescue",
                .actes_certificate = "/nowhere.pem",
                .actes_key = "/nowhere.key",
                .actes_anchors = "",
                .actes_pin = "",
                .actes_trigram = "PLI",
                .actes_return_mail = "retour@pli.test",
                .relay_spool = "/tmp",
                .actes_seconds = 5,
        };
        struct problem problem = {0};
        json_decref(base.detail);
        memset(&base, 0, sizeof base);
        atomic_store(&stop, false);
        return actes_channel_open(&config, &stop, &channel, &problem) ? 0 : -1;
}

static int channel_gone(void **state)
{
        (void)state;
        actes_channel_close(&channel);
        json_decref(base.detail);
        base.detail = NULL;
        return 0;
}

static bool run(void)
{
        struct problem problem = {0};
        const struct outbox_channel way = actes_channel_outbox(&channel);
        return outbox_run(&(struct outbox){NULL, &way, &stop}, &problem);
}

static const char *reason(void)
{
        return json_string_value(json_object_get(json_array_get(json_object_get(base.detail, "reasons"), 0), "code"));
}

static void an_empty_outbox_is_asked_once(void **state)
{
        (void)state;
        assert_true(run());
        assert_int_equal(base.claims, 1);
        assert_int_equal(base.settles, 0);
}

static void a_state_that_is_away_means_later_with_the_archive_on_record(void **state)
{
        (void)state;
        base.item = ITEM("2026_12", BODY, "3");
        base.chunk = "abc";
        assert_true(run());
        assert_string_equal(base.outcome, "retry");
        assert_string_equal(reason(), "actes-unavailable");
        assert_string_equal(json_string_value(json_object_get(base.detail, "archive")), "PLI-EACT--200000012--20260402-3.tar.gz");
        assert_string_equal(json_string_value(json_object_get(base.detail, "act")), "044-200000012-20260331-2026_12-DE");
        assert_string_equal(json_string_value(json_object_get(base.detail, "url")), "rescue");
        assert_true(strlen(json_string_value(json_object_get(base.detail, "text"))) > 0);
}

static void the_same_item_makes_the_same_archive(void **state)
{
        (void)state;
        char first[65];
        base.chunk = "abc";
        base.item = ITEM("2026_12", BODY, "3");
        assert_true(run());
        snprintf(first, sizeof first, "%s", json_string_value(json_object_get(base.detail, "sha256")));
        base.item = ITEM("2026_12", BODY, "3");
        assert_true(run());
        assert_string_equal(json_string_value(json_object_get(base.detail, "sha256")), first);
}

static void an_item_that_can_never_be_sent_is_refused(void **state)
{
        (void)state;
        base.chunk = "abc";
        base.item = ITEM("2026/12", BODY, "3");
        assert_true(run());
        assert_string_equal(base.outcome, "refused");
        assert_string_equal(reason(), "acte-number");
        base.item = ITEM("2026_12", "", "3");
        assert_true(run());
        assert_string_equal(base.outcome, "refused");
        assert_string_equal(reason(), "PARCEL_BODY");
}

static void bytes_that_are_missing_or_changed_mean_later_never_a_wrong_archive(void **state)
{
        (void)state;
        static const char *const chunks[] = {NULL, "ab", "abcd", "abd"};
        for (size_t i = 0; i < sizeof chunks / sizeof chunks[0]; i++) {
                base.item = ITEM("2026_12", BODY, "3");
                base.chunk = chunks[i];
                assert_true(run());
                assert_string_equal(base.outcome, "retry");
                assert_null(json_object_get(base.detail, "status"));
        }
}

static void three_failures_in_a_row_stop_the_claims(void **state)
{
        (void)state;
        base.chunk = "abc";
        for (int i = 0; i < 3; i++) {
                base.item = ITEM("2026_12", BODY, "3");
                assert_true(run());
        }
        unsigned before = base.claims;
        assert_true(run());
        assert_int_equal(base.claims, before);
}

static void an_outcome_waits_for_the_database(void **state)
{
        (void)state;
        base.item = ITEM("2026/12", BODY, "3");
        base.settles_that_fail = 1;
        assert_true(run());
        assert_int_equal(base.settles, 1);
}

static void a_stop_ends_the_wait(void **state)
{
        (void)state;
        base.item = ITEM("2026/12", BODY, "3");
        base.settles_that_fail = 1000;
        base.stop = &stop;
        assert_false(run());
        assert_int_equal(base.settles, 0);
}

static void http_answers_are_judged(void **state)
{
        (void)state;
        assert_int_equal(post_judge(200), POST_TAKEN);
        assert_int_equal(post_judge(400), POST_REFUSED);
        assert_int_equal(post_judge(413), POST_REFUSED);
        static const long later[] = {0, 201, 204, 301, 302, 401, 403, 404, 408, 429, 500, 502, 503, 504};
        for (size_t i = 0; i < sizeof later / sizeof later[0]; i++)
                assert_int_equal(post_judge(later[i]), POST_LATER);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, channel_made, channel_gone)

int main(void)
{
        const struct CMUnitTest tests[] = {
                STORY(an_empty_outbox_is_asked_once),
                STORY(a_state_that_is_away_means_later_with_the_archive_on_record),
                STORY(the_same_item_makes_the_same_archive),
                STORY(an_item_that_can_never_be_sent_is_refused),
                STORY(bytes_that_are_missing_or_changed_mean_later_never_a_wrong_archive),
                STORY(three_failures_in_a_row_stop_the_claims),
                STORY(an_outcome_waits_for_the_database),
                STORY(a_stop_ends_the_wait),
                cmocka_unit_test(http_answers_are_judged),
        };
        curl_global_init(CURL_GLOBAL_DEFAULT);
        int failed = cmocka_run_group_tests(tests, NULL, NULL);
        curl_global_cleanup();
        return failed;
}
