/* documents.c - `pli documents`: a consultation's documents to disk, each held against its digest. */
#include <stdlib.h>

#include "gateway/client/catalogue.h"
#include "gateway/client/command.h"
#include "gateway/client/download.h"
#include "gateway/client/functions.h"
#include "gateway/client/output.h"
#include "gateway/client/session.h"
#include "gateway/client/show.h"

static bool document_fetch(const struct invocation *invocation, struct session *session, const char *folder, const json_t *document,
                           struct problem *problem)
{
        const char *name = field_text(document, "name");
        if (!path_name_safe(name))
                return problem_set(problem, "gateway-answer", words("the document name \"%s\" is not a file name"), name);
        char *file = path_join(folder, name),
             *path = session_path("/api/v1/consultations/%s/documents/%s", invocation->arguments[0], name);
        struct download download = {
                .path = path,
                .file = file,
                .label = name,
                .size = (uint64_t)json_integer_value(json_object_get(document, "size")),
                .sha256 = field_text(document, "sha256"),
        };
        bool fetched = download_run(invocation, session, &download, problem);
        if (fetched && !invocation_flag(invocation, "json"))
                show_check(true, file);
        free(file);
        free(path);
        return fetched;
}

static bool documents_fetch(const struct invocation *invocation, const char *folder, json_t **consultation, struct problem *problem)
{
        struct session *session = NULL;
        if (!output_folder(folder, problem) || !session_open(invocation, &session, problem))
                return false;
        char *path = session_path("/api/v1/consultations/%s", invocation->arguments[0]);
        bool good = session_json(session, &(struct call){.method = "GET", .path = path}, consultation, problem);
        size_t index;
        json_t *document;
        json_array_foreach(json_object_get(*consultation, "documents"), index, document)
        {
                good = good && document_fetch(invocation, session, folder, document, problem);
        }
        free(path);
        session_close(session);
        return good;
}

int pli_documents(const struct invocation *invocation)
{
        const char *given = invocation_option(invocation, "output");
        struct problem problem = {0};
        json_t *consultation = NULL;
        bool good = documents_fetch(invocation, given != NULL ? given : ".", &consultation, &problem);
        if (good && invocation_flag(invocation, "json"))
                show_json(json_object_get(consultation, "documents"));
        json_decref(consultation);
        return good ? 0 : show_problem(invocation, &problem);
}
