/* channel.c - the channels to the State: listed, tested, paused, given hours; what came by them and is nobody's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/admin/command.h"
#include "gateway/admin/flags.h"
#include "gateway/core/owner.h"

DEFINE_OWNER(json_t, json_decref)

enum { TEST_SECONDS = 60, TEST_FAILED = 69 }; /* EX_UNAVAILABLE */

static const struct flag channel_flags[] = {{"reason", FLAG_TEXT}, {"windows", FLAG_LIST}, {"hourly-bytes", FLAG_TEXT}};
static const struct flag siret_flags[] = {{"body", FLAG_TEXT}, {"siret", FLAG_TEXT}};

static const char *member(const json_t *object, const char *name)
{
        const char *text = json_string_value(json_object_get(object, name));
        return text != NULL ? text : "";
}

static bool object_call(const struct command *command, const char *function, const json_t *object, json_t **out,
                        struct problem *problem)
{
        char *text = json_dumps(object, JSON_COMPACT);
        const struct db_argument argument = db_text(text);
        bool well = command_call(command, function, &argument, out, problem);
        free(text);
        return well;
}

static void channel_show(const json_t *channel)
{
        const json_t *report = json_object_get(channel, "report");
        const char *closed = member(channel, "closed"), *state = member(report, "state");
        printf("%-8s %-5s %s  %" JSON_INTEGER_FORMAT " wait, %" JSON_INTEGER_FORMAT " bytes in the last hour",
               member(channel, "name"), *state != '\0' ? state : "-", *closed != '\0' ? closed : "open",
               json_integer_value(json_object_get(channel, "waiting")), json_integer_value(json_object_get(channel, "hourSent")));
        if (*member(channel, "reason") != '\0')
                printf("; paused: %s", member(channel, "reason"));
        if (*member(report, "text") != '\0')
                printf("; %s", member(report, "text"));
        putchar('\n');
}

int channel_list(const struct command *command)
{
        struct problem problem;
        OWN(json_t) channels = NULL;
        size_t i;
        const json_t *channel;
        if (!command_call(command, "api.channel_list", NULL, &channels, &problem))
                return command_fail(command, &problem);
        if (command->json)
                command_show_json(channels);
        else
                json_array_foreach(channels, i, channel) channel_show(channel);
        return 0;
}

/* "CHANNEL [--flag value]…" as one object. */
static bool wanted_read(const struct command *command, const char *change, json_t **out, struct problem *problem)
{
        if (command->argc < 1 || command->argv[0][0] == '-')
                return problem_set(problem, "usage", "Name a channel: \"pliadm channel list\" shows them.");
        if (!flags_parse(command->argc - 1, command->argv + 1, channel_flags, sizeof channel_flags / sizeof *channel_flags, out,
                         problem))
                return false;
        const char *bytes = json_string_value(json_object_get(*out, "hourly-bytes"));
        if (bytes != NULL)
                json_object_set_new(*out, "hourlyBytes", json_string(bytes));
        json_object_set_new(*out, "name", json_string(command->argv[0]));
        json_object_set_new(*out, "change", json_string(change));
        return true;
}

static int channel_change(const struct command *command, const char *change)
{
        struct problem problem;
        OWN(json_t) wanted = NULL;
        OWN(json_t) channel = NULL;
        if (!wanted_read(command, change, &wanted, &problem) ||
            !object_call(command, "api.channel_change", wanted, &channel, &problem))
                return command_fail(command, &problem);
        if (command->json)
                command_show_json(channel);
        else
                channel_show(channel);
        return 0;
}

int channel_pause(const struct command *command)
{
        return channel_change(command, "pause");
}

int channel_resume(const struct command *command)
{
        return channel_change(command, "resume");
}

int channel_set(const struct command *command)
{
        return channel_change(command, "set");
}

/* The relay makes the test: it alone holds keys and addresses, and is asked again until it has answered. */
static bool test_wait(const struct command *command, const char *name, json_t **out, struct problem *problem)
{
        for (int tenth = 0; tenth < TEST_SECONDS * 10; tenth++) {
                OWN(json_t) channels = NULL;
                size_t i;
                json_t *channel;
                if (!command_call(command, "api.channel_list", NULL, &channels, problem))
                        return false;
                json_array_foreach(channels, i,
                                   channel) if (strcmp(member(channel, "name"), name) == 0 && *member(channel, "testDone") != '\0')
                {
                        *out = json_incref(channel);
                        return true;
                }
                nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
        }
        return problem_set(problem, "relay-silent", "No relay has made the test in %d s.", TEST_SECONDS);
}

int channel_test(const struct command *command)
{
        struct problem problem;
        OWN(json_t) wanted = NULL;
        OWN(json_t) asked = NULL;
        OWN(json_t) channel = NULL;
        if (!wanted_read(command, "test", &wanted, &problem) ||
            !object_call(command, "api.channel_test", wanted, &asked, &problem) ||
            !test_wait(command, member(wanted, "name"), &channel, &problem))
                return command_fail(command, &problem);
        const json_t *test = json_object_get(channel, "test");
        bool well = json_is_true(json_object_get(test, "well"));
        if (command->json)
                command_show_json(channel);
        else if (well)
                printf("%s answers, in %" JSON_INTEGER_FORMAT " ms.\n", member(channel, "name"),
                       json_integer_value(json_object_get(test, "milliseconds")));
        else
                printf("%s does not answer: %s\n", member(channel, "name"), member(test, "text"));
        return well ? 0 : TEST_FAILED;
}

int quarantine_list(const struct command *command)
{
        struct problem problem;
        OWN(json_t) files = NULL;
        size_t i;
        const json_t *file;
        if (!command_call(command, "api.quarantine_list", NULL, &files, &problem))
                return command_fail(command, &problem);
        if (command->json) {
                command_show_json(files);
                return 0;
        }
        json_array_foreach(files, i, file) printf("%s  %-6s %s  %s\n", member(file, "at"), member(file, "channel"),
                                                  member(file, "file"), member(json_object_get(file, "reason"), "text"));
        if (json_array_size(files) == 0)
                puts("Nothing is in quarantine.");
        return 0;
}

int siret_enrol(const struct command *command)
{
        struct problem problem;
        OWN(json_t) wanted = NULL;
        OWN(json_t) answer = NULL;
        if (!flags_parse(command->argc, command->argv, siret_flags, sizeof siret_flags / sizeof *siret_flags, &wanted, &problem) ||
            !object_call(command, "api.siret_enrol", wanted, &answer, &problem))
                return command_fail(command, &problem);
        if (command->json)
                command_show_json(answer);
        else
                printf("%s handles the accounts of %s.\n", member(answer, "body"), member(answer, "siret"));
        return 0;
}
