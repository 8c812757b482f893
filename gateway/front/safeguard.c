/* safeguard.c - when a copy may be opened is SQL's (sql/api/safeguard.sql). */
#include "gateway/front/safeguard.h"

#include "gateway/front/call.h"

enum answer safeguard_register(struct request *request)
{
        return call_with_body(request, 201, "api.safeguard_register");
}

enum answer safeguard_list(struct request *request)
{
        return call_answer(request, 200, "api.safeguard_list");
}

enum answer safeguard_open(struct request *request)
{
        return call_with_body(request, 200, "api.safeguard_open");
}

enum answer safeguard_destroy(struct request *request)
{
        return call_with_body(request, 200, "api.safeguard_destroy");
}
