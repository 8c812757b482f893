/* exchange.c - sends one request, gathers its answer and says what it means. */
#include "gateway/client/exchange.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <openssl/evp.h>

#include "gateway/client/catalogue.h"
#include "gateway/client/input.h"

enum { BODY_MOST = 64 << 20, STALL_SECONDS = 60 };

struct exchange {
        struct session *session;
        const struct call *call;
        CURL *handle;
        struct curl_slist *headers;
        char *text; /* the JSON body */
        size_t text_size;
        uint64_t sent;
        struct answer answer;
        bool refused_by_taker;
        char error[CURL_ERROR_SIZE];
};

static void header_add(struct exchange *exchange, const char *name, const char *value)
{
        char line[256];
        snprintf(line, sizeof line, "%s: %s", name, value);
        exchange->headers = curl_slist_append(exchange->headers, line);
        assert(exchange->headers != NULL);
}

static size_t body_give(char *buffer, size_t size, size_t count, void *context)
{
        struct exchange *exchange = context;
        const struct call *call = exchange->call;
        uint64_t total = call->file != NULL ? call->size : exchange->text_size;
        size_t part = size * count;
        if (part > total - exchange->sent)
                part = (size_t)(total - exchange->sent);
        if (call->file != NULL) {
                if (!input_read(call->file, call->offset + exchange->sent, (uint8_t *)buffer, part))
                        return CURL_READFUNC_ABORT;
        } else if (part > 0) {
                memcpy(buffer, (exchange->text != NULL ? exchange->text : (const char *)call->body) + exchange->sent, part);
        }
        exchange->sent += part;
        if (call->sent != NULL)
                call->sent(call->context, exchange->sent);
        return part;
}

/* A kept connection may die before our first byte: libcurl then starts the body anew. */
static int body_rewind(void *context, curl_off_t offset, int origin)
{
        struct exchange *exchange = context;
        if (origin != SEEK_SET || offset < 0)
                return CURL_SEEKFUNC_CANTSEEK;
        exchange->sent = (uint64_t)offset;
        return CURL_SEEKFUNC_OK;
}

static size_t answer_take(char *data, size_t size, size_t count, void *context)
{
        struct exchange *exchange = context;
        size_t part = size * count;
        long status = 0;
        curl_easy_getinfo(exchange->handle, CURLINFO_RESPONSE_CODE, &status);
        if (exchange->call->take != NULL && status >= 200 && status < 300) {
                exchange->refused_by_taker = !exchange->call->take(exchange->call->context, data, part);
                return exchange->refused_by_taker ? 0 : part;
        }
        struct answer *answer = &exchange->answer;
        if (answer->size + part > BODY_MOST)
                return 0;
        answer->body = realloc(answer->body, answer->size + part + 1);
        assert(answer->body != NULL);
        memcpy(answer->body + answer->size, data, part);
        answer->size += part;
        answer->body[answer->size] = '\0';
        return part;
}

static size_t header_take(char *line, size_t size, size_t count, void *context)
{
        struct exchange *exchange = context;
        size_t length = size * count;
        if (length > 12 && strncasecmp(line, "Retry-After:", 12) == 0)
                exchange->answer.retry_after = (unsigned)strtoul(line + 12, NULL, 10);
        return length;
}

/* RFC 9530: the digest of exactly the bytes of this body. */
static void digest_add(struct exchange *exchange)
{
        uint8_t digest[32];
        char text[64], value[96];
        if (!input_digest(exchange->call->file, exchange->call->offset, exchange->call->size, digest))
                return; /* the read callback will meet the same fault, and say so */
        EVP_EncodeBlock((uint8_t *)text, digest, sizeof digest);
        snprintf(value, sizeof value, "sha-256=:%s:", text);
        header_add(exchange, "Content-Digest", value);
}

static void body_set(struct exchange *exchange)
{
        const struct call *call = exchange->call;
        CURL *handle = exchange->handle;
        if (call->json != NULL) {
                exchange->text = json_dumps(call->json, JSON_COMPACT);
                assert(exchange->text != NULL);
        }
        exchange->text_size = exchange->text != NULL ? strlen(exchange->text) : call->body_size;
        uint64_t size = call->file != NULL ? call->size : exchange->text_size;
        if (strcmp(call->method, "PUT") == 0) {
                curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
                curl_easy_setopt(handle, CURLOPT_INFILESIZE_LARGE, (curl_off_t)size);
        } else {
                curl_easy_setopt(handle, CURLOPT_POST, 1L);
                curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)size);
        }
        curl_easy_setopt(handle, CURLOPT_READFUNCTION, body_give);
        curl_easy_setopt(handle, CURLOPT_READDATA, exchange);
        curl_easy_setopt(handle, CURLOPT_SEEKFUNCTION, body_rewind);
        curl_easy_setopt(handle, CURLOPT_SEEKDATA, exchange);
        curl_easy_setopt(handle, CURLOPT_UPLOAD_BUFFERSIZE, 262144L);
        header_add(exchange, "Content-Type",
                   call->json != NULL         ? "application/json"
                   : call->media_type != NULL ? call->media_type
                                              : "application/octet-stream");
        header_add(exchange, "Expect", "");
        if (call->file != NULL)
                digest_add(exchange);
}

