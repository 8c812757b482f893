/*
 * metric_socket.h - the metrics on a unix socket of this machine (metrics_socket), for
 * a monitor that has no certificate. Who may connect is the file system's affair
 * (mode 0660). HTTP/1.0, one answer a connection, whatever is asked for.
 */
#ifndef PLI_FRONT_METRIC_SOCKET_H
#define PLI_FRONT_METRIC_SOCKET_H

#include <stdbool.h>

#include "gateway/core/problem.h"

struct server;

/* Nothing where no socket is named. */
bool metric_socket_start(const struct server *server, struct problem *problem) __attribute__((warn_unused_result));
void metric_socket_stop(void);

#endif
