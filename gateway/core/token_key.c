/* token_key.c - finds a key in a token and signs with it (token_key.h). */
#include "gateway/core/token_key.h"

#include <errno.h>
#include <libp11.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "gateway/core/token_uri.h"
#include "signing/key_sign.h"
#include "signing/private_key.h"
#include "signing/share_unwrap.h"

enum { CERTIFICATES_MAX = 16, PIN_MAX = 256 };

/* p11-kit's: every module that the machine's administrator has registered. */
static const char EVERY_MODULE[] = "p11-kit-proxy.so";

struct token_key {
        PKCS11_CTX *context;
        bool loaded;
        PKCS11_SLOT *slots;
        unsigned slot_count;
        PKCS11_TOKEN *token; /* borrowed from its slot */
        PKCS11_KEY *object;  /* borrowed from the token */
        EVP_PKEY *key;
        struct signing_bytes certificates[CERTIFICATES_MAX]; /* DER: the signer's, then its chain */
        struct signing_key use;
};

DEFINE_OWNER(FILE, fclose)
typedef struct token_key token_handle;
DEFINE_OWNER(token_handle, token_key_close)

void token_key_close(struct token_key *key)
{
        if (key == NULL)
                return;
        for (size_t i = 0; i < CERTIFICATES_MAX; i++)
                OPENSSL_free((void *)(uintptr_t)key->certificates[i].data);
        EVP_PKEY_free(key->key);
        if (key->slots != NULL)
                PKCS11_release_all_slots(key->context, key->slots, key->slot_count);
        if (key->loaded)
                PKCS11_CTX_unload(key->context);
        if (key->context != NULL)
                PKCS11_CTX_free(key->context);
        free(key);
}

const struct signing_key *token_key_use(const struct token_key *key)
{
        return &key->use;
}

static bool unusable(struct problem *problem, const char *what, const char *name)
{
        const char *reason = ERR_reason_error_string(ERR_peek_last_error());
        (void)problem_set(problem, "token-unusable", "%s%s%s%s%s", what, name[0] != '\0' ? " " : "", name,
                          reason != NULL ? ": " : "", reason != NULL ? reason : "");
        ERR_clear_error();
        return false;
}

/* ---- the token ---- */

static bool module_load(struct token_key *key, const struct token_uri *uri, struct problem *problem)
{
        const char *module = uri->module[0] != '\0' ? uri->module : EVERY_MODULE;
        key->context = PKCS11_CTX_new();
        key->loaded = key->context != NULL && PKCS11_CTX_load(key->context, module) == 0;
        return key->loaded || unusable(problem, "the PKCS#11 module cannot be loaded:", module);
}

static bool named(const char *wanted, const char *found)
{
        return wanted[0] == '\0' || (found != NULL && strcmp(wanted, found) == 0);
}

static bool token_find(struct token_key *key, const struct token_uri *uri, struct problem *problem)
{
        if (PKCS11_enumerate_slots(key->context, &key->slots, &key->slot_count) != 0)
                return unusable(problem, "the module shows no token", "");
        PKCS11_SLOT *slot = NULL;
        for (unsigned n = 0; n < key->slot_count; n++) {
                PKCS11_TOKEN *token = key->slots[n].token;
                if (token == NULL || !token->initialized || !named(uri->token, token->label) ||
                    !named(uri->serial, token->serialnr))
                        continue;
                if (slot != NULL)
                        return problem_set(problem, "token-unusable", "several tokens are meant: name one by token= or serial=");
                slot = &key->slots[n];
        }
        if (slot == NULL)
                return unusable(problem, "no such token is present:", uri->token);
        key->token = slot->token;
        return PKCS11_open_session(slot, 0) == 0 || unusable(problem, "no session can be opened with the token", key->token->label);
}

static bool pin_read(const char *path, char pin[PIN_MAX], struct problem *problem)
{
        OWN(FILE) file = fopen(path, "re");
        if (file == NULL || fgets(pin, PIN_MAX, file) == NULL)
                return problem_set(problem, "file-unreadable", "%s: %s", path, errno != 0 ? strerror(errno) : "empty");
        pin[strcspn(pin, "\r\n")] = '\0';
        return true;
}

static bool token_login(struct token_key *key, const char *pin_file, struct problem *problem)
{
        char pin[PIN_MAX] = "";
        if (pin_file[0] == '\0')
                return !key->token->loginRequired ||
                       problem_set(problem, "token-unusable", "the token %s wants a PIN: give a file with it", key->token->label);
        if (!pin_read(pin_file, pin, problem))
                return false;
        bool in = PKCS11_login(key->token->slot, 0, pin) == 0;
        OPENSSL_cleanse(pin, sizeof pin);
        if (!in)
                ERR_clear_error();
        return in || problem_set(problem, "token-pin-refused", "the token %s does not take the PIN", key->token->label);
}

/* ---- the key ---- */

static bool key_named(const PKCS11_KEY *key, const struct token_uri *uri)
{
        return key->isPrivate && named(uri->object, key->label) &&
               (uri->id_size == 0 || (key->id_len == uri->id_size && memcmp(key->id, uri->id, uri->id_size) == 0));
}

