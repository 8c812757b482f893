/* stamp.c - time-stamps over HTTP: the only file of the notary that reaches out. */
#include <assert.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/log.h"
#include "gateway/notary/pause.h"
#include "gateway/notary/stamp.h"
#include "gateway/notary/stamp_time.h"

enum {
        ANSWER_MAX = 65536,  /* a token with its chain is 2 to 10 KB */
        CONNECTIONS = 8,     /* at once: an authority is a shared thing */
        CONNECT_SECONDS = 2, /* it answers or it is down */
};

struct stamper {
        char *url;
        long seconds;
        CURLM *multi;
        struct curl_slist *headers;
        struct pause pause;
        char reason[128]; /* why the last unanswered request was so, or an answer was refused; "" where all were believed */
        uint64_t good, refused, unanswered;
        int64_t slowest[2], minute; /* of this minute and the one before */
        int64_t ahead;              /* the database's clock before pause_now() */
        bool clocked;
};

struct stamper *stamper_new(const char *url, int64_t seconds)
{
        if (url[0] == '\0')
                return NULL;
        struct stamper *stamper = calloc(1, sizeof *stamper);
        assert(stamper != NULL && curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
        stamper->url = strdup(url);
        stamper->seconds = (long)seconds;
        stamper->multi = curl_multi_init();
        stamper->headers = curl_slist_append(NULL, "Content-Type: application/timestamp-query");
        assert(stamper->url != NULL && stamper->multi != NULL && stamper->headers != NULL);
        curl_multi_setopt(stamper->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)CONNECTIONS);
        return stamper;
}

void stamper_free(struct stamper *stamper)
{
        if (stamper == NULL)
                return;
        curl_multi_cleanup(stamper->multi);
        curl_slist_free_all(stamper->headers);
        free(stamper->url);
        free(stamper);
        curl_global_cleanup();
}

bool stamper_ready(const struct stamper *stamper)
{
        return stamper != NULL && pause_over(&stamper->pause);
}

void stamper_settle(struct stamper *stamper, bool worked)
{
        if (worked && stamper->pause.seconds > 0)
                log_event(LOG_LEVEL_INFO, "stamper-back", "url", stamper->url, NULL);
        pause_settle(&stamper->pause, worked);
        if (worked)
                return;
        char seconds[24];
        snprintf(seconds, sizeof seconds, "%lld", (long long)stamper->pause.seconds);
        log_event(LOG_LEVEL_WARNING, "stamper-away", "url", stamper->url, "seconds", seconds, "reason",
                  stamper->reason[0] != '\0' ? stamper->reason : "its answers are refused", NULL);
}

void stamper_judge(struct stamper *stamper, bool believed, const char *reason)
{
        stamper->good += believed ? 1 : 0;
        stamper->refused += believed ? 0 : 1;
        if (!believed)
                snprintf(stamper->reason, sizeof stamper->reason, "its answers are refused: %s", reason);
}

void stamper_clock(struct stamper *stamper, int64_t now)
{
        if (stamper == NULL)
                return;
        stamper->ahead = now - pause_now();
        stamper->clocked = true;
}

/* An answer that tells no time is left to who judges it. */
static bool hour_is_right(const struct stamper *stamper, const struct stamp_exchange *exchange)
{
        int64_t told = 0, now = stamper->ahead + pause_now();
        return !stamper->clocked || !stamp_time_read(bytes_view(&exchange->answer), &told) || llabs(told - now) <= STAMP_SKEW;
}

static void minute_turn(struct stamper *stamper)
{
        int64_t minute = pause_now() / 60;
        if (minute != stamper->minute)
                stamper->slowest[1] = minute == stamper->minute + 1 ? stamper->slowest[0] : 0;
        if (minute != stamper->minute)
                stamper->slowest[0] = 0;
        stamper->minute = minute;
}

