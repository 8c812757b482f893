/* imap_inbox.c - configuration and thread of the mailbox. */
#include "gateway/relay/imap_inbox.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/core/log.h"
#include "gateway/relay/channel_report.h"
#include "gateway/relay/inbox.h"
#include "gateway/relay/mail.h"

/* Where mails go that cannot be used; milliseconds between two looks at `stop`. */
static const char ASIDE[] = "A-examiner";
enum { SLICE = 100 };

struct imap_inbox {
        struct inbox inbox;
        const atomic_bool *stop, *leading;
        long seconds;
        pthread_t thread;
};

static bool password_read(const char *path, char out[256], struct problem *problem)
{
        FILE *file = fopen(path, "re");
        char *line = file != NULL ? fgets(out, 256, file) : NULL;
        if (file != NULL)
                fclose(file);
        if (line == NULL)
                return problem_set(problem, "config-invalid", "imap_password_file cannot be read.");
        out[strcspn(out, "\r\n")] = '\0';
        return true;
}

static void pause_for(const struct imap_inbox *inbox)
{
        for (long i = 0; i < inbox->seconds * 1000 / SLICE && !atomic_load(inbox->stop); i++)
                nanosleep(&(struct timespec){.tv_nsec = SLICE * 1000000L}, NULL);
}

static int64_t seconds_now(void)
{
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        return (int64_t)now.tv_sec;
}

/* The operator's test: the mailbox is listed, and nothing is taken. */
static bool mailbox_test(void *context, char text[512])
{
        const struct imap_inbox *inbox = context;
        struct problem problem = {0};
        uint32_t uids[1];
        size_t count = 0;
        bool well = imap_list(inbox->inbox.imap, uids, 1, &count, &problem);
        snprintf(text, 512, "%.500s", well ? "" : problem.detail);
        return well;
}

/* One look, unless looks have failed in a row: then ever more seldom. */
static void look(struct imap_inbox *inbox, struct breaker *breaker, char text[512])
{
        struct problem problem = {0};
        if (!breaker_allows(breaker, seconds_now()))
                return;
        bool well = inbox_look(&inbox->inbox, &problem);
        if (atomic_load(inbox->stop))
                return;
        if (!well)
                log_event(LOG_LEVEL_WARNING, problem.row->code, "detail", problem.detail, NULL);
        snprintf(text, 512, "%.500s", well ? "" : problem.detail);
        breaker_report(breaker, well, seconds_now());
}

static void *serve(void *context)
{
        struct imap_inbox *inbox = context;
        struct breaker breaker = {0};
        struct channel_report report = {.channel = "mailbox", .test = mailbox_test, .context = inbox};
        char text[512] = "";
        while (!atomic_load(inbox->stop)) {
                if (atomic_load(inbox->leading)) {
                        look(inbox, &breaker, text);
                        channel_report(&report, inbox->inbox.db, &breaker, text);
                }
                pause_for(inbox);
        }
        return NULL;
}

static bool mailbox_open(const struct config *config, struct imap_inbox *inbox, struct problem *problem)
{
        if (strncmp(config->imap_url, "imaps://", 8) != 0 || strchr(config->imap_url + 8, '/') != NULL)
                return problem_set(problem, "config-invalid", "imap_url must be imaps://host or imaps://host:port.");
        char password[256];
        if (!password_read(config->imap_password_file, password, problem))
                return false;
        const struct imap_options options = {.url = config->imap_url,
                                             .user = config->imap_user,
                                             .password = password,
                                             .anchors = config->imap_anchors,
                                             .folder = ASIDE,
                                             .stop = inbox->stop};
        bool opened = imap_open(&options, &inbox->inbox.imap, problem);
        explicit_bzero(password, sizeof password);
        return opened;
}

bool imap_inbox_start(const struct config *config, const atomic_bool *stop, const atomic_bool *leading, struct imap_inbox **out,
                      struct problem *problem)
{
        if (*config->imap_url == '\0')
                return true;
        struct imap_inbox *inbox = calloc(1, sizeof *inbox);
        if (inbox == NULL)
                abort();
        *inbox = (struct imap_inbox){.stop = stop, .leading = leading, .seconds = (long)config->imap_seconds, .inbox.stop = stop};
        if (!mailbox_open(config, inbox, problem)) {
                free(inbox);
                return false;
        }
        char conninfo[1024];
        snprintf(conninfo, sizeof conninfo, "%s user=pli_relay", config->database);
        mail_start();
        inbox->inbox.db = db_open(conninfo, "pli-relay mailbox");
        if (pthread_create(&inbox->thread, NULL, serve, inbox) != 0)
                abort();
        *out = inbox;
        return true;
}

void imap_inbox_stop(struct imap_inbox *inbox)
{
        if (inbox == NULL)
                return;
        pthread_join(inbox->thread, NULL);
        imap_close(inbox->inbox.imap);
        db_close(inbox->inbox.db);
        free(inbox);
}
