/* seal_key.c - the seal's private key, in a file or in a token. */
#include <assert.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/config.h"
#include "gateway/core/log.h"
#include "gateway/core/owner.h"
#include "gateway/notary/cell.h"
#include "gateway/notary/pause.h"
#include "gateway/notary/seal_key.h"
#include "gateway/notary/token_holder.h"
#include "signing/private_key.h"

enum { KEY_MAX = 262144, CERTIFICATES_MAX = 16, RETRY_SECONDS = 5 };

typedef struct seal_key key_handle;
DEFINE_OWNER(key_handle, seal_key_close)

struct seal_key {
        signing_memory_key *memory; /* or NULL: a token's */
        struct token_holder *holder;
        const char *uri, *pin_file;
        struct bytes certificates;                  /* as the file of seal_certificate has them */
        struct signing_bytes der[CERTIFICATES_MAX]; /* of a token's key: its own, then those of its issuers */
        struct signing_key use;
        int64_t retry;         /* of pause_now() */
        enum token_state said; /* logged last, */
        struct problem why;    /* and why */
};

void seal_key_close(struct seal_key *key)
{
        if (key == NULL)
                return;
        signing_memory_key_free(key->memory);
        token_holder_end(key->holder);
        bytes_free(&key->certificates);
        for (size_t i = 0; i < CERTIFICATES_MAX; i++)
                OPENSSL_free((void *)(uintptr_t)key->der[i].data);
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

/* The seal's own comes first in its file, then its issuers; a root is not sent along. */
static bool certificate_keep(struct seal_key *key, X509 *certificate)
{
        size_t n = key->use.certificate.data == NULL ? 0 : 1 + key->use.chain_count;
        unsigned char *der = NULL;
        if (n > 0 && X509_self_signed(certificate, 0) == 1)
                return true;
        int size = n < CERTIFICATES_MAX ? i2d_X509(certificate, &der) : -1;
        if (size <= 0)
                return false;
        key->der[n] = (struct signing_bytes){der, (size_t)size};
        key->use.certificate = key->der[0];
        key->use.chain_count = n;
        return true;
}

static bool certificate_read(struct seal_key *key, struct problem *problem)
{
        struct signing_refusal why;
        STACK_OF(X509) *set = sk_X509_new_null();
        bool good = set != NULL && private_key_certificates(bytes_view(&key->certificates), set, &why) && sk_X509_num(set) > 0;
        for (int i = 0; good && i < sk_X509_num(set); i++)
                good = certificate_keep(key, sk_X509_value(set, i));
        sk_X509_pop_free(set, X509_free);
        key->use.chain = key->der + 1;
        return good || problem_set(problem, "config-invalid",
                                   "A seal key in a token needs its certificate (PEM), and its chain, in seal_certificate.");
}

static const char *const state_words[] = {"", "", "seal-away", "seal-pin-refused", "seal-stuck"};

/* What has changed is said once. */
static void state_log(struct seal_key *key, enum token_state state, const struct problem *problem)
{
        if (state == key->said || state == TOKEN_NEW)
                return;
        if (state != TOKEN_READY)
                log_event(LOG_LEVEL_ERROR, state_words[state], "code", problem->row->code, "detail", problem->detail, NULL);
        else if (key->said != TOKEN_NEW)
                log_event(LOG_LEVEL_INFO, "seal-back", NULL);
        key->said = state;
        key->why = *problem;
}

static bool token_begin(const struct config *config, struct seal_key *key, struct problem *problem)
{
        struct problem why = {0};
        const struct token_holding holding = {.request = {key->uri, key->pin_file, bytes_view(&key->certificates)},
                                              .seconds = config->seal_seconds,
                                              .enclose = cell_enclose_token,
                                              .context = config};
        if (!certificate_read(key, problem) || !token_holder_start(&holding, &key->holder, problem))
                return false;
        key->use.context = key->holder;
        key->use.sign = token_holder_sign;
        enum token_state state = token_holder_ask(key->holder, &why);
        state_log(key, state, &why);
        key->retry = pause_now() + RETRY_SECONDS;
        if (state == TOKEN_LOCKED)
                *problem = why;
        return state != TOKEN_LOCKED;
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
        if (!(in_token ? token_begin(config, key, problem) : file_open(config, key, problem)))
                return false;
        *out = TAKE(key);
        return true;
}

bool seal_key_ready(struct seal_key *key)
{
        struct problem problem = {0};
        if (key->memory != NULL)
                return true;
        enum token_state state = token_holder_state(key->holder, &problem);
        state_log(key, state, &problem);
        if (state == TOKEN_READY)
                return true;
        if (pause_now() >= key->retry && state != TOKEN_LOCKED) {
                (void)token_holder_look(key->holder);
                key->retry = pause_now() + RETRY_SECONDS;
        }
        return false;
}

const char *seal_key_state(const struct seal_key *key)
{
        static const char *const words[] = {"away", "ready", "away", "locked", "stuck"};
        return key->memory != NULL ? "ready" : words[key->said];
}

const char *seal_key_detail(const struct seal_key *key)
{
        return key->memory != NULL || key->said <= TOKEN_READY ? "" : key->why.detail;
}

const struct signing_key *seal_key_use(const struct seal_key *key)
{
        return key->memory != NULL ? signing_memory_key_use(key->memory) : &key->use;
}

struct signing_bytes seal_key_certificate(const struct seal_key *key)
{
        return seal_key_use(key)->certificate;
}
