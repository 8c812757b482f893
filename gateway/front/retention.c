/* retention.c - the rule and the days are SQL's (sql/api/retention.sql). */
#include "gateway/front/retention.h"

#include "gateway/front/call.h"

enum answer retention_show(struct request *request)
{
        return call_answer(request, 200, "api.retention_show");
}

enum answer retention_set(struct request *request)
{
        return call_with_body(request, 200, "api.retention_set");
}
