/* actes_channel.c - main address, rescue address, breaker. */
#include "gateway/relay/actes_channel.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "gateway/formats/text.h"

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

enum post_outcome actes_channel_send(struct actes_channel *channel, const struct parcel *parcel, json_t *detail)
{
        int64_t started = milliseconds();
        struct post_answer answer;
        const char *url = "main";
        enum post_outcome outcome = try_url(channel, channel->url, parcel, &answer);
        if (outcome == POST_LATER && *channel->rescue != '\0') {
                url = "rescue";
                outcome = try_url(channel, channel->rescue, parcel, &answer);
        }
        breaker_report(&channel->breaker, outcome != POST_LATER, milliseconds() / 1000);
        json_object_set_new(detail, "status", json_integer(answer.status));
        json_object_set_new(detail, "url", json_string(url));
        json_object_set_new(detail, "milliseconds", json_integer(milliseconds() - started));
        if (outcome != POST_TAKEN)
                json_object_set_new(detail, "text", json_string(answer.text));
        return outcome;
}

bool actes_channel_ready(const struct actes_channel *channel)
{
        return breaker_allows(&channel->breaker, milliseconds() / 1000);
}
