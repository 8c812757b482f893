/* evidence.c - anchors, certificates, CRLs and OCSP answers from disk. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/config.h"
#include "gateway/core/owner.h"
#include "gateway/notary/bytes.h"
#include "gateway/notary/evidence.h"

enum { FILE_MOST = 16777216, PATH_ROOM = 4096 };

DEFINE_OWNER(signing_trust, signing_trust_free)
typedef DIR open_folder;
static void folder_close(open_folder *folder)
{
        (void)closedir(folder);
}
DEFINE_OWNER(open_folder, folder_close)

static bool anchors_read(const char *path, const char *option, signing_trust *trust,
                         bool (*add)(signing_trust *trust, struct signing_bytes bytes, struct signing_refusal *why),
                         struct problem *problem)
{
        struct bytes file = {.limit = FILE_MOST};
        struct signing_refusal why = {.sentence = "the file cannot be read"};
        bool good = bytes_read_file(&file, path) && add(trust, bytes_view(&file), &why);
        bytes_free(&file);
        return good || problem_set(problem, "config-invalid", "%s: %s", option, why.sentence);
}

static void file_add(const char *folder, const char *name, signing_trust *trust)
{
        char path[PATH_ROOM];
        struct bytes file = {.limit = FILE_MOST};
        struct signing_refusal why;
        int size = snprintf(path, sizeof path, "%s/%s", folder, name);
        if (size > 0 && (size_t)size < sizeof path && bytes_read_file(&file, path) &&
            !signing_trust_evidence(trust, bytes_view(&file), &why))
                file.size = 0; /* a README, a key: no evidence */
        bytes_free(&file);
}

static bool folder_add(const char *path, signing_trust *trust, struct problem *problem)
{
        OWN(open_folder) open = opendir(path);
        if (open == NULL)
                return problem_set(problem, "config-invalid", "archive_evidence: %s", strerror(errno));
        for (const struct dirent *entry = readdir(open); entry != NULL; entry = readdir(open))
                if (entry->d_name[0] != '.')
                        file_add(path, entry->d_name, trust);
        return true;
}

bool evidence_read(const struct config *config, signing_trust **out, struct problem *problem)
{
        OWN(signing_trust) trust = signing_trust_new();
        if (trust == NULL)
                return problem_set(problem, "internal", "No memory for the evidence.");
        if (!anchors_read(config->seal_anchors, "seal_anchors", trust, signing_trust_anchor, problem) ||
            !anchors_read(config->stamp_anchors, "stamp_anchors", trust, signing_trust_stamper, problem) ||
            !folder_add(config->archive_evidence, trust, problem))
                return false;
        *out = TAKE(trust);
        return true;
}
