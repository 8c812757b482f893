/* private_key.c - recognises a key file by trying: PKCS#12, then PEM, then DER. */
#include "signing/private_key.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "signing/refusal.h"

enum { FILE_MAX = 1024 * 1024 };

DEFINE_OWNER(BIO, BIO_free_all)
DEFINE_OWNER(PKCS12, PKCS12_free)

void private_key_clear(struct private_key *key)
{
        EVP_PKEY_free(key->key);
        X509_free(key->certificate);
        sk_X509_pop_free(key->chain, X509_free);
        *key = (struct private_key){0};
}

static int passphrase_give(char *buffer, int size, int writing, void *context)
{
        (void)writing;
        const char *passphrase = context;
        if (passphrase == NULL || strlen(passphrase) > (size_t)size)
                return -1;
        memcpy(buffer, passphrase, strlen(passphrase));
        return (int)strlen(passphrase);
}

static bool pkcs12_read(PKCS12 *file, const char *passphrase, struct private_key *out, struct signing_refusal *why)
{
        struct private_key read = {0};
        if (PKCS12_parse(file, passphrase != NULL ? passphrase : "", &read.key, &read.certificate, &read.chain) == 1 &&
            read.key != NULL) {
                *out = read;
                return true;
        }
        private_key_clear(&read);
        return refuse(why, "KEY_UNREADABLE", "RFC 7292",
                      "the PKCS#12 file does not open: wrong passphrase, or protected by an algorithm no longer taken");
}

bool private_key_read(struct signing_bytes bytes, const char *passphrase, struct private_key *out, struct signing_refusal *why)
{
        if (bytes.size > FILE_MAX)
                return refuse(why, "KEY_UNREADABLE", "limit", "the key file is too large to be one");
        const unsigned char *at = bytes.data;
        OWN(PKCS12) file = d2i_PKCS12(NULL, &at, (long)bytes.size);
        if (file != NULL)
                return pkcs12_read(file, passphrase, out, why);
        OWN(BIO) bio = BIO_new_mem_buf(bytes.data, (int)bytes.size);
        EVP_PKEY *key = bio == NULL ? NULL : PEM_read_bio_PrivateKey(bio, NULL, passphrase_give, (void *)(uintptr_t)passphrase);
        at = bytes.data;
        if (key == NULL)
                key = d2i_AutoPrivateKey(NULL, &at, (long)bytes.size);
        ERR_clear_error();
        if (key == NULL)
                return refuse(why, "KEY_UNREADABLE", "RFC 5958",
                              "no private key is readable there: not PEM, DER or PKCS#12, or the passphrase is wrong");
        *out = (struct private_key){.key = key};
        return true;
}

static bool certificate_take(STACK_OF(X509) * out, X509 *certificate)
{
        if (sk_X509_push(out, certificate) > 0)
                return true;
        X509_free(certificate);
        return false;
}

bool private_key_certificates(struct signing_bytes bytes, STACK_OF(X509) * out, struct signing_refusal *why)
{
        int before = sk_X509_num(out);
        if (bytes.size > FILE_MAX)
                return refuse(why, "CERTIFICATE_UNREADABLE", "limit", "the certificate file is too large");
        const unsigned char *at = bytes.data;
        X509 *certificate = d2i_X509(NULL, &at, (long)bytes.size);
        bool kept = certificate == NULL || certificate_take(out, certificate);
        OWN(BIO) bio = BIO_new_mem_buf(bytes.data, (int)bytes.size);
        while (kept && bio != NULL && (certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL)
                kept = certificate_take(out, certificate);
        ERR_clear_error();
        if (!kept || sk_X509_num(out) == before)
                return refuse(why, "CERTIFICATE_UNREADABLE", "RFC 5280", "no certificate is readable there");
        return true;
}
