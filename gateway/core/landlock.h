/*
 * landlock.h - which files a program may still reach (Linux 5.13 and later).
 */
#ifndef PLI_CORE_LANDLOCK_H
#define PLI_CORE_LANDLOCK_H

#include <stdbool.h>

/* False where the kernel lacks Landlock or refuses. PR_SET_NO_NEW_PRIVS must be set. `network` false: no TCP either. */
bool landlock_enter(const char *const *readable, const char *const *writable, bool network) __attribute__((warn_unused_result));

#endif