static bool key_find(struct token_key *key, const struct token_uri *uri, struct problem *problem)
{
        PKCS11_KEY *keys = NULL;
        unsigned count = 0;
        if (PKCS11_enumerate_keys(key->token, &keys, &count) != 0)
                return unusable(problem, "the token does not list its keys", "");
        for (unsigned n = 0; n < count; n++) {
                if (!key_named(&keys[n], uri))
                        continue;
                if (key->object != NULL)
                        return problem_set(problem, "token-unusable", "several keys are meant: name one by object= or id=");
                key->object = &keys[n];
        }
        if (key->object == NULL)
                return unusable(problem, "the token holds no such private key:", uri->object);
        key->key = PKCS11_get_private_key(key->object);
        return key->key != NULL || unusable(problem, "the token's key cannot be used:", uri->object);
}

/* Public keys by their encoding: OpenSSL does not compare a token's key with one in memory. */
static bool belongs(X509 *certificate, EVP_PKEY *key)
{
        unsigned char *mine = NULL, *theirs = NULL;
        int size = i2d_PUBKEY(key, &mine), other = i2d_PUBKEY(X509_get0_pubkey(certificate), &theirs);
        bool same = size > 0 && size == other && memcmp(mine, theirs, (size_t)size) == 0;
        OPENSSL_free(mine);
        OPENSSL_free(theirs);
        return same;
}

/* ---- its certificate ---- */

static bool certificate_keep(struct token_key *key, X509 *certificate)
{
        size_t n = key->use.certificate.data == NULL ? 0 : 1 + key->use.chain_count;
        unsigned char *der = NULL;
        int size = n < CERTIFICATES_MAX ? i2d_X509(certificate, &der) : -1;
        if (size <= 0)
                return false;
        key->certificates[n] = (struct signing_bytes){der, (size_t)size};
        if (n == 0)
                key->use.certificate = key->certificates[0];
        else
                key->use.chain_count = n;
        return true;
}

/* The signer's first, then its issuers; a root is not sent along, another signer's certificate neither. */
static bool certificates_keep(struct token_key *key, STACK_OF(X509) * set, struct problem *problem)
{
        for (int n = 0; n < sk_X509_num(set) && key->use.certificate.data == NULL; n++)
                if (belongs(sk_X509_value(set, n), key->key) && !certificate_keep(key, sk_X509_value(set, n)))
                        return unusable(problem, "the signer's certificate cannot be read", "");
        if (key->use.certificate.data == NULL)
                return problem_set(problem, "token-unusable",
                                   "neither the token nor the files given have the certificate of this key");
        for (int n = 0; n < sk_X509_num(set); n++) {
                X509 *certificate = sk_X509_value(set, n);
                bool issuer = !belongs(certificate, key->key) && X509_check_ca(certificate) != 0;
                if (issuer && X509_self_signed(certificate, 0) != 1 && !certificate_keep(key, certificate))
                        return problem_set(problem, "token-unusable", "more than %d certificates came with the key",
                                           CERTIFICATES_MAX);
        }
        return true;
}

static bool certificates_gather(const struct token_key *key, struct signing_bytes given, STACK_OF(X509) * set,
                                struct problem *problem)
{
        PKCS11_CERT *certificates = NULL;
        unsigned count = 0;
        struct signing_refusal why = {0};
        if (given.size > 0 && !private_key_certificates(given, set, &why))
                return problem_set(problem, "key-unreadable", "%s", why.sentence);
        if (PKCS11_enumerate_certs(key->token, &certificates, &count) != 0)
                count = 0; /* a token need not hold any */
        for (unsigned n = 0; n < count; n++)
                if (certificates[n].x509 != NULL &&
                    X509_add_cert(set, certificates[n].x509, X509_ADD_FLAG_UP_REF | X509_ADD_FLAG_NO_DUP) != 1)
                        return unusable(problem, "no memory for the token's certificates", "");
        return true;
}

static bool certificates_find(struct token_key *key, struct signing_bytes given, struct problem *problem)
{
        STACK_OF(X509) *set = sk_X509_new_null();
        bool found = set != NULL && certificates_gather(key, given, set, problem) && certificates_keep(key, set, problem);
        sk_X509_pop_free(set, X509_free);
        return found;
}

bool token_key_unwrap(const struct token_key *key, const signing_manifest *manifest, uint8_t share[SIGNING_SHARE],
                      struct signing_refusal *why)
{
        return share_unwrap(manifest, key->key, key->use.certificate, share, why);
}

static bool token_sign(void *context, int digest_nid, struct signing_bytes digest, uint8_t *signature, size_t *size)
{
        return key_sign(((struct token_key *)context)->key, digest_nid, digest, signature, size);
}

bool token_key_open(const struct token_request *request, struct token_key **out, struct problem *problem)
{
        struct token_uri uri;
        OWN(token_handle) key = calloc(1, sizeof *key);
        if (key == NULL)
                return problem_set(problem, "internal", "no memory for a key");
        if (!token_uri_parse(request->uri, &uri, problem))
                return false;
        ERR_clear_error();
        if (!module_load(key, &uri, problem) || !token_find(key, &uri, problem) ||
            !token_login(key, request->pin_file != NULL ? request->pin_file : uri.pin_file, problem) ||
            !key_find(key, &uri, problem) || !certificates_find(key, request->certificates, problem))
                return false;
        key->use.context = key;
        key->use.chain = key->certificates + 1;
        key->use.sign = token_sign;
        *out = TAKE(key);
        return true;
}
