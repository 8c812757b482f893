/*
 * cell.h - the notary's jail: from here on the keys' own files are closed to it
 * too. What it reads is what names are resolved and servers believed by. The
 * process that holds the seal's token has a jail of its own, with what the token's
 * module needs.
 */
#ifndef PLI_NOTARY_CELL_H
#define PLI_NOTARY_CELL_H

#include "gateway/core/problem.h"

struct config;

bool cell_close(const struct config *config, struct problem *problem) __attribute__((warn_unused_result));
/* `config` is a struct config (token_holding.enclose). */
bool cell_enclose_token(const void *config, struct problem *problem) __attribute__((warn_unused_result));

#endif
