/* cell.c - the jails of the notary and of its token's holder. */
#include <stdio.h>
#include <string.h>

#include "gateway/core/config.h"
#include "gateway/core/jail.h"
#include "gateway/core/log.h"
#include "gateway/core/token_uri.h"
#include "gateway/notary/cell.h"

enum { PATHS_MOST = 64, PATHS_ROOM = 2048 };

static const char *const always[] = {"/etc/hosts",       "/etc/host.conf", "/etc/resolv.conf",     "/etc/nsswitch.conf",
                                     "/etc/gai.conf",    "/etc/services",  "/etc/passwd",          "/etc/ssl",
                                     "/etc/ld.so.cache", "/etc/localtime", "/run/systemd/resolve", "/usr/share/ca-certificates",
                                     "/usr/lib",         "/lib",           "/dev/urandom",         NULL};
/* p11-kit's list of modules. */
static const char *const with_token[] = {"/etc/pkcs11", "/usr/share/p11-kit", NULL};

struct paths {
        const char *list[PATHS_MOST + 1]; /* up to a NULL */
        size_t count;
};

static void path_add(struct paths *paths, const char *path)
{
        if (path[0] != '\0' && paths->count < PATHS_MOST)
                paths->list[paths->count++] = path;
}

static void all_add(struct paths *paths, const char *const *list)
{
        while (*list != NULL)
                path_add(paths, *list++);
}

/* The words of a text, cut where it lies. */
static void words_add(struct paths *paths, char *text)
{
        char *rest = NULL;
        for (char *word = strtok_r(text, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
                path_add(paths, word);
}

static bool jail_close(const struct jail *jail, struct problem *problem)
{
        enum jail_strength strength = jail_enter(jail, problem);
        if (strength == JAIL_WITHOUT_LANDLOCK)
                log_event(LOG_LEVEL_WARNING, "jail-without-landlock", "profile", jail->profile, NULL);
        return strength != JAIL_FAILED;
}

bool cell_close(const struct config *config, struct problem *problem)
{
        struct paths readable = {.count = 0};
        all_add(&readable, always);
        path_add(&readable, config->database_files);
        if (config->archive_evidence[0] != '\0') {
                path_add(&readable, config->archive_evidence);
                path_add(&readable, config->seal_anchors);
                path_add(&readable, config->stamp_anchors);
        }
        return jail_close(&(const struct jail){.profile = "notary", .readable = readable.list}, problem);
}

bool cell_enclose_token(const void *context, struct problem *problem)
{
        const struct config *config = context;
        char words[PATHS_ROOM];
        struct token_uri uri;
        struct paths readable = {.count = 0}, writable = {.count = 0};
        if (!token_uri_parse(config->seal_key, &uri, problem))
                return false;
        snprintf(words, sizeof words, "%s", config->seal_token_paths);
        words_add(&writable, words);
        all_add(&readable, always);
        all_add(&readable, writable.list);
        all_add(&readable, with_token);
        path_add(&readable, uri.module);
        path_add(&readable, uri.pin_file);
        path_add(&readable, config->seal_passphrase_file);
        const struct jail jail = {.profile = "token-holder", .readable = readable.list, .writable = writable.list};
        return jail_close(&jail, problem);
}
