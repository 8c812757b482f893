/* actes_channel.c - main address, rescue address, breaker. */
#include "gateway/relay/actes_channel.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "gateway/core/owner.h"
#include "gateway/formats/text.h"

typedef struct parcel parcel_made;
DEFINE_OWNER(parcel_made, parcel_free)

static int64_t milliseconds(void)
{
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The names' parts that come from the configuration, tried on a day and serial that are right. */
static bool names_check(const struct config *config, struct problem *problem)
{
        struct acte_sending sending = {.date = "20260101", .serial = 1};
        struct signing_refusal why;
        if (!text_copy(sending.trigram, sizeof sending.trigram, config->actes_trigram))
                return problem_set(problem, "config-invalid", "actes_trigram must have three characters.");
        if (!text_copy(sending.mail, sizeof sending.mail, config->actes_return_mail))
                return problem_set(problem, "config-invalid", "actes_return_mail is too long.");
        if (!acte_sending_check(&sending, &why))
                return problem_set(problem, "config-invalid", "%s (%s)", why.sentence, why.clause);
        return true;
}

bool actes_channel_open(const struct config *config, const atomic_bool *stop, struct actes_channel *out, struct problem *problem)
{
        struct actes_channel channel = {
                .url = config->actes_url,
                .rescue = config->actes_rescue_url,
                .parcels = {config->relay_spool, config->actes_trigram, config->actes_return_mail},
        };
        const struct post_options options = {
                .certificate = config->actes_certificate,
                .key = config->actes_key,
                .anchors = config->actes_anchors,
                .pin = config->actes_pin,
                .seconds = (long)config->actes_seconds,
                .stop = stop,
        };
        struct parcel_file *trial = NULL;
        if (strncmp(channel.url, "https://", 8) != 0)
                return problem_set(problem, "config-invalid", "actes_url must be an https address.");
        if (*channel.rescue != '\0' && strncmp(channel.rescue, "https://", 8) != 0)
                return problem_set(problem, "config-invalid", "actes_rescue_url must be an https address.");
        if (!names_check(config, problem) || !parcel_file_open(config->relay_spool, &trial, problem))
                return false;
        parcel_file_close(trial);
        if (!post_open(&options, &channel.post, problem))
                return false;
        *out = channel;
        return true;
}

void actes_channel_close(struct actes_channel *channel)
{
        post_close(channel->post);
}

static enum post_outcome try_url(struct actes_channel *channel, const char *url, const struct parcel *parcel,
                                 struct post_answer *answer)
{
        post_send(channel->post, url, parcel->archive, parcel->file, answer);
        return post_judge(answer->status);
}

static enum post_outcome parcel_send(struct actes_channel *channel, const struct parcel *parcel, json_t *detail)
{
        int64_t started = milliseconds();
        struct post_answer answer;
        const char *url = "main";
        enum post_outcome outcome = try_url(channel, channel->url, parcel, &answer);
        if (outcome == POST_LATER && *channel->rescue != '\0') {
                url = "rescue";
                outcome = try_url(channel, channel->rescue, parcel, &answer);
        }
        snprintf(channel->last, sizeof channel->last, "%.500s", outcome == POST_LATER ? answer.text : "");
        breaker_report(&channel->breaker, outcome != POST_LATER, milliseconds() / 1000);
        json_object_set_new(detail, "status", json_integer(answer.status));
        json_object_set_new(detail, "url", json_string(url));
        json_object_set_new(detail, "milliseconds", json_integer(milliseconds() - started));
        if (outcome != POST_TAKEN)
                json_object_set_new(detail, "text", json_string(answer.text));
        return outcome;
}

static void parcel_describe(const struct parcel *parcel, json_t *detail)
{
        json_object_set_new(detail, "act", json_string(parcel->act));
        json_object_set_new(detail, "archive", json_string(parcel->archive));
        json_object_set_new(detail, "envelope", json_string(parcel->envelope));
        json_object_set_new(detail, "sha256", json_string(parcel->sha256));
        json_object_set_new(detail, "bytes", json_integer((json_int_t)parcel_file_size(parcel->file)));
}

static void answer_explain(enum post_outcome outcome, json_t *detail)
{
        const char *text = json_string_value(json_object_get(detail, "text"));
        if (outcome == POST_REFUSED)
                outbox_reason(detail, "actes-refused", "@CTES transport: 400", text != NULL ? text : "");
        else if (outcome == POST_LATER)
                outbox_reason(detail, "actes-unavailable", "@CTES transport", text != NULL ? text : "");
}

/* Builds and sends; what happened goes into `detail`. */
static enum post_outcome item_send(void *context, struct db *db, const json_t *item, json_t *detail)
{
        struct actes_channel *channel = context;
        OWN(parcel_made) parcel = NULL;
        struct signing_refusal why = {0};
        struct problem problem = {0};
        enum post_outcome outcome = POST_REFUSED;
        switch (parcel_build(db, item, &channel->parcels, &parcel, &why, &problem)) {
        case PARCEL_READY:
                parcel_describe(parcel, detail);
                outcome = parcel_send(channel, parcel, detail);
                answer_explain(outcome, detail);
                break;
        case PARCEL_LATER:
                outbox_reason(detail, problem.row->code, problem.row->clause, problem.detail);
                outcome = POST_LATER;
                break;
        case PARCEL_REFUSED:
                outbox_reason(detail, why.code, why.clause, why.sentence);
                break;
        }
        return outcome;
}

static bool is_ready(void *context)
{
        const struct actes_channel *channel = context;
        return breaker_allows(&channel->breaker, milliseconds() / 1000);
}

struct outbox_channel actes_channel_outbox(struct actes_channel *channel)
{
        return (struct outbox_channel){.name = "actes", .noun = "acte", .context = channel, .ready = is_ready, .send = item_send};
}

bool actes_channel_test(void *channel, char text[512])
{
        const struct actes_channel *actes = channel;
        return post_test(actes->post, actes->url, text);
}
