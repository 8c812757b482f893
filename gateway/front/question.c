/* question.c - see question.h. */
#include "gateway/front/question.h"

#include "gateway/front/call.h"

enum answer question_ask(struct request *request)
{
        return call_with_body(request, 201, "api.question_ask");
}

enum answer question_list(struct request *request)
{
        return call_with_token(request, "api.question_list");
}

enum answer question_answer(struct request *request)
{
        return call_with_body(request, 200, "api.question_answer");
}

enum answer question_dismiss(struct request *request)
{
        return call_with_body(request, 200, "api.question_dismiss");
}
