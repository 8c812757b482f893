/* revocation_channel.c - claims, fetches, stores. */
#include "gateway/relay/revocation_channel.h"

#include <curl/curl.h>
#include <errno.h>
#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/base64.h"
#include "gateway/core/db.h"
#include "gateway/core/log.h"
#include "gateway/core/owner.h"
#include "gateway/relay/webhook_message.h"
#include "signing/signing.h"

DEFINE_OWNER(json_t, json_decref)
typedef uint8_t octets;
DEFINE_OWNER(octets, free)

/* Milliseconds between two looks; seconds by which a lease is longer than a fetch; the largest national CRLs have some 20 MB. */
enum { IDLE = 2000, AWAY = 2000, LEASE_MORE = 5, ANSWER_MOST = 32 << 20, REDIRECTIONS_MOST = 3, DETAIL_MAX = 300 };

struct revocation_channel {
        const struct config *config;
        const atomic_bool *stop;
        struct db *db;
        pthread_t thread;
};

/* One journey. */
struct fetching {
        const struct config *config;
        const atomic_bool *stop;
        const char *url;
        uint8_t *request; /* an OCSP question, or NULL */
        size_t request_size;
        uint8_t *data;
        size_t size;
        char reason[CURL_ERROR_SIZE];
};

static bool set(CURLcode done)
{
        return done == CURLE_OK;
}

/* ---- one fetch ---- */

static curl_socket_t socket_open(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
        const struct fetching *fetching = context;
        if (purpose != CURLSOCKTYPE_IPCXN ||
            (fetching->config->revocation_private == 0 && !webhook_address_allowed(&address->addr, false))) {
                errno = EACCES;
                return CURL_SOCKET_BAD;
        }
        return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t answer_take(char *data, size_t one, size_t count, void *context)
{
        struct fetching *fetching = context;
        size_t size = one * count;
        uint8_t *grown = size <= ANSWER_MOST - fetching->size ? realloc(fetching->data, fetching->size + size + 1) : NULL;
        if (grown == NULL)
                return 0;
        memcpy(grown + fetching->size, data, size);
        fetching->data = grown;
        fetching->size += size;
        return size;
}

static int progress_look(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
        const struct fetching *fetching = context;
        (void)a, (void)b, (void)c, (void)d;
        return atomic_load(fetching->stop) ? 1 : 0;
}

static bool line_set(CURL *curl, struct fetching *fetching)
{
        return set(curl_easy_setopt(curl, CURLOPT_URL, fetching->url)) &&
               set(curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https")) &&
               set(curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https")) &&
               set(curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L)) &&
               set(curl_easy_setopt(curl, CURLOPT_MAXREDIRS, (long)REDIRECTIONS_MOST)) &&
               set(curl_easy_setopt(curl, CURLOPT_PROXY, "")) && set(curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L)) &&
               set(curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L)) &&
               set(curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2)) &&
               set(curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)fetching->config->revocation_seconds)) &&
               set(curl_easy_setopt(curl, CURLOPT_USERAGENT, "pli/" PLI_VERSION)) &&
               set(curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, fetching->reason));
}

static bool calls_set(CURL *curl, struct fetching *fetching)
{
        return set(curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, socket_open)) &&
               set(curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, fetching)) &&
               set(curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, answer_take)) &&
               set(curl_easy_setopt(curl, CURLOPT_WRITEDATA, fetching)) && set(curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L)) &&
               set(curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, progress_look)) &&
               set(curl_easy_setopt(curl, CURLOPT_XFERINFODATA, fetching));
}

/* RFC 6960 A.1: a POST; a list is fetched by GET. */
static bool question_set(CURL *curl, const struct fetching *fetching, struct curl_slist **headers)
{
        if (fetching->request == NULL)
                return true;
        *headers = curl_slist_append(NULL, "Content-Type: application/ocsp-request");
        return *headers != NULL && set(curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)fetching->request_size)) &&
               set(curl_easy_setopt(curl, CURLOPT_POSTFIELDS, fetching->request)) &&
               set(curl_easy_setopt(curl, CURLOPT_HTTPHEADER, *headers));
}

