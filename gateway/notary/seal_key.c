/* seal_key.c - the seal's private key, in a file or in a token. */
#include <assert.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/config.h"
#include "gateway/core/log.h"
#include "gateway/core/owner.h"
#include "gateway/core/token_key.h"
#include "gateway/notary/pause.h"
#include "gateway/notary/seal_key.h"

enum { KEY_MAX = 262144, RETRY_SECONDS = 5 };

DEFINE_OWNER(X509, X509_free)
DEFINE_OWNER(BIO, BIO_free)
typedef struct seal_key key_handle;
DEFINE_OWNER(key_handle, seal_key_close)

struct seal_key {
        signing_memory_key *memory; /* or NULL: a token's */
        struct token_key *token;    /* NULL while it is away */
        const char *uri, *pin_file;
        struct bytes certificates; /* as the file of seal_certificate has them */
        struct signing_bytes der;  /* the first of them, of a token's key */
        int64_t retry;             /* of pause_now() */
        bool away, locked;         /* said to be away; its PIN was refused: it is not asked again */
};

void seal_key_close(struct seal_key *key)
{
        if (key == NULL)
                return;
        signing_memory_key_free(key->memory);
        token_key_close(key->token);
        bytes_free(&key->certificates);
        OPENSSL_free((void *)(uintptr_t)key->der.data);
        free(key);
}

static bool file_read(const char *path, const char *option, struct bytes *out, struct problem *problem)
{
        if (bytes_read_file(out, path))
                return true;
        return problem_set(problem, "config-invalid", "The file of %s cannot be read: %s", option, path);
}

/* ---- a file ---- */

/* The first line; "" where no file is named. */
static bool passphrase_read(const struct config *config, struct bytes *out, struct problem *problem)
{
        if (config->seal_passphrase_file[0] != '\0' &&
            !file_read(config->seal_passphrase_file, "seal_passphrase_file", out, problem))
                return false;
        if (!bytes_add(out, "\n", 2))
                return problem_set(problem, "config-invalid", "The file of seal_passphrase_file is too long.");
        out->data[strcspn((const char *)out->data, "\r\n")] = '\0';
        return true;
}

static bool file_open(const struct config *config, struct seal_key *key, struct problem *problem)
{
        struct bytes file = {.limit = KEY_MAX}, passphrase = {.limit = 4096};
        struct signing_refusal why = {.sentence = ""};
        bool good = file_read(config->seal_key, "seal_key", &file, problem) && passphrase_read(config, &passphrase, problem);
        if (good && !signing_memory_key_new(bytes_view(&file), bytes_view(&key->certificates), (const char *)passphrase.data,
                                            &key->memory, &why))
                good = problem_set(problem, "config-invalid", "seal_key: %s", why.sentence);
        bytes_free(&file);
        bytes_free(&passphrase);
        return good;
}

/* ---- a token ---- */

static bool certificate_read(struct seal_key *key, struct problem *problem)
{
        unsigned char *der = NULL;
        OWN(BIO) in = BIO_new_mem_buf(key->certificates.data, (int)key->certificates.size);
        OWN(X509) certificate = in != NULL ? PEM_read_bio_X509(in, NULL, NULL, NULL) : NULL;
        int size = certificate != NULL ? i2d_X509(certificate, &der) : -1;
        if (size <= 0)
                return problem_set(problem, "config-invalid",
                                   "A seal key in a token needs its certificate (PEM) in seal_certificate.");
        key->der = (struct signing_bytes){der, (size_t)size};
        return true;
}

static void away_log(struct seal_key *key, const struct problem *problem)
{
        if (!key->away || key->locked)
                log_event(LOG_LEVEL_ERROR, key->locked ? "seal-pin-refused" : "seal-away", "code", problem->row->code, "detail",
                          problem->detail, NULL);
        key->away = true;
}

static bool token_open(struct seal_key *key, struct problem *problem)
{
        const struct token_request request = {key->uri, key->pin_file, bytes_view(&key->certificates)};
        key->retry = pause_now() + RETRY_SECONDS;
        if (!token_key_open(&request, &key->token, problem)) {
                key->locked = strcmp(problem->row->code, "token-pin-refused") == 0;
                away_log(key, problem);
                return false;
        }
        if (key->away)
                log_event(LOG_LEVEL_INFO, "seal-back", NULL);
        key->away = false;
        return true;
}

static bool token_begin(struct seal_key *key, struct problem *problem)
{
        struct problem away = {0};
        if (!certificate_read(key, problem))
                return false;
        if (token_open(key, &away) || !key->locked)
                return true;
        *problem = away;
        return false;
}

bool seal_key_open(const struct config *config, struct seal_key **out, struct problem *problem)
{
        OWN(key_handle) key = calloc(1, sizeof *key);
        assert(key != NULL);
        key->certificates.limit = KEY_MAX;
        key->uri = config->seal_key;
        key->pin_file = config->seal_passphrase_file[0] != '\0' ? config->seal_passphrase_file : NULL;
        if (config->seal_certificate[0] != '\0' &&
            !file_read(config->seal_certificate, "seal_certificate", &key->certificates, problem))
                return false;
        bool in_token = strncmp(config->seal_key, "pkcs11:", 7) == 0;
        if (!(in_token ? token_begin(key, problem) : file_open(config, key, problem)))
                return false;
        *out = TAKE(key);
        return true;
}

bool seal_key_ready(struct seal_key *key)
{
        struct problem problem = {0};
        if (key->memory != NULL || key->token != NULL)
                return true;
        return !key->locked && pause_now() >= key->retry && token_open(key, &problem);
}

const struct signing_key *seal_key_use(const struct seal_key *key)
{
        return key->memory != NULL ? signing_memory_key_use(key->memory) : token_key_use(key->token);
}

void seal_key_fail(struct seal_key *key)
{
        struct problem problem = {0};
        if (key->token == NULL)
                return;
        token_key_close(key->token);
        key->token = NULL;
        key->retry = pause_now() + RETRY_SECONDS;
        (void)problem_set(&problem, "token-unusable", "The token did not sign.");
        away_log(key, &problem);
}

struct signing_bytes seal_key_certificate(const struct seal_key *key)
{
        return key->memory != NULL ? signing_memory_key_use(key->memory)->certificate : key->der;
}
