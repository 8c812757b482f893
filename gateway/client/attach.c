/* attach.c - `pli mail attach`, `pli contract attach`, `… sign`: files to a message or a contract. `pli contact`. */
#include <stdlib.h>
#include <string.h>

#include "gateway/client/ask.h"
#include "gateway/client/catalogue.h"
#include "gateway/client/command.h"
#include "gateway/client/functions.h"
#include "gateway/client/input.h"
#include "gateway/client/sending.h"
#include "gateway/client/session.h"
#include "gateway/client/show.h"

/* `format`: the path of the folder it goes to, %s the first argument and the file's name. */
static bool file_send(const struct invocation *invocation, struct session *session, const char *format, const char *file,
                      struct problem *problem)
{
        char *path = session_path(format, invocation->arguments[0], path_name(file));
        bool done = sending_file(invocation, session, path, file, problem);
        free(path);
        return done;
}

static int files_send(const struct invocation *invocation, const char *format)
{
        struct problem problem = {0};
        struct session *session = NULL;
        bool done = session_open(invocation, &session, &problem);
        for (size_t i = 1; done && i < invocation->argument_count; i++)
                done = file_send(invocation, session, format, invocation->arguments[i], &problem);
        session_close(session);
        return done ? 0 : show_problem(invocation, &problem);
}

int pli_mail_attach(const struct invocation *invocation)
{
        return files_send(invocation, "/api/v1/mails/%s/files/%s");
}

int pli_contract_attach(const struct invocation *invocation)
{
        return files_send(invocation, "/api/v1/contracts/%s/files/document/%s");
}

int pli_contract_sign(const struct invocation *invocation)
{
        const char *as = invocation_option(invocation, "as");
        struct problem problem = {0};
        if (as != NULL && strcmp(as, "buyer") == 0)
                return files_send(invocation, "/api/v1/contracts/%s/files/buyer/%s");
        if (as == NULL || strcmp(as, "holder") == 0)
                return files_send(invocation, "/api/v1/contracts/%s/files/holder/%s");
        (void)problem_set(&problem, "usage", words("--as is holder or buyer, not %s"), as);
        return show_problem(invocation, &problem);
}

int pli_contact(const struct invocation *invocation)
{
        static const char *const names[] = {"mail", NULL};
        struct problem problem = {0};
        json_t *answer = NULL, *body = invocation_option(invocation, "mail") != NULL ? ask_options(invocation, names) : NULL;
        if (!ask(invocation, strdup("/api/v1/contact"), body, &answer, &problem))
                return show_problem(invocation, &problem);
        if (invocation_flag(invocation, "json"))
                show_json(answer);
        else
                show_pair("mail", field_text(answer, "mail"));
        json_decref(answer);
        return 0;
}
