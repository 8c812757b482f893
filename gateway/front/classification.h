/*
 * classification.h - what the prefecture lets a body file under: natures with
 * their typologies and the tree of matters, by version (messages 7-1, 7-2, 7-3).
 */
#ifndef PLI_FRONT_CLASSIFICATION_H
#define PLI_FRONT_CLASSIFICATION_H

#include "gateway/front/http.h"

/* GET /api/v1/classification: 404 until the State has sent one */
enum answer classification_show(struct request *request);
/* POST /api/v1/classification: the message 7-1 on its way (202) */
enum answer classification_ask(struct request *request);
/* The body's current one, JSON null where none has come. The caller owns *out. */
bool classification_load(struct request *request, json_t **out, struct problem *problem) __attribute__((warn_unused_result));

#endif
