/*
 * pli-notary - orders facts, signs receipts. The only program that reads the
 * seal's and the journal's private keys.
 *
 * It may talk to the database and call its time-stamp authority; it listens to
 * nobody. One notary is active, by a lock of its database session; the others
 * wait for it. All it has is in the database: killed at any instant, it or
 * another goes on where it was.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/core/config.h"
#include "gateway/core/db.h"
#include "gateway/core/log.h"
#include "gateway/notary/batching.h"
#include "gateway/notary/cell.h"
#include "gateway/notary/keeping.h"
#include "gateway/notary/keys.h"
#include "gateway/notary/pause.h"
#include "gateway/notary/receipts.h"
#include "gateway/notary/report.h"
#include "gateway/notary/signers.h"

/* An idle notary looks again after this: a fact calls only where it finds nothing pending (sql/rules.sql). */
enum { IDLE_MILLISECONDS = 200, AWAY_MILLISECONDS = 1000, KEYS_SECONDS = 2, HANDS_USUAL = 8 };

static volatile sig_atomic_t ending;

static void end_ask(int signal_number)
{
        (void)signal_number;
        ending = 1;
}

struct notary {
        struct office office;
        struct db *db;
        struct batch batch;
        struct making makings[2];  /* one is signed while the other is put */
        size_t turn;               /* which of them is the next to begin */
        struct keeping *keeping;   /* NULL: receipts are not kept for long */
        struct batching *batching; /* NULL: each receipt has its own time-stamp */
        bool active, behind;       /* holds the lock; receipts may be missing */
        struct pause missing, completing;
        struct report report;
        int64_t keys_due; /* of pause_now() */
};

/* ---- a turn ---- */

/* Now and then, so that a key revoked meanwhile is put down. */
static bool keys_tell(struct notary *notary, struct problem *problem)
{
        if (pause_now() < notary->keys_due)
                return true;
        notary->keys_due = pause_now() + KEYS_SECONDS;
        return keys_settle(notary->db, &notary->office.signers, notary->office.seal, problem);
}

static bool lock_take(struct notary *notary, struct problem *problem)
{
        uint8_t *held = NULL; /* PostgreSQL's boolean, in binary: one byte */
        size_t size = 0;
        if (!db_call_bytes(notary->db, "api.notary_lock", NULL, 0, &held, &size, problem))
                return false;
        bool active = size == 1 && held[0] == 1;
        free(held);
        if (active && !notary->active) {
                if (!journal_check(notary->db, &notary->office.signers, problem))
                        return false;
                notary->keys_due = 0;
                log_event(LOG_LEVEL_INFO, "notary-active", "journal", note_signer_key(notary->office.signers.current)->name, NULL);
                notary->behind = true;
        }
        notary->active = active;
        return !active || keys_tell(notary, problem);
}

static void making_log(const struct making *making)
{
        char size[24], count[24], receipts[24];
        snprintf(size, sizeof size, "%llu", (unsigned long long)making->batch.size);
        snprintf(count, sizeof count, "%zu", making->batch.count);
        snprintf(receipts, sizeof receipts, "%zu", making->made);
        log_event(LOG_LEVEL_INFO, "batch-journaled", "size", size, "entries", count, "receipts", receipts, NULL);
}

/* What was begun the turn before is put, while the crew signs what was taken in this one (nothing, perhaps). */
static bool makings_go_on(struct notary *notary, size_t *made, struct problem *problem)
{
        struct making *next = &notary->makings[notary->turn], *last = &notary->makings[1 - notary->turn];
        const size_t taken = notary->batch.count;
        receipts_settle(last);
        if (!receipts_begin(&notary->office, notary->db, &notary->batch, next, problem))
                return false;
        notary->behind = notary->behind || (taken > 0 && next->batch.count == 0);
        notary->turn = 1 - notary->turn;
        *made = last->made;
        if (last->batch.count == 0)
                return true;
        making_log(last);
        notary->behind = notary->behind || last->made < last->batch.count;
        last->made = 0;
        return receipts_put(last, notary->db, problem);
}

static void makings_drop(struct notary *notary)
{
        receipts_drop(&notary->makings[0]);
        receipts_drop(&notary->makings[1]);
}

