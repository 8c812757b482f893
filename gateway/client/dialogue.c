/* dialogue.c - sends one request, gathers its answer and says what it means. */
#include "gateway/client/dialogue.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <openssl/evp.h>

#include "gateway/client/catalogue.h"
#include "gateway/client/input.h"

enum { BODY_MOST = 64 << 20, STALL_SECONDS = 60 };

struct dialogue {
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

static void header_add(struct dialogue *dialogue, const char *name, const char *value)
{
        char line[256];
        snprintf(line, sizeof line, "%s: %s", name, value);
        dialogue->headers = curl_slist_append(dialogue->headers, line);
        assert(dialogue->headers != NULL);
}

static size_t body_give(char *buffer, size_t size, size_t count, void *context)
{
        struct dialogue *dialogue = context;
        const struct call *call = dialogue->call;
        uint64_t total = call->file != NULL ? call->size : dialogue->text_size;
        size_t part = size * count;
        if (part > total - dialogue->sent)
                part = (size_t)(total - dialogue->sent);
        if (call->file != NULL) {
                if (!input_read(call->file, call->offset + dialogue->sent, (uint8_t *)buffer, part))
                        return CURL_READFUNC_ABORT;
        } else if (part > 0) {
                memcpy(buffer, (dialogue->text != NULL ? dialogue->text : (const char *)call->body) + dialogue->sent, part);
        }
        dialogue->sent += part;
        if (call->sent != NULL)
                call->sent(call->context, dialogue->sent);
        return part;
}

/* A kept connection may die before our first byte: libcurl then starts the body anew. */
static int body_rewind(void *context, curl_off_t offset, int origin)
{
        struct dialogue *dialogue = context;
        if (origin != SEEK_SET || offset < 0)
                return CURL_SEEKFUNC_CANTSEEK;
        dialogue->sent = (uint64_t)offset;
        return CURL_SEEKFUNC_OK;
}

static size_t answer_take(char *data, size_t size, size_t count, void *context)
{
        struct dialogue *dialogue = context;
        size_t part = size * count;
        long status = 0;
        curl_easy_getinfo(dialogue->handle, CURLINFO_RESPONSE_CODE, &status);
        if (dialogue->call->take != NULL && status >= 200 && status < 300) {
                dialogue->refused_by_taker = !dialogue->call->take(dialogue->call->context, data, part);
                return dialogue->refused_by_taker ? 0 : part;
        }
        struct answer *answer = &dialogue->answer;
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
        struct dialogue *dialogue = context;
        size_t length = size * count;
        if (length > 12 && strncasecmp(line, "Retry-After:", 12) == 0)
                dialogue->answer.retry_after = (unsigned)strtoul(line + 12, NULL, 10);
        return length;
}

/* RFC 9530: the digest of exactly the bytes of this body. */
static void digest_add(struct dialogue *dialogue)
{
        uint8_t digest[32];
        char text[64], value[96];
        if (!input_digest(dialogue->call->file, dialogue->call->offset, dialogue->call->size, digest))
                return; /* the read callback will meet the same fault, and say so */
        EVP_EncodeBlock((uint8_t *)text, digest, sizeof digest);
        snprintf(value, sizeof value, "sha-256=:%s:", text);
        header_add(dialogue, "Content-Digest", value);
}

static void body_set(struct dialogue *dialogue)
{
        const struct call *call = dialogue->call;
        CURL *handle = dialogue->handle;
        if (call->json != NULL) {
                dialogue->text = json_dumps(call->json, JSON_COMPACT);
                assert(dialogue->text != NULL);
        }
        dialogue->text_size = dialogue->text != NULL ? strlen(dialogue->text) : call->body_size;
        uint64_t size = call->file != NULL ? call->size : dialogue->text_size;
        if (strcmp(call->method, "PUT") == 0) {
                curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
                curl_easy_setopt(handle, CURLOPT_INFILESIZE_LARGE, (curl_off_t)size);
        } else {
                curl_easy_setopt(handle, CURLOPT_POST, 1L);
                curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)size);
                curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, call->method); /* DELETE with its body, too */
        }
        curl_easy_setopt(handle, CURLOPT_READFUNCTION, body_give);
        curl_easy_setopt(handle, CURLOPT_READDATA, dialogue);
        curl_easy_setopt(handle, CURLOPT_SEEKFUNCTION, body_rewind);
        curl_easy_setopt(handle, CURLOPT_SEEKDATA, dialogue);
        curl_easy_setopt(handle, CURLOPT_UPLOAD_BUFFERSIZE, 262144L);
        header_add(dialogue, "Content-Type",
                   call->json != NULL         ? "application/json"
                   : call->media_type != NULL ? call->media_type
                                              : "application/octet-stream");
        header_add(dialogue, "Expect", "");
        if (call->file != NULL)
                digest_add(dialogue);
}

