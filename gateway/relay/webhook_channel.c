/* webhook_channel.c - claims, posts, settles. */
#include "gateway/relay/webhook_channel.h"

#include <curl/curl.h>
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/core/base64.h"
#include "gateway/core/db.h"
#include "gateway/core/log.h"
#include "gateway/relay/webhook_message.h"

/* Deliveries at once; milliseconds between two looks while some are under way, and while none is; seconds by which a
 * lease is longer than a delivery may be; bytes of an answer read. */
enum { SLOTS = 64, BUSY = 100, IDLE = 1000, AWAY = 2000, LEASE_MORE = 5, ANSWER_MOST = 65536, DETAIL_MAX = 300 };

struct delivery {
        json_t *claim; /* what api.webhook_claim() said; NULL: the slot is free */
        CURL *curl;
        struct curl_slist *headers;
        size_t answered;
        char reason[CURL_ERROR_SIZE];
        bool loopback;
};

struct webhook_channel {
        const struct config *config;
        const atomic_bool *stop;
        struct db *db;
        CURLM *multi;
        struct delivery slots[SLOTS];
        size_t busy;
        pthread_t thread;
};

static bool set(CURLcode done)
{
        return done == CURLE_OK;
}

static const char *claim_text(const struct delivery *delivery, const char *name)
{
        const char *text = json_string_value(json_object_get(delivery->claim, name));
        return text != NULL ? text : "";
}

/* ---- one delivery ---- */

/* The address that the name led to is judged, not the name: a name may lead elsewhere at the next look. */
static curl_socket_t socket_open(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
        const struct delivery *delivery = context;
        if (purpose != CURLSOCKTYPE_IPCXN || !webhook_address_allowed(&address->addr, delivery->loopback)) {
                errno = EACCES;
                return CURL_SOCKET_BAD;
        }
        return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* What a receiver says beyond its status is not kept; one that says too much is cut. */
static size_t answer_take(char *data, size_t size, size_t count, void *context)
{
        struct delivery *delivery = context;
        (void)data;
        delivery->answered += size * count;
        return delivery->answered <= ANSWER_MOST ? size * count : 0;
}

static bool header_add(struct delivery *delivery, const char *name, const char *value)
{
        char line[256];
        snprintf(line, sizeof line, "%s: %s", name, value);
        struct curl_slist *longer = curl_slist_append(delivery->headers, line);
        if (longer != NULL)
                delivery->headers = longer;
        return longer != NULL;
}

static bool headers_set(struct delivery *delivery)
{
        uint8_t *secret = NULL;
        size_t size = 0;
        char signature[WEBHOOK_SIGNATURE_MAX], at[24];
        const struct webhook_message message = {claim_text(delivery, "message"),
                                                json_integer_value(json_object_get(delivery->claim, "at")),
                                                claim_text(delivery, "body")};
        if (!base64_read(claim_text(delivery, "secret"), &secret, &size))
                return false;
        webhook_sign(&message, secret, size, signature);
        free(secret);
        snprintf(at, sizeof at, "%" PRId64, message.at);
        return header_add(delivery, "Content-Type", "application/json") && header_add(delivery, "webhook-id", message.id) &&
               header_add(delivery, "webhook-timestamp", at) && header_add(delivery, "webhook-signature", signature) &&
               header_add(delivery, "Expect", "") && set(curl_easy_setopt(delivery->curl, CURLOPT_HTTPHEADER, delivery->headers));
}

/* No proxy, no redirection, no user's files: the address judged is the one that is called. */
static bool line_set(struct delivery *delivery, const struct config *config)
{
        CURL *curl = delivery->curl;
        delivery->loopback = config->webhook_loopback == 1;
        return set(curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, delivery->loopback ? "https,http" : "https")) &&
               set(curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2)) &&
               set(curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1)) &&
               set(curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L)) && set(curl_easy_setopt(curl, CURLOPT_PROXY, "")) &&
               set(curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L)) &&
               set(curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)config->webhook_seconds)) &&
               set(curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, socket_open)) &&
               set(curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, delivery)) &&
               (*config->webhook_anchors == '\0' || (set(curl_easy_setopt(curl, CURLOPT_CAINFO, config->webhook_anchors)) &&
                                                     set(curl_easy_setopt(curl, CURLOPT_CAPATH, NULL))));
}

static bool request_set(struct delivery *delivery)
{
        CURL *curl = delivery->curl;
        const char *body = claim_text(delivery, "body");
        return set(curl_easy_setopt(curl, CURLOPT_URL, claim_text(delivery, "url"))) &&
               set(curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)strlen(body))) &&
               set(curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body)) &&
               set(curl_easy_setopt(curl, CURLOPT_USERAGENT, "pli/" PLI_VERSION)) &&
               set(curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, answer_take)) &&
               set(curl_easy_setopt(curl, CURLOPT_WRITEDATA, delivery)) &&
               set(curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, delivery->reason)) &&
               set(curl_easy_setopt(curl, CURLOPT_PRIVATE, delivery));
}

static void delivery_end(struct webhook_channel *channel, struct delivery *delivery)
{
        curl_multi_remove_handle(channel->multi, delivery->curl);
        curl_easy_cleanup(delivery->curl);
        curl_slist_free_all(delivery->headers);
        json_decref(delivery->claim);
        *delivery = (struct delivery){0};
        channel->busy--;
}

static struct delivery *slot_free(struct webhook_channel *channel)
{
        for (size_t i = 0; i < SLOTS; i++)
                if (channel->slots[i].claim == NULL)
                        return &channel->slots[i];
        return NULL;
}

