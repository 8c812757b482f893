/*
 * call.h - the shortest handler: one SQL function, its answer as it is.
 */
#ifndef PLI_FRONT_CALL_H
#define PLI_FRONT_CALL_H

#include "gateway/core/db.h"
#include "gateway/front/http.h"

/* The party as the first argument of every api function; NULL for anyone. */
struct db_argument call_actor(const struct request *request);
/* api.NAME(actor, variables[0]), or with `text` as a third argument where that is not NULL. The caller owns *out. */
bool call_about(struct request *request, const char *function, const char *text, json_t **out, struct problem *problem)
        __attribute__((warn_unused_result));
/* api.NAME(actor, variables[0], text): a third argument even where it is NULL. */
bool call_about_or_null(struct request *request, const char *function, const char *text, json_t **out, struct problem *problem)
        __attribute__((warn_unused_result));
/* The same with the query's `access` (the token of a restricted consultation), answered with 200. */
enum answer call_with_token(struct request *request, const char *function);
/* api.NAME(actor), answered with 200. */
enum answer call_as_actor(struct request *request, const char *function);
/* api.NAME(actor, variables[0]), answered with `status`. */
enum answer call_answer(struct request *request, int status, const char *function);

/* api.NAME(actor, variables[0], body): a BODY_MEMORY object, {} where there is none. */
enum answer call_with_body(struct request *request, int status, const char *function);

/* A problem with one more member that names each case: "reasons", "refused". `value` is borrowed. */
enum answer call_refuse(struct request *request, const struct problem *problem, const char *member, json_t *value);

#endif
