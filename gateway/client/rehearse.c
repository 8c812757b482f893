/*
 * rehearse.c - `pli opening rehearse` and `pli key prove`: a share of no
 * envelope that counts is opened on this machine, and handed back: the key is
 * there, and it opens what is sealed for it.
 */
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/client/catalogue.h"
#include "gateway/client/command.h"
#include "gateway/client/functions.h"
#include "gateway/client/opening.h"
#include "gateway/client/session.h"
#include "gateway/client/share_key.h"
#include "gateway/client/show.h"
#include "gateway/client/trust.h"

/* Where a share is asked for and where it is handed back. */
struct exchange {
        const char *ask, *answer;
};

/* Both calls change nothing when they are repeated, so a lost answer may be asked for again. */
static bool share_return(const struct invocation *invocation, const struct exchange *exchange, json_t **out,
                         struct problem *problem)
{
        struct share_key key;
        struct session *session = NULL;
        struct signing_refusal why = {0};
        json_t *asked = NULL;
        bool good = library_start(problem) && share_key_open(invocation, &key, problem);
        if (!good)
                return false;
        good = session_open(invocation, &session, problem) &&
               session_json(session, &(struct call){.method = "POST", .path = exchange->ask, .key = exchange->ask}, &asked,
                            problem);
        char *share = good ? share_key_text(&key, field_text(asked, "manifest"), &why) : NULL;
        if (good && share == NULL)
                good = problem_refused(problem, "share-refused", share_key_name(&key), &why);
        if (good) {
                json_t *message = json_pack("{s:s}", "share", share);
                good = session_json(
                        session,
                        &(struct call){.method = "POST", .path = exchange->answer, .json = message, .key = exchange->answer}, out,
                        problem);
                json_decref(message);
                OPENSSL_cleanse(share, strlen(share));
        }
        free(share);
        json_decref(asked);
        session_close(session);
        share_key_close(&key);
        return good;
}

/* ---- the key ---- */

int pli_key_prove(const struct invocation *invocation)
{
        struct problem problem = {0};
        json_t *proven = NULL;
        const struct exchange exchange = {"/api/v1/member/key/challenge", "/api/v1/member/key/proof"};
        if (!share_return(invocation, &exchange, &proven, &problem))
                return show_problem(invocation, &problem);
        if (invocation_flag(invocation, "json"))
                show_json(proven);
        else
                show_check(true, words("The gateway has seen that this key is yours and opens what is sealed for it."));
        json_decref(proven);
        return 0;
}

/* ---- the opening ---- */

static void rehearsal_show(const json_t *rehearsal)
{
        char instant[64], line[400];
        size_t n, missing = 0;
        json_t *key;
        json_array_foreach(json_object_get(rehearsal, "keys"), n, key)
        {
                bool done = json_is_string(json_object_get(key, "at"));
                snprintf(line, sizeof line, "%s%s – %s", field_text(key, "name"),
                         json_is_true(json_object_get(key, "substitute")) ? words(" (substitute)") : "",
                         done ? show_instant(field_text(key, "at"), instant) : words("not yet"));
                show_check(done, line);
                missing += done ? 0 : 1;
        }
        if (json_is_string(json_object_get(rehearsal, "opened")))
                show_note("%s", words("The quorum has opened the envelope of the rehearsal: the day will go well."));
        if (missing > 0)
                show_note(words("Keys that have not rehearsed yet: %zu."), missing);
}

int pli_opening_rehearse(const struct invocation *invocation)
{
        struct problem problem = {0};
        json_t *rehearsal = NULL;
        char *ask = session_path("/api/v1/consultations/%s/opening/rehearsal", invocation->arguments[0]);
        char *answer = session_path("/api/v1/consultations/%s/opening/rehearsal/share", invocation->arguments[0]);
        bool good = share_return(invocation, &(struct exchange){ask, answer}, &rehearsal, &problem);
        free(ask);
        free(answer);
        if (!good)
                return show_problem(invocation, &problem);
        if (invocation_flag(invocation, "json"))
                show_json(rehearsal);
        else
                rehearsal_show(rehearsal);
        json_decref(rehearsal);
        return 0;
}

/* ---- the buyer's decisions ---- */

int pli_opening_decide(const struct invocation *invocation)
{
        struct problem problem = {0};
        struct session *session = NULL;
        json_t *opening = NULL;
        const char *reason = invocation_option(invocation, "reason");
        json_t *message = json_pack("{s:s, s:s, s:s*}", "deposit", invocation->arguments[1], "decision", invocation->arguments[2],
                                    "reason", reason);
        char *path = session_path("/api/v1/consultations/%s/opening/decisions", invocation->arguments[0]);
        bool good = session_open(invocation, &session, &problem) &&
                    session_json(session, &(struct call){.method = "POST", .path = path, .json = message}, &opening, &problem);
        free(path);
        json_decref(message);
        session_close(session);
        if (!good)
                return show_problem(invocation, &problem);
        opening_result(invocation, opening);
        json_decref(opening);
        return 0;
}
