/*
 * gate.h - what no later reader of a request may have to guess about: framing
 * and host (RFC 9112). The HTTP library is laxer than that; this runs over the
 * headers as it parsed them, before a byte of a body is read.
 */
#ifndef PLI_FRONT_GATE_H
#define PLI_FRONT_GATE_H

#include <stdbool.h>
#include <stddef.h>

#include "gateway/core/problem.h"

enum { GATE_HEADERS = 64, GATE_HEADER_BYTES = 16384 };

struct gate_header {
        const char *name, *value;
};

/* `name`: the TLS server name, "" for none. Pure. */
bool gate_check(const struct gate_header *headers, size_t count, const char *name, struct problem *problem)
        __attribute__((warn_unused_result));

#endif
