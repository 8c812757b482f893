/* wrap.c - RSA-OAEP and ECDH-ES with AES key wrap, through OpenSSL. */
#include "signing/wrap.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rsa.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "signing/refusal.h"

enum { SHARED_MAX = 66, RSA_BITS_MIN = 2048 };

DEFINE_OWNER(EVP_PKEY, EVP_PKEY_free)
DEFINE_OWNER(EVP_PKEY_CTX, EVP_PKEY_CTX_free)
DEFINE_OWNER(EVP_KDF, EVP_KDF_free)
DEFINE_OWNER(EVP_KDF_CTX, EVP_KDF_CTX_free)
DEFINE_OWNER(EVP_CIPHER_CTX, EVP_CIPHER_CTX_free)

static const struct curve {
        const char *name, *uri;
} curves[] = {
        {"prime256v1", "urn:oid:1.2.840.10045.3.1.7"},
        {"secp384r1", "urn:oid:1.3.132.0.34"},
        {"secp521r1", "urn:oid:1.3.132.0.35"},
};

const char *wrap_curve_uri(const char *curve)
{
        for (size_t i = 0; i < sizeof curves / sizeof *curves; i++)
                if (strcmp(curves[i].name, curve) == 0)
                        return curves[i].uri;
        return NULL;
}

const char *wrap_curve_by_uri(const char *uri)
{
        for (size_t i = 0; i < sizeof curves / sizeof *curves; i++)
                if (strcmp(curves[i].uri, uri) == 0)
                        return curves[i].name;
        return NULL;
}

static bool failed(struct signing_refusal *why, const char *what)
{
        return refuse(why, "KEY_UNUSABLE", "XML Encryption 1.1 5.5, 5.6", "%s", what);
}

static bool oaep_setup(EVP_PKEY_CTX *context)
{
        return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1 &&
               EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()) == 1 && EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) == 1;
}

static bool rsa_make(EVP_PKEY *recipient, const uint8_t secret[WRAP_SECRET], struct wrapped *out, struct signing_refusal *why)
{
        if (EVP_PKEY_get_bits(recipient) < RSA_BITS_MIN)
                return failed(why, "a member's RSA key is shorter than 2048 bits");
        OWN(EVP_PKEY_CTX) context = EVP_PKEY_CTX_new(recipient, NULL);
        size_t size = sizeof out->data;
        if (context == NULL || EVP_PKEY_encrypt_init(context) != 1 || !oaep_setup(context) ||
            EVP_PKEY_encrypt(context, out->data, &size, secret, WRAP_SECRET) != 1)
                return failed(why, "RSA-OAEP encryption failed");
        out->algorithm = WRAP_RSA_OAEP;
        out->size = size;
        return true;
}

static bool rsa_open(EVP_PKEY *key, const struct wrapped *wrapped, uint8_t secret[WRAP_SECRET], struct signing_refusal *why)
{
        OWN(EVP_PKEY_CTX) context = EVP_PKEY_CTX_new(key, NULL);
        uint8_t text[WRAP_DATA_MAX];
        size_t size = sizeof text;
        if (context == NULL || EVP_PKEY_decrypt_init(context) != 1 || !oaep_setup(context) ||
            EVP_PKEY_decrypt(context, text, &size, wrapped->data, wrapped->size) != 1 || size != WRAP_SECRET)
                return failed(why, "the share does not decrypt with this key");
        memcpy(secret, text, WRAP_SECRET);
        OPENSSL_cleanse(text, sizeof text);
        return true;
}

static bool agree(EVP_PKEY *own, EVP_PKEY *peer, uint8_t shared[SHARED_MAX], size_t *size)
{
        OWN(EVP_PKEY_CTX) context = EVP_PKEY_CTX_new(own, NULL);
        *size = SHARED_MAX;
        return context != NULL && EVP_PKEY_derive_init(context) == 1 && EVP_PKEY_derive_set_peer_ex(context, peer, 1) == 1 &&
               EVP_PKEY_derive(context, shared, size) == 1;
}

/* ConcatKDF is NIST SP 800-56A's one-step function, which OpenSSL calls SSKDF. */
static bool derive(const uint8_t *shared, size_t shared_size, const struct wrapped *wrapped, uint8_t kek[WRAP_KEK])
{
        OWN(EVP_KDF) kdf = EVP_KDF_fetch(NULL, "SSKDF", NULL);
        OWN(EVP_KDF_CTX) context = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);
        char digest[] = "SHA256";
        OSSL_PARAM parameters[] = {
                OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
                OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (uint8_t *)(uintptr_t)shared, shared_size),
                OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (uint8_t *)(uintptr_t)wrapped->info, wrapped->info_size),
                OSSL_PARAM_construct_end(),
        };
        return context != NULL && EVP_KDF_derive(context, kek, WRAP_KEK, parameters) == 1;
}

static bool kek_agree(EVP_PKEY *own, EVP_PKEY *peer, const struct wrapped *wrapped, uint8_t kek[WRAP_KEK])
{
        uint8_t shared[SHARED_MAX];
        size_t size = 0;
        bool agreed = agree(own, peer, shared, &size) && derive(shared, size, wrapped, kek);
        OPENSSL_cleanse(shared, sizeof shared);
        return agreed;
}

