/* ask.c - see ask.h. */
#include "gateway/client/ask.h"

#include <stdlib.h>

#include "gateway/client/command.h"
#include "gateway/client/session.h"

bool ask(const struct invocation *invocation, char *path, json_t *body, json_t **out, struct problem *problem)
{
        struct session *session = NULL;
        const struct call call = {.method = body != NULL ? "POST" : "GET", .path = path, .json = body};
        bool answered = session_open(invocation, &session, problem) && session_json(session, &call, out, problem);
        session_close(session);
        json_decref(body);
        free(path);
        return answered;
}

json_t *ask_options(const struct invocation *invocation, const char *const *names)
{
        json_t *body = json_object();
        for (; *names != NULL; names++)
                if (invocation_option(invocation, *names) != NULL)
                        json_object_set_new(body, *names, json_string(invocation_option(invocation, *names)));
        return body;
}
