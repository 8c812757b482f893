/* post_channel.c - one mail after the other, by libcurl. */
#include "gateway/relay/post_channel.h"

#include <curl/curl.h>
#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/core/db.h"
#include "gateway/core/log.h"
#include "gateway/core/owner.h"
#include "gateway/relay/post_message.h"

DEFINE_OWNER(json_t, json_decref)
DEFINE_OWNER(CURL, curl_easy_cleanup)
DEFINE_OWNER(char, free)
typedef struct curl_slist addresses;
DEFINE_OWNER(addresses, curl_slist_free_all)

/* Milliseconds between two looks, and after the database was away; seconds that one sending may take, below the lease of a minute.
 */
enum { IDLE = 1000, AWAY = 2000, SECONDS = 40, PASSWORD_ROOM = 256 };

struct post_channel {
        const struct config *config;
        const atomic_bool *stop;
        struct db *db;
        char password[PASSWORD_ROOM];
        pthread_t thread;
};

struct outgoing {
        const char *text;
        size_t left;
};

static bool set(CURLcode done)
{
        return done == CURLE_OK;
}

static size_t outgoing_give(char *buffer, size_t size, size_t count, void *context)
{
        struct outgoing *outgoing = context;
        size_t take = size * count < outgoing->left ? size * count : outgoing->left;
        memcpy(buffer, outgoing->text, take);
        outgoing->text += take;
        outgoing->left -= take;
        return take;
}

/* Never in clear but to this machine's own server. */
static bool line_set(CURL *curl, const struct post_channel *channel)
{
        const struct config *config = channel->config;
        bool local =
                strncmp(config->smtp_url, "smtp://127.0.0.1", 16) == 0 || strncmp(config->smtp_url, "smtp://localhost", 16) == 0;
        bool well = set(curl_easy_setopt(curl, CURLOPT_URL, config->smtp_url)) &&
                    set(curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps")) &&
                    set(curl_easy_setopt(curl, CURLOPT_PROXY, "")) &&
                    set(curl_easy_setopt(curl, CURLOPT_USE_SSL, (long)(local ? CURLUSESSL_TRY : CURLUSESSL_ALL))) &&
                    set(curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2)) &&
                    set(curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)SECONDS)) &&
                    set(curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L));
        if (well && *config->smtp_user != '\0')
                well = set(curl_easy_setopt(curl, CURLOPT_USERNAME, config->smtp_user)) &&
                       set(curl_easy_setopt(curl, CURLOPT_PASSWORD, channel->password));
        if (well && *config->smtp_anchors != '\0')
                well = set(curl_easy_setopt(curl, CURLOPT_CAINFO, config->smtp_anchors)) &&
                       set(curl_easy_setopt(curl, CURLOPT_CAPATH, NULL));
        return well;
}

static CURLcode mail_send(const struct post_channel *channel, const char *address, const char *text, size_t size, long *status,
                          char reason[CURL_ERROR_SIZE])
{
        OWN(CURL) curl = curl_easy_init();
        OWN(addresses) to = curl_slist_append(NULL, address);
        struct outgoing outgoing = {text, size};
        if (curl == NULL || to == NULL || !line_set(curl, channel) ||
            !set(curl_easy_setopt(curl, CURLOPT_MAIL_FROM, channel->config->smtp_from)) ||
            !set(curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to)) || !set(curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L)) ||
            !set(curl_easy_setopt(curl, CURLOPT_READFUNCTION, outgoing_give)) ||
            !set(curl_easy_setopt(curl, CURLOPT_READDATA, &outgoing)) ||
            !set(curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)size)) ||
            !set(curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason)))
                abort();
        CURLcode done = curl_easy_perform(curl);
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, status);
        return done;
}

static const char *text_of(const json_t *claim, const char *name)
{
        const char *text = json_string_value(json_object_get(claim, name));
        return text != NULL ? text : "";
}

/* Where to read it: the message's own link, else the consultation's page. */
static void url_write(const struct post_channel *channel, const json_t *claim, char *url, size_t room)
{
        const char *token = text_of(claim, "token");
        if (*token != '\0')
                snprintf(url, room, "%s/m/%s", channel->config->public_url, token);
        else
                snprintf(url, room, "%s/ui/consultation.html?id=%s", channel->config->public_url, text_of(claim, "consultation"));
}

