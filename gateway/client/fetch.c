/* fetch.c - fetches one document with libcurl. */
#include "gateway/client/fetch.h"

#include <assert.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/client/catalogue.h"

enum { CONNECT_SECONDS = 15, TOTAL_SECONDS = 120, REDIRECTIONS_MOST = 5 };

struct fetching {
        struct content content;
        size_t most;
};

static size_t body_take(char *data, size_t one, size_t count, void *context)
{
        struct fetching *fetching = context;
        size_t size = one * count;
        if (size > fetching->most - fetching->content.size)
                return 0;
        uint8_t *grown = realloc(fetching->content.data, fetching->content.size + size + 1);
        assert(grown != NULL);
        memcpy(grown + fetching->content.size, data, size);
        fetching->content.data = grown;
        fetching->content.size += size;
        grown[fetching->content.size] = 0;
        return size;
}

static void handle_set(CURL *handle, const struct fetch_request *request, struct fetching *fetching, char error[CURL_ERROR_SIZE])
{
        curl_easy_setopt(handle, CURLOPT_URL, request->url);
        curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
        curl_easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
        curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 1L);
        curl_easy_setopt(handle, CURLOPT_MAXREDIRS, (long)REDIRECTIONS_MOST);
        curl_easy_setopt(handle, CURLOPT_FAILONERROR, 1L);
        curl_easy_setopt(handle, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
        curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
        curl_easy_setopt(handle, CURLOPT_TIMEOUT, (long)TOTAL_SECONDS);
        curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(handle, CURLOPT_USERAGENT, "pli/" PLI_VERSION);
        curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, body_take);
        curl_easy_setopt(handle, CURLOPT_WRITEDATA, fetching);
        curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, error);
        if (request->ca != NULL)
                curl_easy_setopt(handle, CURLOPT_CAINFO, request->ca);
}

bool fetch_bytes(const struct fetch_request *request, struct content *out, struct problem *problem)
{
        char error[CURL_ERROR_SIZE] = "";
        struct fetching fetching = {.most = request->most};
        CURL *handle = curl_easy_init();
        assert(handle != NULL);
        handle_set(handle, request, &fetching, error);
        CURLcode code = curl_easy_perform(handle);
        curl_easy_cleanup(handle);
        if (code == CURLE_OK && fetching.content.size > 0) {
                *out = fetching.content;
                return true;
        }
        content_free(&fetching.content);
        if (code == CURLE_WRITE_ERROR)
                return problem_set(problem, "list-unfetched", words("%s is larger than %zu bytes"), request->url, request->most);
        return problem_set(problem, "list-unfetched", "%s: %s", request->url, error[0] != '\0' ? error : curl_easy_strerror(code));
}