static void delivery_begin(struct webhook_channel *channel, json_t *claim)
{
        struct delivery *delivery = slot_free(channel);
        *delivery = (struct delivery){.claim = claim, .curl = curl_easy_init()};
        channel->busy++;
        if (delivery->curl == NULL || !line_set(delivery, channel->config) || !headers_set(delivery) || !request_set(delivery) ||
            curl_multi_add_handle(channel->multi, delivery->curl) != CURLM_OK)
                abort();
}

/* ---- the database ---- */

/* Fills the free slots; false where the database fails. */
static bool deliveries_claim(struct webhook_channel *channel, struct problem *problem)
{
        while (channel->busy < SLOTS && !atomic_load(channel->stop)) {
                json_t *claim = NULL;
                const struct db_argument lease = db_integer(channel->config->webhook_seconds + LEASE_MORE);
                if (!db_call_json(channel->db, "api.webhook_claim", &lease, 1, &claim, problem))
                        return false;
                if (json_is_null(claim)) {
                        json_decref(claim);
                        return true;
                }
                delivery_begin(channel, claim);
        }
        return true;
}

static void delivery_log(const struct delivery *delivery, long status, const char *detail)
{
        char text[16], next[24];
        bool well = status >= 200 && status < 300;
        snprintf(text, sizeof text, "%ld", status);
        snprintf(next, sizeof next, "%" JSON_INTEGER_FORMAT, json_integer_value(json_object_get(delivery->claim, "next")));
        log_event(well ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING, well ? "webhook-delivered" : "webhook-later", "webhook",
                  claim_text(delivery, "webhook"), "next", next, "status", text, "detail", detail, NULL);
}

/* An outcome that is lost costs a second delivery, once the lease is over. */
static bool delivery_settle(struct webhook_channel *channel, struct delivery *delivery, CURLcode done, struct problem *problem)
{
        long status = 0;
        char detail[DETAIL_MAX] = "";
        if (done == CURLE_OK)
                curl_easy_getinfo(delivery->curl, CURLINFO_RESPONSE_CODE, &status);
        else
                snprintf(detail, sizeof detail, "%s", *delivery->reason != '\0' ? delivery->reason : curl_easy_strerror(done));
        delivery_log(delivery, status, detail);
        const struct db_argument arguments[] = {
                db_text(claim_text(delivery, "webhook")), db_integer(json_integer_value(json_object_get(delivery->claim, "after"))),
                db_integer(json_integer_value(json_object_get(delivery->claim, "next"))), db_integer(status), db_text(detail)};
        bool settled = db_call(channel->db, "api.webhook_settle", arguments, 5, problem);
        delivery_end(channel, delivery);
        return settled;
}

/* ---- the thread ---- */

static bool deliveries_settle(struct webhook_channel *channel, struct problem *problem)
{
        bool well = true;
        int left;
        for (CURLMsg *message; (message = curl_multi_info_read(channel->multi, &left)) != NULL;) {
                struct delivery *delivery = NULL;
                if (message->msg != CURLMSG_DONE)
                        continue;
                curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &delivery);
                well = delivery_settle(channel, delivery, message->data.result, problem) && well;
        }
        return well;
}

static bool turn(struct webhook_channel *channel, struct problem *problem)
{
        int running = 0;
        if (!deliveries_claim(channel, problem))
                return false;
        if (curl_multi_perform(channel->multi, &running) != CURLM_OK ||
            curl_multi_poll(channel->multi, NULL, 0, channel->busy > 0 ? BUSY : 0, NULL) != CURLM_OK)
                abort();
        return deliveries_settle(channel, problem);
}

static void *serve(void *context)
{
        struct webhook_channel *channel = context;
        bool listening = false;
        char payload[128];
        while (!atomic_load(channel->stop)) {
                struct problem problem = {0};
                listening = listening || db_listen(channel->db, "receipt", &problem);
                if (!listening || !turn(channel, &problem)) {
                        log_event(LOG_LEVEL_ERROR, problem.row->code, "detail", problem.detail, NULL);
                        (void)db_wait(channel->db, AWAY, payload);
                } else if (channel->busy == 0) {
                        (void)db_wait(channel->db, IDLE, payload);
                }
        }
        return NULL;
}

bool webhook_channel_start(const struct config *config, const atomic_bool *stop, struct webhook_channel **out,
                           struct problem *problem)
{
        char conninfo[1024];
        if (*config->webhook_anchors != '\0' && access(config->webhook_anchors, R_OK) != 0)
                return problem_set(problem, "config-invalid", "webhook_anchors cannot be read.");
        struct webhook_channel *channel = calloc(1, sizeof *channel);
        snprintf(conninfo, sizeof conninfo, "%s user=pli_relay", config->database);
        if (channel == NULL || (channel->multi = curl_multi_init()) == NULL)
                abort();
        channel->config = config;
        channel->stop = stop;
        channel->db = db_open(conninfo, "pli-relay webhooks");
        if (pthread_create(&channel->thread, NULL, serve, channel) != 0)
                abort();
        *out = channel;
        return true;
}

void webhook_channel_stop(struct webhook_channel *channel)
{
        if (channel == NULL)
                return;
        pthread_join(channel->thread, NULL);
        for (size_t i = 0; i < SLOTS; i++)
                if (channel->slots[i].claim != NULL)
                        delivery_end(channel, &channel->slots[i]);
        curl_multi_cleanup(channel->multi);
        db_close(channel->db);
        free(channel);
}
