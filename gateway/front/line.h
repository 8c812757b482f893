/* line.h - how fast is the line to here? Asked before a deposit, while something can still be done about it. */
#ifndef PLI_FRONT_LINE_H
#define PLI_FRONT_LINE_H

#include "gateway/front/http.h"

/* POST /api/v1/line: BODY_MEASURED; {"bytes","now"}. The sender measures how long it took. */
enum answer line_measure(struct request *request);

#endif
