/*
 * filing_file.h - the files of a filing and of the State's answers, out again.
 */
#ifndef PLI_FRONT_FILING_FILE_H
#define PLI_FRONT_FILING_FILE_H

#include "gateway/front/http.h"

/* GET /api/v1/filings/{filing}/files/{name} */
enum answer filing_file_show(struct request *request);
/* GET /api/v1/filings/{filing}/answers/{answer}/{number}: file 0 is the State's message, then what came with it */
enum answer filing_answer_file(struct request *request);
/* A file of an answer, with its name and type where the answer tells them. */
struct answer_file {
        uint8_t *data; /* malloc'ed */
        size_t size;
        char name[256], media_type[128];
};
bool filing_answer_read(struct request *request, const char *filing, int64_t answer, int64_t number, struct answer_file *out,
                        struct problem *problem) __attribute__((warn_unused_result));

#endif