/* Receipts that a notary which died left unmade, or that could not be made when their time was. */
static bool missing_make(struct notary *notary, struct problem *problem)
{
        size_t made = 0;
        batch_clear(&notary->batch);
        if (!notary->behind || !pause_over(&notary->missing) || !seal_ready(notary->office.seal))
                return true;
        if (!makings_go_on(notary, &made, problem))
                return false;
        notary->behind = false;
        if (!journal_missing(notary->db, &notary->batch, problem))
                return false;
        bool some = notary->batch.count > 0;
        if (!makings_go_on(notary, &made, problem) || !makings_go_on(notary, &made, problem))
                return false;
        notary->behind = some;
        pause_settle(&notary->missing, made > 0 || !some);
        return true;
}

/* *taken: were there events? Then there may be more. */
static bool pending_take(struct notary *notary, bool *taken, struct problem *problem)
{
        size_t made = 0;
        if (!journal_take(notary->db, &notary->office.signers, &notary->batch, problem))
                return false;
        *taken = notary->batch.count > 0;
        return makings_go_on(notary, &made, problem);
}

/* *more: there is more to be done at once. */
static bool stamps_complete(struct notary *notary, bool *more, struct problem *problem)
{
        struct completion completion = {0};
        if (notary->office.batched)
                return batching_step(notary->batching, &notary->office, notary->db, more, problem);
        if (!stamper_ready(notary->office.stamper) || !pause_over(&notary->completing))
                return true;
        if (!receipts_complete(&notary->office, notary->db, &completion, problem))
                return false;
        pause_settle(&notary->completing, completion.stamped > 0);
        return true;
}

/* *busy: look again at once. A batch's small steps go on beside new facts; single stamps wait until there are none. */
static bool turn(struct notary *notary, bool *busy, struct problem *problem)
{
        bool taken = false, more = false;
        bool well = lock_take(notary, problem) &&
                    (!notary->active || (missing_make(notary, problem) && pending_take(notary, &taken, problem) &&
                                         ((taken && !notary->office.batched) || stamps_complete(notary, &more, problem))));
        if (well && notary->active && !taken && !more && notary->keeping != NULL)
                well = keeping_step(notary->keeping, notary->db, false, &more, problem);
        *busy = taken || more;
        return well && report_tell(&notary->report, &notary->office, notary->db, notary->active, problem);
}

/* ---- the loop ---- */

static void problem_log(const struct problem *problem)
{
        log_event(LOG_LEVEL_ERROR, "turn-failed", "code", problem->row->code, "detail", problem->detail, NULL);
}

/* What no waiting cures: another journal, a key that must not sign any more. */
static bool is_final(const struct problem *problem)
{
        return strcmp(problem->row->code, "journal-mismatch") == 0 || strcmp(problem->row->code, "key-revoked") == 0;
}

/* Until the end is asked for: 0; or the exit status where it must not go on. */
static int turns_run(struct notary *notary)
{
        struct problem problem = {0};
        char payload[128];
        bool listening = false;
        while (ending == 0) {
                bool busy = false;
                listening = listening || db_listen(notary->db, "event", &problem);
                if (listening && turn(notary, &busy, &problem)) {
                        if (!busy && ending == 0)
                                (void)db_wait(notary->db, notary->active ? IDLE_MILLISECONDS : AWAY_MILLISECONDS, payload);
                        continue;
                }
                problem_log(&problem);
                notary->report.failures++;
                if (is_final(&problem))
                        return problem.row->exit;
                batching_drop(notary->batching);
                makings_drop(notary);
                notary->active = false; /* so that, back with the lock, it checks and looks for receipts it left unmade */
                (void)db_wait(notary->db, AWAY_MILLISECONDS, payload);
        }
        struct problem last = {0};
        size_t made = 0;
        batch_clear(&notary->batch);
        if (!makings_go_on(notary, &made, &last))
                problem_log(&last);
        return 0;
}

/* ---- starting ---- */

/* "each" or "batch"; without an authority there is nothing to batch. */
static bool mode_read(const struct config *config, struct office *office, struct problem *problem)
{
        bool batch = strcmp(config->stamp_mode, "batch") == 0;
        if (!batch && strcmp(config->stamp_mode, "each") != 0)
                return problem_set(problem, "config-invalid", "stamp_mode is each or batch, not %s.", config->stamp_mode);
        office->batched = batch && office->stamper != NULL;
        return true;
}

