/* download.c - streams an answer to disk; a cut one leaves nothing. */
#include "gateway/client/download.h"

#include <assert.h>
#include <openssl/evp.h>
#include <strings.h>
#include <time.h>

#include "gateway/core/hex.h"
#include "gateway/client/catalogue.h"
#include "gateway/client/output.h"
#include "gateway/client/progress.h"
#include "gateway/client/session.h"

enum { ATTEMPTS = 5 };

struct taking {
        struct output *output;
        EVP_MD_CTX *digest;
        struct progress *progress;
        uint64_t size;
};

static bool taking_take(void *context, const void *data, size_t size)
{
        struct taking *taking = context;
        taking->size += size;
        progress_set(taking->progress, taking->size);
        return EVP_DigestUpdate(taking->digest, data, size) == 1 && output_write(taking->output, data, size);
}

/* Once: a repeated call would write behind the half that is on disk already. */
static bool taking_run(struct session *session, const struct download *download, struct taking *taking, struct problem *problem)
{
        struct answer answer = {0};
        struct call call = {.method = "GET", .path = download->path, .take = taking_take, .context = taking, .once = true};
        bool taken = session_call(session, &call, &answer, problem);
        answer_free(&answer);
        return taken;
}

static bool digest_check(const struct download *download, struct taking *taking, struct problem *problem)
{
        uint8_t digest[32];
        char text[65];
        if (EVP_DigestFinal_ex(taking->digest, digest, NULL) != 1)
                return problem_set(problem, "internal", "SHA-256");
        hex_write(digest, 32, text);
        if (download->sha256 != NULL && *download->sha256 != '\0' && strcasecmp(text, download->sha256) != 0)
                return problem_set(problem, "digest-mismatch", words("%s has SHA-256 %s, announced was %s"), download->file, text,
                                   download->sha256);
        return true;
}

static bool download_attempt(const struct invocation *invocation, struct session *session, const struct download *download,
                             struct problem *problem)
{
        struct taking taking = {.digest = EVP_MD_CTX_new()};
        assert(taking.digest != NULL);
        bool good = EVP_DigestInit_ex(taking.digest, EVP_sha256(), NULL) == 1 &&
                    output_open(download->file, OUTPUT_PUBLIC, &taking.output, problem);
        if (good) {
                taking.progress = progress_new(invocation, download->label, download->size);
                good = taking_run(session, download, &taking, problem);
                progress_free(taking.progress);
        }
        good = good && digest_check(download, &taking, problem);
        if (good)
                good = output_settle(taking.output, problem);
        else
                output_free(taking.output);
        EVP_MD_CTX_free(taking.digest);
        return good;
}

static bool worth_repeating(const struct problem *problem)
{
        return problem->row == problem_find("gateway-unreachable") || problem->row == problem_find("digest-mismatch") ||
               problem->row->status == 503;
}

bool download_run(const struct invocation *invocation, struct session *session, const struct download *download,
                  struct problem *problem)
{
        for (unsigned attempt = 1;; attempt++) {
                if (download_attempt(invocation, session, download, problem))
                        return true;
                if (attempt == ATTEMPTS || !worth_repeating(problem))
                        return false;
                (void)nanosleep(&(struct timespec){.tv_sec = attempt}, NULL);
        }
}
