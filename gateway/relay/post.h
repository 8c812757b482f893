/*
 * post.h - an archive posted as @CTES wants it: HTTPS with our client certificate,
 * multipart fields name, filename and file, header X-User-Agent. By libcurl.
 *
 * The server's certificate must be vouched for by the anchors and carry the name
 * in the URL; a pinned key, if given, must match too. No redirection is followed.
 */
#ifndef PLI_RELAY_POST_H
#define PLI_RELAY_POST_H

#include <stdatomic.h>
#include <stdbool.h>

#include "gateway/core/problem.h"
#include "gateway/relay/parcel_file.h"

struct post;

/* Borrowed from the configuration; "" where there is none. */
struct post_options {
        const char *certificate, *key, *anchors, *pin;
        long seconds;
        const atomic_bool *stop; /* set: a transfer under way is given up */
};

enum { POST_TEXT_MAX = 2000 };

struct post_answer {
        long status; /* HTTP, or 0 where no answer came */
        char text[POST_TEXT_MAX *
                  2]; /* the body's beginning, UTF-8 without control characters, or libcurl's reason where no answer came */
};

bool post_open(const struct post_options *options, struct post **out, struct problem *problem) __attribute__((warn_unused_result));
void post_close(struct post *post);
/* `archive` is the file's name. Connections are kept between calls. */
void post_send(struct post *post, const char *url, const char *archive, const struct parcel_file *file, struct post_answer *out);

/* Connects and shakes hands, with every check of a sending, and sends nothing. False: `text` says why. */
bool post_test(struct post *post, const char *url, char text[512]) __attribute__((warn_unused_result));

/* 200 is taken. 400 and 413 are about this archive, for ever. Anything else is about the State, or about us: later. */
enum post_outcome { POST_LATER, POST_TAKEN, POST_REFUSED };
enum post_outcome post_judge(long status);

#endif
