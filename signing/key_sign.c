/* key_sign.c - signs a digest as XMLDSig wants it (key_sign.h). */
#include "signing/key_sign.h"

#include <openssl/ecdsa.h>
#include <openssl/rsa.h>

#include "gateway/core/owner.h"

enum { DER_MAX = 256 };

DEFINE_OWNER(EVP_PKEY_CTX, EVP_PKEY_CTX_free)
DEFINE_OWNER(EVP_MD_CTX, EVP_MD_CTX_free)
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

/* RSASSA-PSS as RFC 9231 2.3.10 names it by digest: MGF1 with the same one, a salt as long. */
static bool padding_set(EVP_PKEY_CTX *signer, int kind, const EVP_MD *digest)
{
        if (kind == EVP_PKEY_RSA)
                return EVP_PKEY_CTX_set_rsa_padding(signer, RSA_PKCS1_PADDING) == 1;
        return kind != EVP_PKEY_RSA_PSS || (EVP_PKEY_CTX_set_rsa_padding(signer, RSA_PKCS1_PSS_PADDING) == 1 &&
                                            EVP_PKEY_CTX_set_rsa_mgf1_md(signer, digest) == 1 &&
                                            EVP_PKEY_CTX_set_rsa_pss_saltlen(signer, RSA_PSS_SALTLEN_DIGEST) == 1);
}

/* RFC 8032: the message is signed, not a digest of it. */
static bool message_sign(EVP_PKEY *key, struct signing_bytes message, uint8_t *signature, size_t *size)
{
        OWN(EVP_MD_CTX) signer = EVP_MD_CTX_new();
        return signer != NULL && EVP_DigestSignInit(signer, NULL, NULL, NULL, key) == 1 &&
               EVP_DigestSign(signer, signature, size, message.data, message.size) == 1;
}

bool key_sign(EVP_PKEY *key, int digest_nid, struct signing_bytes digest, uint8_t *signature, size_t *size)
{
        int kind = EVP_PKEY_get_base_id(key);
        const EVP_MD *method = EVP_get_digestbynid(digest_nid);
        if (digest_nid == NID_undef)
                return message_sign(key, digest, signature, size);
        OWN(EVP_PKEY_CTX) signer = EVP_PKEY_CTX_new(key, NULL);
        if (signer == NULL || EVP_PKEY_sign_init(signer) != 1 || !padding_set(signer, kind, method) ||
            EVP_PKEY_CTX_set_signature_md(signer, method) != 1)
                return false;
        if (kind != EVP_PKEY_EC)
                return EVP_PKEY_sign(signer, signature, size, digest.data, digest.size) == 1;
        uint8_t der[DER_MAX];
        size_t der_size = sizeof der;
        return EVP_PKEY_sign(signer, der, &der_size, digest.data, digest.size) == 1 &&
               raw_signature(key, (struct signing_bytes){der, der_size}, signature, size);
}
