/*
 * opening_worker.c - claim, unseal, scan, settle; one envelope at a time a thread.
 *
 * A fault of the world (database away, no judge) is waited out: the envelope is
 * done again from its start, as settling is the only step that leaves a trace.
 * A fault of the envelope is its report.
 */
#include "gateway/front/opening_worker.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/core/antivirus.h"
#include "gateway/core/config.h"
#include "gateway/core/db.h"
#include "gateway/core/log.h"
#include "gateway/core/owner.h"
#include "gateway/core/verdict.h"
#include "gateway/front/revocation.h"
#include "gateway/front/sealed.h"
#include "gateway/front/trust.h"

DEFINE_OWNER(json_t, json_decref)
typedef struct content content;
DEFINE_OWNER(content, content_close)
typedef struct trust trust;
DEFINE_OWNER(trust, trust_free)
typedef struct revocation revocation;
DEFINE_OWNER(revocation, revocation_free)

/* Threads at most; tries of one envelope before its lease is left to run out; judges that may die over one before it is the
 * envelope's fault; seconds for clamd; milliseconds of one wait. */
enum { THREADS_MOST = 64, TRIES = 8, JUDGES_LOST = 2, CLAMD_SECONDS = 120, WAIT = 5000 };

static struct {
        const struct config *config;
        struct verdict_pool *judges;
        char conninfo[1024];
        atomic_bool stopping;
        pthread_t threads[THREADS_MOST];
        size_t count;
} workers;

/* ---- documents on their way to clamd ---- */

struct scanning {
        struct antivirus_settings settings;
        struct antivirus *scan; /* of the document that is passing, or NULL */
        char *name;
        json_t *results;
};

static void scanning_break(struct scanning *scanning)
{
        if (scanning->scan != NULL)
                antivirus_drop(scanning->scan);
        scanning->scan = NULL;
        free(scanning->name);
        scanning->name = NULL;
}

static bool scanning_begin(void *context, const char *name, const char *media_type, uint64_t size)
{
        struct scanning *scanning = context;
        (void)media_type;
        scanning_break(scanning);
        scanning->name = strdup(name);
        scanning->scan = antivirus_open(&scanning->settings, size);
        return true;
}

static bool scanning_write(void *context, const uint8_t *data, size_t size)
{
        struct scanning *scanning = context;
        antivirus_write(scanning->scan, data, size);
        return true;
}

static bool scanning_end(void *context)
{
        struct scanning *scanning = context;
        struct antivirus_result result = antivirus_close(scanning->scan);
        scanning->scan = NULL;
        json_array_append_new(scanning->results, antivirus_json(scanning->name, &result));
        if (result.outcome != ANTIVIRUS_CLEAN)
                log_event(LOG_LEVEL_WARNING, "document-not-clean", "signature", result.signature, "reason", result.reason, NULL);
        return true;
}

/* ---- one envelope ---- */

/* The report of an envelope that the judge refused to read. */
static json_t *report_unreadable(const struct problem *problem)
{
        return json_pack("{s:s, s:[{s:s, s:s}], s:[], s:[], s:n}", "outcome", "unreadable", "reasons", "code", problem->row->code,
                         "text", problem->detail, "documents", "missing", "verification");
}

static bool document_skip(void *context, const char *name, const char *media_type, uint64_t size)
{
        (void)context, (void)name, (void)media_type, (void)size;
        return false;
}

/* Where a signature's revocation data were lacking that could be had, the signatures are judged again with them; the documents have
 * been handed out and scanned. A fault here leaves the first verdict. */
static void signatures_settle(struct db *db, const struct sealed *sealed, const struct verdict_source *source,
                              struct verdict_trust given, json_t *report)
{
        static const char *const verdicts[] = {"verification", "manifestVerification"};
        const struct verdict_sink none = {.begin = document_skip};
        OWN(revocation) found = NULL;
        OWN(json_t) again = NULL;
        struct problem problem = {0};
        if (!revocation_gather(db, workers.config, report, &found, &problem))
                log_event(LOG_LEVEL_WARNING, problem.row->code, "detail", problem.detail, NULL);
        if (found == NULL)
                return;
        const struct verdict_trust more = revocation_trust(found, given);
        if (!verdict_envelope(workers.judges, sealed->manifest, sealed->manifest_size, sealed_shares(sealed), source, &more, &none,
                              &again, &problem)) {
                log_event(LOG_LEVEL_WARNING, problem.row->code, "detail", problem.detail, NULL);
                return;
        }
        revocation_drop(again);
        for (size_t n = 0; n < sizeof verdicts / sizeof *verdicts; n++)
                if (json_is_object(json_object_get(again, verdicts[n])))
                        json_object_set(report, verdicts[n], json_object_get(again, verdicts[n]));
}

/* False: the world is at fault. */
static bool envelope_open(struct db *db, const struct sealed *sealed, json_t **report, struct problem *problem)
{
        OWN(content) ciphertext = content_open(db, &sealed->place);
        OWN(trust) anchors = NULL;
        const struct verdict_source source = content_source(ciphertext);
        if (!trust_load(workers.config, &anchors, problem))
                return false;
        struct scanning scanning = {.settings = {.socket = workers.config->antivirus,
                                                 .limit = (uint64_t)workers.config->antivirus_limit,
                                                 .seconds = CLAMD_SECONDS},
                                    .results = json_array()};
        const struct verdict_sink sink = {
                .context = &scanning, .begin = scanning_begin, .write = scanning_write, .end = scanning_end};
        const struct verdict_trust given = trust_at(anchors, sealed->at);
        bool judged = verdict_envelope(workers.judges, sealed->manifest, sealed->manifest_size, sealed_shares(sealed), &source,
                                       &given, &sink, report, problem);
        scanning_break(&scanning);
        if (!judged && content_problem(ciphertext)->row != NULL)
                *problem = *content_problem(ciphertext);
        else if (!judged && problem->row->status < 500) {
                *report = report_unreadable(problem);
                judged = true;
        }
        if (judged) {
                json_object_set(*report, "antivirus", scanning.results);
                signatures_settle(db, sealed, &source, given, *report);
        }
        json_decref(scanning.results);
        return judged;
}

