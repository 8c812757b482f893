/* commission.c - who may, and what counts, is SQL's (sql/api/commission.sql); envelopes are sealed and opened here. */
#include "gateway/front/commission.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/core/base64.h"
#include "gateway/core/owner.h"
#include "gateway/core/verdict.h"
#include "gateway/front/call.h"
#include "gateway/front/trial.h"

DEFINE_OWNER(json_t, json_decref)

/* The manifest as the judge reads it, as text for SQL; the caller frees it. */
static char *summary_text(struct request *request, const struct trial *trial, struct problem *problem)
{
        OWN(json_t) summary = NULL;
        return verdict_manifest(request->judges, trial->manifest, trial->manifest_size, &summary, problem)
                       ? json_dumps(summary, JSON_COMPACT)
                       : NULL;
}

static enum answer answer_or_problem(struct request *request, bool good, json_t *answer, const struct problem *problem)
{
        return good ? http_answer_json(request, 200, answer) : http_answer_problem(request, problem);
}

/* ---- the key ---- */

static bool key_known(struct request *request, json_t **out, struct problem *problem)
{
        const struct db_argument arguments[] = {call_actor(request)};
        return db_call_json(request->db, "api.key_show", arguments, 1, out, problem);
}

enum answer commission_key_show(struct request *request)
{
        struct problem problem = {0};
        json_t *key = NULL;
        bool known = key_known(request, &key, &problem);
        return answer_or_problem(request, known, key, &problem);
}

enum answer commission_key_challenge(struct request *request)
{
        struct problem problem = {0};
        struct trial trial = {0};
        OWN(json_t) key = NULL;
        json_t *answer = NULL;
        if (!key_known(request, &key, &problem))
                return http_answer_problem(request, &problem);
        OWN(json_t) keys = json_pack("[O]", key);
        char *summary = trial_seal(keys, "key", 1, &trial, &problem) ? summary_text(request, &trial, &problem) : NULL;
        const struct db_argument arguments[] = {call_actor(request), db_bytes(trial.manifest, trial.manifest_size),
                                                db_text(summary)};
        bool put = summary != NULL && db_call_json(request->db, "api.key_challenge_put", arguments, 3, &answer, &problem);
        free(summary);
        trial_free(&trial);
        return answer_or_problem(request, put, answer, &problem);
}

enum answer commission_key_prove(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) message = http_json(request, &problem);
        char *text = message != NULL ? json_dumps(message, JSON_COMPACT) : NULL;
        const struct db_argument arguments[] = {call_actor(request), db_text(text)};
        json_t *answer = NULL;
        bool proven = text != NULL && db_call_json(request->db, "api.key_challenge_answer", arguments, 2, &answer, &problem);
        free(text);
        return answer_or_problem(request, proven, answer, &problem);
}

/* ---- the rehearsal ---- */

static bool rehearsal_put(struct request *request, const struct trial *trial, json_t **out, struct problem *problem)
{
        char *summary = summary_text(request, trial, problem);
        const struct db_argument arguments[] = {call_actor(request), db_text(request->variables[0]),
                                                db_bytes(trial->manifest, trial->manifest_size),
                                                db_bytes(trial->ciphertext, trial->ciphertext_size), db_text(summary)};
        bool put = summary != NULL && db_call_json(request->db, "api.opening_trial_put", arguments, 5, out, problem);
        free(summary);
        return put;
}

/* The certificates are everybody's to read; here they are but ballast. */
static json_t *rehearsal_lean(json_t *rehearsal)
{
        size_t n;
        json_t *key;
        json_array_foreach(json_object_get(rehearsal, "keys"), n, key) json_object_del(key, "certificate");
        json_object_del(rehearsal, "shares");
        json_object_del(rehearsal, "ciphertext");
        return rehearsal;
}

enum answer commission_rehearsal_show(struct request *request)
{
        struct problem problem = {0};
        json_t *rehearsal = NULL;
        bool seen = call_about(request, "api.opening_trial_show", NULL, &rehearsal, &problem);
        return answer_or_problem(request, seen, seen ? rehearsal_lean(rehearsal) : NULL, &problem);
}

enum answer commission_rehearsal_begin(struct request *request)
{
        struct problem problem = {0};
        struct trial trial = {0};
        json_t *known = NULL, *begun = NULL;
        if (!call_about(request, "api.opening_trial_show", NULL, &known, &problem))
                return http_answer_problem(request, &problem);
        if (json_is_string(json_object_get(known, "manifest")))
                return http_answer_json(request, 200, rehearsal_lean(known));
        OWN(json_t) owned = known;
        bool good = trial_seal(json_object_get(owned, "keys"), json_string_value(json_object_get(owned, "consultation")),
                               (unsigned)json_integer_value(json_object_get(owned, "quorum")), &trial, &problem) &&
                    rehearsal_put(request, &trial, &begun, &problem);
        trial_free(&trial);
        return answer_or_problem(request, good, good ? rehearsal_lean(begun) : NULL, &problem);
}

/* The quorum is there: what was sealed must open. */
static bool rehearsal_open(struct request *request, json_t **rehearsal, struct problem *problem)
{
        struct trial trial = {0};
        uint8_t *shares = NULL;
        size_t size = 0;
        json_t *settled = NULL;
        bool good =
                (base64_read(json_string_value(json_object_get(*rehearsal, "manifest")), &trial.manifest, &trial.manifest_size) &&
                 base64_read(json_string_value(json_object_get(*rehearsal, "ciphertext")), &trial.ciphertext,
                             &trial.ciphertext_size) &&
                 base64_read(json_string_value(json_object_get(*rehearsal, "shares")), &shares, &size)) ||
                problem_set(problem, "internal", "the rehearsal came back from the database damaged");
        good = good && trial_open(request->judges, &trial, shares, size, problem) &&
               call_about(request, "api.opening_trial_settle", NULL, &settled, problem);
        free(shares);
        trial_free(&trial);
        if (good) {
                json_decref(*rehearsal);
                *rehearsal = settled;
        }
        return good;
}

enum answer commission_rehearsal_answer(struct request *request)
{
        struct problem problem = {0};
        json_t *rehearsal = NULL;
        OWN(json_t) message = http_json(request, &problem);
        char *text = message != NULL ? json_dumps(message, JSON_COMPACT) : NULL;
        bool good = text != NULL && call_about(request, "api.opening_trial_answer", text, &rehearsal, &problem);
        free(text);
        if (good && json_is_string(json_object_get(rehearsal, "shares")))
                good = rehearsal_open(request, &rehearsal, &problem);
        if (!good)
                json_decref(rehearsal);
        return answer_or_problem(request, good, good ? rehearsal_lean(rehearsal) : NULL, &problem);
}
