/* imap.c - one connection by libcurl, kept between commands; custom requests for what libcurl has no name for. */
#include "gateway/relay/imap.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"

DEFINE_OWNER(uint8_t, free)

/* Longest list of one SEARCH answer: libcurl cuts a line at its buffer. Seconds of a connection, of a command. */
enum { LIST_MAX = 512 * 1024, CONNECT_SECONDS = 10, COMMAND_SECONDS = 120, STALL_SECONDS = 30 };

struct imap {
        CURL *curl;
        struct imap_options options;
        char inbox[512]; /* imaps://host/INBOX;UIDVALIDITY=n, once it is known */
        char reason[CURL_ERROR_SIZE];
};

/* What comes back, up to a bound. */
struct intake {
        uint8_t *data;
        size_t size, held, most;
        bool too_large;
};

static bool set(CURLcode done)
{
        return done == CURLE_OK;
}

static size_t intake_take(char *data, size_t size, size_t count, void *context)
{
        struct intake *intake = context;
        size_t more = size * count;
        intake->too_large = intake->too_large || more > intake->most - intake->size;
        if (intake->too_large)
                return 0;
        if (intake->held - intake->size <= more) {
                intake->held = intake->held * 2 + more + 1;
                uint8_t *room = realloc(intake->data, intake->held);
                if (room == NULL)
                        abort();
                intake->data = room;
        }
        memcpy(intake->data + intake->size, data, more);
        intake->size += more;
        intake->data[intake->size] = '\0';
        return more;
}

static int stop_look(void *context, curl_off_t down_total, curl_off_t down, curl_off_t up_total, curl_off_t up)
{
        (void)down_total, (void)down, (void)up_total, (void)up;
        const struct imap *imap = context;
        return atomic_load(imap->options.stop) ? 1 : 0;
}

static bool limits_set(struct imap *imap)
{
        CURL *curl = imap->curl;
        return set(curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS)) &&
               set(curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)COMMAND_SECONDS)) &&
               set(curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L)) &&
               set(curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)STALL_SECONDS)) &&
               set(curl_easy_setopt(curl, CURLOPT_BUFFERSIZE, (long)LIST_MAX)) &&
               set(curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L)) &&
               set(curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, stop_look)) &&
               set(curl_easy_setopt(curl, CURLOPT_XFERINFODATA, imap)) && set(curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L)) &&
               set(curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, intake_take)) &&
               set(curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, imap->reason));
}

static bool trust_set(struct imap *imap)
{
        CURL *curl = imap->curl;
        bool well = set(curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "imaps")) && set(curl_easy_setopt(curl, CURLOPT_PROXY, "")) &&
                    set(curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2)) &&
                    set(curl_easy_setopt(curl, CURLOPT_USERNAME, imap->options.user)) &&
                    set(curl_easy_setopt(curl, CURLOPT_PASSWORD, imap->options.password));
        if (well && *imap->options.anchors != '\0')
                well = set(curl_easy_setopt(curl, CURLOPT_CAINFO, imap->options.anchors)) &&
                       set(curl_easy_setopt(curl, CURLOPT_CAPATH, NULL));
        return well;
}

bool imap_open(const struct imap_options *options, struct imap **out, struct problem *problem)
{
        struct imap *imap = calloc(1, sizeof *imap);
        if (imap == NULL)
                abort();
        *imap = (struct imap){.curl = curl_easy_init(), .options = *options};
        if (imap->curl == NULL || !limits_set(imap) || !trust_set(imap)) {
                imap_close(imap);
                return problem_set(problem, "config-invalid", "libcurl does not take the imap options.");
        }
        *out = imap;
        return true;
}

void imap_close(struct imap *imap)
{
        if (imap == NULL)
                return;
        curl_easy_cleanup(imap->curl);
        free(imap);
}

/* ---- one command ---- */

/* `request` NULL: the message that the URL names. */
static CURLcode imap_do(struct imap *imap, const char *url, const char *request, struct intake *intake)
{
        *imap->reason = '\0';
        if (!set(curl_easy_setopt(imap->curl, CURLOPT_URL, url)) ||
            !set(curl_easy_setopt(imap->curl, CURLOPT_CUSTOMREQUEST, request)) ||
            !set(curl_easy_setopt(imap->curl, CURLOPT_WRITEDATA, intake)))
                abort();
        return curl_easy_perform(imap->curl);
}

