/* compat_helios.c - see compat_helios.h. */
#include "gateway/front/compat_helios.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "gateway/front/call.h"
#include "gateway/front/compat.h"
#include "gateway/front/filing_make.h"
#include "gateway/front/pes.h"

typedef struct form_filing form_filing;
DEFINE_OWNER(json_t, json_decref)
DEFINE_OWNER(form_filing, form_filing_free)
DEFINE_OWNER(char, free)
DEFINE_OWNER(uint8_t, free)

static const char *text_of(const json_t *object, const char *name)
{
        const char *text = json_string_value(json_object_get(object, name));
        return text != NULL ? text : "";
}

static void xml_put(FILE *out, const char *element, const char *text)
{
        fprintf(out, "<%s>", element);
        for (const char *at = text; *at != '\0'; at++) {
                if (*at == '<' || *at == '>' || *at == '&')
                        fputs(*at == '<' ? "&lt;" : *at == '>' ? "&gt;" : "&amp;", out);
                else if ((unsigned char)*at >= ' ' || *at == '\n')
                        fputc(*at, out);
        }
        fprintf(out, "</%s>", element);
}

static enum answer xml_answer(struct request *request, const char *xml)
{
        OWN(char) latin = compat_latin1(xml);
        return http_answer_bytes(request, 200, "text/xml; charset=ISO-8859-1", latin, strlen(latin));
}

/* root{id?, resultat, status?, message} */
static enum answer result_answer(struct request *request, const char *root, const char *const values[4])
{
        static const char *const names[] = {"id", "resultat", "status", "message"};
        OWN(char) text = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&text, &size);
        if (out == NULL)
                abort();
        fprintf(out, "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<%s>", root);
        for (size_t i = 0; i < 4; i++)
                if (values[i] != NULL)
                        xml_put(out, names[i], values[i]);
        fprintf(out, "</%s>\n", root);
        fclose(out);
        return xml_answer(request, text);
}

static enum answer ko_answer(struct request *request, const char *root, const struct problem *problem)
{
        char text[800];
        if (problem->row->status >= 500)
                return http_answer_problem(request, problem);
        bool french = strcmp(request->language, "en") != 0;
        snprintf(text, sizeof text, "%s : %s", french ? problem->row->title_fr : problem->row->title_en, problem->detail);
        return result_answer(request, root, (const char *const[]){NULL, "KO", NULL, text});
}

/* The draft of a PES: its id and number. */
static bool draft_make(struct request *request, const struct form_file *file, json_t **out, struct problem *problem)
{
        OWN(json_t) form = json_pack("{s:s, s:[{s:s}]}", "kind", "pes", "documents", "name", file->name);
        OWN(json_t) made = NULL;
        OWN(char) text = json_dumps(form, JSON_COMPACT);
        const struct db_argument arguments[] = {call_actor(request), db_text(text), db_text(NULL)};
        if (!db_call_json(request->db, "api.pes_create", arguments, 3, &made, problem))
                return false;
        const struct db_argument about[] = {call_actor(request), db_text(text_of(made, "id"))};
        return db_call_json(request->db, "api.filing_show", about, 2, out, problem);
}

static enum answer import_settle(struct request *request, const json_t *draft)
{
        struct problem problem = {0};
        struct refusals why = {0};
        OWN(json_t) settled = NULL;
        char number[24];
        if (!filing_settle(request, text_of(draft, "id"), &settled, &why, &problem))
                return ko_answer(request, "import", &problem);
        snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT, json_integer_value(json_object_get(draft, "transaction")));
        if (why.count > 0)
                return result_answer(request, "import", (const char *const[]){NULL, "KO", NULL, why.list[0].sentence});
        return result_answer(request, "import", (const char *const[]){number, "OK", NULL, ""});
}

enum answer compat_helios_import(struct request *request)
{
        struct problem problem = {0};
        OWN(form_filing) form = NULL;
        OWN(json_t) draft = NULL;
        if (!form_filing_read(request, &form, &problem))
                return ko_answer(request, "import", &problem);
        if (form->file_count != 1 || strcmp(form->files[0].field, "enveloppe") != 0) {
                problem_set(&problem, "form-malformed", "the form has one file, \"enveloppe\"");
                return ko_answer(request, "import", &problem);
        }
        if (!draft_make(request, &form->files[0], &draft, &problem) ||
            !file_attach(request, text_of(draft, "id"), form->files[0].name, form->files[0].media_type, &form->files[0].place,
                         &problem))
                return ko_answer(request, "import", &problem);
        return import_settle(request, draft);
}

