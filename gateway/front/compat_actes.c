/* compat_actes.c - forms in: one filing each. */
#include "gateway/front/compat_actes.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "gateway/front/call.h"
#include "gateway/front/compat.h"
#include "gateway/front/filing_make.h"

typedef struct form_filing form_filing;
DEFINE_OWNER(json_t, json_decref)
DEFINE_OWNER(form_filing, form_filing_free)

enum answer compat_test(struct request *request)
{
        return compat_ok(request, NULL, NULL, 0);
}

enum answer compat_account(struct request *request)
{
        return compat_ok(request, request->party.name, NULL, 0);
}

/* ---- an acte ---- */

static const char *text_of(const json_t *object, const char *name)
{
        const char *text = json_string_value(json_object_get(object, name));
        return text != NULL ? text : "";
}

/* classif1 … classif5 → "8.9.2"; zeros and blanks end it. */
static void matter_read(const struct form_filing *form, char out[64])
{
        out[0] = '\0';
        for (int level = 1; level <= 5; level++) {
                char name[24];
                snprintf(name, sizeof name, "classif%d", level);
                const char *code = form_field(form, name, 0);
                if (*code == '\0' || strcmp(code, "0") == 0 || strlen(code) > 8)
                        return;
                size_t size = strlen(out);
                snprintf(out + size, 64 - size, "%s%s", level > 1 ? "." : "", code);
        }
}

/* Two files may bear one name here; ours are told apart by their place. */
static void document_name(const struct form_filing *form, size_t n, char out[300])
{
        const char *name = form->files[n].name;
        bool taken = false;
        for (size_t i = 0; i < n; i++)
                taken = taken || strcmp(form->files[i].name, name) == 0;
        if (taken)
                snprintf(out, 300, "%zu-%s", n + 1, name);
        else
                snprintf(out, 300, "%s", name);
}

static bool is_annex(const struct form_file *file)
{
        return strncmp(file->field, "acte_attachments", 16) == 0 && strstr(file->field, "_sign") == NULL;
}

/* The acte, its detached signature and the annexes, in the order they came; types as type_acte and type_pj[] say. */
static json_t *documents_list(const struct form_filing *form)
{
        json_t *documents = json_array();
        size_t annex = 0;
        for (size_t i = 0; i < form->file_count; i++) {
                char name[300];
                const char *type = "99_SE";
                document_name(form, i, name);
                if (strcmp(form->files[i].field, "acte_pdf_file") == 0)
                        type = form_field(form, "type_acte", 0);
                else if (is_annex(&form->files[i]))
                        type = form_field(form, "type_pj[]", annex++);
                json_t *document = json_pack("{s:s}", "name", name);
                if (*type != '\0')
                        json_object_set_new(document, "type", json_string(type));
                if (strcmp(form->files[i].field, "acte_pdf_file") == 0)
                        json_array_insert_new(documents, 0, document);
                else
                        json_array_append_new(documents, document);
        }
        return documents;
}

static json_t *acte_json(const struct form_filing *form)
{
        char matter[64];
        matter_read(form, matter);
        return json_pack("{s:s, s:s, s:s, s:i, s:s, s:s, s:b, s:o}", "kind", "acte", "number", form_field(form, "number", 0),
                         "date", form_field(form, "decision_date", 0), "nature", atoi(form_field(form, "nature_code", 0)), "matter",
                         matter, "object", form_field(form, "subject", 0), "paper",
                         strcmp(form_field(form, "document_papier", 0), "1") == 0, "documents", documents_list(form));
}

static bool files_attach(struct request *request, const char *id, const struct form_filing *form, struct problem *problem)
{
        for (size_t i = 0; i < form->file_count; i++) {
                char name[300];
                document_name(form, i, name);
                if (!file_attach(request, id, name, form->files[i].media_type, &form->files[i].place, problem))
                        return false;
        }
        return true;
}

