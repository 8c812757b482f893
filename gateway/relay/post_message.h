/*
 * post_message.h - the e-mail that says that something waits, as RFC 5322 text:
 * in French then English, plain, without what it is about. Pure but for its date.
 */
#ifndef PLI_RELAY_POST_MESSAGE_H
#define PLI_RELAY_POST_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

struct post_message {
        int64_t item;          /* Message-ID: the same at each attempt */
        const char *kind;      /* message, completion, …, question, answer, correction, ended, contract */
        const char *from, *to; /* addresses, checked before */
        const char *body;      /* the public body's name */
        const char *reference; /* of the consultation */
        const char *url;       /* where to read it */
        const char *expires;   /* RFC 3339, or NULL */
        int64_t at;            /* Date, seconds since 1970 */
};

/* malloc'ed, lines end with CR LF; NULL where there is no memory. */
char *post_message_write(const struct post_message *message, size_t *size) __attribute__((warn_unused_result));

#endif
