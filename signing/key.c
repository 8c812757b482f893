/* key.c - a private key held in memory, behind the same callback as a token's. */
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "signing/key_sign.h"
#include "signing/private_key.h"
#include "signing/refusal.h"

enum { CERTIFICATES_MAX = 16 };

struct signing_memory_key {
        EVP_PKEY *key;
        struct signing_bytes certificates[CERTIFICATES_MAX]; /* the signer's, then its chain */
        struct signing_key use;
};

DEFINE_OWNER(signing_memory_key, signing_memory_key_free)

void signing_memory_key_free(signing_memory_key *key)
{
        if (key == NULL)
                return;
        for (size_t i = 0; i < CERTIFICATES_MAX; i++)
                OPENSSL_free((void *)(uintptr_t)key->certificates[i].data);
        EVP_PKEY_free(key->key);
        free(key);
}

const struct signing_key *signing_memory_key_use(const signing_memory_key *key)
{
        return &key->use;
}

static bool memory_sign(void *context, int digest_nid, struct signing_bytes digest, uint8_t *signature, size_t *size)
{
        return key_sign(((signing_memory_key *)context)->key, digest_nid, digest, signature, size);
}

static bool certificate_keep(signing_memory_key *key, X509 *certificate)
{
        size_t n = key->use.certificate.data == NULL ? 0 : 1 + key->use.chain_count;
        unsigned char *der = NULL;
        if (n == CERTIFICATES_MAX)
                return false;
        int size = i2d_X509(certificate, &der);
        if (size <= 0)
                return false;
        key->certificates[n] = (struct signing_bytes){der, (size_t)size};
        if (n == 0)
                key->use.certificate = key->certificates[0];
        else
                key->use.chain_count = n;
        return true;
}

/* The certificate that belongs to the key comes first, wherever it stood; a root is not sent along. */
static bool certificates_keep(signing_memory_key *key, STACK_OF(X509) * set, struct signing_refusal *why)
{
        for (int i = 0; i < sk_X509_num(set) && key->use.certificate.data == NULL; i++)
                if (X509_check_private_key(sk_X509_value(set, i), key->key) == 1 && !certificate_keep(key, sk_X509_value(set, i)))
                        return refuse(why, "MEMORY", "", "no memory for the certificate");
        if (key->use.certificate.data == NULL)
                return refuse(why, "CERTIFICATE_MISSING", "", "no certificate given belongs to this key");
        for (int i = 0; i < sk_X509_num(set); i++) {
                X509 *certificate = sk_X509_value(set, i);
                bool own = X509_check_private_key(certificate, key->key) == 1;
                if (!own && X509_self_signed(certificate, 0) != 1 && !certificate_keep(key, certificate))
                        return refuse(why, "CERTIFICATE_UNREADABLE", "limit", "more than %d certificates came with the key",
                                      CERTIFICATES_MAX);
        }
        return true;
}

static bool set_join(STACK_OF(X509) * set, const struct private_key *file)
{
        if (file->certificate != NULL && !X509_add_cert(set, file->certificate, X509_ADD_FLAG_UP_REF))
                return false;
        return file->chain == NULL || X509_add_certs(set, file->chain, X509_ADD_FLAG_UP_REF | X509_ADD_FLAG_NO_DUP);
}

static bool certificates_gather(signing_memory_key *key, const struct private_key *file, struct signing_bytes given,
                                struct signing_refusal *why)
{
        STACK_OF(X509) *set = sk_X509_new_null();
        bool gathered = set != NULL && set_join(set, file) ? given.size == 0 || private_key_certificates(given, set, why)
                                                           : refuse(why, "MEMORY", "", "no memory for the certificates");
        gathered = gathered && certificates_keep(key, set, why);
        sk_X509_pop_free(set, X509_free);
        return gathered;
}

bool signing_memory_key_new(struct signing_bytes key, struct signing_bytes certificates, const char *passphrase,
                            signing_memory_key **out, struct signing_refusal *why)
{
        struct private_key file = {0};
        OWN(signing_memory_key) made = calloc(1, sizeof *made);
        if (made == NULL)
                return refuse(why, "MEMORY", "", "no memory for a key");
        if (!private_key_read(key, passphrase, &file, why))
                return false;
        made->key = TAKE(file.key);
        bool gathered = certificates_gather(made, &file, certificates, why);
        private_key_clear(&file);
        if (!gathered)
                return false;
        made->use.context = made;
        made->use.chain = made->certificates + 1;
        made->use.sign = memory_sign;
        *out = TAKE(made);
        return true;
}
