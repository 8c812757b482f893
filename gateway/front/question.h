/* question.h - questions of companies, answered to all, the asker unnamed (sql/api/question.sql). */
#ifndef PLI_FRONT_QUESTION_H
#define PLI_FRONT_QUESTION_H

#include "gateway/front/http.h"

/* POST /api/v1/consultations/{consultation}/questions {"question", "lot"?}; GET: what is answered, to its asker and buyer more */
enum answer question_ask(struct request *request);
enum answer question_list(struct request *request);
/* POST /api/v1/questions/{question}/answer {"answer", "question"?}; …/dismiss {"reason"} */
enum answer question_answer(struct request *request);
enum answer question_dismiss(struct request *request);

#endif
