/* line.h - how fast is the line to the gateway? Measured before a deposit, while something can still be done about it. */
#ifndef PLI_CLIENT_LINE_H
#define PLI_CLIENT_LINE_H

#include <stdbool.h>
#include <stdint.h>

struct session;

/* Bytes a second, from sending more and more for about a second; false where the gateway did not take them. */
bool line_measure(struct session *session, uint64_t *rate) __attribute__((warn_unused_result));

#endif
