/*
 * Tests of gateway/core/db.c on a real server: PLI_DATABASE is the conninfo of
 * its superuser (tests/sql/run gives one); without it they are skipped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/db.h"
#include "gateway/core/log.h"

enum { CHUNK = 262172 };

static const char schema[] =
        "drop schema if exists dbtest cascade; create schema dbtest;"
        "create table dbtest.chunk (number int primary key, data bytea);"
        "create function dbtest.echo(bytea) returns bytea language sql as 'select $1';"
        "create function dbtest.describe(a text, b bigint, c boolean, d uuid) returns jsonb language sql as 'select jsonb_build_object(''a'', a, ''b'', b, ''c'', c, ''d'', d)';"
        "create function dbtest.nothing() returns jsonb language sql as 'select null::jsonb';"
        "create function dbtest.put(n int, d bytea) returns void language sql as 'insert into dbtest.chunk values (n, d)';"
        "create function dbtest.count() returns jsonb language sql as 'select to_jsonb(count(*)) from dbtest.chunk';"
        "create function dbtest.rows(n int, size int) returns table (number int, data bytea) language sql as "
        "  'select i, decode(repeat(''ab'', size), ''hex'') from generate_series(1, n) i';"
        "create function dbtest.broken() returns table (number int, data bytea) language sql as 'select 1 / (2 - i), ''''::bytea from generate_series(1, 3) i';"
        "create function dbtest.refuse(code text) returns void language plpgsql as 'begin raise exception using errcode = ''PLI00'', message = code, detail = ''said so''; end';"
        "create function dbtest.nap() returns void language sql as 'select pg_sleep(5)';"
        "create function dbtest.die() returns void language sql as 'select pg_terminate_backend(pg_backend_pid())';"
        "create function dbtest.tell(channel text, word text) returns void language sql as 'select pg_notify(channel, word)';";

static struct db *db;
static struct problem problem;

static int server_open(void **state)
{
        (void)state;
        log_open("test", "error");
        const char *conninfo = getenv("PLI_DATABASE");
        if (conninfo == NULL)
                return 0;
        db = db_open(conninfo, "test");
        return !db_script(db, schema, &problem);
}

static int server_close(void **state)
{
        (void)state;
        db_close(db);
        return 0;
}

static void need_server(void)
{
        if (db == NULL)
                skip();
}

static bool succeeds(const char *function, const struct db_argument *arguments, size_t count)
{
        return db_call(db, function, arguments, count, &problem);
}

static void arguments_of_each_type_arrive_as_they_are(void **state)
{
        (void)state;
        need_server();
        json_t *out = NULL;
        const struct db_argument arguments[] = {db_text("l'école \"é\" €"), db_integer(INT64_MIN), db_bool(true),
                                                db_text("3f0c9b9e-0000-4000-8000-000000000001")};
        assert_true(db_call_json(db, "dbtest.describe", arguments, 4, &out, &problem));
        assert_string_equal(json_string_value(json_object_get(out, "a")), "l'école \"é\" €");
        assert_true(json_integer_value(json_object_get(out, "b")) == INT64_MIN);
        assert_true(json_is_true(json_object_get(out, "c")));
        json_decref(out);
        const struct db_argument nulls[] = {db_text(NULL), db_integer(0), db_bool(false), db_text(NULL)};
        assert_true(db_call_json(db, "dbtest.describe", nulls, 4, &out, &problem));
        assert_true(json_is_null(json_object_get(out, "a")));
        json_decref(out);
        assert_true(db_call_json(db, "dbtest.nothing", NULL, 0, &out, &problem));
        assert_true(json_is_null(out));
        json_decref(out);
}

static void bytes_come_back_as_they_went(void **state)
{
        (void)state;
        need_server();
        uint8_t sent[1000];
        for (size_t i = 0; i < sizeof sent; i++)
                sent[i] = (uint8_t)(i * 7);
        uint8_t *back = NULL;
        size_t size = 0;
        struct db_argument argument = db_bytes(sent, sizeof sent);
        assert_true(db_call_bytes(db, "dbtest.echo", &argument, 1, &back, &size, &problem));
        assert_int_equal(size, sizeof sent);
        assert_memory_equal(back, sent, size);
        free(back);
        argument = db_bytes("", 0);
        assert_true(db_call_bytes(db, "dbtest.echo", &argument, 1, &back, &size, &problem));
        assert_non_null(back);
        assert_int_equal(size, 0);
        free(back);
        argument = db_bytes(NULL, 0);
        assert_true(db_call_bytes(db, "dbtest.echo", &argument, 1, &back, &size, &problem));
        assert_null(back);
}

static void refusals_become_problems_and_outputs_stay(void **state)
{
        (void)state;
        need_server();
        struct db_argument code = db_text("deposit-incomplete");
        assert_false(succeeds("dbtest.refuse", &code, 1));
        assert_string_equal(problem.row->code, "deposit-incomplete");
        assert_string_equal(problem.detail, "said so");
        code = db_text("no-such-code");
        assert_false(succeeds("dbtest.refuse", &code, 1));
        assert_string_equal(problem.row->code, "internal");
        const struct db_argument wrong[] = {db_text(""), db_integer(1), db_bool(true), db_text("no uuid")};
        json_t *out = NULL;
        assert_false(db_call_json(db, "dbtest.describe", wrong, 4, &out, &problem));
        assert_string_equal(problem.row->code, "request-malformed");
        assert_null(out);
        assert_false(succeeds("dbtest.absent", NULL, 0));
        assert_string_equal(problem.row->code, "internal");
}

static int64_t chunk_count(void)
{
        json_t *out = NULL;
        assert_true(db_call_json(db, "dbtest.count", NULL, 0, &out, &problem));
        int64_t count = json_integer_value(out);
        json_decref(out);
        return count;
}

enum { TOGETHER = 64 };

static void many_calls_are_one_transaction(void **state)
{
        (void)state;
        need_server();
        static uint8_t data[CHUNK];
        struct db_argument arguments[TOGETHER][2];
        struct db_statement statements[TOGETHER];
        for (size_t i = 0; i < TOGETHER; i++) {
                arguments[i][0] = db_integer((int64_t)i);
                arguments[i][1] = db_bytes(data, sizeof data);
                statements[i] = (struct db_statement){"dbtest.put", arguments[i], 2};
        }
        assert_true(db_call_together(db, statements, TOGETHER, &problem));
        assert_int_equal(chunk_count(), TOGETHER);
        /* The first is new, the second is there already: neither stays, and the connection goes on. */
        arguments[0][0] = db_integer(TOGETHER);
        assert_false(db_call_together(db, statements, TOGETHER, &problem));
        assert_string_equal(problem.row->code, "internal");
        assert_int_equal(chunk_count(), TOGETHER);
        assert_true(db_call_together(db, statements, 1, &problem));
        assert_int_equal(chunk_count(), TOGETHER + 1);
        assert_true(db_call_together(db, statements, 0, &problem));
}

