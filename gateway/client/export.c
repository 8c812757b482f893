/* export.c - `pli opening export`: all that an opening gave, as one ZIP file. */
#include <stdlib.h>

#include "gateway/client/catalogue.h"
#include "gateway/client/command.h"
#include "gateway/client/download.h"
#include "gateway/client/functions.h"
#include "gateway/client/session.h"
#include "gateway/client/show.h"

int pli_opening_export(const struct invocation *invocation)
{
        struct problem problem = {0};
        struct session *session = NULL;
        const char *file = invocation_option(invocation, "output");
        if (file == NULL) {
                problem_set(&problem, "usage", "%s", words("where to? Give --output FILE.zip"));
                return show_problem(invocation, &problem);
        }
        char *path = session_path("/api/v1/consultations/%s/opening/export?lang=%s&containers=%s", invocation->arguments[0],
                                  catalogue_language(), invocation_flag(invocation, "containers") ? "1" : "0");
        struct download download = {.path = path, .file = file, .label = words("Exporting")};
        bool fetched = session_open(invocation, &session, &problem) && download_run(invocation, session, &download, &problem);
        session_close(session);
        free(path);
        return fetched ? show_written(invocation, file, 1) : show_problem(invocation, &problem);
}
