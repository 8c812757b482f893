/* delivery.c - the steps of a deposit, repeated until the receipt is there or patience is over. */
#include "gateway/client/delivery.h"

#include <assert.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/client/catalogue.h"
#include "gateway/client/line.h"
#include "gateway/client/progress.h"
#include "gateway/client/sealed.h"
#include "gateway/client/session.h"
#include "gateway/client/show.h"
#include "gateway/client/upload.h"
#include "signing/signing.h"

enum { GROUP_MOST = 256, COMMITS_MOST = 5, FORECAST_AFTER = 3, PAUSE_FIRST = 500, PAUSE_MOST = 20000 };

/* Where a delivery stands. */
struct trip {
        const struct delivery *delivery;
        struct progress *progress;
        uint64_t total, arrived;        /* bytes of ciphertext */
        uint64_t best;                  /* the most that ever was there: growth is progress */
        int64_t progressed;             /* when it last grew */
        bool committed;                 /* it was already: only the answer was lost */
        uint64_t group;                 /* chunks a request */
        unsigned pause;                 /* milliseconds before the next try */
        int64_t deadline, ahead, begun; /* of the forecast; deadline 0: unknown, or already forecast */
        bool promised;                  /* the last forecast was in time */
};

static void pause_for(unsigned milliseconds)
{
        struct timespec pause = {.tv_sec = milliseconds / 1000, .tv_nsec = (long)(milliseconds % 1000) * 1000000};
        (void)nanosleep(&pause, NULL);
}

/* "At this speed it will arrive at 11:58:20": while something can still be done about it. The same is not said twice. */
static void forecast_say(struct trip *trip, int64_t left)
{
        int64_t now = (int64_t)time(NULL), early = trip->deadline - (now + trip->ahead + left);
        char hour[16], margin[48], sentence[256];
        time_t arrival = (time_t)(now + left);
        struct tm parts;
        bool known = early >= 0 && trip->promised;
        strftime(hour, sizeof hour, "%H:%M:%S", localtime_r(&arrival, &parts));
        if (early >= 0)
                snprintf(sentence, sizeof sentence, words("At this speed it will arrive at %s, %s before the deadline."), hour,
                         show_duration(early, margin));
        else
                snprintf(sentence, sizeof sentence, words("WARNING: at this speed it will arrive at %s, %s AFTER the deadline."),
                         hour, show_duration(-early, margin));
        trip->promised = early >= 0;
        if (!known && trip->progress != NULL)
                progress_note(trip->progress, "%s", sentence);
        else if (!known)
                show_note("%s", sentence);
}

static void forecast_show(struct trip *trip)
{
        int64_t left = progress_left(trip->progress);
        if (trip->deadline == 0 || left < 0 || (int64_t)time(NULL) - trip->begun < FORECAST_AFTER)
                return;
        forecast_say(trip, left);
        trip->deadline = 0;
}

/* Before the first byte: the line is measured, and the arrival told. */
static void forecast_first(struct trip *trip)
{
        uint64_t rate = 0;
        char speed[32];
        if (trip->deadline == 0 || !line_measure(trip->delivery->session, &rate) || rate == 0)
                return;
        show_note(words("The line carries %s a second."), show_size(rate, speed));
        forecast_say(trip, (int64_t)(trip->total / rate));
}

static void trip_moved(void *context, uint64_t bytes)
{
        struct trip *trip = context;
        progress_set(trip->progress, trip->arrived + bytes);
        forecast_show(trip);
}

static bool deposit_fetch(const struct delivery *delivery, json_t **out, struct problem *problem)
{
        char *path = session_path("/api/v1/deposits/%s", delivery->deposit);
        bool fetched = session_json(delivery->session, &(struct call){.method = "GET", .path = path}, out, problem);
        free(path);
        return fetched;
}

static const json_t *envelope_find(const json_t *deposit, const char *name)
{
        size_t index;
        json_t *envelope;
        json_array_foreach(json_object_get(deposit, "envelopes"), index, envelope)
        {
                if (strcmp(field_text(envelope, "envelope"), name) == 0)
                        return envelope;
        }
        return NULL;
}

