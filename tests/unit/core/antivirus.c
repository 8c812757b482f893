/* The INSTREAM protocol against a small clamd of the test's own, over a real unix socket. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "gateway/core/antivirus.h"

/* What the fake clamd does with the one session it takes. */
struct clamd {
        int listener;
        char folder[64], path[96];
        pthread_t thread;
        const char *answer; /* NULL: closes without a word */
        size_t stop_after;  /* answers when it has that many bytes; 0: at the end */
        bool silent;        /* reads all and never answers */
        uint8_t *document;
        size_t size;
        bool greeted, ended;
};

static bool take(int fd, void *data, size_t size)
{
        char *at = data;
        while (size > 0) {
                ssize_t n = read(fd, at, size);
                if (n <= 0)
                        return false;
                at += n;
                size -= (size_t)n;
        }
        return true;
}

static void read_session(struct clamd *clamd, int fd)
{
        char greeting[sizeof "zINSTREAM"];
        clamd->greeted = take(fd, greeting, sizeof greeting) && memcmp(greeting, "zINSTREAM", sizeof greeting) == 0;
        uint32_t prefix;
        while (clamd->greeted && !clamd->ended && take(fd, &prefix, sizeof prefix)) {
                uint32_t size = ntohl(prefix);
                clamd->ended = size == 0;
                clamd->document = realloc(clamd->document, clamd->size + size + 1);
                if (size > 0 && take(fd, clamd->document + clamd->size, size))
                        clamd->size += size;
                if (clamd->stop_after > 0 && clamd->size >= clamd->stop_after)
                        break;
        }
}

static void *serve(void *context)
{
        struct clamd *clamd = context;
        int fd = accept(clamd->listener, NULL, NULL);
        if (fd < 0)
                return NULL;
        read_session(clamd, fd);
        if (clamd->answer != NULL)
                (void)!write(fd, clamd->answer, strlen(clamd->answer) + 1);
        if (clamd->silent)
                (void)!read(fd, &(char){0}, 1);
        close(fd);
        return NULL;
}

static struct antivirus_settings start(struct clamd *clamd)
{
        strcpy(clamd->folder, "/tmp/pli-clamd-XXXXXX");
        assert_non_null(mkdtemp(clamd->folder));
        snprintf(clamd->path, sizeof clamd->path, "%s/ctl", clamd->folder);
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        memcpy(address.sun_path, clamd->path, strlen(clamd->path));
        clamd->listener = socket(AF_UNIX, SOCK_STREAM, 0);
        assert_int_equal(bind(clamd->listener, (struct sockaddr *)&address, sizeof address), 0);
        assert_int_equal(listen(clamd->listener, 1), 0);
        assert_int_equal(pthread_create(&clamd->thread, NULL, serve, clamd), 0);
        return (struct antivirus_settings){.socket = clamd->path, .limit = 1 << 20, .seconds = 1};
}

static void stop(struct clamd *clamd)
{
        shutdown(clamd->listener, SHUT_RDWR);
        pthread_join(clamd->thread, NULL);
        close(clamd->listener);
        unlink(clamd->path);
        rmdir(clamd->folder);
        free(clamd->document);
}

static struct antivirus_result scan_of(const struct antivirus_settings *settings, size_t size)
{
        uint8_t *data = malloc(size + 1);
        for (size_t i = 0; i < size; i++)
                data[i] = (uint8_t)(i * 7);
        struct antivirus *scan = antivirus_open(settings, 0);
        for (size_t at = 0; at < size; at += 100000)
                antivirus_write(scan, data + at, size - at < 100000 ? size - at : 100000);
        free(data);
        return antivirus_close(scan);
}

static void a_clean_document_arrives_whole(void **state)
{
        (void)state;
        struct clamd clamd = {.answer = "stream: OK"};
        struct antivirus_settings settings = start(&clamd);
        assert_int_equal(scan_of(&settings, 300001).outcome, ANTIVIRUS_CLEAN);
        assert_true(clamd.greeted && clamd.ended);
        assert_int_equal(clamd.size, 300001);
        for (size_t i = 0; i < clamd.size; i++)
                assert_int_equal(clamd.document[i], (uint8_t)(i * 7));
        stop(&clamd);
}

static void a_finding_is_named(void **state)
{
        (void)state;
        struct clamd clamd = {.answer = "stream: Eicar-Test-Signature FOUND"};
        struct antivirus_settings settings = start(&clamd);
        struct antivirus_result result = scan_of(&settings, 68);
        assert_int_equal(result.outcome, ANTIVIRUS_INFECTED);
        assert_string_equal(result.signature, "Eicar-Test-Signature");
        stop(&clamd);
}

static void a_size_refused_in_the_middle_is_not_scanned(void **state)
{
        (void)state;
        struct clamd clamd = {.answer = "INSTREAM size limit exceeded. ERROR", .stop_after = 65536};
        struct antivirus_settings settings = start(&clamd);
        struct antivirus_result result = scan_of(&settings, 1 << 20);
        assert_int_equal(result.outcome, ANTIVIRUS_NOT_SCANNED);
        assert_true(strlen(result.reason) > 0);
        stop(&clamd);
}

