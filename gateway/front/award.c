/* award.c - the rules are SQL's (sql/api/award.sql). */
#include "gateway/front/award.h"

#include "gateway/front/call.h"

enum answer award_analyse(struct request *request)
{
        return call_with_body(request, 200, "api.analysis_put");
}

enum answer award_put(struct request *request)
{
        return call_with_body(request, 200, "api.award_put");
}

enum answer award_contracts(struct request *request)
{
        return call_answer(request, 200, "api.contract_list");
}

enum answer award_contract(struct request *request)
{
        return call_answer(request, 200, "api.contract_show");
}

enum answer award_notify(struct request *request)
{
        return call_with_body(request, 200, "api.contract_notify");
}