static void parts_free(struct upload_part *parts, size_t count)
{
        for (size_t i = 0; i < count; i++)
                ranges_free(&parts[i].groups);
        free(parts);
}

/* What is missing of each envelope, in groups. *bytes: how much it is. */
static bool parts_plan(struct trip *trip, const json_t *deposit, struct upload_part **out, uint64_t *bytes, struct problem *problem)
{
        const struct delivery *delivery = trip->delivery;
        struct upload_part *parts = calloc(delivery->count, sizeof *parts);
        assert(parts != NULL);
        uint64_t missing_bytes = 0;
        for (size_t i = 0; i < delivery->count; i++) {
                const struct sealed *sealed = &delivery->sealed[i];
                struct ranges missing = {0};
                const json_t *arrived = json_object_get(envelope_find(deposit, sealed->envelope), "arrived");
                if (!ranges_missing(arrived, sealed->chunks, &missing)) {
                        parts_free(parts, delivery->count);
                        return problem_set(problem, "gateway-answer", "%s: arrived", sealed->envelope);
                }
                parts[i].sealed = sealed;
                ranges_cut(&missing, trip->group, &parts[i].groups);
                for (size_t n = 0; n < missing.count; n++)
                        missing_bytes += sealed_size(sealed, missing.list[n].first, missing.list[n].count);
                ranges_free(&missing);
        }
        *bytes = missing_bytes;
        *out = parts;
        return true;
}

/* More has arrived than ever: begin to count patience and pauses anew. */
static void trip_note_progress(struct trip *trip)
{
        if (trip->arrived <= trip->best && trip->progressed != 0)
                return;
        trip->best = trip->arrived;
        trip->progressed = (int64_t)time(NULL);
        trip->pause = PAUSE_FIRST;
}

/* Waits, longer each time. False where patience is over: *problem stands. */
static bool trip_pause(struct trip *trip, unsigned retry_after, const struct problem *problem)
{
        if (session_patience_left(trip->delivery->session, trip->progressed) == 0)
                return false;
        unsigned pause = retry_after * 1000 > trip->pause ? retry_after * 1000 : trip->pause;
        progress_note(trip->progress, words("Cut (%s); going on in %u s."), problem->detail, (pause + 999) / 1000);
        pause_for(pause);
        trip->pause = trip->pause * 2 < PAUSE_MOST ? trip->pause * 2 : PAUSE_MOST;
        /* A line that is cut often carries small requests better. */
        trip->group = trip->group > 4 ? trip->group / 2 : trip->group;
        return true;
}

/* One look at what is there and one attempt at the rest. *whole: nothing is missing any more. */
static bool chunks_attempt(struct trip *trip, bool *whole, struct problem *problem)
{
        const struct delivery *delivery = trip->delivery;
        json_t *deposit = NULL;
        struct upload_part *parts = NULL;
        uint64_t missing = 0;
        if (!deposit_fetch(delivery, &deposit, problem))
                return false;
        trip->committed = strcmp(field_text(deposit, "state"), "started") != 0;
        bool planned = parts_plan(trip, deposit, &parts, &missing, problem);
        json_decref(deposit);
        if (!planned)
                return false;
        trip->arrived = trip->total - missing;
        trip_note_progress(trip);
        if (trip->committed || missing == 0) {
                *whole = true;
                parts_free(parts, delivery->count);
                return true;
        }
        struct upload upload = {
                .session = delivery->session,
                .deposit = delivery->deposit,
                .parts = parts,
                .part_count = delivery->count,
                .connections = delivery->connections,
                .moved = trip_moved,
                .context = trip,
        };
        unsigned retry_after = 0;
        enum upload_outcome outcome = upload_run(&upload, &retry_after, problem);
        parts_free(parts, delivery->count);
        return outcome == UPLOAD_DONE || (outcome == UPLOAD_CUT && trip_pause(trip, retry_after, problem));
}

static bool chunks_deliver(struct trip *trip, struct problem *problem)
{
        bool whole = false;
        progress_set(trip->progress, trip->arrived);
        while (!whole)
                if (!chunks_attempt(trip, &whole, problem))
                        return false;
        progress_set(trip->progress, trip->total);
        return true;
}