struct dialogue *dialogue_new(struct session *session, const struct call *call)
{
        struct dialogue *dialogue = calloc(1, sizeof *dialogue);
        assert(dialogue != NULL);
        dialogue->session = session;
        dialogue->call = call;
        dialogue->handle = session_handle(session, call->path);
        CURL *handle = dialogue->handle;
        header_add(dialogue, "Accept-Language", catalogue_language());
        if (call->key != NULL)
                header_add(dialogue, "Idempotency-Key", call->key);
        if (strcmp(call->method, "GET") != 0)
                body_set(dialogue);
        curl_easy_setopt(handle, CURLOPT_HTTPHEADER, dialogue->headers);
        curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, answer_take);
        curl_easy_setopt(handle, CURLOPT_WRITEDATA, dialogue);
        curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, header_take);
        curl_easy_setopt(handle, CURLOPT_HEADERDATA, dialogue);
        curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, dialogue->error);
        curl_easy_setopt(handle, CURLOPT_PRIVATE, dialogue);
        /* A line that carries nothing for a minute is cut: better a new one than a wait without end. */
        curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
        curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, (long)(STALL_SECONDS + call->waits));
        return dialogue;
}

void dialogue_free(struct dialogue *dialogue)
{
        curl_easy_setopt(dialogue->handle, CURLOPT_HTTPHEADER, NULL);
        session_handle_back(dialogue->session, dialogue->handle);
        curl_slist_free_all(dialogue->headers);
        free(dialogue->text);
        free(dialogue->answer.body);
        free(dialogue);
}

CURL *dialogue_handle(const struct dialogue *dialogue)
{
        return dialogue->handle;
}

struct dialogue *dialogue_of(CURL *handle)
{
        char *private = NULL;
        curl_easy_getinfo(handle, CURLINFO_PRIVATE, &private);
        return (struct dialogue *)(void *)private;
}

const struct call *dialogue_call(const struct dialogue *dialogue)
{
        return dialogue->call;
}

/* The gateway's own words; where it has a code we do not know, the nearest one of ours by status. */
static void problem_read(const struct dialogue *dialogue, struct problem *problem)
{
        const struct answer *answer = &dialogue->answer;
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

static enum dialogue_outcome cut_say(const struct dialogue *dialogue, CURLcode code, struct problem *problem)
{
        const char *error = dialogue->error[0] != '\0' ? dialogue->error : curl_easy_strerror(code);
        if (dialogue->refused_by_taker) {
                (void)problem_set(problem, "file-unwritable", "%s", dialogue->call->path);
                return DIALOGUE_REFUSED;
        }
        switch (code) {
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_ISSUER_ERROR:
                (void)problem_set(problem, "gateway-untrusted", "%s", error);
                return DIALOGUE_REFUSED;
        case CURLE_SSL_CERTPROBLEM:
                (void)problem_set(problem, "key-unreadable", "%s", error);
                return DIALOGUE_REFUSED;
        case CURLE_ABORTED_BY_CALLBACK:
                (void)problem_set(problem, "file-unreadable", "%s",
                                  words("the file changed or could not be read while it was sent"));
                return DIALOGUE_REFUSED;
        case CURLE_URL_MALFORMAT:
        case CURLE_UNSUPPORTED_PROTOCOL:
                (void)problem_set(problem, "usage", "%s", error);
                return DIALOGUE_REFUSED;
        default:
                (void)problem_set(problem, "gateway-unreachable", "%s", error);
                return DIALOGUE_CUT;
        }
}

enum dialogue_outcome dialogue_settle(struct dialogue *dialogue, CURLcode code, struct answer *out, struct problem *problem)
{
        struct answer *answer = &dialogue->answer;
        char *media_type = NULL;
        curl_easy_getinfo(dialogue->handle, CURLINFO_RESPONSE_CODE, &answer->status);
        curl_easy_getinfo(dialogue->handle, CURLINFO_CONTENT_TYPE, &media_type);
        snprintf(answer->media_type, sizeof answer->media_type, "%s", media_type != NULL ? media_type : "");
        out->retry_after = answer->retry_after;
        if (code == CURLE_SEND_ERROR && answer->status >= 400)
                code = CURLE_OK; /* refused before it had read all of our body: the answer counts */
        if (code != CURLE_OK)
                return cut_say(dialogue, code, problem);
        if (answer->status >= 200 && answer->status < 300) {
                *out = *answer;
                answer->body = NULL;
                return DIALOGUE_DONE;
        }
        problem_read(dialogue, problem);
        bool later = answer->status == 429 || answer->status == 502 || answer->status == 503 || answer->status == 504;
        return later ? DIALOGUE_CUT : DIALOGUE_REFUSED;
}

void answer_free(struct answer *answer)
{
        free(answer->body);
        *answer = (struct answer){0};
}
