/*
 * pes.h - a PES (accounts for the DGFiP) on its way in, and the DGFiP's files that
 * answer no filing, to whoever files for the body.
 */
#ifndef PLI_FRONT_PES_H
#define PLI_FRONT_PES_H

#include "gateway/front/http.h"

/* A draft of kind "pes": one document, named. `filing` is the request's JSON. */
enum answer pes_create(struct request *request, const json_t *filing);
/* Judges the file of a draft, whole, and submits or refuses it: a refusal names every reason and is an event. NULL *done:
 * `problem`. */
bool pes_submit(struct request *request, const json_t *filing, json_t **done, struct problem *problem)
        __attribute__((warn_unused_result));

enum answer return_list(struct request *request);
enum answer return_content(struct request *request);

#endif
