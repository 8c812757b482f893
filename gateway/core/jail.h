/*
 * jail.h - a program gives up what it does not need, before it reads anything of
 * anybody's: system calls (seccomp, by a named profile), files (Landlock),
 * memory and time (rlimits), new privileges, core dumps.
 *
 * Enter it in the main thread before any other thread starts: threads and
 * children inherit it. There is no way out.
 */
#ifndef PLI_CORE_JAIL_H
#define PLI_CORE_JAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/core/problem.h"

struct jail {
        const char *profile; /* "judge", "edge", "front", "notary", "token-holder" or "relay": jail.c lists each one's calls beside
                                its needs */
        /* Files and folders with all below them, up to a NULL; those that do not exist are passed over. NULL: none at all. */
        const char *const *readable;
        const char *const *writable;
        uint64_t memory;  /* RLIMIT_AS, bytes; 0: no limit */
        unsigned seconds; /* RLIMIT_CPU; 0: no limit */
};

/* WITHOUT_LANDLOCK: the kernel has none, or not enough of it; all the rest holds. */
enum jail_strength { JAIL_FAILED, JAIL_WITHOUT_LANDLOCK, JAIL_WHOLE };

enum jail_strength jail_enter(const struct jail *jail, struct problem *problem) __attribute__((warn_unused_result));

#endif