/* RFC 3394; `out` has room for in.size + 16. */
static bool key_wrap(const uint8_t kek[WRAP_KEK], bool wrapping, struct signing_bytes in, uint8_t *out, size_t *size)
{
        OWN(EVP_CIPHER_CTX) context = EVP_CIPHER_CTX_new();
        int done = 0, rest = 0;
        if (context == NULL)
                return false;
        EVP_CIPHER_CTX_set_flags(context, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
        if (EVP_CipherInit_ex(context, EVP_aes_256_wrap(), NULL, kek, NULL, wrapping) != 1 ||
            EVP_CipherUpdate(context, out, &done, in.data, (int)in.size) != 1 ||
            EVP_CipherFinal_ex(context, out + done, &rest) != 1)
                return false;
        *size = (size_t)(done + rest);
        return true;
}

static const char *curve_of(EVP_PKEY *key)
{
        char name[64];
        size_t size = 0;
        if (EVP_PKEY_get_group_name(key, name, sizeof name, &size) != 1)
                return NULL;
        for (size_t i = 0; i < sizeof curves / sizeof *curves; i++)
                if (strcmp(curves[i].name, name) == 0)
                        return curves[i].name;
        return NULL;
}

static bool ec_make(EVP_PKEY *recipient, const uint8_t secret[WRAP_SECRET], struct wrapped *out, struct signing_refusal *why)
{
        const char *curve = curve_of(recipient);
        if (curve == NULL)
                return failed(why, "a member's elliptic curve is none of P-256, P-384, P-521");
        OWN(EVP_PKEY) own = EVP_EC_gen(curve);
        uint8_t kek[WRAP_KEK];
        out->algorithm = WRAP_ECDH_ES;
        out->curve = curve;
        if (own == NULL ||
            EVP_PKEY_get_octet_string_param(own, OSSL_PKEY_PARAM_PUB_KEY, out->point, sizeof out->point, &out->point_size) != 1 ||
            !kek_agree(own, recipient, out, kek))
                return failed(why, "elliptic-curve key agreement failed");
        bool wrapped = key_wrap(kek, true, (struct signing_bytes){secret, WRAP_SECRET}, out->data, &out->size);
        OPENSSL_cleanse(kek, sizeof kek);
        return wrapped || failed(why, "AES key wrap failed");
}

static EVP_PKEY *point_key(const struct wrapped *wrapped)
{
        OWN(EVP_PKEY_CTX) context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
        OSSL_PARAM parameters[] = {
                OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char *)(uintptr_t)wrapped->curve, 0),
                OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (uint8_t *)(uintptr_t)wrapped->point,
                                                  wrapped->point_size),
                OSSL_PARAM_construct_end(),
        };
        EVP_PKEY *key = NULL;
        if (context == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
            EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1)
                return NULL;
        return key;
}

static bool ec_open(EVP_PKEY *key, const struct wrapped *wrapped, uint8_t secret[WRAP_SECRET], struct signing_refusal *why)
{
        const char *curve = curve_of(key);
        if (curve == NULL || strcmp(curve, wrapped->curve) != 0 || wrapped->size != WRAP_SECRET + 8)
                return failed(why, "the share was not made for a key of this curve");
        OWN(EVP_PKEY) peer = point_key(wrapped);
        uint8_t kek[WRAP_KEK], text[WRAP_SECRET + 16];
        size_t size = 0;
        bool opened = peer != NULL && kek_agree(key, peer, wrapped, kek) &&
                      key_wrap(kek, false, (struct signing_bytes){wrapped->data, wrapped->size}, text, &size) &&
                      size == WRAP_SECRET;
        OPENSSL_cleanse(kek, sizeof kek);
        if (!opened)
                return failed(why, "the share does not decrypt with this key");
        memcpy(secret, text, WRAP_SECRET);
        OPENSSL_cleanse(text, sizeof text);
        return true;
}

bool wrap_make(EVP_PKEY *recipient, const uint8_t secret[WRAP_SECRET], struct wrapped *out, struct signing_refusal *why)
{
        if (EVP_PKEY_is_a(recipient, "RSA"))
                return rsa_make(recipient, secret, out, why);
        if (EVP_PKEY_is_a(recipient, "EC"))
                return ec_make(recipient, secret, out, why);
        return failed(why, "a member's certificate holds neither an RSA nor an elliptic-curve key");
}

bool wrap_open(EVP_PKEY *key, const struct wrapped *wrapped, uint8_t secret[WRAP_SECRET], struct signing_refusal *why)
{
        if (wrapped->algorithm == WRAP_RSA_OAEP && EVP_PKEY_is_a(key, "RSA"))
                return rsa_open(key, wrapped, secret, why);
        if (wrapped->algorithm == WRAP_ECDH_ES && EVP_PKEY_is_a(key, "EC"))
                return ec_open(key, wrapped, secret, why);
        return failed(why, "the share was wrapped for a key of another kind");
}