static void the_problem_of_several_calls_is_the_first_ones(void **state)
{
        (void)state;
        need_server();
        const struct db_argument codes[] = {db_text("deposit-closed"), db_text("not-found")};
        const struct db_statement statements[] = {{"dbtest.refuse", &codes[0], 1}, {"dbtest.refuse", &codes[1], 1}};
        assert_false(db_call_together(db, statements, 2, &problem));
        assert_string_equal(problem.row->code, "deposit-closed");
}

struct seen {
        int64_t rows, bytes, most;
};

static bool row_see(void *context, int64_t number, const uint8_t *data, size_t size)
{
        struct seen *seen = context;
        seen->rows++;
        assert_int_equal(number, seen->rows);
        assert_true(size == 0 || data[size - 1] == 0xAB);
        seen->bytes += (int64_t)size;
        return seen->rows < seen->most;
}

static void rows_come_one_by_one_and_may_be_stopped(void **state)
{
        (void)state;
        need_server();
        const struct db_argument arguments[] = {db_integer(40), db_integer(CHUNK)};
        struct seen seen = {.most = 1000};
        assert_true(db_call_rows(db, "dbtest.rows", arguments, 2, row_see, &seen, &problem));
        assert_int_equal(seen.rows, 40);
        assert_int_equal(seen.bytes, 40 * CHUNK);
        seen = (struct seen){.most = 3};
        assert_true(db_call_rows(db, "dbtest.rows", arguments, 2, row_see, &seen, &problem));
        assert_int_equal(seen.rows, 3);
        assert_int_equal(chunk_count(), TOGETHER + 1); /* the connection goes on */
        seen = (struct seen){.most = 1000};
        assert_false(db_call_rows(db, "dbtest.broken", NULL, 0, row_see, &seen, &problem));
        assert_true(succeeds("dbtest.nothing", NULL, 0));
}

