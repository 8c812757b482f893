/* paper_answer.h - a paper as an answer: the page under a policy that runs nothing, the PDF as what it is. */
#ifndef PLI_FRONT_PAPER_ANSWER_H
#define PLI_FRONT_PAPER_ANSWER_H

#include "gateway/front/http.h"
#include "gateway/front/paper.h"

/* The paper is ended and gone. */
enum answer paper_answer(struct request *request, struct paper *paper);

#endif
