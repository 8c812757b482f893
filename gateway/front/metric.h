/* metric.h - what a monitor watches, as Prometheus reads it. */
#ifndef PLI_FRONT_METRIC_H
#define PLI_FRONT_METRIC_H

#include <stdio.h>

#include "gateway/front/http.h"

/* GET /metrics: the operator's certificate is needed. */
enum answer metric_show(struct request *request);

/* The list of api.metrics() in the text format 0.0.4; rows of one name must follow each other. Pure. */
void metric_write(const json_t *metrics, FILE *out);

#endif
