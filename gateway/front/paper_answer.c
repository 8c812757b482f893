/* paper_answer.c - see paper_answer.h. */
#include "gateway/front/paper_answer.h"

#include <stdlib.h>

enum answer paper_answer(struct request *request, struct paper *paper)
{
        struct problem problem = {0};
        const char *media_type = NULL;
        size_t size = 0;
        uint8_t *data = paper_end(paper, &size, &media_type);
        if (data == NULL) {
                problem_set(&problem, "internal", "the document could not be made");
                return http_answer_problem(request, &problem);
        }
        http_answer_header(request, "Content-Security-Policy",
                           "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
        enum answer answer = http_answer_bytes(request, 200, media_type, data, size);
        free(data);
        return answer;
}
