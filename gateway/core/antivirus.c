/*
 * antivirus.c - clamd's INSTREAM: "zINSTREAM\0", then blocks of a 4-byte
 * big-endian size and bytes, a size of 0 at the end; the answer ends with NUL
 * (clamd(8), COMMANDS). clamd may answer and close in the middle of a document
 * that is longer than its StreamMaxLength, so a failed write is followed by a
 * look at what it has to say.
 */
#include "gateway/core/antivirus.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* One block on the wire: clamd reads it in one go, larger ones gain nothing. */
enum { BLOCK = 65536, ANSWER = 1024 };

struct antivirus {
        const struct antivirus_settings *settings;
        int fd;           /* -1: nothing is being scanned, result says why */
        uint64_t written; /* bytes handed to clamd */
        struct antivirus_result result;
};

static void not_scanned(struct antivirus_result *result, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void not_scanned(struct antivirus_result *result, const char *format, ...)
{
        *result = (struct antivirus_result){.outcome = ANTIVIRUS_NOT_SCANNED};
        va_list values;
        va_start(values, format);
        vsnprintf(result->reason, sizeof result->reason, format, values);
        va_end(values);
}

/* clamd says "stream: OK", "stream: NAME FOUND" or "… ERROR". */
struct antivirus_result antivirus_parse(const char *answer)
{
        static const char prefix[] = "stream: ", found[] = " FOUND";
        struct antivirus_result result = {.outcome = ANTIVIRUS_NOT_SCANNED};
        size_t size = strlen(answer);
        if (strcmp(answer, "stream: OK") == 0) {
                result.outcome = ANTIVIRUS_CLEAN;
                return result;
        }
        if (size > strlen(prefix) + strlen(found) && strncmp(answer, prefix, strlen(prefix)) == 0 &&
            strcmp(answer + size - strlen(found), found) == 0) {
                result.outcome = ANTIVIRUS_INFECTED;
                snprintf(result.signature, sizeof result.signature, "%.*s", (int)(size - strlen(prefix) - strlen(found)),
                         answer + strlen(prefix));
                return result;
        }
        if (strstr(answer, "size limit exceeded") != NULL)
                not_scanned(&result, "too-large: longer than clamd's StreamMaxLength");
        else
                not_scanned(&result, "clamd-error: %.120s", answer);
        return result;
}

static bool send_all(int fd, const void *data, size_t size)
{
        const char *at = data;
        while (size > 0) {
                ssize_t n = send(fd, at, size, MSG_NOSIGNAL);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return false;
                at += n;
                size -= (size_t)n;
        }
        return true;
}

/* Up to the NUL, or to the end of what clamd says before it closes. */
static bool receive_answer(int fd, char answer[ANSWER])
{
        size_t size = 0;
        while (size < ANSWER - 1) {
                ssize_t n = recv(fd, answer + size, ANSWER - 1 - size, 0);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return false;
                if (n == 0)
                        break;
                size += (size_t)n;
                if (memchr(answer, '\0', size) != NULL)
                        return true;
        }
        answer[size] = '\0';
        return size > 0;
}

static int connect_to(const char *path, unsigned seconds)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        if (strlen(path) >= sizeof address.sun_path) {
                errno = ENAMETOOLONG;
                return -1;
        }
        memcpy(address.sun_path, path, strlen(path));
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd < 0)
                return -1;
        const struct timeval patience = {.tv_sec = seconds};
        if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0 ||
            setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0 ||
            connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
                int why = errno;
                close(fd);
                errno = why;
                return -1;
        }
        return fd;
}

static void hang_up(struct antivirus *scan)
{
        if (scan->fd >= 0)
                close(scan->fd);
        scan->fd = -1;
}

/* clamd stopped reading: its answer, if it left one, is the verdict or the reason. */
static void broke_off(struct antivirus *scan)
{
        int why = errno;
        char answer[ANSWER];
        if (receive_answer(scan->fd, answer))
                scan->result = antivirus_parse(answer);
        else
                not_scanned(&scan->result, "broke-off: clamd stopped reading (%s)", strerror(why));
        /* Half a document found clean is not a clean document. */
        if (scan->result.outcome == ANTIVIRUS_CLEAN)
                not_scanned(&scan->result, "broke-off: clamd answered before the end of the document");
        hang_up(scan);
}

struct antivirus *antivirus_open(const struct antivirus_settings *settings, uint64_t size)
{
        struct antivirus *scan = calloc(1, sizeof *scan);
        if (scan == NULL)
                abort();
        scan->settings = settings;
        scan->fd = -1;
        if (settings->socket[0] == '\0') {
                not_scanned(&scan->result, "not-configured: no antivirus is configured");
                return scan;
        }
        if (size > settings->limit) {
                not_scanned(&scan->result, "too-large: %llu bytes, the limit is %llu", (unsigned long long)size,
                            (unsigned long long)settings->limit);
                return scan;
        }
        scan->fd = connect_to(settings->socket, settings->seconds);
        if (scan->fd < 0)
                not_scanned(&scan->result, "unavailable: clamd does not answer (%s)", strerror(errno));
        else if (!send_all(scan->fd, "zINSTREAM", sizeof "zINSTREAM"))
                broke_off(scan);
        return scan;
}

void antivirus_write(struct antivirus *scan, const void *data, size_t size)
{
        const uint8_t *at = data;
        if (scan->fd < 0)
                return;
        if (size > scan->settings->limit - scan->written) {
                not_scanned(&scan->result, "too-large: more than the limit of %llu bytes",
                            (unsigned long long)scan->settings->limit);
                hang_up(scan);
                return;
        }
        while (size > 0) {
                uint32_t block = size < BLOCK ? (uint32_t)size : BLOCK;
                uint32_t prefix = htonl(block);
                if (!send_all(scan->fd, &prefix, sizeof prefix) || !send_all(scan->fd, at, block)) {
                        broke_off(scan);
                        return;
                }
                scan->written += block;
                at += block;
                size -= block;
        }
}

struct antivirus_result antivirus_close(struct antivirus *scan)
{
        if (scan->fd >= 0) {
                const uint32_t end = 0;
                char answer[ANSWER];
                if (!send_all(scan->fd, &end, sizeof end))
                        broke_off(scan);
                else if (receive_answer(scan->fd, answer))
                        scan->result = antivirus_parse(answer);
                else
                        not_scanned(&scan->result, "no-answer: clamd gave no verdict (%s)", strerror(errno));
        }
        struct antivirus_result result = scan->result;
        antivirus_drop(scan);
        return result;
}

void antivirus_drop(struct antivirus *scan)
{
        hang_up(scan);
        free(scan);
}

json_t *antivirus_json(const char *name, const struct antivirus_result *result)
{
        static const char *const words[] = {
                [ANTIVIRUS_NOT_SCANNED] = "not-scanned", [ANTIVIRUS_CLEAN] = "clean", [ANTIVIRUS_INFECTED] = "infected"};
        assert(result->outcome <= ANTIVIRUS_INFECTED);
        json_t *out = json_pack("{s:s, s:s}", "name", name, "outcome", words[result->outcome]);
        if (out != NULL && result->signature[0] != '\0')
                json_object_set_new(out, "signature", json_string(result->signature));
        if (out != NULL && result->reason[0] != '\0')
                json_object_set_new(out, "reason", json_string(result->reason));
        return out;
}
