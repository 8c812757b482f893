/*
 * jail.c - the profiles: what each program needs of the kernel, need by need.
 *
 * What is in no list of a profile is answered by its last column: a judge that
 * asks for it is killed, as it sees hostile bytes and asks for nothing by itself;
 * the others get EPERM, which libraries that only try their luck survive.
 */
#include "gateway/core/jail.h"

#include <errno.h>
#include <seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "gateway/core/landlock.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1 /* gcc's own name for it */
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
enum { SANITIZED = 1 }; /* its shadow memory and its own system calls need room and mercy */
#else
enum { SANITIZED = 0 };
#endif

enum { NEEDS_MAX = 10 };

/* Memory, time, randomness, locks, and the end. */
static const char LIVE[] =
        "brk mmap munmap mprotect mremap madvise futex getrandom clock_gettime clock_nanosleep nanosleep gettimeofday time "
        "getpid gettid tgkill rt_sigprocmask rt_sigreturn sigaltstack restart_syscall sched_yield rseq membarrier "
        "exit exit_group";
/* The same for one that maps no code: mmap and mprotect are added without PROT_EXEC. */
static const char LIVE_WITHOUT_CODE[] =
        "brk munmap mremap madvise futex getrandom clock_gettime gettimeofday time getpid gettid tgkill "
        "rt_sigprocmask rt_sigreturn restart_syscall exit exit_group";
/* Descriptors that are open already. */
static const char DESCRIPTORS[] =
        "read write readv writev pread64 pwrite64 close lseek fstat fcntl dup dup2 dup3 poll ppoll select pselect6 "
        "ioctl recvfrom recvmsg recvmmsg sendto sendmsg sendmmsg shutdown getsockname getpeername getsockopt "
        "setsockopt";
/* The judge's one descriptor. */
static const char ONE_SOCKET[] = "read write close recvfrom sendto poll";
/* An event loop and its wake-ups. */
static const char EVENTS[] =
        "epoll_create1 epoll_ctl epoll_wait epoll_pwait eventfd2 pipe pipe2 timerfd_create timerfd_settime socketpair";
/* Signals, identity and limits, as the C library asks for them. */
static const char HOUSEKEEPING[] =
        "rt_sigaction rt_sigtimedwait rt_sigsuspend kill getuid geteuid getgid getegid getppid getpgrp uname sysinfo "
        "getrusage prlimit64 getrlimit setrlimit sched_getaffinity prctl arch_prctl set_robust_list umask times";
/* Files: certificates, zone data, name resolution; Landlock says which. */
static const char FILES_READ[] =
        "openat open newfstatat stat lstat statx access faccessat faccessat2 readlink readlinkat getdents64 getcwd fadvise64 "
        "statfs fstatfs flock";
static const char FILES_WRITE[] =
        "unlink unlinkat rename renameat renameat2 mkdir mkdirat ftruncate fsync fdatasync fchmod chmod memfd_create "
        "fallocate";
/* Threads, never processes: clone() must carry CLONE_THREAD (thread_allow). */
static const char THREADS[] = "set_tid_address sched_setscheduler sched_getparam sched_getscheduler";
/* Out to a database, a time-stamp authority, the State. */
static const char CONNECT[] = "socket connect";
/* In from the Internet, or from the edge. */
static const char LISTEN[] = "socket bind listen accept accept4 connect";
/* Starting judges. */
static const char CHILDREN[] = "clone fork vfork execve wait4 waitid pidfd_open setpgid setsid seccomp landlock_create_ruleset "
                               "landlock_add_rule landlock_restrict_self"; /* and for a judge to enter its own jail */

/* Another process of the same program, in the same jail. */
static const char FORK[] = "clone fork vfork wait4";

static const struct profile {
        const char *name;
        bool code, threads, network;
        uint32_t otherwise;
        const char *needs[NEEDS_MAX];
} profiles[] = {
        {"judge", false, false, false, SCMP_ACT_KILL_PROCESS, {LIVE_WITHOUT_CODE, ONE_SOCKET}},
        {"edge",
         true,
         true,
         true,
         SCMP_ACT_ERRNO(EPERM),
         {LIVE, DESCRIPTORS, EVENTS, HOUSEKEEPING, FILES_READ, FILES_WRITE, THREADS, LISTEN}},
        {"front",
         true,
         true,
         true,
         SCMP_ACT_ERRNO(EPERM),
         {LIVE, DESCRIPTORS, EVENTS, HOUSEKEEPING, FILES_READ, FILES_WRITE, THREADS, LISTEN, CHILDREN}},
        {"notary",
         true,
         true,
         true,
         SCMP_ACT_ERRNO(EPERM),
         {LIVE, DESCRIPTORS, EVENTS, HOUSEKEEPING, FILES_READ, THREADS, CONNECT}},
        {"token-holder", /* the PKCS#11 module has files of its own; Landlock says which */
         true,
         true,
         true,
         SCMP_ACT_ERRNO(EPERM),
         {LIVE, DESCRIPTORS, EVENTS, HOUSEKEEPING, FILES_READ, FILES_WRITE, THREADS, CONNECT, FORK}},
        {"relay",
         true,
         true,
         true,
         SCMP_ACT_ERRNO(EPERM),
         {LIVE, DESCRIPTORS, EVENTS, HOUSEKEEPING, FILES_READ, FILES_WRITE, THREADS, CONNECT}},
};

