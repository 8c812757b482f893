/* resume.c - keeps a deposit's state on disk. */
#include "gateway/client/resume.h"

#include <assert.h>
#include <string.h>
#include <unistd.h>

#include "gateway/client/input.h"
#include "gateway/client/output.h"
#include "gateway/client/sealed.h"
#include "gateway/client/session.h"
#include "gateway/client/show.h"

enum { RESUME_VERSION = 1 };

bool resume_matches(const json_t *state, const char *gateway, const struct sealed *sealed, size_t count)
{
        const json_t *envelopes = json_object_get(state, "envelopes");
        if (json_integer_value(json_object_get(state, "version")) != RESUME_VERSION || json_array_size(envelopes) != count)
                return false;
        if (strcmp(field_text(state, "gateway"), gateway) != 0 ||
            strcmp(field_text(state, "consultation"), sealed[0].consultation) != 0)
                return false;
        for (size_t i = 0; i < count; i++) {
                const json_t *envelope = json_array_get(envelopes, i);
                if (strcmp(field_text(envelope, "envelope"), sealed[i].envelope) != 0 ||
                    strcmp(field_text(envelope, "manifest"), sealed[i].manifest_digest) != 0)
                        return false;
        }
        return true;
}

static json_t *resume_new(const char *gateway, const struct sealed *sealed, size_t count)
{
        char key[33], commit[33];
        json_t *envelopes = json_array();
        session_key(key);
        session_key(commit);
        for (size_t i = 0; i < count; i++)
                json_array_append_new(
                        envelopes, json_pack("{s:s,s:s}", "envelope", sealed[i].envelope, "manifest", sealed[i].manifest_digest));
        json_t *state = json_pack("{s:i,s:s,s:s,s:s,s:s,s:o,s:s}", "version", RESUME_VERSION, "gateway", gateway, "consultation",
                                  sealed[0].consultation, "key", key, "commit", commit, "envelopes", envelopes, "state", "open");
        assert(state != NULL);
        return state;
}

bool resume_open(const char *path, const char *gateway, const struct sealed *sealed, size_t count, struct resume *out,
                 struct problem *problem)
{
        json_t *state = NULL;
        assert(count > 0);
        if (access(path, F_OK) == 0 && !content_json(path, &state, problem))
                return false;
        if (state != NULL && resume_matches(state, gateway, sealed, count)) {
                *out = (struct resume){.path = path, .state = state};
                return true;
        }
        json_decref(state);
        struct resume resume = {.path = path, .state = resume_new(gateway, sealed, count), .fresh = true};
        if (!output_json(path, resume.state, problem)) {
                resume_close(&resume);
                return false;
        }
        *out = resume;
        return true;
}

void resume_close(struct resume *resume)
{
        json_decref(resume->state);
        resume->state = NULL;
}

bool resume_set(struct resume *resume, const char *member, const char *value, struct problem *problem)
{
        json_object_set_new(resume->state, member, json_string(value));
        return output_json(resume->path, resume->state, problem);
}

const char *resume_get(const struct resume *resume, const char *member)
{
        return field_text(resume->state, member);
}