/* The answer is a CRL or an OCSP answer, or the reason says why there is none. */
static bool fetch(struct fetching *fetching)
{
        struct curl_slist *headers = NULL;
        CURL *curl = curl_easy_init();
        if (curl == NULL || !line_set(curl, fetching) || !calls_set(curl, fetching) || !question_set(curl, fetching, &headers))
                abort();
        CURLcode done = curl_easy_perform(curl);
        curl_easy_cleanup(curl);
        curl_slist_free_all(headers);
        if (done != CURLE_OK && fetching->reason[0] == '\0')
                snprintf(fetching->reason, sizeof fetching->reason, "%s", curl_easy_strerror(done));
        if (done != CURLE_OK)
                return false;
        signing_trust *scratch = signing_trust_new();
        struct signing_refusal why = {0};
        bool good =
                scratch != NULL && signing_trust_evidence(scratch, (struct signing_bytes){fetching->data, fetching->size}, &why);
        signing_trust_free(scratch);
        if (!good)
                snprintf(fetching->reason, sizeof fetching->reason, "%.200s", why.sentence);
        return good;
}

/* ---- the database ---- */

static bool outcome_store(const struct revocation_channel *channel, json_int_t id, const struct fetching *fetching, bool good,
                          struct problem *problem)
{
        const struct db_argument stored[] = {db_integer(id), db_bytes(fetching->data, fetching->size),
                                             db_integer(channel->config->revocation_age)},
                                 failed[] = {db_integer(id), db_text(fetching->reason)};
        if (good)
                log_event(LOG_LEVEL_INFO, "revocation-fetched", "url", fetching->url, NULL);
        else
                log_event(LOG_LEVEL_WARNING, "revocation-later", "url", fetching->url, "detail", fetching->reason, NULL);
        return good ? db_call(channel->db, "api.revocation_store", stored, 3, problem)
                    : db_call(channel->db, "api.revocation_fail", failed, 2, problem);
}

static bool source_serve(const struct revocation_channel *channel, const json_t *claim, struct problem *problem)
{
        const char *url = json_string_value(json_object_get(claim, "url"));
        struct fetching fetching = {.config = channel->config, .stop = channel->stop, .url = url != NULL ? url : ""};
        OWN(octets) request = NULL;
        if (!base64_read(json_string_value(json_object_get(claim, "request")), &request, &fetching.request_size))
                return problem_set(problem, "internal", "the database's revocation row is unreadable");
        fetching.request = fetching.request_size > 0 ? request : NULL;
        bool good = fetch(&fetching);
        bool stored = outcome_store(channel, json_integer_value(json_object_get(claim, "id")), &fetching, good, problem);
        free(fetching.data);
        return stored;
}

/* All that is due; false where the database fails. */
static bool turn(const struct revocation_channel *channel, struct problem *problem)
{
        while (!atomic_load(channel->stop)) {
                OWN(json_t) claim = NULL;
                const struct db_argument lease = db_integer(channel->config->revocation_seconds + LEASE_MORE);
                if (!db_call_json(channel->db, "api.revocation_claim", &lease, 1, &claim, problem))
                        return false;
                if (json_is_null(claim))
                        return true;
                if (!source_serve(channel, claim, problem))
                        return false;
        }
        return true;
}

static void *serve(void *context)
{
        const struct revocation_channel *channel = context;
        bool listening = false;
        char payload[128];
        while (!atomic_load(channel->stop)) {
                struct problem problem = {0};
                listening = listening || db_listen(channel->db, "revocation", &problem);
                bool well = listening && turn(channel, &problem);
                if (!well)
                        log_event(LOG_LEVEL_ERROR, problem.row->code, "detail", problem.detail, NULL);
                if (!atomic_load(channel->stop))
                        (void)db_wait(channel->db, well ? IDLE : AWAY, payload);
        }
        return NULL;
}

bool revocation_channel_start(const struct config *config, const atomic_bool *stop, struct revocation_channel **out,
                              struct problem *problem)
{
        char conninfo[1024];
        struct revocation_channel *channel = calloc(1, sizeof *channel);
        snprintf(conninfo, sizeof conninfo, "%s user=pli_relay", config->database);
        if (channel == NULL)
                abort();
        *channel = (struct revocation_channel){config, stop, db_open(conninfo, "pli-relay revocation"), 0};
        if (pthread_create(&channel->thread, NULL, serve, channel) != 0) {
                db_close(channel->db);
                free(channel);
                return problem_set(problem, "internal", "no thread for revocation data");
        }
        *out = channel;
        return true;
}

void revocation_channel_stop(struct revocation_channel *channel)
{
        if (channel == NULL)
                return;
        pthread_join(channel->thread, NULL);
        db_close(channel->db);
        free(channel);
}
