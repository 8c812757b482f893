/* pes_channel.c - two threads: PES out, answers in. */
#include "gateway/relay/pes_channel.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/core/log.h"
#include "gateway/core/owner.h"
#include "gateway/relay/channel_report.h"
#include "gateway/relay/document.h"
#include "gateway/relay/outbox.h"
#include "gateway/relay/pes_inbox.h"
#include "gateway/relay/pes_name.h"

typedef struct parcel_file parcel_file;
DEFINE_OWNER(parcel_file, parcel_file_close)

enum { SLICE = 100 }; /* milliseconds between two looks at `stop` */

struct pes_channel {
        const struct config *config;
        const atomic_bool *stop, *leading;
        struct transfer *sending, *testing;
        struct breaker out;
        char out_text[TRANSFER_TEXT];
        struct pes_inbox inbox;
        atomic_uint in_failures; /* of the other thread's breaker, for the report */
        struct db *db;
        pthread_t sender, receiver;
        bool sends, receives;
};

static int64_t milliseconds(void)
{
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- one PES out ---- */

static bool is_ready(void *context)
{
        const struct pes_channel *channel = context;
        return breaker_allows(&channel->out, milliseconds() / 1000);
}

/* The document as it was acknowledged, in a file without a name. */
static bool file_fill(struct db *db, const json_t *item, struct parcel_file *file, struct problem *problem)
{
        const json_t *files = json_object_get(json_object_get(item, "filing"), "files");
        struct document document;
        if (!document_read(json_array_get(files, 0), &document))
                return problem_set(problem, "content-missing", "The PES is not there.");
        document.db = db;
        document.problem = problem;
        const struct signing_sink sink = {file, parcel_file_write};
        if (document_copy(&document, &sink))
                return true;
        if (problem->row == NULL)
                problem_set(problem, "file-unwritable", "The spool does not take the PES.");
        return false;
}

struct sending {
        char name[PES_NAME], site[PES_SITE];
        struct parcel_file *file;
};

static bool try_url(struct pes_channel *channel, const char *url, const struct sending *sending)
{
        return transfer_put(channel->sending, url, sending->name, sending->file, sending->site, channel->out_text);
}

static enum post_outcome file_send(struct pes_channel *channel, const struct sending *sending, json_t *detail)
{
        int64_t started = milliseconds();
        const char *url = "main";
        bool taken = try_url(channel, channel->config->pes_url, sending);
        if (!taken && *channel->config->pes_rescue_url != '\0') {
                url = "rescue";
                taken = try_url(channel, channel->config->pes_rescue_url, sending);
        }
        breaker_report(&channel->out, taken, milliseconds() / 1000);
        json_object_set_new(detail, "url", json_string(url));
        json_object_set_new(detail, "milliseconds", json_integer(milliseconds() - started));
        if (taken) {
                *channel->out_text = '\0';
                return POST_TAKEN;
        }
        json_object_set_new(detail, "text", json_string(channel->out_text));
        outbox_reason(detail, "pes-unavailable", "HELIOS transport", channel->out_text);
        return POST_LATER;
}

static void sending_describe(const struct sending *sending, json_t *detail)
{
        char hex[65];
        parcel_file_digest(sending->file, hex);
        json_object_set_new(detail, "archive", json_string(sending->name));
        json_object_set_new(detail, "sha256", json_string(hex));
        json_object_set_new(detail, "bytes", json_integer((json_int_t)parcel_file_size(sending->file)));
}

/* Given up after so many sendings: told as failed, never silent. */
static enum post_outcome outcome_bound(const struct pes_channel *channel, const json_t *item, enum post_outcome outcome,
                                       json_t *detail)
{
        if (outcome != POST_LATER || json_integer_value(json_object_get(item, "attempt")) < channel->config->pes_attempts)
                return outcome;
        outbox_reason(detail, "pes-attempts", "pes_attempts", "The DGFiP could not be reached in all the attempts allowed.");
        return POST_REFUSED;
}

static enum post_outcome item_send(void *context, struct db *db, const json_t *item, json_t *detail)
{
        struct pes_channel *channel = context;
        struct sending sending = {.file = NULL};
        struct problem problem = {0};
        OWN(parcel_file) file = NULL;
        if (!pes_name_write(item, sending.name) || !pes_site_write(channel->config->pes_site, item, sending.site)) {
                outbox_reason(detail, "pes-name", "HELIOS transport",
                              "The PES has a value that cannot stand in a file name or a SITE command.");
                return POST_REFUSED;
        }
        if (!parcel_file_open(channel->config->relay_spool, &file, &problem) || !file_fill(db, item, file, &problem)) {
                outbox_reason(detail, problem.row->code, problem.row->clause, problem.detail);
                return POST_LATER;
        }
        sending.file = file;
        sending_describe(&sending, detail);
        return outcome_bound(channel, item, file_send(channel, &sending, detail), detail);
}

/* ---- the threads ---- */

static void pause_for(const struct pes_channel *channel, long seconds)
{
        for (long i = 0; i < seconds * 1000 / SLICE && !atomic_load(channel->stop); i++)
                nanosleep(&(struct timespec){.tv_nsec = SLICE * 1000000L}, NULL);
}

static bool folder_test(struct pes_channel *channel, const char *url, const char *what, char text[TRANSFER_TEXT])
{
        struct listing_entry *entries = NULL;
        size_t count = 0;
        char why[TRANSFER_TEXT] = "";
        if (*url == '\0')
                return true;
        bool well = transfer_list(channel->testing, url, &entries, &count, why);
        free(entries);
        if (!well)
                snprintf(text, TRANSFER_TEXT, "%s: %.480s", what, why);
        return well;
}

static bool channel_test(void *context, char text[512])
{
        struct pes_channel *channel = context;
        return folder_test(channel, channel->config->pes_url, "pes_url", text) &&
               folder_test(channel, channel->config->pes_rescue_url, "pes_rescue_url", text) &&
               folder_test(channel, channel->config->pes_inbox_url, "pes_inbox_url", text);
}

/* Both ways count: the report is of the worse. */
static void report_say(struct pes_channel *channel, struct channel_report *report)
{
        struct breaker worse = channel->out;
        unsigned inbox = atomic_load(&channel->in_failures);
        const char *text = channel->out_text;
        if (inbox > worse.failures) {
                worse.failures = inbox;
                text = "the folder of answers cannot be read";
        }
        channel_report(report, channel->db, &worse, text);
}

static void *send_all(void *context)
{
        struct pes_channel *channel = context;
        const struct outbox_channel way = {.name = "pes", .noun = "pes", .context = channel, .ready = is_ready, .send = item_send};
        const struct outbox outbox = {channel->db, &way, channel->stop};
        struct channel_report report = {.channel = "pes", .test = channel_test, .context = channel};
        char payload[128];
        bool listening = false;
        while (!atomic_load(channel->stop)) {
                struct problem problem = {0};
                listening = listening || db_listen(channel->db, "outbox", &problem);
                if (atomic_load(channel->leading)) {
                        if (channel->sends && !outbox_run(&outbox, &problem) && !atomic_load(channel->stop))
                                log_event(LOG_LEVEL_ERROR, problem.row->code, "detail", problem.detail, NULL);
                        report_say(channel, &report);
                }
                if (!atomic_load(channel->stop))
                        (void)db_wait(channel->db, (int)channel->config->relay_seconds * 1000, payload);
        }
        return NULL;
}

static void *receive_all(void *context)
{
        struct pes_channel *channel = context;
        struct breaker breaker = {0};
        while (!atomic_load(channel->stop)) {
                char text[TRANSFER_TEXT] = "";
                int64_t now = milliseconds() / 1000;
                if (atomic_load(channel->leading) && breaker_allows(&breaker, now)) {
                        bool well = pes_inbox_look(&channel->inbox, text);
                        if (!well && !atomic_load(channel->stop))
                                log_event(LOG_LEVEL_WARNING, "pes-inbox-away", "reason", text, NULL);
                        breaker_report(&breaker, well, milliseconds() / 1000);
                        atomic_store(&channel->in_failures, breaker.failures);
                }
                pause_for(channel, (long)channel->config->pes_poll_seconds);
        }
        return NULL;
}

/* ---- start and stop ---- */

static bool url_check(const char *url, const char *option, const struct config *config, struct problem *problem)
{
        size_t length = strlen(url);
        if (length == 0)
                return true;
        bool ssh = strncmp(url, "sftp://", 7) == 0;
        if ((!ssh && strncmp(url, "ftp://", 6) != 0 && strncmp(url, "ftps://", 7) != 0) || url[length - 1] != '/')
                return problem_set(problem, "config-invalid", "%s must be an sftp, ftp or ftps address that ends in /.", option);
        if (ssh && *config->pes_host_key == '\0')
                return problem_set(problem, "config-invalid",
                                   "pes_host_key is needed for %s: the server's key is never taken on trust.", option);
        return true;
}

static bool transfers_open(struct pes_channel *channel, struct problem *problem)
{
        const struct config *config = channel->config;
        const struct transfer_options options = {.user = config->pes_user,
                                                 .password_file = config->pes_password_file,
                                                 .key = config->pes_key,
                                                 .host_key = config->pes_host_key,
                                                 .anchors = config->pes_anchors,
                                                 .pin = config->pes_pin,
                                                 .certificate = config->pes_certificate,
                                                 .certificate_key = config->pes_certificate_key,
                                                 .rename = config->pes_rename == 1,
                                                 .seconds = (long)config->pes_seconds,
                                                 .stop = channel->stop};
        struct transfer_options trying = options;
        trying.fresh = true;
        return transfer_open(&options, &channel->sending, problem) && transfer_open(&trying, &channel->testing, problem) &&
               transfer_open(&options, &channel->inbox.transfer, problem);
}

static bool channel_open(struct pes_channel *channel, struct problem *problem)
{
        const struct config *config = channel->config;
        struct parcel_file *trial = NULL;
        if (!url_check(config->pes_url, "pes_url", config, problem) ||
            !url_check(config->pes_rescue_url, "pes_rescue_url", config, problem) ||
            !url_check(config->pes_inbox_url, "pes_inbox_url", config, problem) ||
            !parcel_file_open(config->relay_spool, &trial, problem))
                return false;
        parcel_file_close(trial);
        char conninfo[1024];
        snprintf(conninfo, sizeof conninfo, "%s user=pli_relay", config->database);
        channel->db = db_open(conninfo, "pli-relay pes");
        channel->inbox.db = db_open(conninfo, "pli-relay pes answers");
        return transfers_open(channel, problem);
}

bool pes_channel_start(const struct config *config, const atomic_bool *stop, const atomic_bool *leading, struct pes_channel **out,
                       struct problem *problem)
{
        if (*config->pes_url == '\0' && *config->pes_inbox_url == '\0')
                return true;
        struct pes_channel *channel = calloc(1, sizeof *channel);
        if (channel == NULL)
                abort();
        channel->config = config;
        channel->stop = channel->inbox.stop = stop;
        channel->leading = leading;
        channel->sends = *config->pes_url != '\0';
        channel->receives = *config->pes_inbox_url != '\0';
        channel->inbox.url = config->pes_inbox_url;
        channel->inbox.spool = config->relay_spool;
        channel->inbox.half_seconds = (long)config->pes_half_seconds;
        if (!channel_open(channel, problem))
                return false; /* the process ends */
        if (pthread_create(&channel->sender, NULL, send_all, channel) != 0 ||
            (channel->receives && pthread_create(&channel->receiver, NULL, receive_all, channel) != 0))
                abort();
        *out = channel;
        return true;
}

void pes_channel_stop(struct pes_channel *channel)
{
        if (channel == NULL)
                return;
        pthread_join(channel->sender, NULL);
        if (channel->receives)
                pthread_join(channel->receiver, NULL);
        transfer_close(channel->sending);
        transfer_close(channel->testing);
        transfer_close(channel->inbox.transfer);
        pes_inbox_forget(&channel->inbox);
        db_close(channel->db);
        db_close(channel->inbox.db);
        free(channel);
}
