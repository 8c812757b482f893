/* seal.c - signs receipts with the gateway's seal. */
#include <assert.h>
#include <openssl/crypto.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/config.h"
#include "gateway/core/owner.h"
#include "gateway/notary/seal.h"
#include "gateway/notary/seal_key.h"

enum { ANCHORS_MAX = 4194304, NAME_ROOM = 256 };

DEFINE_OWNER(X509, X509_free)
typedef struct seal seal_t;
DEFINE_OWNER(seal_t, seal_close)

struct seal {
        struct seal_key *key;
        signing_trust *trust; /* time-stamping authorities; NULL where none is configured */
        char issuer[NAME_ROOM];
};

void seal_close(struct seal *seal)
{
        if (seal == NULL)
                return;
        seal_key_close(seal->key);
        signing_trust_free(seal->trust);
        free(seal);
}

const char *seal_issuer(const struct seal *seal)
{
        return seal->issuer;
}

struct signing_bytes seal_certificate(const struct seal *seal)
{
        return seal_key_certificate(seal->key);
}

static bool file_read(const char *path, const char *option, struct bytes *out, struct problem *problem)
{
        if (bytes_read_file(out, path))
                return true;
        return problem_set(problem, "config-invalid", "The file of %s cannot be read: %s", option, path);
}

/* Without anchors no answer of an authority could be believed. */
static bool trust_read(const struct config *config, struct seal *seal, struct problem *problem)
{
        struct bytes anchors = {.limit = ANCHORS_MAX};
        struct signing_refusal why = {.sentence = ""};
        if (config->stamp_url[0] == '\0')
                return true;
        seal->trust = signing_trust_new();
        bool good = seal->trust != NULL && file_read(config->stamp_anchors, "stamp_anchors", &anchors, problem);
        if (good && !signing_trust_stamper(seal->trust, bytes_view(&anchors), &why))
                good = problem_set(problem, "config-invalid", "stamp_anchors: %s", why.sentence);
        bytes_free(&anchors);
        return good;
}

/* The common name in the seal's certificate, else its organisation (EN 319 412-3 4.2.1 wants both). */
static bool issuer_read(struct seal *seal, struct problem *problem)
{
        struct signing_bytes der = seal_key_certificate(seal->key);
        const unsigned char *at = der.data;
        OWN(X509) certificate = d2i_X509(NULL, &at, (long)der.size);
        if (certificate == NULL)
                return problem_set(problem, "config-invalid", "The seal's certificate cannot be read.");
        const X509_NAME *name = X509_get_subject_name(certificate);
        int where = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
        if (where < 0)
                where = X509_NAME_get_index_by_NID(name, NID_organizationName, -1);
        unsigned char *text = NULL;
        int size = where < 0 ? -1 : ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, where)));
        bool good = size > 0 && size < NAME_ROOM && memchr(text, '\0', (size_t)size) == NULL;
        if (good)
                memcpy(seal->issuer, text, (size_t)size);
        OPENSSL_free(text);
        return good || problem_set(problem, "config-invalid", "The seal's certificate names nobody.");
}

bool seal_open(const struct config *config, struct seal **out, struct problem *problem)
{
        OWN(seal_t) seal = calloc(1, sizeof *seal);
        assert(seal != NULL);
        if (!seal_key_open(config, &seal->key, problem) || !trust_read(config, seal, problem) || !issuer_read(seal, problem))
                return false;
        *out = TAKE(seal);
        return true;
}

bool seal_ready(const struct seal *seal)
{
        return seal_key_ready(seal->key);
}

const char *seal_state(const struct seal *seal)
{
        return seal_key_state(seal->key);
}

const char *seal_detail(const struct seal *seal)
{
        return seal_key_detail(seal->key);
}

bool seal_receipt(const struct seal *seal, const struct receipt_source *source, int64_t claimed, struct bytes *out,
                  struct signing_refusal *why)
{
        struct bytes plain = {.limit = RECEIPT_MAX};
        const struct signing_sink to_plain = bytes_sink(&plain), to_out = bytes_sink(out);
        bool good = receipt_write(source, &to_plain, why) &&
                    signing_sign_enveloped(bytes_view(&plain), seal_key_use(seal->key), claimed, &to_out, why);
        bytes_free(&plain);
        return good;
}

bool seal_stamp(const struct seal *seal, struct signing_bytes receipt, struct signing_bytes answer, uint64_t nonce,
                struct bytes *out, struct signing_refusal *why)
{
        const struct signing_sink sink = bytes_sink(out);
        return signing_stamp_apply(receipt, answer, nonce, seal->trust, &sink, why);
}

bool seal_batch_answer(const struct seal *seal, signing_batch *batch, struct signing_bytes answer, uint64_t nonce,
                       struct signing_refusal *why)
{
        return signing_batch_answer(batch, answer, nonce, seal->trust, why);
}
