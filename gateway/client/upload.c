/* upload.c - parallel PUTs of chunk groups by libcurl's multi interface. */
#include "gateway/client/upload.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/client/dialogue.h"
#include "gateway/client/sealed.h"
#include "gateway/client/session.h"

enum { CONNECTIONS_MOST = 16, WAIT_MILLISECONDS = 500 };

struct flight;

/* One group on its way. */
struct lane {
        struct flight *flight;
        struct dialogue *dialogue; /* NULL: free */
        struct call call;
        char *path;
        uint64_t sent;
};

struct flight {
        const struct upload *upload;
        CURLM *multi;
        struct lane lanes[CONNECTIONS_MOST];
        unsigned lane_count, busy;
        size_t part, group; /* the next to send */
        uint64_t settled;   /* bytes acknowledged */
        enum upload_outcome outcome;
        unsigned retry_after;
        struct problem *problem;
};

static void flight_moved(const struct flight *flight)
{
        uint64_t bytes = flight->settled;
        for (unsigned i = 0; i < flight->lane_count; i++)
                bytes += flight->lanes[i].dialogue != NULL ? flight->lanes[i].sent : 0;
        if (flight->upload->moved != NULL)
                flight->upload->moved(flight->upload->context, bytes);
}

static void lane_sent(void *context, uint64_t bytes)
{
        struct lane *lane = context;
        lane->sent = bytes;
        flight_moved(lane->flight);
}

/* The next group over all parts; false where none is left. */
static bool group_next(struct flight *flight, const struct sealed **sealed, struct range *group)
{
        const struct upload *upload = flight->upload;
        while (flight->part < upload->part_count && flight->group == upload->parts[flight->part].groups.count) {
                flight->part++;
                flight->group = 0;
        }
        if (flight->part == upload->part_count)
                return false;
        *sealed = upload->parts[flight->part].sealed;
        *group = upload->parts[flight->part].groups.list[flight->group++];
        return true;
}

static bool lane_start(struct flight *flight, struct lane *lane)
{
        const struct sealed *sealed;
        struct range group;
        char number[24];
        if (!group_next(flight, &sealed, &group))
                return false;
        snprintf(number, sizeof number, "%" PRIu64, group.first);
        lane->flight = flight;
        lane->sent = 0;
        lane->path = session_path("/api/v1/deposits/%s/envelopes/%s/chunks/%s", flight->upload->deposit, sealed->envelope, number);
        lane->call = (struct call){
                .method = "PUT",
                .path = lane->path,
                .file = &sealed->ciphertext,
                .offset = sealed_offset(group.first),
                .size = sealed_size(sealed, group.first, group.count),
                .sent = lane_sent,
                .context = lane,
        };
        lane->dialogue = dialogue_new(flight->upload->session, &lane->call);
        CURLMcode added = curl_multi_add_handle(flight->multi, dialogue_handle(lane->dialogue));
        assert(added == CURLM_OK);
        (void)added;
        flight->busy++;
        return true;
}

static void lane_stop(struct flight *flight, struct lane *lane)
{
        curl_multi_remove_handle(flight->multi, dialogue_handle(lane->dialogue));
        dialogue_free(lane->dialogue);
        free(lane->path);
        *lane = (struct lane){0};
        flight->busy--;
}

/* Bytes that arrived altered are sent again like those that did not arrive. */
static bool worth_repeating(enum dialogue_outcome outcome, const struct problem *problem)
{
        return outcome == DIALOGUE_CUT || strcmp(problem->row->code, "digest-mismatch") == 0;
}

static void lane_settle(struct flight *flight, struct lane *lane, CURLcode code)
{
        struct answer answer = {0};
        struct problem problem = {0};
        enum dialogue_outcome outcome = dialogue_settle(lane->dialogue, code, &answer, &problem);
        if (outcome == DIALOGUE_DONE) {
                flight->settled += lane->call.size;
                answer_free(&answer);
        } else if (!worth_repeating(outcome, &problem)) {
                flight->outcome = UPLOAD_REFUSED;
                *flight->problem = problem;
        } else if (flight->outcome == UPLOAD_DONE) {
                flight->outcome = UPLOAD_CUT;
                *flight->problem = problem;
        }
        if (answer.retry_after > flight->retry_after)
                flight->retry_after = answer.retry_after;
        lane_stop(flight, lane);
        flight_moved(flight);
}

static struct lane *lane_of(struct flight *flight, CURL *handle)
{
        for (unsigned i = 0; i < flight->lane_count; i++)
                if (flight->lanes[i].dialogue != NULL && dialogue_handle(flight->lanes[i].dialogue) == handle)
                        return &flight->lanes[i];
        return NULL;
}

static void lanes_settle(struct flight *flight)
{
        int waiting;
        for (CURLMsg *message; (message = curl_multi_info_read(flight->multi, &waiting)) != NULL;) {
                CURLcode code = message->data.result; /* the message dies with the handle's removal */
                struct lane *lane = lane_of(flight, message->easy_handle);
                assert(message->msg == CURLMSG_DONE && lane != NULL);
                lane_settle(flight, lane, code);
        }
}

/* After a cut nothing new starts; what is on its way may still arrive. */
static void lanes_fill(struct flight *flight)
{
        for (unsigned i = 0; i < flight->lane_count && flight->outcome == UPLOAD_DONE; i++)
                if (flight->lanes[i].dialogue == NULL && !lane_start(flight, &flight->lanes[i]))
                        return;
}

enum upload_outcome upload_run(const struct upload *upload, unsigned *retry_after, struct problem *problem)
{
        struct flight flight = {
                .upload = upload,
                .multi = curl_multi_init(),
                .lane_count = upload->connections < CONNECTIONS_MOST ? upload->connections : CONNECTIONS_MOST,
                .outcome = UPLOAD_DONE,
                .problem = problem,
        };
        assert(flight.multi != NULL && flight.lane_count > 0);
        curl_multi_setopt(flight.multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
        int running = 0;
        CURLMcode code = CURLM_OK;
        for (lanes_fill(&flight); flight.busy > 0 && flight.outcome != UPLOAD_REFUSED && code == CURLM_OK; lanes_fill(&flight)) {
                code = curl_multi_perform(flight.multi, &running);
                lanes_settle(&flight);
                if (running > 0 && code == CURLM_OK)
                        code = curl_multi_poll(flight.multi, NULL, 0, WAIT_MILLISECONDS, NULL);
        }
        if (code != CURLM_OK && flight.outcome == UPLOAD_DONE) {
                flight.outcome = UPLOAD_REFUSED;
                (void)problem_set(problem, "internal", "%s", curl_multi_strerror(code));
        }
        for (unsigned i = 0; i < flight.lane_count; i++)
                if (flight.lanes[i].dialogue != NULL)
                        lane_stop(&flight, &flight.lanes[i]);
        curl_multi_cleanup(flight.multi);
        *retry_after = flight.retry_after;
        return flight.outcome;
}
