/* line.c - takes bytes and says how many came. */
#include "gateway/front/line.h"

#include "gateway/front/instant.h"

enum answer line_measure(struct request *request)
{
        char now[40];
        instant_text(instant_here(), now);
        return http_answer_json(request, 200, json_pack("{s:I, s:s}", "bytes", (json_int_t)request->stored_size, "now", now));
}