void stamper_tell(struct stamper *stamper, struct stamper_report *out)
{
        minute_turn(stamper);
        *out = (struct stamper_report){.away = stamper->pause.seconds > 0,
                                       .good = stamper->good,
                                       .refused = stamper->refused,
                                       .unanswered = stamper->unanswered,
                                       .slowest = stamper->slowest[stamper->slowest[0] < stamper->slowest[1] ? 1 : 0]};
        snprintf(out->reason, sizeof out->reason, "%s", out->away ? stamper->reason : "");
}

/* ---- carrying ---- */

static size_t answer_write(char *data, size_t size, size_t count, void *context)
{
        struct stamp_exchange *exchange = context;
        return bytes_add(&exchange->answer, data, size * count) ? size * count : 0;
}

static CURL *exchange_begin(const struct stamper *stamper, struct stamp_exchange *exchange)
{
        CURL *easy = curl_easy_init();
        assert(easy != NULL);
        exchange->answer = (struct bytes){.limit = ANSWER_MAX};
        exchange->answered = false;
        snprintf(exchange->reason, sizeof exchange->reason, "no answer in time");
        curl_easy_setopt(easy, CURLOPT_URL, stamper->url);
        curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
        curl_easy_setopt(easy, CURLOPT_PROXY, "");
        curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
        curl_easy_setopt(easy, CURLOPT_TIMEOUT, stamper->seconds);
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, stamper->headers);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, exchange->request.data);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)exchange->request.size);
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, answer_write);
        curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange);
        curl_easy_setopt(easy, CURLOPT_PRIVATE, exchange);
        return easy;
}

static void exchange_end(CURL *easy, CURLcode result)
{
        struct stamp_exchange *exchange = NULL;
        long status = 0;
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&exchange);
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        exchange->answered = result == CURLE_OK && status == 200 && exchange->answer.size > 0;
        if (result != CURLE_OK)
                snprintf(exchange->reason, sizeof exchange->reason, "%s", curl_easy_strerror(result));
        else if (!exchange->answered)
                snprintf(exchange->reason, sizeof exchange->reason, "HTTP status %ld", status);
}

/* Until all are done, or the whole time is over: then those that are left stay unanswered. */
static void multi_run(struct stamper *stamper)
{
        int64_t end = pause_now() + stamper->seconds;
        int running = 1, left = 0;
        while (running > 0 && pause_now() <= end && curl_multi_perform(stamper->multi, &running) == CURLM_OK) {
                for (CURLMsg *message = curl_multi_info_read(stamper->multi, &left); message != NULL;
                     message = curl_multi_info_read(stamper->multi, &left))
                        if (message->msg == CURLMSG_DONE)
                                exchange_end(message->easy_handle, message->data.result);
                if (running > 0)
                        curl_multi_poll(stamper->multi, NULL, 0, 100, NULL);
        }
}

void stamper_carry(struct stamper *stamper, struct stamp_exchange *exchanges, size_t count)
{
        CURL **handles = calloc(count > 0 ? count : 1, sizeof *handles);
        assert(handles != NULL);
        for (size_t i = 0; i < count; i++) {
                handles[i] = exchange_begin(stamper, &exchanges[i]);
                curl_multi_add_handle(stamper->multi, handles[i]);
        }
        int64_t begun = pause_milliseconds();
        multi_run(stamper);
        minute_turn(stamper);
        if (pause_milliseconds() - begun > stamper->slowest[0])
                stamper->slowest[0] = pause_milliseconds() - begun;
        stamper->reason[0] = '\0';
        for (size_t i = 0; i < count; i++) {
                if (exchanges[i].answered && !hour_is_right(stamper, &exchanges[i])) {
                        exchanges[i].answered = false;
                        stamper->refused++;
                        stamper->unanswered--;
                        snprintf(exchanges[i].reason, sizeof exchanges[i].reason, "its answers are refused: its clock is not ours");
                }
                if (!exchanges[i].answered)
                        memcpy(stamper->reason, exchanges[i].reason, sizeof stamper->reason);
                stamper->unanswered += exchanges[i].answered ? 0 : 1;
                curl_multi_remove_handle(stamper->multi, handles[i]);
                curl_easy_cleanup(handles[i]);
        }
        free(handles);
}
