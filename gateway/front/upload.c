/* upload.c - see upload.h. */
#include "gateway/front/upload.h"

#include <string.h>

bool upload_place(struct request *request, const json_t *place, int64_t first, uint32_t chunk, struct problem *problem)
{
        const char *day = json_string_value(json_object_get(place, "day"));
        if (day == NULL || strlen(day) >= sizeof(request->store_day) || !json_is_integer(json_object_get(place, "content")))
                return problem_set(problem, "internal", "there is no place for the bytes");
        memcpy(request->store_day, day, strlen(day) + 1);
        request->store_content = json_integer_value(json_object_get(place, "content"));
        request->store_first = first;
        request->store_chunk = chunk;
        return true;
}