struct exchange *exchange_new(struct session *session, const struct call *call)
{
        struct exchange *exchange = calloc(1, sizeof *exchange);
        assert(exchange != NULL);
        exchange->session = session;
        exchange->call = call;
        exchange->handle = session_handle(session, call->path);
        CURL *handle = exchange->handle;
        header_add(exchange, "Accept-Language", catalogue_language());
        if (call->key != NULL)
                header_add(exchange, "Idempotency-Key", call->key);
        if (strcmp(call->method, "GET") != 0)
                body_set(exchange);
        curl_easy_setopt(handle, CURLOPT_HTTPHEADER, exchange->headers);
        curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, answer_take);
        curl_easy_setopt(handle, CURLOPT_WRITEDATA, exchange);
        curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, header_take);
        curl_easy_setopt(handle, CURLOPT_HEADERDATA, exchange);
        curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, exchange->error);
        curl_easy_setopt(handle, CURLOPT_PRIVATE, exchange);
        /* A line that carries nothing for a minute is cut: better a new one than a wait without end. */
        curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
        curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, (long)(STALL_SECONDS + call->waits));
        return exchange;
}

void exchange_free(struct exchange *exchange)
{
        curl_easy_setopt(exchange->handle, CURLOPT_HTTPHEADER, NULL);
        session_handle_back(exchange->session, exchange->handle);
        curl_slist_free_all(exchange->headers);
        free(exchange->text);
        free(exchange->answer.body);
        free(exchange);
}

CURL *exchange_handle(const struct exchange *exchange)
{
        return exchange->handle;
}

struct exchange *exchange_of(CURL *handle)
{
        char *private = NULL;
        curl_easy_getinfo(handle, CURLINFO_PRIVATE, &private);
        return (struct exchange *)(void *)private;
}

const struct call *exchange_call(const struct exchange *exchange)
{
        return exchange->call;
}

/* The gateway's own words; where it has a code we do not know, the nearest one of ours by status. */
static void problem_read(const struct exchange *exchange, struct problem *problem)
{
        const struct answer *answer = &exchange->answer;
        json_t *said = answer->size > 0 ? json_loadb(answer->body, answer->size, 0, NULL) : NULL;
        const char *code = json_string_value(json_object_get(said, "code"));
        const char *detail = json_string_value(json_object_get(said, "detail"));
        const char *title = json_string_value(json_object_get(said, "title"));
        const char *type = json_string_value(json_object_get(said, "type"));
        if (code == NULL && type != NULL)
                code = type + (strrchr(type, ':') != NULL ? strrchr(type, ':') + 1 - type : 0);
        if (code != NULL && problem_find(code) != NULL)
                (void)problem_set(problem, code, "%s", detail != NULL ? detail : "");
        else
                (void)problem_set(problem, answer->status >= 500 ? "gateway-troubled" : "gateway-refused", "HTTP %ld %s%s%s",
                                  answer->status, title != NULL ? title : "", detail != NULL ? ": " : "",
                                  detail != NULL ? detail : "");
        json_decref(said);
}

static enum exchange_outcome cut_say(const struct exchange *exchange, CURLcode code, struct problem *problem)
{
        const char *error = exchange->error[0] != '\0' ? exchange->error : curl_easy_strerror(code);
        if (exchange->refused_by_taker) {
                (void)problem_set(problem, "file-unwritable", "%s", exchange->call->path);
                return EXCHANGE_REFUSED;
        }
        switch (code) {
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_ISSUER_ERROR:
                (void)problem_set(problem, "gateway-untrusted", "%s", error);
                return EXCHANGE_REFUSED;
        case CURLE_SSL_CERTPROBLEM:
                (void)problem_set(problem, "key-unreadable", "%s", error);
                return EXCHANGE_REFUSED;
        case CURLE_ABORTED_BY_CALLBACK:
                (void)problem_set(problem, "file-unreadable", "%s",
                                  words("the file changed or could not be read while it was sent"));
                return EXCHANGE_REFUSED;
        case CURLE_URL_MALFORMAT:
        case CURLE_UNSUPPORTED_PROTOCOL:
                (void)problem_set(problem, "usage", "%s", error);
                return EXCHANGE_REFUSED;
        default:
                (void)problem_set(problem, "gateway-unreachable", "%s", error);
                return EXCHANGE_CUT;
        }
}

enum exchange_outcome exchange_settle(struct exchange *exchange, CURLcode code, struct answer *out, struct problem *problem)
{
        struct answer *answer = &exchange->answer;
        char *media_type = NULL;
        curl_easy_getinfo(exchange->handle, CURLINFO_RESPONSE_CODE, &answer->status);
        curl_easy_getinfo(exchange->handle, CURLINFO_CONTENT_TYPE, &media_type);
        snprintf(answer->media_type, sizeof answer->media_type, "%s", media_type != NULL ? media_type : "");
        out->retry_after = answer->retry_after;
        if (code == CURLE_SEND_ERROR && answer->status >= 400)
                code = CURLE_OK; /* refused before it had read all of our body: the answer counts */
        if (code != CURLE_OK)
                return cut_say(exchange, code, problem);
        if (answer->status >= 200 && answer->status < 300) {
                *out = *answer;
                answer->body = NULL;
                return EXCHANGE_DONE;
        }
        problem_read(exchange, problem);
        bool later = answer->status == 429 || answer->status == 502 || answer->status == 503 || answer->status == 504;
        return later ? EXCHANGE_CUT : EXCHANGE_REFUSED;
}

void answer_free(struct answer *answer)
{
        free(answer->body);
        *answer = (struct answer){0};
}