static void a_lost_connection_is_a_problem_once_and_is_reopened(void **state)
{
        (void)state;
        need_server();
        assert_false(succeeds("dbtest.die", NULL, 0));
        assert_string_equal(problem.row->code, "database-unavailable");
        assert_true(succeeds("dbtest.nothing", NULL, 0));
        const struct db_statement statements[] = {
                {"dbtest.nothing", NULL, 0}, {"dbtest.die", NULL, 0}, {"dbtest.nothing", NULL, 0}};
        assert_false(db_call_together(db, statements, 3, &problem));
        assert_string_equal(problem.row->code, "database-unavailable");
        assert_true(succeeds("dbtest.nothing", NULL, 0));
}

static void an_idle_connection_that_the_server_closed_is_reopened_unseen(void **state)
{
        (void)state;
        need_server();
        struct db *other = db_open(getenv("PLI_DATABASE"), "idle");
        assert_true(db_call(other, "dbtest.nothing", NULL, 0, &problem));
        assert_true(db_script(
                db, "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'idle'; select pg_sleep(0.2)",
                &problem));
        assert_true(db_call(other, "dbtest.nothing", NULL, 0, &problem));
        db_close(other);
}

static void a_statement_that_takes_too_long_is_given_up(void **state)
{
        (void)state;
        need_server();
        char conninfo[256];
        snprintf(conninfo, sizeof conninfo, "%s options='-c statement_timeout=50ms'", getenv("PLI_DATABASE"));
        struct db *hasty = db_open(conninfo, "hasty");
        assert_false(db_call(hasty, "dbtest.nap", NULL, 0, &problem));
        assert_string_equal(problem.row->code, "database-unavailable");
        assert_true(db_call(hasty, "dbtest.nothing", NULL, 0, &problem));
        db_close(hasty);
}

static void a_server_that_is_away_is_said_so(void **state)
{
        (void)state;
        struct db *away = db_open("host=/nonexistent dbname=pli", "away");
        char payload[128];
        assert_false(db_call(away, "dbtest.nothing", NULL, 0, &problem));
        assert_string_equal(problem.row->code, "database-unavailable");
        assert_int_equal(problem.row->status, 503);
        assert_false(db_wait(away, 10, payload));
        db_close(away);
}

static void notifications_are_waited_for_also_after_a_reconnection(void **state)
{
        (void)state;
        need_server();
        struct db *listener = db_open(getenv("PLI_DATABASE"), "listener");
        const struct db_argument words[] = {db_text("dbtest"), db_text("hello")};
        char payload[128] = "x";
        assert_true(db_listen(listener, "dbtest", &problem));
        assert_false(db_wait(listener, 20, payload));
        assert_string_equal(payload, "");
        assert_true(succeeds("dbtest.tell", words, 2));
        assert_true(db_wait(listener, 2000, payload));
        assert_string_equal(payload, "hello");
        assert_true(db_script(
                db,
                "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'listener'; select pg_sleep(0.2)",
                &problem));
        assert_true(db_wait(listener, 20, payload)); /* back: something may have been missed */
        assert_true(succeeds("dbtest.tell", words, 2));
        assert_true(db_wait(listener, 2000, payload));
        assert_string_equal(payload, "hello");
        db_close(listener);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(arguments_of_each_type_arrive_as_they_are),
                cmocka_unit_test(bytes_come_back_as_they_went),
                cmocka_unit_test(refusals_become_problems_and_outputs_stay),
                cmocka_unit_test(many_calls_are_one_transaction),
                cmocka_unit_test(the_problem_of_several_calls_is_the_first_ones),
                cmocka_unit_test(rows_come_one_by_one_and_may_be_stopped),
                cmocka_unit_test(a_lost_connection_is_a_problem_once_and_is_reopened),
                cmocka_unit_test(an_idle_connection_that_the_server_closed_is_reopened_unseen),
                cmocka_unit_test(a_statement_that_takes_too_long_is_given_up),
                cmocka_unit_test(a_server_that_is_away_is_said_so),
                cmocka_unit_test(notifications_are_waited_for_also_after_a_reconnection),
        };
        return cmocka_run_group_tests(tests, server_open, server_close);
}