static bool transaction_find(struct request *request, const char *parameter, json_t **out, struct problem *problem)
{
        int64_t transaction = 0;
        if (!compat_number(http_query(request, parameter), &transaction))
                return problem_set(problem, "not-found", "%s must be a transaction's number", parameter);
        const struct db_argument arguments[] = {call_actor(request), db_integer(transaction)};
        if (!db_call_json(request->db, "api.transaction_find", arguments, 2, out, problem))
                return false;
        return filing_is(*out, "kind", "pes") ||
               problem_set(problem, "not-found", "transaction %s is no PES", http_query(request, parameter));
}

enum answer compat_helios_status(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) found = NULL;
        char status[16];
        if (!transaction_find(request, "transaction", &found, &problem))
                return ko_answer(request, "transaction", &problem);
        snprintf(status, sizeof status, "%" JSON_INTEGER_FORMAT, json_integer_value(json_object_get(found, "status")));
        const char *message = text_of(json_object_get(found, "checks"), "detail");
        return result_answer(request, "transaction",
                             (const char *const[]){http_query(request, "transaction"), "OK", status, message});
}

enum answer compat_helios_acquit(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) found = NULL;
        OWN(uint8_t) xml = NULL;
        size_t size = 0;
        if (!transaction_find(request, "id", &found, &problem))
                return ko_answer(request, "transaction", &problem);
        const struct db_argument arguments[] = {call_actor(request), db_text(text_of(found, "id")), db_text(NULL)};
        if (!db_call_bytes(request->db, "api.answer_message", arguments, 3, &xml, &size, &problem))
                return ko_answer(request, "transaction", &problem);
        if (xml == NULL) {
                problem_set(&problem, "not-found", "no acquit has come yet");
                return ko_answer(request, "transaction", &problem);
        }
        return http_answer_bytes(request, 200, "text/xml", xml, size);
}

enum answer compat_helios_list(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) list = NULL;
        OWN(char) text = NULL;
        size_t size = 0, n;
        const json_t *one;
        const struct db_argument arguments[] = {call_actor(request), db_text(NULL)};
        if (!db_call_json(request->db, "api.return_list", arguments, 2, &list, &problem))
                return ko_answer(request, "liste", &problem);
        FILE *out = open_memstream(&text, &size);
        if (out == NULL)
                abort();
        fputs("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<liste>", out);
        json_array_foreach(json_object_get(list, "returns"), n, one)
        {
                if (json_is_string(json_object_get(one, "taken")))
                        continue;
                fputs("<pes_retour>", out);
                xml_put(out, "id", text_of(one, "id"));
                xml_put(out, "nom", text_of(one, "file"));
                xml_put(out, "date", text_of(one, "at"));
                fputs("</pes_retour>", out);
        }
        fputs("</liste>\n", out);
        fclose(out);
        return xml_answer(request, text);
}

/* return_content names its subject by the route's variable. */
static bool subject_choose(struct request *request, struct problem *problem)
{
        const char *id = http_query(request, "id");
        if (id == NULL || strlen(id) != 36 || strspn(id, "0123456789abcdef-") != 36)
                return problem_set(problem, "not-found", "id must be the identifier of a return");
        request->variables[0] = strdup(id); /* freed with the request */
        return true;
}

enum answer compat_helios_return(struct request *request)
{
        struct problem problem = {0};
        return subject_choose(request, &problem) ? return_content(request) : ko_answer(request, "transaction", &problem);
}

enum answer compat_helios_taken(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) opened = NULL;
        if (!subject_choose(request, &problem) || !call_about(request, "api.return_open", NULL, &opened, &problem))
                return ko_answer(request, "transaction", &problem);
        return result_answer(request, "transaction", (const char *const[]){request->variables[0], "OK", NULL, ""});
}
