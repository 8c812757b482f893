/*
 * mail.h - secure mail (courrier sécurisé) between a buyer and a company: written,
 * sent, read - which is a fact with a receipt - and answered; rounds of
 * negotiation and the letters that end a procedure are made of it.
 */
#ifndef PLI_FRONT_MAIL_H
#define PLI_FRONT_MAIL_H

#include "gateway/front/http.h"

/* POST /api/v1/consultations/{consultation}/mails: a draft. GET: how each fares */
enum answer mail_write(struct request *request);
enum answer mail_list(struct request *request);
/* POST …/rounds: a round of negotiation; POST …/letters: award and rejection */
enum answer mail_round(struct request *request);
enum answer mail_letters(struct request *request);
/* GET /api/v1/mails: a company's, heads alone */
enum answer mail_inbox(struct request *request);
/* GET /api/v1/mails/{mail}: to its company reading is the proof. POST …/send, …/answer */
enum answer mail_show(struct request *request);
enum answer mail_send(struct request *request);
enum answer mail_answer(struct request *request);
/* PUT, GET /api/v1/mails/{mail}/files/{name}: the buyer's in a draft, the company's until it has answered */
bool mail_file_admit(struct request *request, struct problem *problem);
enum answer mail_file_put(struct request *request);
enum answer mail_file_show(struct request *request);
/* GET, POST /api/v1/contact {"mail"}: where a person is told that something waits */
enum answer mail_contact(struct request *request);
enum answer mail_contact_set(struct request *request);

#endif
