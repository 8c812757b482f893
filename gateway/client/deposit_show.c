/* deposit_show.c - `pli deposit show`: what has arrived. */
#include <stdlib.h>
#include <string.h>

#include "gateway/client/catalogue.h"
#include "gateway/client/command.h"
#include "gateway/client/functions.h"
#include "gateway/client/range.h"
#include "gateway/client/session.h"
#include "gateway/client/show.h"

static void envelopes_show(const json_t *envelopes)
{
        const char *header[] = {words("Envelope"), words("State"), words("Manifest"), words("Arrived"), words("Missing chunks")};
        struct show_table *table = show_table_new(5, header);
        size_t index;
        json_t *envelope;
        json_array_foreach(envelopes, index, envelope)
        {
                char size[32], missing[32] = "?";
                const json_t *chunks = json_object_get(envelope, "chunks");
                struct ranges ranges = {0};
                if (json_is_integer(chunks) && json_integer_value(chunks) > 0 &&
                    ranges_missing(json_object_get(envelope, "arrived"), (uint64_t)json_integer_value(chunks), &ranges))
                        snprintf(missing, sizeof missing, "%llu", (unsigned long long)ranges_total(&ranges));
                ranges_free(&ranges);
                show_table_row(table,
                               (const char *[]){field_text(envelope, "envelope"), field_text(envelope, "state"),
                                                field_text(envelope, "manifest"),
                                                show_size((uint64_t)json_integer_value(json_object_get(envelope, "bytes")), size),
                                                missing});
        }
        show_table_end(table);
}

static void deposit_lines(const json_t *deposit)
{
        const json_t *late = json_object_get(deposit, "late");
        char instant[64];
        show_pair(words("Deposit"), field_text(deposit, "id"));
        show_pair(words("Consultation"), field_text(deposit, "consultation"));
        show_pair(words("State"), field_text(deposit, "state"));
        show_pair(words("Transmission begun"), show_instant(field_text(deposit, "started"), instant));
        show_pair(words("Received"), show_instant(field_text(deposit, "received"), instant));
        show_pair(words("Deadline"), show_instant(field_text(deposit, "deadline"), instant));
        if (json_is_boolean(late))
                show_pair(words("On time"),
                          json_is_true(late) ? words("NO: received after the deadline (hors délai)") : words("yes"));
        envelopes_show(json_object_get(deposit, "envelopes"));
}

static bool deposit_fetch(const struct invocation *invocation, struct answer *answer, struct problem *problem)
{
        struct session *session = NULL;
        if (!session_open(invocation, &session, problem))
                return false;
        char *path = session_path("/api/v1/deposits/%s", invocation->arguments[0]);
        bool fetched = session_call(session, &(struct call){.method = "GET", .path = path}, answer, problem);
        free(path);
        session_close(session);
        return fetched;
}

int pli_deposit_show(const struct invocation *invocation)
{
        struct problem problem = {0};
        struct answer answer = {0};
        bool called = deposit_fetch(invocation, &answer, &problem);
        json_t *deposit = called ? json_loadb(answer.body != NULL ? answer.body : "", answer.size, 0, NULL) : NULL;
        if (called && !json_is_object(deposit))
                called = problem_set(&problem, "gateway-answer", "%s", invocation->arguments[0]);
        if (called && invocation_flag(invocation, "json"))
                show_json(deposit);
        else if (called)
                deposit_lines(deposit);
        json_decref(deposit);
        answer_free(&answer);
        return called ? 0 : show_problem(invocation, &problem);
}
