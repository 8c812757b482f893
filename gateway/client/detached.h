/*
 * detached.h - the files a signature names, out of one folder and nowhere else:
 * neither "..", nor a symbolic link, nor an absolute name leads out of it.
 */
#ifndef PLI_CLIENT_DETACHED_H
#define PLI_CLIENT_DETACHED_H

#include "gateway/core/problem.h"
#include "signing/signing.h"

struct detached;

bool detached_open(const char *folder, struct detached **out, struct problem *problem) __attribute__((warn_unused_result));
void detached_close(struct detached *detached); /* NULL is allowed */
/* The library's view; the folder must outlive it. */
struct signing_detached detached_view(struct detached *detached);

#endif
