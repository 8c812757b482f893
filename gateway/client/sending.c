/* sending.c - documents of consultations, messages, contracts and filings all go the same way. */
#include "gateway/client/sending.h"

#include <stdio.h>

#include "gateway/client/catalogue.h"
#include "gateway/client/input.h"
#include "gateway/client/progress.h"
#include "gateway/client/show.h"

static void file_moved(void *context, uint64_t bytes)
{
        progress_set(context, bytes);
}

bool sending_put(const struct invocation *invocation, struct session *session, const char *path, const char *file,
                 struct answer *out, struct problem *problem)
{
        struct input input = {.fd = -1};
        if (!input_open(file, &input, problem))
                return false;
        struct progress *progress = progress_new(invocation, path_name(file), input.size);
        struct call call = {.method = "PUT",
                            .path = path,
                            .file = &input,
                            .size = input.size,
                            .media_type = path_media_type(file),
                            .sent = file_moved,
                            .context = progress};
        bool done = session_call(session, &call, out, problem);
        progress_free(progress);
        input_close(&input);
        return done;
}

bool sending_file(const struct invocation *invocation, struct session *session, const char *path, const char *file,
                  struct problem *problem)
{
        struct answer answer = {0};
        bool done = sending_put(invocation, session, path, file, &answer, problem);
        if (done && invocation_flag(invocation, "json") && answer.size > 0)
                printf("%s\n", answer.body);
        else if (done)
                show_pair(words("Document sent"), path_name(file));
        answer_free(&answer);
        return done;
}
