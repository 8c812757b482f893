/*
 * main.c - pli-relay, the one program that faces the State. It calls out, by
 * libcurl, and never listens: its jail has no call for it. It reads and writes
 * through pli_relay's functions alone. One relay is active, by a lock of its
 * database session; others wait, but for webhooks, which all share.
 */
#include <curl/curl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "gateway/core/config.h"
#include "gateway/core/jail.h"
#include "gateway/core/log.h"
#include "gateway/relay/imap_inbox.h"
#include "gateway/relay/actes_channel.h"
#include "gateway/relay/channel_report.h"
#include "gateway/relay/outbox.h"
#include "gateway/relay/post_channel.h"
#include "gateway/relay/revocation_channel.h"
#include "gateway/relay/pes_channel.h"
#include "gateway/relay/webhook_channel.h"

static atomic_bool stop, leading;

static void stop_ask(int signal_number)
{
        (void)signal_number;
        atomic_store(&stop, true);
}

static void signals_set(void)
{
        struct sigaction action = {.sa_handler = stop_ask};
        sigaction(SIGTERM, &action, NULL);
        sigaction(SIGINT, &action, NULL);
        signal(SIGPIPE, SIG_IGN);
}

static void problem_log(const struct problem *problem)
{
        log_event(LOG_LEVEL_ERROR, problem->row->code, "detail", problem->detail, NULL);
}

static int problem_exit(const struct problem *problem)
{
        problem_log(problem);
        return problem->row->exit;
}

/* Names are resolved, our certificate and the State's authorities read again at each connection; no other key is in reach. */
static bool jail_close(const struct config *config, struct problem *problem)
{
        const char *const readable[] = {"/etc/hosts",
                                        "/etc/host.conf",
                                        "/etc/resolv.conf",
                                        "/etc/nsswitch.conf",
                                        "/etc/gai.conf",
                                        "/etc/services",
                                        "/etc/passwd",
                                        "/etc/ssl/certs",
                                        "/etc/ssl/openssl.cnf",
                                        "/etc/ld.so.cache",
                                        "/etc/localtime",
                                        "/run/systemd/resolve",
                                        "/usr/share/ca-certificates",
                                        "/usr/lib",
                                        "/lib",
                                        "/dev/urandom",
                                        config->actes_certificate,
                                        config->database_files,
                                        config->actes_key,
                                        config->actes_anchors,
                                        config->webhook_anchors,
                                        config->imap_password_file,
                                        config->imap_anchors,
                                        config->smtp_password_file,
                                        config->smtp_anchors,
                                        config->pes_password_file,
                                        config->pes_key,
                                        config->pes_anchors,
                                        config->pes_certificate,
                                        config->pes_certificate_key,
                                        NULL};
        const char *const writable[] = {config->relay_spool, "/dev/null", NULL};
        const struct jail jail = {.profile = "relay", .readable = readable, .writable = writable};
        enum jail_strength strength = jail_enter(&jail, problem);
        if (strength == JAIL_WITHOUT_LANDLOCK)
                log_event(LOG_LEVEL_WARNING, "jail-without-landlock", NULL);
        return strength != JAIL_FAILED;
}

/* True where this process is the active relay. The session that holds the lock may have been lost: it is asked for each time. */
static bool lead(struct db *db, struct problem *problem)
{
        json_t *answer = NULL;
        if (!db_call_json(db, "api.relay_lock", NULL, 0, &answer, problem))
                return false;
        bool now = json_is_true(answer);
        json_decref(answer);
        if (now != atomic_exchange(&leading, now))
                log_event(LOG_LEVEL_INFO, now ? "relay-active" : "relay-waiting", NULL);
        return true;
}

static void serve(const struct outbox *outbox, struct actes_channel *channel, int milliseconds)
{
        struct channel_report report = {.channel = "actes", .test = actes_channel_test, .context = channel};
        bool listening = false;
        char payload[128];
        while (!atomic_load(&stop)) {
                struct problem problem = {0};
                listening = listening || db_listen(outbox->db, "outbox", &problem);
                if (!listening || !lead(outbox->db, &problem) || (atomic_load(&leading) && !outbox_run(outbox, &problem)))
                        problem_log(&problem);
                if (atomic_load(&leading))
                        channel_report(&report, outbox->db, &channel->breaker, channel->last);
                if (!atomic_load(&stop))
                        (void)db_wait(outbox->db, milliseconds, payload);
        }
}

int main(int argc, char **argv)
{
        struct config config;
        struct problem problem = {0};
        if (!config_load(&argc, argv, "pli-relay [--config FILE] [--set name=value]\nCarries filings to the State.\n", &config,
                         &problem)) {
                log_open("pli-relay", "info");
                return problem_exit(&problem);
        }
        log_open("pli-relay", config.log_level);
        signals_set();
        curl_global_init(CURL_GLOBAL_DEFAULT);
        struct actes_channel channel;
        struct webhook_channel *webhooks = NULL;
        struct imap_inbox *inbox = NULL;
        struct post_channel *post = NULL;
        struct revocation_channel *revocations = NULL;
        struct pes_channel *pes = NULL;
        if (!jail_close(&config, &problem) || !actes_channel_open(&config, &stop, &channel, &problem) ||
            !webhook_channel_start(&config, &stop, &webhooks, &problem) ||
            !imap_inbox_start(&config, &stop, &leading, &inbox, &problem) ||
            !revocation_channel_start(&config, &stop, &revocations, &problem) ||
            !post_channel_start(&config, &stop, &post, &problem) || !pes_channel_start(&config, &stop, &leading, &pes, &problem))
                return problem_exit(&problem);
        char conninfo[1024];
        snprintf(conninfo, sizeof conninfo, "%s user=pli_relay", config.database);
        struct db *db = db_open(conninfo, "pli-relay");
        log_event(LOG_LEVEL_INFO, "relay-started", "actes", config.actes_url, NULL);
        const struct outbox_channel actes = actes_channel_outbox(&channel);
        serve(&(struct outbox){db, &actes, &stop}, &channel, (int)config.relay_seconds * 1000);
        pes_channel_stop(pes);
        webhook_channel_stop(webhooks);
        imap_inbox_stop(inbox);
        revocation_channel_stop(revocations);
        post_channel_stop(post);
        log_event(LOG_LEVEL_INFO, "relay-stopped", NULL);
        db_close(db);
        actes_channel_close(&channel);
        curl_global_cleanup();
        return 0;
}
