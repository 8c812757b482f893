/* incident.c - the rules are SQL's (sql/api/incident.sql). */
#include "gateway/front/incident.h"

#include "gateway/front/call.h"

enum answer incident_deadline(struct request *request)
{
        return call_with_body(request, 200, "api.deadline_move");
}

enum answer incident_commission(struct request *request)
{
        return call_with_body(request, 200, "api.commission_change");
}
