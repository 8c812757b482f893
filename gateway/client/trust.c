/* trust.c - reads trust anchors and evidence from disk. */
#include "gateway/client/trust.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "gateway/client/catalogue.h"
#include "gateway/client/input.h"
#include "gateway/client/lists.h"
#include "gateway/client/output.h"
#include "gateway/client/show.h"

enum { TRUST_FILE_MOST = 64 << 20 };

bool library_start(struct problem *problem)
{
        static bool started;
        struct signing_refusal why = {0};
        if (!started && !signing_start(&why))
                return problem_refused(problem, "internal", "libsigning", &why);
        started = true;
        return true;
}

static bool bytes_trust(signing_trust *trust, enum trust_kind kind, struct signing_bytes bytes, struct signing_refusal *why)
{
        switch (kind) {
        case TRUST_ANCHOR:
                return signing_trust_anchor(trust, bytes, why);
        case TRUST_STAMPER:
                return signing_trust_stamper(trust, bytes, why);
        case TRUST_EVIDENCE:
                return signing_trust_evidence(trust, bytes, why);
        }
        return false;
}

static bool file_trust(signing_trust *trust, enum trust_kind kind, const char *path, struct problem *problem)
{
        struct content content = {0};
        struct signing_refusal why = {0};
        if (!content_read(path, TRUST_FILE_MOST, &content, problem))
                return false;
        bool trusted = bytes_trust(trust, kind, content_bytes(&content), &why);
        content_free(&content);
        return trusted || problem_refused(problem, "key-unreadable", path, &why);
}

/* A list that is named itself is vouched for by who names it, unless a list of lists named before says otherwise. */
static bool list_trust(signing_trust *trust, const char *path, bool *is_list, struct problem *problem)
{
        struct content content = {0};
        struct signing_refusal why = {0};
        if (!content_read(path, TRUST_FILE_MOST, &content, problem))
                return false;
        *is_list = signing_is_list(content_bytes(&content));
        bool good = !*is_list ||
                    signing_trust_list(trust, content_bytes(&content), (struct signing_bytes){0}, (int64_t)time(NULL), &why);
        content_free(&content);
        return good || problem_refused(problem, "key-unreadable", path, &why);
}

static bool folder_trust(signing_trust *trust, enum trust_kind kind, const char *path, struct problem *problem)
{
        struct dirent **entries = NULL;
        size_t lists = 0;
        if (kind == TRUST_ANCHOR && !lists_read(trust, path, &lists, problem))
                return false;
        int count = scandir(path, &entries, NULL, alphasort), taken = (int)lists;
        if (count < 0)
                return problem_set(problem, "file-unreadable", "%s: %s", path, strerror(errno));
        for (int i = 0; i < count; i++) {
                char *name = path_join(path, entries[i]->d_name);
                struct stat status;
                struct problem ignored = {0}; /* a folder may hold other files: a README, a key */
                /* who signs lists is an anchor of nobody else */
                bool aside = entries[i]->d_name[0] == '.' || (lists > 0 && strcmp(entries[i]->d_name, LISTS_SIGNERS) == 0);
                if (!aside && stat(name, &status) == 0 && S_ISREG(status.st_mode))
                        taken += file_trust(trust, kind, name, &ignored);
                free(name);
                free(entries[i]);
        }
        free(entries);
        if (taken == 0 && kind != TRUST_EVIDENCE)
                return problem_set(problem, "key-unreadable", words("no certificate in the folder %s"), path);
        return true;
}

bool trust_read(signing_trust *trust, enum trust_kind kind, const char *path, struct problem *problem)
{
        struct stat status;
        if (stat(path, &status) != 0)
                return problem_set(problem, "file-unreadable", "%s: %s", path, strerror(errno));
        bool is_list = false;
        if (S_ISDIR(status.st_mode))
                return folder_trust(trust, kind, path, problem);
        if (kind == TRUST_ANCHOR && !list_trust(trust, path, &is_list, problem))
                return false;
        return is_list || file_trust(trust, kind, path, problem);
}
