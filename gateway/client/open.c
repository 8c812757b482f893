/*
 * open.c - `pli open`: a member of the commission starts or joins the opening
 * after the hour. The shares are unwrapped on this machine; the private key
 * never leaves it, and the platform gets what it needs to open these envelopes
 * and nothing more.
 */
#include <assert.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/client/catalogue.h"
#include "gateway/client/command.h"
#include "gateway/client/functions.h"
#include "gateway/client/opening.h"
#include "gateway/client/session.h"
#include "gateway/client/share_key.h"
#include "gateway/client/show.h"
#include "gateway/client/trust.h"

enum { OPEN_PATIENCE = 60, WAIT_SECONDS = 3600, SHARES_A_MESSAGE = 1000 };

struct member {
        const struct invocation *invocation;
        const char *consultation;
        struct session *session;
        struct share_key key;
        unsigned given, refused;
};

static bool opening_call(struct member *member, const char *method, const char *tail, const json_t *body, json_t **out,
                         struct problem *problem)
{
        char *base = session_path("/api/v1/consultations/%s/opening", member->consultation), whole[256];
        snprintf(whole, sizeof whole, "%s%s", base, tail);
        free(base);
        /* Starting twice and handing a share in twice change nothing: a lost answer may be asked for again. */
        return session_json(member->session,
                            &(struct call){.method = method, .path = whole, .json = body, .key = member->consultation}, out,
                            problem);
}

/* One envelope whose share cannot be had must not hold up the others: it is named, and the rest goes on. */
static void share_add(struct member *member, const json_t *envelope, json_t *shares)
{
        struct signing_refusal why = {0};
        char *text = share_key_text(&member->key, field_text(envelope, "manifest"), &why);
        if (text == NULL) {
                show_note(words("No share for the %s of %s: %s"), field_text(envelope, "kind"), field_text(envelope, "company"),
                          why.sentence);
                member->refused++;
                return;
        }
        json_array_append_new(shares, json_pack("{s:s,s:s}", "envelope", field_text(envelope, "envelope"), "share", text));
        OPENSSL_cleanse(text, strlen(text));
        free(text);
        member->given++;
}

static void refusals_show(const json_t *refused)
{
        size_t index;
        json_t *row;
        json_array_foreach(refused, index, row)
        {
                show_note(words("The share of envelope %s was refused: %s"), field_text(row, "envelope"),
                          field_text(row, "detail"));
        }
}

static bool shares_send(struct member *member, json_t *shares, struct problem *problem)
{
        if (json_array_size(shares) == 0)
                return true;
        json_t *message = json_pack("{s:O}", "shares", shares), *opening = NULL;
        bool sent = opening_call(member, "POST", "/shares", message, &opening, problem);
        refusals_show(json_object_get(opening, "refused"));
        json_decref(message);
        json_decref(opening);
        return sent;
}

static bool shares_give(struct member *member, const json_t *wanted, struct problem *problem)
{
        json_t *shares = json_array(), *envelope;
        size_t index;
        bool good = true;
        json_array_foreach(wanted, index, envelope)
        {
                share_add(member, envelope, shares);
                if (json_array_size(shares) >= SHARES_A_MESSAGE) {
                        good = good && shares_send(member, shares, problem);
                        json_array_clear(shares);
                }
        }
        good = good && shares_send(member, shares, problem);
        json_decref(shares);
        if (good && member->given == 0 && member->refused > 0)
                good = problem_set(problem, "share-refused", "%s", share_key_name(&member->key));
        return good;
}

/* An envelope that has its quorum and is not open yet: the gateway is at it. */
static bool opening_busy(const json_t *opening)
{
        size_t index, inner;
        json_t *deposit, *envelope;
        json_array_foreach(json_object_get(opening, "deposits"), index, deposit)
        {
                json_array_foreach(json_object_get(deposit, "envelopes"), inner, envelope)
                {
                        if (strcmp(field_text(envelope, "state"), "ready") == 0)
                                return true;
                }
        }
        return false;
}

/* What the quorum opens now is waited for; other members only where asked (--wait), as they may take long. */
static bool opening_wait(struct member *member, json_t **opening, struct problem *problem)
{
        int64_t since = (int64_t)time(NULL);
        bool patient = invocation_flag(member->invocation, "wait");
        const char *give_up = invocation_option(member->invocation, "give-up");
        int64_t most = give_up != NULL ? atoi(give_up) : WAIT_SECONDS;
        if (invocation_flag(member->invocation, "no-wait"))
                return true;
        while (strcmp(field_text(*opening, "state"), "opened") != 0 && (patient || opening_busy(*opening)) &&
               (int64_t)time(NULL) - since < most) {
                (void)nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
                json_decref(*opening);
                *opening = NULL;
                if (!opening_call(member, "GET", "", NULL, opening, problem))
                        return false;
        }
        return true;
}

static bool member_open(struct member *member, json_t **opening, struct problem *problem)
{
        json_t *started = NULL, *wanted = NULL;
        if (!opening_call(member, "POST", "", NULL, &started, problem))
                return false;
        json_decref(started);
        if (!opening_call(member, "GET", "/shares", NULL, &wanted, problem))
                return false;
        bool given = shares_give(member, json_object_get(wanted, "envelopes"), problem);
        json_decref(wanted);
        if (!given)
                return false;
        show_note(words("Shares handed over: %u."), member->given);
        return opening_call(member, "GET", "", NULL, opening, problem) && opening_wait(member, opening, problem);
}

int pli_open(const struct invocation *invocation)
{
        struct member member = {.invocation = invocation, .consultation = invocation->arguments[0]};
        struct problem problem = {0};
        json_t *opening = NULL;
        bool opened = library_start(&problem) && share_key_open(invocation, &member.key, &problem) &&
                      session_open(invocation, &member.session, &problem);
        if (opened) {
                session_patience(member.session, OPEN_PATIENCE);
                opened = member_open(&member, &opening, &problem);
        }
        if (opened)
                opening_result(invocation, opening);
        json_decref(opening);
        session_close(member.session);
        share_key_close(&member.key);
        return opened ? 0 : show_problem(invocation, &problem);
}
