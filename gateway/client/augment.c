/* augment.c - `pli augment`: raises the level of what is signed already, or renews it. */
#include <stdlib.h>

#include "gateway/client/catalogue.h"
#include "gateway/client/command.h"
#include "gateway/client/detached.h"
#include "gateway/client/functions.h"
#include "gateway/client/input.h"
#include "gateway/client/level.h"
#include "gateway/client/output.h"
#include "gateway/client/show.h"
#include "gateway/client/trust.h"

static bool document_raise(const struct invocation *invocation, const struct raising *raising, const char *path,
                           struct problem *problem)
{
        struct content content = {0};
        if (!content_read(invocation->arguments[0], LEVEL_DOCUMENT_MOST, &content, problem))
                return false;
        struct sink_memory document = {content.data, content.size, content.size, LEVEL_DOCUMENT_MOST};
        bool raised = raising_apply(raising, &document, problem);
        if (raised) {
                const struct signing_bytes bytes = {document.data, document.size};
                raised = raising_check(raising, source_memory(&bytes), problem) &&
                         output_bytes(path, OUTPUT_PUBLIC, document.data, document.size, problem);
        }
        free(document.data);
        return raised;
}

int pli_augment(const struct invocation *invocation)
{
        struct raising raising = {0};
        struct detached *detached = NULL;
        struct problem problem = {0};
        const char *path = invocation_option(invocation, "output"), *folder = invocation_option(invocation, "detached");
        bool done = (path != NULL || problem_set(&problem, "usage", "%s", words("where to? Give --output FILE"))) &&
                    library_start(&problem) && raising_open(invocation, LEVEL_T, &raising, &problem) &&
                    (folder == NULL || detached_open(folder, &detached, &problem));
        if (done) {
                struct signing_detached view = detached_view(detached);
                raising.detached = detached != NULL ? &view : NULL;
                done = document_raise(invocation, &raising, path, &problem);
        }
        detached_close(detached);
        raising_close(&raising);
        return done ? show_written(invocation, path, 1) : show_problem(invocation, &problem);
}
