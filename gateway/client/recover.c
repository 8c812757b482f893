/*
 * recover.c - `pli key recover`: the key on a recovery sheet, typed or scanned,
 * back into a file; the passphrase shows that it is whole.
 */
#include <assert.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/client/catalogue.h"
#include "gateway/client/command.h"
#include "gateway/client/functions.h"
#include "gateway/client/input.h"
#include "gateway/client/output.h"
#include "gateway/client/recovery.h"
#include "gateway/client/secret.h"
#include "gateway/client/show.h"
#include "gateway/core/owner.h"

DEFINE_OWNER(X509_SIG, X509_SIG_free)
DEFINE_OWNER(PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free)
DEFINE_OWNER(EVP_PKEY, EVP_PKEY_free)
DEFINE_OWNER(BIO, BIO_free_all)

enum { TEXT_MOST = 65536 };

static bool sheet_read(const char *path, X509_SIG **out, struct problem *problem)
{
        struct content text = {0};
        uint8_t key[RECOVERY_MOST];
        const uint8_t *at = key;
        size_t size = 0;
        unsigned wrong = 0;
        if (!content_read(path, TEXT_MOST, &text, problem))
                return false;
        bool read = recovery_read((const char *)text.data, key, &size, &wrong);
        content_free(&text);
        if (!read && wrong > 0)
                return problem_set(problem, "key-unreadable", words("line %u is not as it is printed on the sheet"), wrong);
        if (!read)
                return problem_set(problem, "key-unreadable", "%s", words("this is not what the code of a recovery sheet says"));
        *out = d2i_X509_SIG(NULL, &at, (long)size);
        return (*out != NULL && at == key + size) ||
               problem_set(problem, "key-unreadable", "%s", words("lines are missing at the end"));
}

/* Does the passphrase open it, and is what it opens a key? */
static bool key_check(const struct invocation *invocation, const X509_SIG *locked, struct problem *problem)
{
        char *passphrase = NULL;
        if (!secret_read(invocation, invocation->arguments[0], &passphrase, problem))
                return false;
        OWN(PKCS8_PRIV_KEY_INFO) plain = PKCS8_decrypt(locked, passphrase, (int)strlen(passphrase));
        OWN(EVP_PKEY) key = plain != NULL ? EVP_PKCS82PKEY(plain) : NULL;
        secret_free(passphrase);
        return key != NULL ||
               problem_set(problem, "key-unreadable", "%s", words("this passphrase does not open the key of the sheet"));
}

static bool key_settle(const X509_SIG *locked, const char *stem, struct problem *problem)
{
        OWN(BIO) bio = BIO_new(BIO_s_mem());
        char *data = NULL, *path = NULL;
        if (bio == NULL || PEM_write_bio_PKCS8(bio, locked) != 1)
                return problem_set(problem, "internal", "PEM");
        long size = BIO_get_mem_data(bio, &data);
        int length = asprintf(&path, "%s.key", stem);
        assert(length > 0);
        bool kept = output_bytes(path, OUTPUT_PRIVATE, data, (size_t)size, problem);
        if (kept)
                show_pair(words("Written"), path);
        free(path);
        return kept;
}

int pli_key_recover(const struct invocation *invocation)
{
        struct problem problem = {0};
        OWN(X509_SIG) locked = NULL;
        const char *stem = invocation_option(invocation, "output");
        bool good = stem != NULL || problem_set(&problem, "usage", "%s", words("where to? Give --output STEM"));
        good = good && sheet_read(invocation->arguments[0], &locked, &problem) && key_check(invocation, locked, &problem) &&
               key_settle(locked, stem, &problem);
        return good ? 0 : show_problem(invocation, &problem);
}