static bool office_open(const struct config *config, struct office *office, struct problem *problem)
{
        struct signing_refusal why;
        office->address = config->public_url;
        if (!signing_start(&why))
                return problem_set(problem, "internal", "%s", why.sentence);
        if (!seal_open(config, &office->seal, problem))
                return false;
        office->stamper = stamper_new(config->stamp_url, config->stamp_seconds);
        return mode_read(config, office, problem);
}

static void office_close(struct office *office)
{
        stamper_free(office->stamper);
        seal_close(office->seal);
        signers_close(&office->signers);
        signing_stop();
}

static void signals_set(void)
{
        struct sigaction action = {.sa_handler = end_ask};
        sigemptyset(&action.sa_mask);
        sigaction(SIGTERM, &action, NULL);
        sigaction(SIGINT, &action, NULL);
        signal(SIGPIPE, SIG_IGN);
}

/* `pli-notary renew`: one round now. It may run beside the active notary, as a receipt is replaced only while it is as it was. */
static int round_run(struct notary *notary)
{
        struct problem problem = {0};
        bool more = notary->keeping != NULL, good = true;
        while (more && good && ending == 0)
                good = keeping_step(notary->keeping, notary->db, true, &more, &problem);
        if (!good)
                problem_log(&problem);
        return good ? 0 : problem.row->exit;
}

static int failed(const struct problem *problem)
{
        log_event(LOG_LEVEL_ERROR, "notary-failed", "code", problem->row->code, "detail", problem->detail, NULL);
        return problem->row->exit;
}

static int no_threads(void)
{
        struct problem problem;
        (void)problem_set(&problem, "internal", "The threads that sign could not be started.");
        return failed(&problem);
}

/* As many as the machine has processors, where it is not said. */
static int64_t hands_count(const struct config *config)
{
        long processors =
                strncmp(config->seal_key, "pkcs11:", 7) == 0 ? 1 : sysconf(_SC_NPROCESSORS_ONLN); /* a token signs one by one */
        if (config->seal_threads > 0)
                return config->seal_threads;
        return processors < 1 ? 1 : processors > HANDS_USUAL ? HANDS_USUAL : processors;
}

static int notary_run(const struct config *config, struct notary *notary, int (*work)(struct notary *notary))
{
        char conninfo[1024];
        snprintf(conninfo, sizeof conninfo, "%s user=pli_notary", config->database);
        notary->office.crew = crew_new(hands_count(config));
        if (notary->office.crew == NULL)
                return no_threads();
        report_begin(&notary->report, config);
        notary->db = db_open(conninfo, "pli-notary");
        notary->batching = notary->office.batched ? batching_new(config->stamp_interval) : NULL;
        notary->keeping = keeping_new(config, &notary->office);
        int status = work(notary);
        makings_drop(notary);
        crew_free(notary->office.crew);
        db_close(notary->db);
        batching_free(notary->batching);
        keeping_free(notary->keeping);
        batch_clear(&notary->batch);
        log_event(LOG_LEVEL_INFO, "notary-ended", NULL);
        return status;
}

int main(int argc, char **argv)
{
        static struct notary notary;
        struct config config;
        struct problem problem = {0};
        log_open("pli-notary", "info");
        if (!config_load(&argc, argv, "pli-notary [--config FILE] [--set name=value]… [journal-key | renew]", &config, &problem))
                return failed(&problem);
        log_open("pli-notary", config.log_level);
        int status = 0;
        const bool renew = argc == 2 && strcmp(argv[1], "renew") == 0, show = argc == 2 && strcmp(argv[1], "journal-key") == 0;
        /* The token's holder is forked first: the journal's key is not yet in memory then. */
        if ((!show && !office_open(&config, &notary.office, &problem)) ||
            !signers_open(&config, &notary.office.signers, &problem)) {
                status = failed(&problem);
        } else if (show) {
                signers_show(&notary.office.signers);
        } else if (!cell_close(&config, &problem)) {
                status = failed(&problem);
        } else {
                signals_set();
                status = notary_run(&config, &notary, renew ? round_run : turns_run);
        }
        office_close(&notary.office);
        return status;
}
