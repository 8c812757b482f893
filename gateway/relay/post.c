/* post.c - the multipart request, streamed from the parcel. */
#include "gateway/relay/post.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "gateway/formats/text.h"
#include "gateway/relay/parcel_reading.h"

typedef struct curl_slist header_list;
DEFINE_OWNER(header_list, curl_slist_free_all)
DEFINE_OWNER(curl_mime, curl_mime_free)

struct post {
        CURL *curl;
        struct post_options options;
};

static bool set(CURLcode done)
{
        return done == CURLE_OK;
}

/* Small stalls are forgiven, a minute without a byte is not. */
static bool limits_set(CURL *curl, const struct post_options *options)
{
        return set(curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 10L)) &&
               set(curl_easy_setopt(curl, CURLOPT_TIMEOUT, options->seconds)) &&
               set(curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L)) &&
               set(curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, 60L)) && set(curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L)) &&
               set(curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L));
}

static bool trust_set(CURL *curl, const struct post_options *options)
{
        bool well = set(curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https")) &&
                    set(curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2)) &&
                    set(curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1)) &&
                    set(curl_easy_setopt(curl, CURLOPT_SSLCERT, options->certificate)) &&
                    set(curl_easy_setopt(curl, CURLOPT_SSLKEY, options->key));
        if (well && *options->anchors != '\0')
                well = set(curl_easy_setopt(curl, CURLOPT_CAINFO, options->anchors)) &&
                       set(curl_easy_setopt(curl, CURLOPT_CAPATH, NULL));
        if (well && *options->pin != '\0')
                well = set(curl_easy_setopt(curl, CURLOPT_PINNEDPUBLICKEY, options->pin));
        return well;
}

static int stop_look(void *context, curl_off_t down_total, curl_off_t down, curl_off_t up_total, curl_off_t up)
{
        (void)down_total, (void)down, (void)up_total, (void)up;
        const struct post *post = context;
        return atomic_load(post->options.stop) ? 1 : 0;
}

static bool stop_set(struct post *post)
{
        return set(curl_easy_setopt(post->curl, CURLOPT_XFERINFOFUNCTION, stop_look)) &&
               set(curl_easy_setopt(post->curl, CURLOPT_XFERINFODATA, post)) &&
               set(curl_easy_setopt(post->curl, CURLOPT_NOPROGRESS, 0L));
}

bool post_open(const struct post_options *options, struct post **out, struct problem *problem)
{
        struct post *post = calloc(1, sizeof *post);
        if (post == NULL)
                abort();
        *post = (struct post){.curl = curl_easy_init(), .options = *options};
        if (post->curl == NULL || !limits_set(post->curl, options) || !trust_set(post->curl, options) || !stop_set(post)) {
                post_close(post);
                return problem_set(problem, "config-invalid",
                                   "libcurl does not take the @CTES options (certificate, key, anchors, pin).");
        }
        *out = post;
        return true;
}

void post_close(struct post *post)
{
        if (post == NULL)
                return;
        curl_easy_cleanup(post->curl);
        free(post);
}

static bool field_add(curl_mime *form, const char *name, const char *value)
{
        curl_mimepart *part = curl_mime_addpart(form);
        return part != NULL && set(curl_mime_name(part, name)) && set(curl_mime_data(part, value, CURL_ZERO_TERMINATED));
}

static bool form_fill(curl_mime *form, const char *archive, struct parcel_reading *reading)
{
        if (!field_add(form, "name", archive) || !field_add(form, "filename", archive))
                return false;
        curl_mimepart *file = curl_mime_addpart(form);
        return file != NULL && set(curl_mime_name(file, "file")) && set(curl_mime_filename(file, archive)) &&
               set(curl_mime_type(file, "application/gzip")) &&
               set(curl_mime_data_cb(file, (curl_off_t)parcel_file_size(reading->file), parcel_reading_give, parcel_reading_seek,
                                     NULL, reading));
}

/* ---- the answer ---- */

struct body {
        char text[POST_TEXT_MAX + 1];
        size_t size;
};

/* All of it is taken off the line, its beginning kept. */
static size_t body_take(char *data, size_t size, size_t count, void *context)
{
        struct body *body = context;
        size_t room = POST_TEXT_MAX - body->size, kept = size * count < room ? size * count : room;
        memcpy(body->text + body->size, data, kept);
        body->size += kept;
        return size * count;
}

