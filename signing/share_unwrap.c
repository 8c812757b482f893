/* share_unwrap.c - a member's own share: out of the manifest with its key, and held against the manifest's commitment. */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "signing/manifest.h"
#include "signing/private_key.h"
#include "signing/refusal.h"

DEFINE_OWNER(X509, X509_free)

static const struct manifest_member *member_of_certificate(const signing_manifest *manifest, struct signing_bytes certificate,
                                                           size_t *n)
{
        uint8_t sha256[MANIFEST_SHA256];
        if (EVP_Digest(certificate.data, certificate.size, sha256, NULL, EVP_sha256(), NULL) != 1)
                return NULL;
        for (*n = 0; *n < manifest->member_count; (*n)++)
                if (memcmp(manifest->members[*n].certificate, sha256, sizeof sha256) == 0)
                        return &manifest->members[*n];
        return NULL;
}

/* The certificate's DER: given as such or as PEM, or the one that came with a PKCS#12 key. */
static X509 *certificate_choose(struct signing_bytes given, const struct private_key *key)
{
        STACK_OF(X509) *read = sk_X509_new_null();
        X509 *chosen = NULL;
        if (given.size == 0 && key->certificate != NULL && X509_up_ref(key->certificate) == 1)
                chosen = key->certificate;
        else if (read != NULL && given.size > 0 && private_key_certificates(given, read, NULL))
                chosen = sk_X509_shift(read);
        sk_X509_pop_free(read, X509_free);
        return chosen;
}

static bool share_open(const signing_manifest *manifest, const struct private_key *key, struct signing_bytes given,
                       uint8_t share[SIGNING_SHARE], struct signing_refusal *why)
{
        OWN(X509) certificate = certificate_choose(given, key);
        if (certificate == NULL)
                return refuse(why, "CERTIFICATE_UNREADABLE", "RFC 5280", "the member's certificate is not readable");
        unsigned char *der = NULL;
        int size = i2d_X509(certificate, &der);
        size_t n = 0;
        const struct manifest_member *member =
                size > 0 ? member_of_certificate(manifest, (struct signing_bytes){der, (size_t)size}, &n) : NULL;
        OPENSSL_free(der);
        if (member == NULL)
                return refuse(why, "SHARE_NOT_FOR_YOU", "urn:pli:sealed-envelope:1",
                              "this envelope was not sealed for this certificate");
        if (!wrap_open(key->key, &member->wrapped, share + 1, why))
                return false;
        share[0] = (uint8_t)(n + 1);
        return true;
}

bool signing_share_unwrap(const signing_manifest *manifest, struct signing_bytes key, struct signing_bytes certificate,
                          const char *passphrase, uint8_t share[SIGNING_SHARE], struct signing_refusal *why)
{
        struct private_key read = {0};
        uint8_t opened[SIGNING_SHARE];
        if (!private_key_read(key, passphrase, &read, why))
                return false;
        bool unwrapped = share_open(manifest, &read, certificate, opened, why) && signing_share_check(manifest, opened, why);
        private_key_clear(&read);
        if (unwrapped)
                memcpy(share, opened, SIGNING_SHARE);
        OPENSSL_cleanse(opened, sizeof opened);
        return unwrapped;
}

bool signing_share_check(const signing_manifest *manifest, const uint8_t share[SIGNING_SHARE], struct signing_refusal *why)
{
        uint8_t sha256[MANIFEST_SHA256];
        if (share[0] < 1 || share[0] > manifest->member_count ||
            EVP_Digest(share, SIGNING_SHARE, sha256, NULL, EVP_sha256(), NULL) != 1 ||
            CRYPTO_memcmp(sha256, manifest->members[share[0] - 1].share, sizeof sha256) != 0)
                return refuse(why, "SHARE_WRONG", "urn:pli:sealed-envelope:1",
                              "this is not the share that was sealed for member %u", share[0]);
        return true;
}
