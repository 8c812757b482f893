/* landlock.c - Landlock by its raw system calls: glibc has no names for them. */
#include "gateway/core/landlock.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The kernel's attribute as of its 6th version; older headers know the first field only. */
struct ruleset {
        uint64_t files, network, scope;
};

enum {
        FILES_1 = (1 << 13) - 1, /* 5.13: execute … make symbolic link */
        FILES_2 = 1 << 13,       /* 5.19: link or rename across folders */
        FILES_3 = 1 << 14,       /* 6.2: truncate */
        NETWORK_4 = 3,           /* 6.7: TCP bind and connect */
        SCOPE_6 = 3              /* 6.12: abstract sockets and signals of other domains */
};

static const uint64_t READ = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_EXECUTE;
static const uint64_t FOR_FILES =
        LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_EXECUTE | FILES_3;

static struct ruleset ruleset_for(long version, bool network)
{
        struct ruleset rules = {.files = FILES_1};
        if (version >= 2)
                rules.files |= FILES_2;
        if (version >= 3)
                rules.files |= FILES_3;
        if (version >= 4 && !network)
                rules.network = NETWORK_4;
        if (version >= 6 && !network)
                rules.scope = SCOPE_6;
        return rules;
}

/* A path that is not there cannot be reached either. */
static bool path_allow(int ruleset, const char *path, uint64_t access)
{
        struct stat status;
        int fd = open(path, O_PATH | O_CLOEXEC);
        if (fd < 0)
                return true;
        bool allowed = fstat(fd, &status) == 0;
        if (allowed && !S_ISDIR(status.st_mode))
                access &= FOR_FILES;
        struct landlock_path_beneath_attr rule = {.allowed_access = access, .parent_fd = fd};
        allowed = allowed && syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
        close(fd);
        return allowed;
}

static bool paths_allow(int ruleset, const char *const *paths, uint64_t access)
{
        for (; paths != NULL && *paths != NULL; paths++)
                if (**paths != '\0' && !path_allow(ruleset, *paths, access))
                        return false;
        return true;
}

bool landlock_enter(const char *const *readable, const char *const *writable, bool network)
{
        long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
        if (version < 1)
                return false;
        const struct ruleset rules = ruleset_for(version, network);
        size_t size = version >= 6 ? sizeof rules : version >= 4 ? 2 * sizeof(uint64_t) : sizeof(uint64_t);
        int ruleset = (int)syscall(SYS_landlock_create_ruleset, &rules, size, 0);
        if (ruleset < 0)
                return false;
        bool entered = paths_allow(ruleset, readable, READ) && paths_allow(ruleset, writable, rules.files) &&
                       syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
        close(ruleset);
        return entered;
}
