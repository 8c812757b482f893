/* incident.c - `pli consultation move` and `… commission`: what a buyer may still change of a published consultation. */
#include <stdlib.h>

#include "gateway/client/ask.h"
#include "gateway/client/catalogue.h"
#include "gateway/client/command.h"
#include "gateway/client/consultation.h"
#include "gateway/client/functions.h"
#include "gateway/client/input.h"
#include "gateway/client/session.h"
#include "gateway/client/show.h"

static int change_result(const struct invocation *invocation, bool answered, json_t *consultation, const struct problem *problem)
{
        if (answered && invocation_flag(invocation, "json"))
                show_json(consultation);
        else if (answered)
                consultation_lines(consultation);
        if (answered && json_object_get(consultation, "told") != NULL && !invocation_flag(invocation, "json"))
                show_pair(words("Companies told"), field_text(consultation, "told"));
        json_decref(consultation);
        return answered ? 0 : show_problem(invocation, problem);
}

int pli_consultation_move(const struct invocation *invocation)
{
        static const char *const names[] = {"deadline", "reason", NULL};
        struct problem problem = {0};
        json_t *answer = NULL;
        bool answered = ask(invocation, session_path("/api/v1/consultations/%s/deadline", invocation->arguments[0]),
                            ask_options(invocation, names), &answer, &problem);
        return change_result(invocation, answered, answer, &problem);
}

int pli_consultation_commission(const struct invocation *invocation)
{
        struct problem problem = {0};
        json_t *commission = NULL, *answer = NULL;
        bool answered = content_json(invocation->arguments[1], &commission, &problem) &&
                        consultation_members(commission, invocation->arguments[1], &problem);
        answered = answered && ask(invocation, session_path("/api/v1/consultations/%s/commission", invocation->arguments[0]),
                                   json_incref(commission), &answer, &problem);
        json_decref(commission);
        return change_result(invocation, answered, answer, &problem);
}
