/*
 * deposit_end.c - `pli deposit withdraw` and `pli deposit abandon`. Both are
 * acknowledged by a receipt; asked again, the gateway answers what it answered.
 */
#include <stdlib.h>
#include <string.h>

#include "gateway/client/catalogue.h"
#include "gateway/client/command.h"
#include "gateway/client/delivery.h"
#include "gateway/client/functions.h"
#include "gateway/client/output.h"
#include "gateway/client/session.h"
#include "gateway/client/show.h"

/* 202 names the receipt that the notary is making: *answer becomes the receipt. */
static bool receipt_await(struct session *session, struct answer *answer, struct problem *problem)
{
        if (answer->status == 200)
                return true;
        json_t *promise = json_loadb(answer->body != NULL ? answer->body : "", answer->size, 0, NULL);
        answer_free(answer);
        bool there = *field_text(promise, "receipt") != '\0'
                             ? delivery_receipt(session, field_text(promise, "receipt"), answer, problem)
                             : problem_set(problem, "gateway-answer", "receipt");
        json_decref(promise);
        return there;
}

static bool deposit_end(const struct invocation *invocation, const char *method, const char *tail, struct problem *problem)
{
        struct session *session = NULL;
        struct answer answer = {0};
        const char *file = invocation_option(invocation, "receipt");
        if (!session_open(invocation, &session, problem))
                return false;
        char *base = session_path("/api/v1/deposits/%s", invocation->arguments[0]), path[512];
        snprintf(path, sizeof path, "%s%s", base, tail);
        free(base);
        bool ended =
                session_call(session, &(struct call){.method = method, .path = path, .key = tail, .waits = 30}, &answer, problem) &&
                (file == NULL || (receipt_await(session, &answer, problem) &&
                                  output_bytes(file, OUTPUT_PUBLIC, answer.body, answer.size, problem)));
        answer_free(&answer);
        session_close(session);
        return ended;
}

static int end_show(const struct invocation *invocation, const char *method, const char *tail, const char *said)
{
        struct problem problem = {0};
        if (!deposit_end(invocation, method, tail, &problem))
                return show_problem(invocation, &problem);
        show_pair(said, invocation->arguments[0]);
        if (invocation_option(invocation, "receipt") != NULL)
                show_pair(words("Receipt"), invocation_option(invocation, "receipt"));
        return 0;
}

int pli_deposit_abandon(const struct invocation *invocation)
{
        return end_show(invocation, "DELETE", "", words("Given up"));
}

int pli_deposit_withdraw(const struct invocation *invocation)
{
        return end_show(invocation, "POST", "/withdraw", words("Withdrawn"));
}
