/* share_unwrap.c - a member's own share: out of the manifest with its key, and held against the manifest's commitment. */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "signing/manifest.h"
#include "signing/private_key.h"
#include "signing/refusal.h"
#include "signing/share_unwrap.h"

DEFINE_OWNER(X509, X509_free)

/* The seat of a certificate, and what was wrapped for that one; NULL: none. */
static const struct wrapped *wrapped_for(const signing_manifest *manifest, struct signing_bytes certificate, size_t *seat)
{
        uint8_t sha256[MANIFEST_SHA256];
        if (EVP_Digest(certificate.data, certificate.size, sha256, NULL, EVP_sha256(), NULL) != 1)
                return NULL;
        for (size_t n = 0; n < manifest->member_count; n++) {
                const struct manifest_member *member = &manifest->members[n];
                *seat = n;
                if (memcmp(member->certificate, sha256, sizeof sha256) == 0)
                        return &member->wrapped;
                if (member->has_substitute && memcmp(member->substitute, sha256, sizeof sha256) == 0)
                        return &member->substitute_wrapped;
        }
        return NULL;
}

bool share_unwrap(const signing_manifest *manifest, EVP_PKEY *key, struct signing_bytes certificate, uint8_t share[SIGNING_SHARE],
                  struct signing_refusal *why)
{
        uint8_t opened[SIGNING_SHARE];
        size_t seat = 0;
        const struct wrapped *wrapped = wrapped_for(manifest, certificate, &seat);
        if (wrapped == NULL)
                return refuse(why, "SHARE_NOT_FOR_YOU", "urn:pli:sealed-envelope:1",
                              "this envelope was not sealed for this certificate");
        opened[0] = (uint8_t)(seat + 1);
        bool unwrapped = wrap_open(key, wrapped, opened + 1, why) && signing_share_check(manifest, opened, why);
        if (unwrapped)
                memcpy(share, opened, SIGNING_SHARE);
        OPENSSL_cleanse(opened, sizeof opened);
        return unwrapped;
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

bool signing_share_unwrap(const signing_manifest *manifest, struct signing_bytes key, struct signing_bytes certificate,
                          const char *passphrase, uint8_t share[SIGNING_SHARE], struct signing_refusal *why)
{
        struct private_key read = {0};
        if (!private_key_read(key, passphrase, &read, why))
                return false;
        OWN(X509) chosen = certificate_choose(certificate, &read);
        unsigned char *der = NULL;
        int size = chosen != NULL ? i2d_X509(chosen, &der) : -1;
        bool unwrapped = size > 0 ? share_unwrap(manifest, read.key, (struct signing_bytes){der, (size_t)size}, share, why)
                                  : refuse(why, "CERTIFICATE_UNREADABLE", "RFC 5280", "the member's certificate is not readable");
        OPENSSL_free(der);
        private_key_clear(&read);
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
