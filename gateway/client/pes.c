/* pes.c - a PES and its acquit on the screen; what the DGFiP sent unasked, listed and taken. */
#include "gateway/client/pes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/client/catalogue.h"
#include "gateway/client/command.h"
#include "gateway/client/download.h"
#include "gateway/client/functions.h"
#include "gateway/client/output.h"
#include "gateway/client/session.h"
#include "gateway/client/show.h"

static bool french(void)
{
        return catalogue_language()[0] == 'f';
}

static void header_show(const json_t *pes)
{
        char line[384];
        show_pair(words("PES"), field_text(pes, "name"));
        snprintf(line, sizeof line, "%s · %s · %s/%s · %s", field_text(pes, "type"), field_text(pes, "siret"),
                 field_text(pes, "code"), field_text(pes, "budget"), field_text(pes, "label"));
        show_pair(words("Accounts"), line);
}

/* "5/2019" and its verdicts, or that it is signed well. */
static void bordereau_row(struct show_table *table, const json_t *bordereau)
{
        char number[80], text[600] = "";
        size_t n, used = 0;
        const json_t *verdict;
        snprintf(number, sizeof number, "%s/%s", field_text(bordereau, "number"), field_text(bordereau, "exercise"));
        json_array_foreach(json_object_get(bordereau, "verdicts"), n, verdict)
        {
                int wrote = snprintf(text + used, sizeof text - used, "%s%s", used > 0 ? ", " : "",
                                     field_text(verdict, french() ? "texte" : "text"));
                used += wrote > 0 && (size_t)wrote < sizeof text - used ? (size_t)wrote : 0;
        }
        bool covered = json_is_true(json_object_get(bordereau, "covered"));
        show_table_row(table, (const char *[]){number, covered ? words("signed") : words("not signed"), text});
}

static void signature_show(const json_t *grade)
{
        const char *header[] = {words("Bordereau"), words("Signature"), words("Verdicts")};
        size_t n;
        const json_t *bordereau, *bordereaux = json_object_get(grade, "bordereaux");
        if (json_array_size(bordereaux) == 0)
                return;
        struct show_table *table = show_table_new(3, header);
        json_array_foreach(bordereaux, n, bordereau) bordereau_row(table, bordereau);
        show_table_end(table);
}

static void element_show(const json_t *element)
{
        size_t n;
        const json_t *error, *errors = json_object_get(element, "errors");
        bool accepted = json_is_true(json_object_get(element, "accepted"));
        if (json_array_size(errors) == 0)
                show_check(accepted, field_text(element, french() ? "sentence" : "sentenceEn"));
        json_array_foreach(errors, n, error) show_check(false, field_text(error, french() ? "sentence" : "sentenceEn"));
}

void pes_show(const json_t *filing)
{
        size_t n, e;
        const json_t *answer, *element, *pes = json_object_get(filing, "pes");
        if (!json_is_object(pes))
                return;
        header_show(pes);
        signature_show(json_object_get(json_object_get(filing, "checks"), "signature"));
        json_array_foreach(json_object_get(filing, "answers"), n, answer)
        {
                const json_t *detail = json_object_get(answer, "detail");
                show_pair(words("Acquit"), field_text(detail, "text"));
                json_array_foreach(json_object_get(detail, "elements"), e, element) element_show(element);
        }
}

/* ---- what the DGFiP sent unasked ---- */

static void returns_show(const json_t *returns)
{
        const char *header[] = {words("Received"), words("Kind"), words("Document"), words("Number")};
        struct show_table *table = show_table_new(4, header);
        size_t n;
        const json_t *one;
        char instant[64];
        json_array_foreach(returns, n, one)
                show_table_row(table, (const char *[]){show_instant(field_text(one, "at"), instant), field_text(one, "kind"),
                                                       field_text(one, "file"), field_text(one, "id")});
        show_table_end(table);
}

int pli_return_list(const struct invocation *invocation)
{
        struct problem problem = {0};
        struct session *session = NULL;
        json_t *answer = NULL;
        bool good = session_open(invocation, &session, &problem) &&
                    session_json(session, &(struct call){.method = "GET", .path = "/api/v1/returns"}, &answer, &problem);
        if (good && invocation_flag(invocation, "json"))
                show_json(answer);
        else if (good)
                returns_show(json_object_get(answer, "returns"));
        json_decref(answer);
        session_close(session);
        return good ? 0 : show_problem(invocation, &problem);
}

int pli_return_take(const struct invocation *invocation)
{
        const char *given = invocation_option(invocation, "output"), *file = given != NULL ? given : "retour.xml";
        struct problem problem = {0};
        struct session *session = NULL;
        char *path = session_path("/api/v1/returns/%s/content", invocation->arguments[0]);
        const struct download download = {.path = path, .file = file, .label = file};
        bool good = session_open(invocation, &session, &problem) && download_run(invocation, session, &download, &problem);
        free(path);
        session_close(session);
        return good ? show_written(invocation, file, 1) : show_problem(invocation, &problem);
}
