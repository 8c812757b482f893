/* key_sign.c - signs a digest as XMLDSig wants it (key_sign.h). */
#include "signing/key_sign.h"

#include <openssl/ecdsa.h>
#include <openssl/rsa.h>

#include "gateway/core/owner.h"

enum { DER_MAX = 256 };

DEFINE_OWNER(EVP_PKEY_CTX, EVP_PKEY_CTX_free)
DEFINE_OWNER(ECDSA_SIG, ECDSA_SIG_free)

/* XMLDSig wants r ‖ s, each as long as the curve's order (RFC 4050 3.3); OpenSSL gives DER. */
static bool raw_signature(EVP_PKEY *key, struct signing_bytes der, uint8_t *signature, size_t *size)
{
        const unsigned char *at = der.data;
        int half = (EVP_PKEY_get_bits(key) + 7) / 8;
        OWN(ECDSA_SIG) parsed = d2i_ECDSA_SIG(NULL, &at, (long)der.size);
        if (parsed == NULL || *size < 2 * (size_t)half || BN_bn2binpad(ECDSA_SIG_get0_r(parsed), signature, half) != half ||
            BN_bn2binpad(ECDSA_SIG_get0_s(parsed), signature + half, half) != half)
                return false;
        *size = 2 * (size_t)half;
        return true;
}

bool key_sign(EVP_PKEY *key, int digest_nid, struct signing_bytes digest, uint8_t *signature, size_t *size)
{
        bool rsa = EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA;
        OWN(EVP_PKEY_CTX) signer = EVP_PKEY_CTX_new(key, NULL);
        if (signer == NULL || EVP_PKEY_sign_init(signer) != 1 ||
            (rsa && EVP_PKEY_CTX_set_rsa_padding(signer, RSA_PKCS1_PADDING) != 1) ||
            EVP_PKEY_CTX_set_signature_md(signer, EVP_get_digestbynid(digest_nid)) != 1)
                return false;
        if (rsa)
                return EVP_PKEY_sign(signer, signature, size, digest.data, digest.size) == 1;
        uint8_t der[DER_MAX];
        size_t der_size = sizeof der;
        return EVP_PKEY_sign(signer, der, &der_size, digest.data, digest.size) == 1 &&
               raw_signature(key, (struct signing_bytes){der, der_size}, signature, size);
}