static bool manifests_deliver(const struct delivery *delivery, struct problem *problem)
{
        for (size_t i = 0; i < delivery->count; i++) {
                const struct sealed *sealed = &delivery->sealed[i];
                char *path = session_path("/api/v1/deposits/%s/envelopes/%s/manifest", delivery->deposit, sealed->envelope);
                struct call call = {.method = "PUT",
                                    .path = path,
                                    .body = sealed->manifest.data,
                                    .body_size = sealed->manifest.size,
                                    .media_type = "application/xml"};
                struct answer answer = {0};
                bool put = session_call(delivery->session, &call, &answer, problem);
                answer_free(&answer);
                free(path);
                if (!put)
                        return false;
        }
        return true;
}

bool delivery_receipt(struct session *session, const char *path, struct answer *receipt, struct problem *problem)
{
        int64_t since = (int64_t)time(NULL);
        for (unsigned pause = 250;; pause = pause < 5000 ? pause * 2 : pause) {
                bool there = session_call(session, &(struct call){.method = "GET", .path = path, .waits = 30}, receipt, problem);
                if (there && receipt->status == 200)
                        return true;
                bool later = there || strcmp(problem->row->code, "not-found") == 0 || strstr(problem->row->code, "receipt") != NULL;
                if (there)
                        answer_free(receipt);
                if (!later)
                        return false;
                if (session_patience_left(session, since) == 0)
                        return problem_set(problem, "gateway-troubled", "%s",
                                           words("the receipt is not there yet; run the same command again later"));
                pause_for(pause);
        }
}

/* 200 is the receipt, 202 a promise of it. *again: something was missing after all. */
static bool commit_send(const struct delivery *delivery, struct answer *receipt, bool *again, struct problem *problem)
{
        char *path = session_path("/api/v1/deposits/%s/commit", delivery->deposit);
        struct call call = {.method = "POST", .path = path, .key = delivery->commit_key, .waits = 30};
        bool committed = session_call(delivery->session, &call, receipt, problem);
        free(path);
        *again = !committed && strcmp(problem->row->code, "deposit-incomplete") == 0;
        if (!committed || (receipt->status == 200 && strstr(receipt->media_type, "xml") != NULL))
                return committed;
        answer_free(receipt);
        path = session_path("/api/v1/deposits/%s/receipt", delivery->deposit);
        bool there = delivery_receipt(delivery->session, path, receipt, problem);
        free(path);
        return there;
}

static void trip_forecast(struct trip *trip)
{
        struct problem ignored = {0}; /* a forecast is a courtesy: without it the deposit goes on */
        json_t *consultation = NULL;
        char *path = session_path("/api/v1/consultations/%s", trip->delivery->sealed[0].consultation);
        if (!session_clock(trip->delivery->session, &trip->ahead, &ignored) ||
            !session_json(trip->delivery->session, &(struct call){.method = "GET", .path = path}, &consultation, &ignored) ||
            !instant_seconds(field_text(consultation, "deadline"), &trip->deadline))
                trip->deadline = 0;
        json_decref(consultation);
        free(path);
        trip->begun = (int64_t)time(NULL);
}

bool delivery_run(const struct delivery *delivery, struct answer *receipt, struct problem *problem)
{
        uint64_t group = delivery->group_bytes / SIGNING_SEALED_CHUNK;
        struct trip trip = {.delivery = delivery,
                            .pause = PAUSE_FIRST,
                            .group = group < 1            ? 1
                                     : group > GROUP_MOST ? GROUP_MOST
                                                          : group};
        for (size_t i = 0; i < delivery->count; i++)
                trip.total += delivery->sealed[i].ciphertext.size;
        trip_forecast(&trip);
        if (delivery->fresh)
                forecast_first(&trip);
        bool done = false, again = true;
        for (unsigned i = 0; again && i < COMMITS_MOST; i++) {
                trip.progress = progress_new(delivery->invocation, words("Depositing"), trip.total);
                again = false;
                done = chunks_deliver(&trip, problem);
                progress_free(trip.progress);
                done = done && (trip.committed || manifests_deliver(delivery, problem)) &&
                       commit_send(delivery, receipt, &again, problem);
        }
        return done;
}