static void body_replace(struct body *body, const char *text)
{
        snprintf(body->text, sizeof body->text, "%s", text);
        body->size = strlen(body->text);
}

/* A body cut at our room's end may end inside a character. */
static bool body_is_utf8(struct body *body)
{
        for (size_t cut = 0; cut < 4 && cut <= body->size; cut++) {
                char last = body->text[body->size - cut];
                body->text[body->size - cut] = '\0';
                if (text_is_utf8(body->text))
                        return true;
                body->text[body->size - cut] = last;
                if (body->size < POST_TEXT_MAX)
                        return false;
        }
        return false;
}

/* Nobody promises the encoding of an error page: what is no UTF-8 is read as ISO-8859-1. */
static void text_show(struct body *body, char out[POST_TEXT_MAX * 2])
{
        bool utf8 = body_is_utf8(body);
        size_t size = 0;
        for (const unsigned char *at = (const unsigned char *)body->text; *at != '\0' && size < (size_t)POST_TEXT_MAX * 2 - 2;
             at++) {
                if (*at < 0x20 || *at == 0x7F) {
                        out[size++] = ' ';
                } else if (*at < 0x80 || utf8) {
                        out[size++] = (char)*at;
                } else {
                        out[size++] = (char)(0xC0 | *at >> 6);
                        out[size++] = (char)(0x80 | (*at & 0x3F));
                }
        }
        out[size] = '\0';
}

static bool request_set(struct post *post, const char *url, curl_mime *form, struct curl_slist *headers, struct body *body)
{
        CURL *curl = post->curl;
        return set(curl_easy_setopt(curl, CURLOPT_URL, url)) && set(curl_easy_setopt(curl, CURLOPT_MIMEPOST, form)) &&
               set(curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers)) &&
               set(curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, body_take)) &&
               set(curl_easy_setopt(curl, CURLOPT_WRITEDATA, body));
}

void post_send(struct post *post, const char *url, const char *archive, const struct parcel_file *file, struct post_answer *out)
{
        struct parcel_reading reading = {.file = file};
        struct body body = {.size = 0};
        char reason[CURL_ERROR_SIZE] = "";
        OWN(curl_mime) form = curl_mime_init(post->curl);
        /* No Expect: a server that does not know it would cost every sending a second. */
        OWN(header_list) headers = curl_slist_append(NULL, "Expect:");
        if (form == NULL || headers == NULL || curl_slist_append(headers, "X-User-Agent: pli") == NULL ||
            !form_fill(form, archive, &reading) || !request_set(post, url, form, headers, &body) ||
            !set(curl_easy_setopt(post->curl, CURLOPT_ERRORBUFFER, reason)))
                abort();
        CURLcode done = curl_easy_perform(post->curl);
        curl_easy_setopt(post->curl, CURLOPT_ERRORBUFFER, NULL);
        *out = (struct post_answer){.status = 0};
        if (done == CURLE_OK)
                curl_easy_getinfo(post->curl, CURLINFO_RESPONSE_CODE, &out->status);
        else
                body_replace(&body, *reason != '\0' ? reason : curl_easy_strerror(done));
        text_show(&body, out->text);
}

bool post_test(struct post *post, const char *url, char text[512])
{
        struct post_options options = post->options;
        struct post *trial = NULL;
        struct problem problem;
        char reason[CURL_ERROR_SIZE] = "";
        if (!post_open(&options, &trial, &problem)) {
                snprintf(text, 512, "%.500s", problem.detail);
                return false;
        }
        CURLcode done = CURLE_FAILED_INIT;
        if (set(curl_easy_setopt(trial->curl, CURLOPT_URL, url)) && set(curl_easy_setopt(trial->curl, CURLOPT_CONNECT_ONLY, 1L)) &&
            set(curl_easy_setopt(trial->curl, CURLOPT_ERRORBUFFER, reason)))
                done = curl_easy_perform(trial->curl);
        snprintf(text, 512, "%.500s", done == CURLE_OK ? "" : *reason != '\0' ? reason : curl_easy_strerror(done));
        post_close(trial);
        return done == CURLE_OK;
}

enum post_outcome post_judge(long status)
{
        if (status == 200)
                return POST_TAKEN;
        return status == 400 || status == 413 ? POST_REFUSED : POST_LATER;
}
