/* session.c - the gateway's address, our identity, and patience. */
#include "gateway/client/session.h"

#include <assert.h>
#include <curl/curl.h>
#include <openssl/rand.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/client/catalogue.h"
#include "gateway/client/command.h"
#include "gateway/client/dialogue.h"
#include "gateway/client/input.h"
#include "gateway/client/secret.h"
#include "gateway/client/show.h"

enum { SPARE_MOST = 16, PATIENCE = 30, PATH_PARTS = 4, KEY_FILE_MOST = 1 << 20 };

struct session {
        char *address; /* "https://cert.localhost:8443", without a slash at its end */
        struct curl_slist *resolve;
        const char *certificate, *key, *p12, *ca;
        char *passphrase;
        unsigned patience;
        bool patience_given;
        CURL *spare[SPARE_MOST]; /* handles with live connections */
        size_t spare_count;
};

/* RFC 6761 6.3: every name under localhost is this machine, whatever the resolver knows. */
static bool resolve_localhost(struct session *session, CURLU *url, const char *host)
{
        char *port = NULL, *line = NULL;
        size_t length = strlen(host);
        bool loopback = strcmp(host, "localhost") == 0 || (length > 10 && strcmp(host + length - 10, ".localhost") == 0);
        if (loopback && curl_url_get(url, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK &&
            asprintf(&line, "%s:%s:127.0.0.1", host, port) > 0)
                session->resolve = curl_slist_append(NULL, line);
        free(line);
        curl_free(port);
        return loopback || strcmp(host, "127.0.0.1") == 0 || strcmp(host, "[::1]") == 0;
}

/* https only; plain http is for a gateway under test on this machine. */
static bool address_read(struct session *session, const char *text, struct problem *problem)
{
        CURLU *url = curl_url();
        char *host = NULL, *scheme = NULL, *whole = NULL;
        bool good = curl_url_set(url, CURLUPART_URL, text, CURLU_DEFAULT_SCHEME) == CURLUE_OK &&
                    curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
                    curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
                    curl_url_get(url, CURLUPART_URL, &whole, 0) == CURLUE_OK;
        if (good) {
                bool loopback = resolve_localhost(session, url, host);
                good = strcmp(scheme, "https") == 0 || (loopback && strcmp(scheme, "http") == 0);
        }
        if (good) {
                session->address = strdup(whole);
                assert(session->address != NULL);
                for (size_t length = strlen(session->address); length > 0 && session->address[length - 1] == '/'; length--)
                        session->address[length - 1] = '\0';
        }
        curl_free(host);
        curl_free(scheme);
        curl_free(whole);
        curl_url_cleanup(url);
        return good || problem_set(problem, "usage", words("--gateway %s is not an https address"), text);
}

static bool key_locked(const char *path, bool *locked, struct problem *problem)
{
        struct content content = {0};
        if (!content_read(path, KEY_FILE_MOST, &content, problem))
                return false;
        *locked = strstr((const char *)content.data, "ENCRYPTED") != NULL;
        content_free(&content);
        return true;
}

static bool identity_read(struct session *session, const struct invocation *invocation, struct problem *problem)
{
        session->certificate = invocation_option(invocation, "certificate");
        session->key = invocation_option(invocation, "key");
        session->p12 = invocation_option(invocation, "p12");
        session->ca = invocation_option(invocation, "ca");
        if (session->p12 != NULL)
                return secret_read(invocation, session->p12, &session->passphrase, problem);
        if (session->certificate == NULL)
                return true;
        bool locked = false;
        if (!key_locked(session->key != NULL ? session->key : session->certificate, &locked, problem))
                return false;
        return !locked ||
               secret_read(invocation, session->key != NULL ? session->key : session->certificate, &session->passphrase, problem);
}

static bool patience_read(struct session *session, const struct invocation *invocation, struct problem *problem)
{
        const char *text = invocation_option(invocation, "give-up");
        session->patience = PATIENCE;
        if (text == NULL)
                return true;
        char *end;
        unsigned long seconds = strtoul(text, &end, 10);
        if (*text < '0' || *text > '9' || *end != '\0' || seconds > 30UL * 86400)
                return problem_set(problem, "usage", words("--give-up %s is not a number of seconds"), text);
        session->patience = (unsigned)seconds;
        session->patience_given = true;
        return true;
}

bool session_open(const struct invocation *invocation, struct session **out, struct problem *problem)
{
        const char *gateway = invocation_option(invocation, "gateway");
        if (gateway == NULL || *gateway == '\0')
                return problem_set(problem, "usage", "%s", words("which gateway? Give --gateway https://… or set PLI_GATEWAY"));
        struct session *session = calloc(1, sizeof *session);
        assert(session != NULL);
        if (!address_read(session, gateway, problem) || !identity_read(session, invocation, problem) ||
            !patience_read(session, invocation, problem)) {
                session_close(session);
                return false;
        }
        *out = session;
        return true;
}

void session_close(struct session *session)
{
        if (session == NULL)
                return;
        for (size_t i = 0; i < session->spare_count; i++)
                curl_easy_cleanup(session->spare[i]);
        curl_slist_free_all(session->resolve);
        secret_free(session->passphrase);
        free(session->address);
        free(session);
}

void session_patience(struct session *session, unsigned seconds)
{
        if (!session->patience_given)
                session->patience = seconds;
}

unsigned session_patience_left(const struct session *session, int64_t since)
{
        int64_t gone = (int64_t)time(NULL) - since;
        return gone >= (int64_t)session->patience ? 0 : session->patience - (unsigned)gone;
}

static void identity_set(const struct session *session, CURL *handle)
{
        if (session->ca != NULL)
                curl_easy_setopt(handle, CURLOPT_CAINFO, session->ca);
        if (session->passphrase != NULL)
                curl_easy_setopt(handle, CURLOPT_KEYPASSWD, session->passphrase);
        if (session->p12 != NULL) {
                curl_easy_setopt(handle, CURLOPT_SSLCERTTYPE, "P12");
                curl_easy_setopt(handle, CURLOPT_SSLCERT, session->p12);
        } else if (session->certificate != NULL) {
                curl_easy_setopt(handle, CURLOPT_SSLCERT, session->certificate);
                curl_easy_setopt(handle, CURLOPT_SSLKEY, session->key != NULL ? session->key : session->certificate);
        }
}

CURL *session_handle(struct session *session, const char *path)
{
        CURL *handle = session->spare_count > 0 ? session->spare[--session->spare_count] : curl_easy_init();
        assert(handle != NULL);
        curl_easy_reset(handle); /* keeps connections and TLS sessions */
        char *url = NULL;
        int length = asprintf(&url, "%s%s", session->address, path);
        assert(length > 0);
        curl_easy_setopt(handle, CURLOPT_URL, url); /* copied */
        free(url);
        curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, strncmp(session->address, "http:", 5) == 0 ? "http" : "https");
        curl_easy_setopt(handle, CURLOPT_RESOLVE, session->resolve);
        curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
        curl_easy_setopt(handle, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
        curl_easy_setopt(handle, CURLOPT_USERAGENT, "pli/" PLI_VERSION);
        curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(handle, CURLOPT_TCP_KEEPALIVE, 1L);
        curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, 15L);
        identity_set(session, handle);
        return handle;
}

