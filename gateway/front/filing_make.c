/* filing_make.c - see filing_make.h. */
#include "gateway/front/filing_make.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "gateway/formats/acte.h"
#include "gateway/formats/acte_classification.h"
#include "gateway/front/call.h"
#include "gateway/front/classification.h"
#include "gateway/front/inspection.h"
#include "gateway/front/pes.h"

typedef struct acte acte_form;
DEFINE_OWNER(json_t, json_decref)
DEFINE_OWNER(acte_form, free)

void filing_places_hide(json_t *filing)
{
        size_t n;
        json_t *file;
        json_array_foreach(json_object_get(filing, "files"), n, file)
        {
                json_object_del(file, "day");
                json_object_del(file, "content");
        }
}

static bool form_check(struct request *request, json_t *filing, struct refusals *why, struct problem *problem)
{
        char today[11];
        OWN(json_t) classification = NULL;
        OWN(acte_form) acte = calloc(1, sizeof *acte);
        if (acte == NULL)
                abort();
        if (!classification_load(request, &classification, problem))
                return false;
        json_t *version = json_object_get(classification, "version");
        if (json_object_get(filing, "classification") == NULL && version != NULL)
                json_object_set(filing, "classification", version);
        inspection_today(today);
        if (acte_parse(filing, today, acte, why))
                acte_classification_check(acte, classification, why);
        return why->count == 0;
}

bool filing_make(struct request *request, json_t *filing, const char *key, json_t **made, struct refusals *why,
                 struct problem *problem)
{
        if (!form_check(request, filing, why, problem))
                return false;
        char *text = json_dumps(filing, JSON_COMPACT);
        const struct db_argument arguments[] = {call_actor(request), db_text(text), db_text(key)};
        bool created = db_call_json(request->db, "api.filing_create", arguments, 3, made, problem);
        free(text);
        return created;
}

bool filing_is(const json_t *filing, const char *member, const char *value)
{
        const char *found = json_string_value(json_object_get(filing, member));
        return found != NULL && strcmp(found, value) == 0;
}

/* A file that has not come yet is no fault of the filing: it stays a draft. */
static bool files_arrived(const json_t *filing, struct problem *problem)
{
        size_t n;
        const json_t *file;
        json_array_foreach(json_object_get(filing, "files"), n, file)
        {
                if (!json_is_integer(json_object_get(file, "size")))
                        return problem_set(problem, "filing-incomplete", "%s has not arrived",
                                           json_string_value(json_object_get(file, "name")));
        }
        return true;
}

/* The refusal is an event of its own: the filer can prove what was sent and why it was not taken. */
static json_t *refusal_json(const struct refusals *why)
{
        return json_pack("{s:s, s:s, s:o}", "code", why->list[0].code, "detail", why->list[0].sentence, "reasons",
                         refusals_json(why));
}

/* Rejected before: the same reasons again. */
static void refusals_repeat(const json_t *filing, struct refusals *why)
{
        size_t n;
        const json_t *reason;
        json_array_foreach(json_object_get(json_object_get(filing, "checks"), "reasons"), n, reason)
        {
                const char *code = json_string_value(json_object_get(reason, "code"));
                const char *clause = json_string_value(json_object_get(reason, "clause"));
                const char *text = json_string_value(json_object_get(reason, "text"));
                refusals_add(why, code != NULL ? code : "filing-refused", clause != NULL ? clause : "", "%s",
                             text != NULL ? text : "");
        }
        if (why->count == 0)
                refusals_add(why, "filing-refused", "", "This filing was rejected.");
}

static bool checked_keep(struct request *request, const char *id, const json_t *checks, const struct refusals *why, json_t **out,
                         struct problem *problem)
{
        OWN(json_t) kept = why->count > 0 ? refusal_json(why) : json_incref((json_t *)(uintptr_t)checks);
        char *text = json_dumps(kept, JSON_COMPACT);
        const struct db_argument arguments[] = {call_actor(request), db_text(id), db_text(text)};
        bool done =
                db_call_json(request->db, why->count > 0 ? "api.filing_refuse" : "api.filing_submit", arguments, 3, out, problem);
        free(text);
        return done;
}

/* A PES is judged and settled in one call of SQL, which alone knows what the body sent before. */
static bool pes_settle(struct request *request, const json_t *filing, const char *id, json_t **out, struct refusals *why,
                       struct problem *problem)
{
        if (request->variables[0] == NULL)
                request->variables[0] = strdup(id); /* freed with the request */
        if (!files_arrived(filing, problem) || !pes_submit(request, filing, out, problem))
                return false;
        if (filing_is(*out, "state", "rejected"))
                refusals_repeat(*out, why);
        filing_places_hide(*out);
        return true;
}

bool filing_settle(struct request *request, const char *id, json_t **out, struct refusals *why, struct problem *problem)
{
        OWN(json_t) filing = NULL;
        OWN(json_t) checks = NULL;
        const struct db_argument arguments[] = {call_actor(request), db_text(id)};
        if (!db_call_json(request->db, "api.filing_show", arguments, 2, &filing, problem))
                return false;
        if (filing_is(filing, "state", "rejected"))
                refusals_repeat(filing, why);
        if (!filing_is(filing, "state", "draft")) {
                *out = TAKE(filing);
                filing_places_hide(*out);
                return true;
        }
        if (filing_is(filing, "kind", "pes"))
                return pes_settle(request, filing, id, out, why, problem);
        if (!files_arrived(filing, problem) || !inspection_run(request, filing, &checks, why, problem) ||
            !checked_keep(request, id, checks, why, out, problem))
                return false;
        filing_places_hide(*out);
        return true;
}
