/*
 * log.h - one line an event on standard error, key=value, the request id first.
 * Untrusted text is quoted and escaped. Never a secret, never a bid's content.
 */
#ifndef PLI_CORE_LOG_H
#define PLI_CORE_LOG_H

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

void log_open(const char *program, const char *level);
/* The request (or job) this thread works for; NULL ends it. Borrowed. */
void log_request(const char *id);
/* log_event(LOG_LEVEL_INFO, "deposit-committed", "deposit", id, "bytes", text, NULL): name, then pairs of texts up to NULL. */
void log_event(enum log_level level, const char *event, ...) __attribute__((sentinel));

#endif
