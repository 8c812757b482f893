/*
 * refusal.h - how this library says no: one statement, `return refuse(why, …)`.
 */
#ifndef PLI_SIGNING_REFUSAL_H
#define PLI_SIGNING_REFUSAL_H

#include "signing/signing.h"

/* Fills `why` (NULL: nobody asks) and answers false. `code` is for programs
 * (upper case, stable), `clause` names the standard or limit that refuses, the
 * sentence is for people; control bytes of hostile input are replaced in it. */
bool refuse(struct signing_refusal *why, const char *code, const char *clause, const char *format, ...)
        __attribute__((format(printf, 4, 5)));

#endif