static bool imap_fail(const struct imap *imap, CURLcode done, const char *what, struct problem *problem)
{
        return problem_set(problem, "mailbox-unavailable", "%s: %s", what,
                           *imap->reason != '\0' ? imap->reason : curl_easy_strerror(done));
}

static bool imap_command(struct imap *imap, const char *url, const char *request, struct problem *problem)
{
        struct intake intake = {.most = LIST_MAX};
        CURLcode done = imap_do(imap, url, request, &intake);
        free(intake.data);
        return done == CURLE_OK || imap_fail(imap, done, request, problem);
}

/* Asked at each look: a mailbox made anew gives old numbers to other mails. */
static bool inbox_know(struct imap *imap, struct problem *problem)
{
        struct intake intake = {.most = LIST_MAX};
        CURLcode done = imap_do(imap, imap->options.url, "STATUS INBOX (UIDVALIDITY)", &intake);
        OWN(uint8_t) text = intake.data;
        const char *found = done == CURLE_OK && text != NULL ? strstr((const char *)text, "UIDVALIDITY ") : NULL;
        unsigned long validity = found != NULL ? strtoul(found + strlen("UIDVALIDITY "), NULL, 10) : 0;
        if (validity == 0)
                return imap_fail(imap, done, "STATUS INBOX", problem);
        snprintf(imap->inbox, sizeof imap->inbox, "%s/INBOX;UIDVALIDITY=%lu", imap->options.url, validity);
        return true;
}

static int uid_compare(const void *a, const void *b)
{
        uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
        return (left > right) - (left < right);
}

/* "* SEARCH 1 2 3\r\n"; a number at which the text ends may have been cut. */
static size_t uids_read(const char *text, uint32_t *uids, size_t room)
{
        size_t count = 0;
        const char *at = strstr(text, "SEARCH");
        at = at != NULL ? at + strlen("SEARCH") : "";
        while (count < room) {
                char *end = NULL;
                unsigned long uid = strtoul(at, &end, 10);
                if (end == at || *end == '\0' || uid == 0 || uid > UINT32_MAX)
                        break;
                uids[count++] = (uint32_t)uid;
                at = end;
        }
        qsort(uids, count, sizeof *uids, uid_compare);
        return count;
}

bool imap_list(struct imap *imap, uint32_t *uids, size_t room, size_t *count, struct problem *problem)
{
        if (!inbox_know(imap, problem))
                return false;
        struct intake intake = {.most = LIST_MAX};
        CURLcode done = imap_do(imap, imap->inbox, "UID SEARCH UNDELETED", &intake);
        OWN(uint8_t) text = intake.data;
        if (done != CURLE_OK)
                return imap_fail(imap, done, "UID SEARCH", problem);
        *count = text != NULL ? uids_read((const char *)text, uids, room) : 0;
        return true;
}

bool imap_fetch(struct imap *imap, uint32_t uid, size_t most, uint8_t **out, size_t *size, struct problem *problem)
{
        char url[600];
        struct intake intake = {.most = most};
        snprintf(url, sizeof url, "%s/;UID=%" PRIu32, imap->inbox, uid);
        CURLcode done = imap_do(imap, url, NULL, &intake);
        OWN(uint8_t) data = intake.data;
        if (done != CURLE_OK && !intake.too_large)
                return imap_fail(imap, done, "UID FETCH", problem);
        *size = intake.size;
        *out = intake.too_large ? NULL : TAKE(data);
        return true;
}

bool imap_delete(struct imap *imap, uint32_t uid, struct problem *problem)
{
        char mark[64], expunge[64];
        snprintf(mark, sizeof mark, "UID STORE %" PRIu32 " +FLAGS.SILENT (\\Deleted)", uid);
        snprintf(expunge, sizeof expunge, "UID EXPUNGE %" PRIu32, uid);
        return imap_command(imap, imap->inbox, mark, problem) && imap_command(imap, imap->inbox, expunge, problem);
}

bool imap_set_aside(struct imap *imap, uint32_t uid, struct problem *problem)
{
        char create[128], copy[128];
        struct problem exists;
        snprintf(create, sizeof create, "CREATE %s", imap->options.folder);
        snprintf(copy, sizeof copy, "UID COPY %" PRIu32 " %s", uid, imap->options.folder);
        if (imap_command(imap, imap->inbox, copy, problem))
                return imap_delete(imap, uid, problem);
        return imap_command(imap, imap->inbox, create, &exists) && imap_command(imap, imap->inbox, copy, problem) &&
               imap_delete(imap, uid, problem);
}