/* With en_attente=1 it waits for post_confirm; else it is submitted at once. */
static enum answer made_finish(struct request *request, const json_t *made, const struct form_filing *form, bool waits)
{
        struct problem problem = {0};
        char line[24];
        const char *id = text_of(made, "id");
        int64_t transaction = json_integer_value(json_object_get(made, "transaction"));
        if (!files_attach(request, id, form, &problem))
                return compat_problem(request, &problem);
        if (!waits)
                return compat_settle(request, id, transaction);
        snprintf(line, sizeof line, "%" PRId64, transaction);
        return compat_ok(request, line, NULL, 0);
}

enum answer compat_create(struct request *request)
{
        struct problem problem = {0};
        struct refusals why = {0};
        OWN(form_filing) form = NULL;
        OWN(json_t) filing = NULL;
        OWN(json_t) made = NULL;
        if (!form_filing_read(request, &form, &problem))
                return compat_problem(request, &problem);
        filing = acte_json(form);
        if (!filing_make(request, filing, NULL, &made, &why, &problem))
                return why.count > 0 ? compat_refused(request, &why) : compat_problem(request, &problem);
        return made_finish(request, made, form, strcmp(form_field(form, "en_attente", 0), "1") == 0);
}

/* ---- what follows it ---- */

/* The thing of a number: *out is api.transaction_find's. */
static bool transaction_find(struct request *request, const char *number, json_t **out, struct problem *problem)
{
        int64_t transaction = 0;
        if (!compat_number(number, &transaction))
                return problem_set(problem, "not-found", "a transaction is named by its number");
        const struct db_argument arguments[] = {call_actor(request), db_integer(transaction)};
        return db_call_json(request->db, "api.transaction_find", arguments, 2, out, problem);
}

/* 2-1 has one reply; to 3-1 and 4-1, type_envoie 3 refuses and 4 replies. */
static const char *reply_message(const char *letter, const char *type)
{
        bool refuses = strcmp(type, "3") == 0;
        if (strcmp(letter, "2-1") == 0)
                return "2-2";
        if (strcmp(letter, "3-1") == 0)
                return refuses ? "3-3" : "3-4";
        return strcmp(letter, "4-1") == 0 ? (refuses ? "4-3" : "4-4") : "";
}

enum answer compat_reply(struct request *request)
{
        struct problem problem = {0};
        OWN(form_filing) form = NULL;
        OWN(json_t) letter = NULL;
        OWN(json_t) made = NULL;
        if (!form_filing_read(request, &form, &problem) || !transaction_find(request, form_field(form, "id", 0), &letter, &problem))
                return compat_problem(request, &problem);
        OWN(json_t)
        reply = json_pack("{s:s, s:o}", "message", reply_message(text_of(letter, "message"), form_field(form, "type_envoie", 0)),
                          "documents", documents_list(form));
        char *text = json_dumps(reply, JSON_COMPACT);
        const struct db_argument arguments[] = {call_actor(request), db_text(text_of(letter, "id")), db_text(text), db_text(NULL)};
        bool done = db_call_json(request->db, "api.reply_create", arguments, 4, &made, &problem);
        free(text);
        return done ? made_finish(request, made, form, false) : compat_problem(request, &problem);
}

enum answer compat_cancel(struct request *request)
{
        struct problem problem = {0};
        OWN(form_filing) form = NULL;
        OWN(json_t) acte = NULL;
        OWN(json_t) made = NULL;
        char line[24];
        if (!form_filing_read(request, &form, &problem) || !transaction_find(request, form_field(form, "id", 0), &acte, &problem))
                return compat_problem(request, &problem);
        const struct db_argument arguments[] = {call_actor(request), db_text(text_of(acte, "id"))};
        if (!db_call_json(request->db, "api.filing_cancel", arguments, 2, &made, &problem))
                return compat_problem(request, &problem);
        snprintf(line, sizeof line, "%" PRId64, (int64_t)json_integer_value(json_object_get(made, "transaction")));
        return compat_ok(request, line, NULL, 0);
}

enum answer compat_confirm(struct request *request)
{
        struct problem problem = {0};
        OWN(form_filing) form = NULL;
        OWN(json_t) acte = NULL;
        if (!form_filing_read(request, &form, &problem) || !transaction_find(request, form_field(form, "id", 0), &acte, &problem))
                return compat_problem(request, &problem);
        return compat_settle(request, text_of(acte, "id"), json_integer_value(json_object_get(acte, "transaction")));
}