/* Libraries look for a configuration or a character set now and then; a judge is told there is none. */
static const char ABSENT_FOR_JUDGES[] =
        "openat open newfstatat stat lstat statx access faccessat faccessat2 readlink readlinkat ioctl fstat lseek "
        "sysinfo uname clone3";

static const struct profile *profile_find(const char *name)
{
        for (size_t i = 0; i < sizeof profiles / sizeof *profiles; i++)
                if (strcmp(profiles[i].name, name) == 0)
                        return &profiles[i];
        return NULL;
}

/* One rule for each name of a list. A call this machine's architecture lacks is passed over by libseccomp. */
static bool calls_add(scmp_filter_ctx filter, uint32_t action, const char *calls)
{
        char name[32];
        for (size_t length; *calls != '\0'; calls += length + strspn(calls + length, " ")) {
                length = strcspn(calls, " ");
                if (length >= sizeof name)
                        return false;
                memcpy(name, calls, length);
                name[length] = '\0';
                int number = seccomp_syscall_resolve_name(name);
                if (number == __NR_SCMP_ERROR || seccomp_rule_add(filter, action, number, 0) != 0)
                        return false;
        }
        return true;
}

/* Memory may be taken but never made executable: no injected code, no late library. */
static bool memory_allow(scmp_filter_ctx filter)
{
        return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) == 0 &&
               seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) == 0;
}

/* clone3 hides its flags from seccomp; the C library falls back to clone where it does not exist. */
static bool thread_allow(scmp_filter_ctx filter, bool children)
{
        enum { THREAD_FLAG = 0x00010000 }; /* CLONE_THREAD */
        if (seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) != 0)
                return false;
        return children || seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                                            SCMP_A0(SCMP_CMP_MASKED_EQ, THREAD_FLAG, THREAD_FLAG)) == 0;
}

static bool filter_fill(scmp_filter_ctx filter, const struct profile *profile)
{
        bool children = false;
        for (int i = 0; i < NEEDS_MAX && profile->needs[i] != NULL; i++) {
                children = children || profile->needs[i] == CHILDREN || profile->needs[i] == FORK;
                if (!calls_add(filter, SCMP_ACT_ALLOW, profile->needs[i]))
                        return false;
        }
        if (profile->threads)
                return thread_allow(filter, children);
        return memory_allow(filter) && calls_add(filter, SCMP_ACT_ERRNO(ENOENT), ABSENT_FOR_JUDGES);
}

static bool filter_load(const struct profile *profile)
{
        scmp_filter_ctx filter = seccomp_init(SANITIZED ? SCMP_ACT_ERRNO(EPERM) : profile->otherwise);
        if (filter == NULL)
                return false;
        bool loaded = filter_fill(filter, profile) &&
                      (!SANITIZED || calls_add(filter, SCMP_ACT_ALLOW, "sigaltstack sched_yield")) && seccomp_load(filter) == 0;
        seccomp_release(filter);
        return loaded;
}

static bool limit_set(int resource, uint64_t value)
{
        const struct rlimit limit = {value, value};
        return setrlimit((__rlimit_resource_t)resource, &limit) == 0;
}

static bool limits_set(const struct jail *jail)
{
        return limit_set(RLIMIT_CORE, 0) && (jail->memory == 0 || SANITIZED || limit_set(RLIMIT_AS, jail->memory)) &&
               (jail->seconds == 0 || limit_set(RLIMIT_CPU, jail->seconds));
}

enum jail_strength jail_enter(const struct jail *jail, struct problem *problem)
{
        const struct profile *profile = profile_find(jail->profile);
        if (profile == NULL) {
                problem_set(problem, "internal", "no jail is called %s", jail->profile);
                return JAIL_FAILED;
        }
        if (!limits_set(jail) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
                problem_set(problem, "internal", "limits or privileges could not be given up: %s", strerror(errno));
                return JAIL_FAILED;
        }
        bool landlocked = landlock_enter(jail->readable, jail->writable, profile->network);
        if (!filter_load(profile)) {
                problem_set(problem, "internal", "the system call filter \"%s\" could not be loaded", jail->profile);
                return JAIL_FAILED;
        }
        return landlocked ? JAIL_WHOLE : JAIL_WITHOUT_LANDLOCK;
}