void session_handle_back(struct session *session, CURL *handle)
{
        if (session->spare_count < SPARE_MOST)
                session->spare[session->spare_count++] = handle;
        else
                curl_easy_cleanup(handle);
}

static void pause_for(unsigned milliseconds)
{
        struct timespec pause = {.tv_sec = milliseconds / 1000, .tv_nsec = (long)(milliseconds % 1000) * 1000000};
        (void)nanosleep(&pause, NULL);
}

bool session_call(struct session *session, const struct call *call, struct answer *out, struct problem *problem)
{
        bool repeatable = !call->once && (strcmp(call->method, "POST") != 0 || call->key != NULL);
        int64_t since = (int64_t)time(NULL);
        for (unsigned pause = 250;; pause = pause < 15000 ? pause * 2 : pause) {
                struct dialogue *dialogue = dialogue_new(session, call);
                CURLcode code = curl_easy_perform(dialogue_handle(dialogue));
                enum dialogue_outcome outcome = dialogue_settle(dialogue, code, out, problem);
                /* A connection refused has reached nobody: even an unrepeatable call may be sent again. */
                bool unsent = code == CURLE_COULDNT_CONNECT && !call->once;
                dialogue_free(dialogue);
                if (outcome != DIALOGUE_CUT)
                        return outcome == DIALOGUE_DONE;
                if ((!repeatable && !unsent) || session_patience_left(session, since) == 0)
                        return false;
                unsigned asked = out->retry_after * 1000 < 60000 ? out->retry_after * 1000 : 60000;
                pause_for(asked > pause ? asked : pause);
        }
}

bool session_json(struct session *session, const struct call *call, json_t **out, struct problem *problem)
{
        struct answer answer = {0};
        if (!session_call(session, call, &answer, problem))
                return false;
        json_error_t error;
        json_t *value = answer.size == 0 ? NULL : json_loadb(answer.body, answer.size, JSON_REJECT_DUPLICATES, &error);
        bool read = answer.size == 0 || value != NULL;
        if (!read)
                (void)problem_set(problem, "gateway-answer", "%s %s: %s", call->method, call->path, error.text);
        else
                *out = value;
        answer_free(&answer);
        return read;
}

bool session_clock(struct session *session, int64_t *ahead, struct problem *problem)
{
        json_t *now = NULL;
        int64_t theirs;
        if (!session_json(session, &(struct call){.method = "GET", .path = "/api/v1/now"}, &now, problem))
                return false;
        bool good = instant_seconds(field_text(now, "now"), &theirs);
        json_decref(now);
        if (!good)
                return problem_set(problem, "gateway-answer", "GET /api/v1/now");
        *ahead = theirs - (int64_t)time(NULL);
        return true;
}

char *session_path(const char *format, ...)
{
        va_list arguments;
        char *encoded[PATH_PARTS] = {NULL}, *path = NULL;
        size_t count = 0;
        va_start(arguments, format);
        for (const char *at = strstr(format, "%s"); at != NULL; at = strstr(at + 2, "%s")) {
                assert(count < PATH_PARTS);
                encoded[count++] = curl_easy_escape(NULL, va_arg(arguments, const char *), 0);
        }
        va_end(arguments);
        size_t length = 0;
        FILE *stream = open_memstream(&path, &length);
        assert(stream != NULL);
        for (size_t i = 0; *format != '\0'; format++) {
                if (format[0] == '%' && format[1] == 's')
                        fputs(encoded[i++], stream), format++;
                else
                        fputc(*format, stream);
        }
        fclose(stream);
        while (count > 0)
                curl_free(encoded[--count]);
        return path;
}

void session_key(char key[33])
{
        uint8_t random[16];
        int drawn = RAND_bytes(random, sizeof random);
        assert(drawn == 1);
        (void)drawn;
        for (size_t i = 0; i < sizeof random; i++)
                snprintf(key + 2 * i, 3, "%02x", random[i]);
}
