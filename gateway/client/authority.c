/* authority.c - asks a time-stamping authority over HTTP (authority.h). */
#include "gateway/client/authority.h"

#include <assert.h>
#include <curl/curl.h>
#include <openssl/rand.h>
#include <stdlib.h>

#include "gateway/client/catalogue.h"

enum {
        ANSWER_MOST = 1 << 20, /* a token with its chain is 2 to 10 KB */
        CONNECT_SECONDS = 10,
        ANSWER_SECONDS = 30,
};

uint64_t authority_nonce(void)
{
        uint64_t nonce = 0;
        int drawn = RAND_bytes((unsigned char *)&nonce, sizeof nonce);
        assert(drawn == 1);
        return nonce;
}

static size_t answer_write(char *data, size_t size, size_t count, void *context)
{
        const struct signing_sink sink = sink_memory(context);
        return sink.write(sink.context, (const uint8_t *)data, size * count) ? size * count : 0;
}

static void exchange_set(CURL *handle, const char *url, struct signing_bytes request, struct sink_memory *answer)
{
        curl_easy_setopt(handle, CURLOPT_URL, url);
        curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
        curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
        curl_easy_setopt(handle, CURLOPT_TIMEOUT, (long)ANSWER_SECONDS);
        curl_easy_setopt(handle, CURLOPT_USERAGENT, "pli/" PLI_VERSION);
        curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request.data);
        curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE, (long)request.size);
        curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, answer_write);
        curl_easy_setopt(handle, CURLOPT_WRITEDATA, answer);
}

static bool exchange_run(CURL *handle, const char *url, struct problem *problem)
{
        long status = 0;
        CURLcode result = curl_easy_perform(handle);
        curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
        if (result != CURLE_OK)
                return problem_set(problem, "stamper-unreachable", "%s: %s", url, curl_easy_strerror(result));
        return status == 200 || problem_set(problem, "stamper-unreachable", words("%s answers HTTP %ld"), url, status);
}

bool authority_ask(const char *url, struct signing_bytes request, struct sink_memory *answer, struct problem *problem)
{
        struct sink_memory read = {.limit = ANSWER_MOST};
        struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/timestamp-query");
        CURL *handle = curl_easy_init();
        assert(handle != NULL && headers != NULL);
        exchange_set(handle, url, request, &read);
        curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
        bool asked = exchange_run(handle, url, problem);
        curl_easy_cleanup(handle);
        curl_slist_free_all(headers);
        if (asked)
                *answer = read;
        else
                free(read.data);
        return asked;
}