static char *message_make(const struct post_channel *channel, const json_t *claim, size_t *size)
{
        char url[1024];
        url_write(channel, claim, url, sizeof url);
        const struct post_message message = {.item = json_integer_value(json_object_get(claim, "item")),
                                             .kind = text_of(claim, "kind"),
                                             .from = channel->config->smtp_from,
                                             .to = text_of(claim, "address"),
                                             .body = text_of(claim, "body"),
                                             .reference = text_of(claim, "reference"),
                                             .url = url,
                                             .expires = json_string_value(json_object_get(claim, "expires")),
                                             .at = (int64_t)time(NULL)};
        return post_message_write(&message, size);
}

/* A 5xx answer is for good (RFC 5321 4.2.1); anything else may pass. */
static bool post_one(struct post_channel *channel, const json_t *claim, struct problem *problem)
{
        char reason[CURL_ERROR_SIZE] = "", item[24];
        long status = 0;
        size_t size = 0;
        OWN(char) text = message_make(channel, claim, &size);
        if (text == NULL)
                abort();
        CURLcode done = mail_send(channel, text_of(claim, "address"), text, size, &status, reason);
        const char *outcome = done == CURLE_OK ? "sent" : status >= 500 && done != CURLE_LOGIN_DENIED ? "refused" : "retry";
        snprintf(item, sizeof item, "%" JSON_INTEGER_FORMAT, json_integer_value(json_object_get(claim, "item")));
        log_event(done == CURLE_OK ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING, "mail", "item", item, "outcome", outcome, "reason", reason,
                  NULL);
        const struct db_argument arguments[] = {db_integer(json_integer_value(json_object_get(claim, "item"))), db_text(outcome),
                                                db_text(reason)};
        return db_call(channel->db, "api.post_settle", arguments, 3, problem);
}

/* True where there was one. */
static bool post_next(struct post_channel *channel, bool *found, struct problem *problem)
{
        OWN(json_t) claim = NULL;
        *found = false;
        if (!db_call_json(channel->db, "api.post_claim", NULL, 0, &claim, problem))
                return false;
        *found = json_is_object(claim);
        return !*found || post_one(channel, claim, problem);
}

static void *serve(void *context)
{
        struct post_channel *channel = context;
        bool listening = false, found = false;
        char payload[128];
        while (!atomic_load(channel->stop)) {
                struct problem problem = {0};
                listening = listening || db_listen(channel->db, "post", &problem);
                if (!listening || !post_next(channel, &found, &problem)) {
                        log_event(LOG_LEVEL_ERROR, problem.row->code, "detail", problem.detail, NULL);
                        (void)db_wait(channel->db, AWAY, payload);
                } else if (!found) {
                        (void)db_wait(channel->db, IDLE, payload);
                }
        }
        return NULL;
}

static bool password_read(const char *path, char out[PASSWORD_ROOM], struct problem *problem)
{
        FILE *file = fopen(path, "re");
        char *line = file != NULL ? fgets(out, PASSWORD_ROOM, file) : NULL;
        if (file != NULL)
                fclose(file);
        if (line == NULL)
                return problem_set(problem, "config-invalid", "smtp_password_file cannot be read.");
        out[strcspn(out, "\r\n")] = '\0';
        return true;
}

bool post_channel_start(const struct config *config, const atomic_bool *stop, struct post_channel **out, struct problem *problem)
{
        char conninfo[1024];
        *out = NULL;
        if (*config->smtp_url == '\0')
                return true;
        struct post_channel *channel = calloc(1, sizeof *channel);
        if (channel == NULL)
                abort();
        if (*config->smtp_user != '\0' && !password_read(config->smtp_password_file, channel->password, problem)) {
                free(channel);
                return false;
        }
        snprintf(conninfo, sizeof conninfo, "%s user=pli_relay", config->database);
        channel->config = config;
        channel->stop = stop;
        channel->db = db_open(conninfo, "pli-relay mail");
        if (pthread_create(&channel->thread, NULL, serve, channel) != 0)
                abort();
        *out = channel;
        return true;
}

void post_channel_stop(struct post_channel *channel)
{
        if (channel == NULL)
                return;
        pthread_join(channel->thread, NULL);
        db_close(channel->db);
        explicit_bzero(channel->password, sizeof channel->password);
        free(channel);
}
