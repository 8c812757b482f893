/* Carrying time-stamp requests: all at once, bounded in time and size, whatever the authority does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "gateway/notary/pause.h"
#include "gateway/notary/stamp.h"

enum { REQUESTS = 20 };

/* A server of one answer: takes connections one after the other until closed. */
struct server {
        int listening;
        char url[64];
        const char *answer;
        size_t answer_size;
        bool silent;
        pthread_t thread;
};

static void *serve(void *context)
{
        struct server *server = context;
        char request[8192];
        for (int fd; (fd = accept(server->listening, NULL, NULL)) >= 0; close(fd)) {
                struct timeval patience = {.tv_usec = 300000};
                setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
                ssize_t got = 0, size = 0;
                while (size < (ssize_t)sizeof request - 1 &&
                       (got = read(fd, request + size, sizeof request - 1 - (size_t)size)) > 0) {
                        size += got;
                        request[size] = '\0';
                        if (!server->silent && strstr(request, "\r\n\r\nquery") != NULL)
                                break;
                }
                if (!server->silent && send(fd, server->answer, server->answer_size, MSG_NOSIGNAL) < 0)
                        continue;
        }
        return NULL;
}

static void server_open(struct server *server, const char *answer, size_t size)
{
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        socklen_t length = sizeof address;
        *server = (struct server){.answer = answer, .answer_size = size, .silent = answer == NULL};
        server->listening = socket(AF_INET, SOCK_STREAM, 0);
        assert_int_equal(bind(server->listening, (struct sockaddr *)&address, sizeof address), 0);
        assert_int_equal(listen(server->listening, 64), 0);
        assert_int_equal(getsockname(server->listening, (struct sockaddr *)&address, &length), 0);
        snprintf(server->url, sizeof server->url, "http://127.0.0.1:%u/", ntohs(address.sin_port));
        assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
}

static void server_close(struct server *server)
{
        shutdown(server->listening, SHUT_RDWR);
        pthread_join(server->thread, NULL);
        close(server->listening);
}

/* How many of `count` requests were answered; *reason: why the first was not. */
static size_t carried(const char *url, int64_t seconds, size_t count, char reason[128])
{
        struct stamp_exchange exchanges[REQUESTS] = {0};
        struct stamper *stamper = stamper_new(url, seconds);
        size_t answered = 0;
        for (size_t i = 0; i < count; i++)
                exchanges[i].request = (struct signing_bytes){(const uint8_t *)"query", 5};
        stamper_carry(stamper, exchanges, count);
        for (size_t i = 0; i < count; i++) {
                answered += exchanges[i].answered ? 1 : 0;
                if (exchanges[i].answered)
                        assert_memory_equal(exchanges[i].answer.data, "reply", exchanges[i].answer.size);
                bytes_free(&exchanges[i].answer);
        }
        snprintf(reason, 128, "%s", exchanges[0].reason);
        stamper_free(stamper);
        return answered;
}

static void many_requests_are_answered_at_once(void **state)
{
        (void)state;
        static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nreply";
        struct server server;
        char reason[128];
        server_open(&server, answer, sizeof answer - 1);
        assert_int_equal(carried(server.url, 5, REQUESTS, reason), REQUESTS);
        server_close(&server);
}

static void a_silent_authority_costs_the_time_allowed_and_no_more(void **state)
{
        (void)state;
        struct server server;
        char reason[128];
        server_open(&server, NULL, 0);
        int64_t start = pause_now();
        assert_int_equal(carried(server.url, 1, REQUESTS, reason), 0);
        assert_in_range(pause_now() - start, 0, 3);
        server_close(&server);
}

static void faults_and_emptiness_are_no_answers(void **state)
{
        (void)state;
        static const char *const answers[] = {
                "HTTP/1.1 500 No\r\nContent-Length: 5\r\nConnection: close\r\n\r\nreply",
                "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\nreply",
                "nonsense",
        };
        for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
                struct server server;
                char reason[128];
                server_open(&server, answers[i], strlen(answers[i]));
                assert_int_equal(carried(server.url, 2, 1, reason), 0);
                server_close(&server);
        }
}

static void an_answer_without_end_is_cut(void **state)
{
        (void)state;
        static char answer[300000] = "HTTP/1.1 200 OK\r\nContent-Length: 200000\r\nConnection: close\r\n\r\n";
        struct server server;
        char reason[128];
        memset(answer + strlen(answer), 'x', sizeof answer - strlen(answer) - 1);
        server_open(&server, answer, sizeof answer);
        assert_int_equal(carried(server.url, 2, 1, reason), 0);
        server_close(&server);
}

static void an_authority_that_is_not_there_is_said(void **state)
{
        (void)state;
        char reason[128];
        assert_int_equal(carried("http://127.0.0.1:1/", 2, REQUESTS, reason), 0);
        assert_int_equal(carried("file:///etc/hostname", 2, 1, reason), 0);
        assert_null(stamper_new("", 5));
        assert_false(stamper_ready(NULL));
}

static void failure_is_left_alone_longer_each_time(void **state)
{
        (void)state;
        struct stamper *stamper = stamper_new("http://127.0.0.1:1/", 1);
        struct pause pause = {0};
        assert_true(stamper_ready(stamper));
        stamper_settle(stamper, false);
        assert_false(stamper_ready(stamper));
        stamper_settle(stamper, true);
        assert_true(stamper_ready(stamper));
        stamper_free(stamper);
        for (int64_t seconds = PAUSE_FIRST; seconds <= PAUSE_MOST; seconds *= 2) {
                pause_settle(&pause, false);
                assert_int_equal(pause.seconds, seconds);
        }
        pause_settle(&pause, false);
        assert_int_equal(pause.seconds, PAUSE_MOST);
        assert_false(pause_over(&pause));
        pause_settle(&pause, true);
        assert_true(pause_over(&pause));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(many_requests_are_answered_at_once),
                cmocka_unit_test(a_silent_authority_costs_the_time_allowed_and_no_more),
                cmocka_unit_test(faults_and_emptiness_are_no_answers),
                cmocka_unit_test(an_answer_without_end_is_cut),
                cmocka_unit_test(an_authority_that_is_not_there_is_said),
                cmocka_unit_test(failure_is_left_alone_longer_each_time),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
