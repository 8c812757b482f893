/* fetch.c - fetches one document with libcurl. */
#include "gateway/client/fetch.h"

#include <assert.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gateway/client/catalogue.h"

enum { CONNECT_SECONDS = 15, TOTAL_SECONDS = 120, REDIRECTIONS_MOST = 5 };

struct fetching {
        struct content content;
        size_t most;
        struct fetch_state state;
};

/* The value of a header line that has this name, cut off at its end; a longer one than fits is as good as none. */
static void header_copy(const char *line, size_t size, const char *name, char *out, size_t room)
{
        size_t length = strlen(name);
        if (size <= length || strncasecmp(line, name, length) != 0)
                return;
        const char *value = line + length, *end = line + size;
        while (value < end && *value == ' ')
                value++;
        while (end > value && (unsigned char)end[-1] <= ' ')
                end--;
        if ((size_t)(end - value) < room)
                snprintf(out, room, "%.*s", (int)(end - value), value);
}

/* Each answer of a redirection begins anew. */
static size_t header_take(char *line, size_t one, size_t count, void *context)
{
        struct fetching *fetching = context;
        size_t size = one * count;
        if (size > 5 && strncmp(line, "HTTP/", 5) == 0)
                fetching->state = (struct fetch_state){0};
        header_copy(line, size, "ETag:", fetching->state.etag, sizeof fetching->state.etag);
        header_copy(line, size, "Last-Modified:", fetching->state.modified, sizeof fetching->state.modified);
        return size;
}

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
        curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, header_take);
        curl_easy_setopt(handle, CURLOPT_HEADERDATA, fetching);
        curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, error);
        if (request->ca != NULL)
                curl_easy_setopt(handle, CURLOPT_CAINFO, request->ca);
}

static struct curl_slist *condition_add(struct curl_slist *headers, const char *name, const char *value)
{
        char line[320];
        if (value[0] == '\0')
                return headers;
        snprintf(line, sizeof line, "%s: %s", name, value);
        struct curl_slist *longer = curl_slist_append(headers, line);
        assert(longer != NULL);
        return longer;
}

static bool fetched(const struct fetch_request *request, struct fetching *fetching, const struct fetch_state *state, long *status,
                    struct problem *problem)
{
        char error[CURL_ERROR_SIZE] = "";
        CURL *handle = curl_easy_init();
        assert(handle != NULL);
        handle_set(handle, request, fetching, error);
        struct curl_slist *headers =
                condition_add(condition_add(NULL, "If-None-Match", state->etag), "If-Modified-Since", state->modified);
        curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
        CURLcode code = curl_easy_perform(handle);
        curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, status);
        curl_easy_cleanup(handle);
        curl_slist_free_all(headers);
        if (code == CURLE_OK)
                return true;
        content_free(&fetching->content);
        if (code == CURLE_WRITE_ERROR)
                return problem_set(problem, "list-unfetched", words("%s is larger than %zu bytes"), request->url, request->most);
        return problem_set(problem, "list-unfetched", "%s: %s", request->url, error[0] != '\0' ? error : curl_easy_strerror(code));
}

bool fetch_changed(const struct fetch_request *request, struct fetch_state *state, struct content *out, struct problem *problem)
{
        struct fetching fetching = {.most = request->most};
        bool asked = state->etag[0] != '\0' || state->modified[0] != '\0';
        long status = 0;
        if (!fetched(request, &fetching, state, &status, problem))
                return false;
        if (status == 304 && asked) {
                content_free(&fetching.content);
                return true;
        }
        if (fetching.content.size == 0)
                return problem_set(problem, "list-unfetched", words("%s is empty"), request->url);
        *state = fetching.state;
        *out = fetching.content;
        return true;
}

bool fetch_bytes(const struct fetch_request *request, struct content *out, struct problem *problem)
{
        struct fetch_state unknown = {0};
        return fetch_changed(request, &unknown, out, problem);
}