static bool envelope_settle(struct db *db, const char *envelope, const json_t *report, struct problem *problem)
{
        OWN(json_t) answer = NULL;
        char *text = json_dumps(report, JSON_COMPACT);
        if (text == NULL)
                return problem_set(problem, "internal", "the report is no JSON");
        const struct db_argument arguments[] = {db_text(envelope), db_text(text)};
        bool settled = db_call_json(db, "api.envelope_settle", arguments, 2, &answer, problem);
        free(text);
        return settled;
}

/* 1, 2, 4 … 30 seconds, cut short when the program stops. */
static void pause_after(unsigned try)
{
        unsigned seconds = try < 5 ? 1U <<
        try:
                30;
        for (unsigned i = 0; i < seconds * 5 && !workers.stopping; i++)
                nanosleep(&(struct timespec){.tv_nsec = 200000000}, NULL);
}

/* A judge that was killed says nothing of the envelope: others are asked, until it is the envelope that kills judges. */
static bool judge_lost(const json_t *report)
{
        const char *code = json_string_value(json_object_get(json_array_get(json_object_get(report, "reasons"), 0), "code"));
        return code != NULL && (strcmp(code, "JUDGE_DIED") == 0 || strcmp(code, "JUDGE_TIMEOUT") == 0);
}

static bool envelope_report(struct db *db, const struct sealed *sealed, json_t **report, struct problem *problem)
{
        for (unsigned lost = 0; envelope_open(db, sealed, report, problem); lost++) {
                if (!judge_lost(*report) || lost == JUDGES_LOST || workers.stopping)
                        return true;
                log_event(LOG_LEVEL_WARNING, "judge-lost", NULL);
                json_decref(*report);
                *report = NULL;
        }
        return false;
}

/* The report is kept between tries, so that a database that was away costs no second opening. */
static void envelope_work(struct db *db, const struct sealed *sealed)
{
        OWN(json_t) report = NULL;
        log_request(sealed->envelope);
        for (unsigned try = 0; try < TRIES && !workers.stopping; try++) {
                struct problem problem = {0};
                if ((report != NULL || envelope_report(db, sealed, &report, &problem)) &&
                    envelope_settle(db, sealed->envelope, report, &problem)) {
                        log_event(LOG_LEVEL_INFO, "envelope-settled", "outcome",
                                  json_string_value(json_object_get(report, "outcome")), NULL);
                        break;
                }
                log_event(LOG_LEVEL_WARNING, "envelope-postponed", "code", problem.row->code, "detail", problem.detail, NULL);
                pause_after(try);
        }
        log_request(NULL);
}

/* True where there was one. */
static bool envelope_claim(struct db *db, struct problem *problem)
{
        OWN(json_t) claimed = NULL;
        struct sealed sealed;
        if (!db_call_json(db, "api.envelope_claim", NULL, 0, &claimed, problem) || !json_is_object(claimed))
                return false;
        if (sealed_read(claimed, &sealed, problem))
                envelope_work(db, &sealed);
        else
                log_event(LOG_LEVEL_ERROR, "envelope-row-unreadable", "detail", problem->detail, NULL);
        sealed_clear(&sealed);
        return true;
}

/* ---- threads ---- */

/* A notification wakes it at once; without one it looks every few seconds, for leases that have run out. */
static void *worker_run(void *unused)
{
        (void)unused;
        struct db *db = db_open(workers.conninfo, "plid-opening");
        struct problem problem = {0};
        bool listening = false;
        while (!workers.stopping) {
                char payload[128];
                problem = (struct problem){0};
                if (!listening)
                        listening = db_listen(db, "opening", &problem);
                if (listening && envelope_claim(db, &problem))
                        continue;
                if (problem.row != NULL) {
                        log_event(LOG_LEVEL_WARNING, "opening-worker-waits", "code", problem.row->code, "detail", problem.detail,
                                  NULL);
                        pause_after(1);
                } else {
                        db_wait(db, WAIT, payload);
                }
        }
        db_close(db);
        return NULL;
}

bool opening_worker_start(const struct config *config, struct verdict_pool *judges, struct problem *problem)
{
        workers.config = config;
        workers.judges = judges;
        workers.stopping = false;
        workers.count = 0;
        snprintf(workers.conninfo, sizeof workers.conninfo, "%s user=pli_front", config->database);
        OWN(trust) readable = NULL; /* what cannot be read is said at the start */
        if (!trust_load(config, &readable, problem))
                return false;
        size_t wanted = config->judges > 1 ? (size_t)config->judges - 1 : 1;
        while (workers.count < wanted && workers.count < THREADS_MOST) {
                if (pthread_create(&workers.threads[workers.count], NULL, worker_run, NULL) != 0) {
                        opening_worker_stop();
                        return problem_set(problem, "internal", "no thread for the opening worker");
                }
                workers.count++;
        }
        return true;
}

void opening_worker_stop(void)
{
        workers.stopping = true;
        for (size_t i = 0; i < workers.count; i++)
                pthread_join(workers.threads[i], NULL);
        workers.count = 0;
}