static void an_answer_before_the_end_is_never_clean(void **state)
{
        (void)state;
        struct clamd clamd = {.answer = "stream: OK", .stop_after = 65536};
        struct antivirus_settings settings = start(&clamd);
        assert_int_equal(scan_of(&settings, 1 << 20).outcome, ANTIVIRUS_NOT_SCANNED);
        stop(&clamd);
}

static void a_silent_clamd_is_not_waited_for_for_ever(void **state)
{
        (void)state;
        struct clamd clamd = {.silent = true};
        struct antivirus_settings settings = start(&clamd);
        struct antivirus_result result = scan_of(&settings, 10);
        assert_int_equal(result.outcome, ANTIVIRUS_NOT_SCANNED);
        assert_memory_equal(result.reason, "no-answer:", 10);
        stop(&clamd);
}

static void a_closed_connection_is_not_scanned(void **state)
{
        (void)state;
        struct clamd clamd = {.answer = NULL};
        struct antivirus_settings settings = start(&clamd);
        assert_int_equal(scan_of(&settings, 10).outcome, ANTIVIRUS_NOT_SCANNED);
        stop(&clamd);
}

static void no_clamd_no_socket_and_too_large_are_reasons(void **state)
{
        (void)state;
        struct antivirus_settings away = {.socket = "/nonexistent/clamd.ctl", .limit = 1000, .seconds = 1};
        struct antivirus_result result = scan_of(&away, 10);
        assert_int_equal(result.outcome, ANTIVIRUS_NOT_SCANNED);
        assert_memory_equal(result.reason, "unavailable:", 12);
        struct antivirus_settings none = {.socket = "", .limit = 1000, .seconds = 1};
        result = scan_of(&none, 10);
        assert_memory_equal(result.reason, "not-configured:", 15);
        result = antivirus_close(antivirus_open(&away, 1001));
        assert_memory_equal(result.reason, "too-large:", 10);
}

static void growth_past_the_limit_ends_the_scan(void **state)
{
        (void)state;
        struct clamd clamd = {.answer = NULL};
        struct antivirus_settings settings = start(&clamd);
        settings.limit = 150000;
        struct antivirus_result result = scan_of(&settings, 200000);
        assert_int_equal(result.outcome, ANTIVIRUS_NOT_SCANNED);
        assert_memory_equal(result.reason, "too-large:", 10);
        stop(&clamd);
}

static void answers_are_read_as_clamd_writes_them(void **state)
{
        (void)state;
        const struct {
                const char *answer;
                enum antivirus_outcome outcome;
        } cases[] = {
                {"stream: OK", ANTIVIRUS_CLEAN},
                {"stream: OK ", ANTIVIRUS_NOT_SCANNED},
                {"stream: Win.Test.EICAR_HDB-1 FOUND", ANTIVIRUS_INFECTED},
                {"stream:  FOUND", ANTIVIRUS_NOT_SCANNED},
                {"FOUND", ANTIVIRUS_NOT_SCANNED},
                {"", ANTIVIRUS_NOT_SCANNED},
                {"COMMAND READ TIMED OUT", ANTIVIRUS_NOT_SCANNED},
        };
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
                assert_int_equal(antivirus_parse(cases[i].answer).outcome, cases[i].outcome);
        char longest[600];
        memset(longest, 'x', sizeof longest);
        memcpy(longest, "stream: ", 8);
        strcpy(longest + sizeof longest - 7, " FOUND");
        assert_int_equal(strlen(antivirus_parse(longest).signature), 127);
}

static void the_report_has_the_three_words(void **state)
{
        (void)state;
        struct antivirus_result found = {.outcome = ANTIVIRUS_INFECTED, .signature = "Eicar"};
        json_t *json = antivirus_json("devis.pdf", &found);
        assert_string_equal(json_string_value(json_object_get(json, "outcome")), "infected");
        assert_string_equal(json_string_value(json_object_get(json, "signature")), "Eicar");
        assert_null(json_object_get(json, "reason"));
        json_decref(json);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_clean_document_arrives_whole),
                cmocka_unit_test(a_finding_is_named),
                cmocka_unit_test(a_size_refused_in_the_middle_is_not_scanned),
                cmocka_unit_test(an_answer_before_the_end_is_never_clean),
                cmocka_unit_test(a_silent_clamd_is_not_waited_for_for_ever),
                cmocka_unit_test(a_closed_connection_is_not_scanned),
                cmocka_unit_test(no_clamd_no_socket_and_too_large_are_reasons),
                cmocka_unit_test(growth_past_the_limit_ends_the_scan),
                cmocka_unit_test(answers_are_read_as_clamd_writes_them),
                cmocka_unit_test(the_report_has_the_three_words),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
