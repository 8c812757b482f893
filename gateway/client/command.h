/*
 * command.h - the commands of `pli`: one table says their words, arguments,
 * options and function; the parser, the help and the manual page read it.
 * A function answers the exit status: 0, one of sysexits.h, or what the
 * command's own contract fixes (`pli verify`: 10, 11, 65).
 */
#ifndef PLI_CLIENT_COMMAND_H
#define PLI_CLIENT_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "gateway/core/problem.h"

enum option_kind { OPTION_FLAG, OPTION_VALUE, OPTION_LIST }; /* a list may be given several times, or several values at once */

struct option_row {
        const char *name;  /* without dashes; NULL ends the rows */
        const char *value; /* what stands for the value in the help; NULL for a flag */
        enum option_kind kind;
        const char *summary; /* English, a key of the catalogue */
};

struct invocation;

struct command {
        const char *words;     /* "consultation create" */
        const char *arguments; /* "FILE…", for the help */
        size_t least, most;    /* how many arguments */
        const struct option_row *options;
        const char *summary;
        int (*run)(const struct invocation *invocation);
};

extern const struct command commands[];
extern const size_t command_count;
extern const struct option_row common_options[]; /* every command takes them */

struct given_option {
        const char *name, *value;
};
/* The command line, read: borrowed from argv. */
struct invocation {
        const struct command *command; /* NULL: no words at all */
        const char **arguments;
        size_t argument_count;
        struct given_option *options;
        size_t option_count;
};

/* Reads argv; false with the problem "usage" where the table does not allow it. */
bool invocation_parse(int argc, char **argv, struct invocation *out, struct problem *problem) __attribute__((warn_unused_result));
void invocation_close(struct invocation *invocation);
/* The last value given, or of its environment variable (PLI_GATEWAY…), or NULL. A flag given has the value "". */
const char *invocation_option(const struct invocation *invocation, const char *name);
bool invocation_flag(const struct invocation *invocation, const char *name);
/* The n-th value of a list, or NULL. */
const char *invocation_listed(const struct invocation *invocation, const char *name, size_t n);

#endif
