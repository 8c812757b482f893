/*
 * key.c - `pli key new`: a private key that never leaves this machine (EC P-256
 * or RSA-3072, PKCS#8 encrypted by the passphrase), beside it the request to an
 * authority (PKCS#10), or a self-signed certificate where none is needed, and a
 * recovery sheet to print.
 */
#include <assert.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/ec.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/client/catalogue.h"
#include "gateway/client/command.h"
#include "gateway/client/functions.h"
#include "gateway/core/hex.h"
#include "gateway/client/output.h"
#include "gateway/client/secret.h"
#include "gateway/client/sheet.h"
#include "gateway/client/show.h"
#include "gateway/core/owner.h"

enum { KEY_DAYS = 1096, SERIAL_BYTES = 16, SALT_BYTES = 16 };
/* OWASP 2023 for PBKDF2-HMAC-SHA256: a stolen file must not give its passphrase away quickly. */
enum { KDF_ROUNDS = 600000 };

DEFINE_OWNER(EVP_PKEY, EVP_PKEY_free)
DEFINE_OWNER(X509_NAME, X509_NAME_free)
DEFINE_OWNER(X509_REQ, X509_REQ_free)
DEFINE_OWNER(X509, X509_free)
DEFINE_OWNER(BIO, BIO_free_all)
DEFINE_OWNER(PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free)
DEFINE_OWNER(X509_SIG, X509_SIG_free)

struct key_wish {
        const char *name, *organisation, *country, *output;
        bool rsa, self_signed, no_sheet;
        int days;
};

static bool wish_read(const struct invocation *invocation, struct key_wish *out, struct problem *problem)
{
        const char *type = invocation_option(invocation, "type"), *days = invocation_option(invocation, "days");
        const char *country = invocation_option(invocation, "country");
        struct key_wish wish = {
                .name = invocation_option(invocation, "name"),
                .organisation = invocation_option(invocation, "organisation"),
                .country = country != NULL ? country : "FR",
                .output = invocation_option(invocation, "output"),
                .rsa = type != NULL && strcmp(type, "rsa") == 0,
                .self_signed = invocation_flag(invocation, "self-signed"),
                .no_sheet = invocation_flag(invocation, "no-sheet"),
                .days = days != NULL ? atoi(days) : KEY_DAYS,
        };
        if (wish.name == NULL || wish.output == NULL)
                return problem_set(problem, "usage", "%s",
                                   words("a key needs --name \"First Last\" and --output FILE (without extension)"));
        if (type != NULL && !wish.rsa && strcmp(type, "ec") != 0)
                return problem_set(problem, "usage", words("--type is ec or rsa, not %s"), type);
        if (wish.days < 1 || wish.days > 3653)
                return problem_set(problem, "usage", "%s", words("--days is from 1 to 3653"));
        *out = wish;
        return true;
}

static X509_NAME *subject_new(const struct key_wish *wish)
{
        const struct {
                const char *field, *value;
        } parts[] = {{"C", wish->country}, {"O", wish->organisation}, {"CN", wish->name}};
        OWN(X509_NAME) subject = X509_NAME_new();
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
                if (parts[i].value != NULL && X509_NAME_add_entry_by_txt(subject, parts[i].field, MBSTRING_UTF8,
                                                                         (const uint8_t *)parts[i].value, -1, -1, 0) != 1)
                        return NULL;
        return TAKE(subject);
}

/* A commission member's key agrees on or unwraps shares; the same key signs and identifies. */
static const char *usage_of(const struct key_wish *wish)
{
        return wish->rsa ? "critical,digitalSignature,nonRepudiation,keyEncipherment"
                         : "critical,digitalSignature,nonRepudiation,keyAgreement";
}

static bool extension_add(X509 *certificate, int nid, const char *value)
{
        X509V3_CTX context;
        X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
        X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
        bool added = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
        X509_EXTENSION_free(extension);
        return added;
}

static bool serial_draw(X509 *certificate)
{
        uint8_t random[SERIAL_BYTES];
        if (RAND_bytes(random, sizeof random) != 1)
                return false;
        random[0] = (uint8_t)((random[0] & 0x7f) | 0x40); /* positive, and never shorter */
        BIGNUM *number = BN_bin2bn(random, sizeof random, NULL);
        bool set = number != NULL && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL;
        BN_free(number);
        return set;
}

static bool certificate_write(BIO *out, EVP_PKEY *key, X509_NAME *subject, const struct key_wish *wish)
{
        OWN(X509) certificate = X509_new();
        return certificate != NULL && X509_set_version(certificate, X509_VERSION_3) == 1 && serial_draw(certificate) &&
               X509_gmtime_adj(X509_getm_notBefore(certificate), -300) != NULL &&
               X509_time_adj_ex(X509_getm_notAfter(certificate), wish->days, 0, NULL) != NULL &&
               X509_set_subject_name(certificate, subject) == 1 && X509_set_issuer_name(certificate, subject) == 1 &&
               X509_set_pubkey(certificate, key) == 1 && extension_add(certificate, NID_basic_constraints, "critical,CA:FALSE") &&
               extension_add(certificate, NID_key_usage, usage_of(wish)) &&
               extension_add(certificate, NID_ext_key_usage, "clientAuth") &&
               extension_add(certificate, NID_subject_key_identifier, "hash") && X509_sign(certificate, key, EVP_sha256()) > 0 &&
               PEM_write_bio_X509(out, certificate) == 1;
}

static bool request_write(BIO *out, EVP_PKEY *key, X509_NAME *subject, const struct key_wish *wish)
{
        OWN(X509_REQ) request = X509_REQ_new();
        STACK_OF(X509_EXTENSION) *extensions = NULL;
        X509_EXTENSION *usage = X509V3_EXT_conf_nid(NULL, NULL, NID_key_usage, usage_of(wish));
        bool made = request != NULL && usage != NULL && X509v3_add_ext(&extensions, usage, -1) != NULL &&
                    X509_REQ_add_extensions(request, extensions) == 1 && X509_REQ_set_subject_name(request, subject) == 1 &&
                    X509_REQ_set_pubkey(request, key) == 1 && X509_REQ_sign(request, key, EVP_sha256()) > 0 &&
                    PEM_write_bio_X509_REQ(out, request) == 1;
        X509_EXTENSION_free(usage);
        sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
        return made;
}

static bool bio_settle(BIO *bio, const char *stem, const char *extension, enum output_access access, struct problem *problem)
{
        char *data = NULL, *path = NULL;
        long size = BIO_get_mem_data(bio, &data);
        int length = asprintf(&path, "%s.%s", stem, extension);
        assert(length > 0);
        bool kept = output_bytes(path, access, data, (size_t)size, problem);
        if (kept)
                show_pair(words("Written"), path);
        free(path);
        return kept;
}

/* PBES2 with PBKDF2 and AES-256-CBC: what every OpenSSL, Java and browser tool (WebCrypto) can read. */
static X509_SIG *key_lock(const EVP_PKEY *key, const char *passphrase)
{
        OWN(PKCS8_PRIV_KEY_INFO) plain = EVP_PKEY2PKCS8(key);
        return plain == NULL ? NULL
                             : PKCS8_encrypt(-1, EVP_aes_256_cbc(), passphrase, (int)strlen(passphrase), NULL, SALT_BYTES,
                                             KDF_ROUNDS, plain);
}

/* SHA-256 of the public key as certificates hold it: the sheet is found by it years later. */
static bool fingerprint_write(const EVP_PKEY *key, char hex[65])
{
        unsigned char *der = NULL;
        uint8_t digest[32];
        int size = i2d_PUBKEY(key, &der);
        bool made = size > 0 && EVP_Digest(der, (size_t)size, digest, NULL, EVP_sha256(), NULL) == 1;
        OPENSSL_free(der);
        if (made)
                hex_write(digest, sizeof digest, hex);
        return made;
}

static bool sheet_write(const struct key_wish *wish, const EVP_PKEY *key, const X509_SIG *locked, struct problem *problem)
{
        char fingerprint[65], made[16], *path = NULL;
        time_t now = time(NULL);
        struct tm parts;
        unsigned char *der = NULL;
        int size = i2d_X509_SIG(locked, &der);
        strftime(made, sizeof made, "%Y-%m-%d", localtime_r(&now, &parts));
        char *html = NULL;
        if (size > 0 && fingerprint_write(key, fingerprint))
                html = sheet_html(&(struct sheet){.name = wish->name,
                                                  .kind = wish->rsa ? "RSA 3072" : "EC P-256",
                                                  .fingerprint = fingerprint,
                                                  .made = made,
                                                  .key = der,
                                                  .size = (size_t)size});
        OPENSSL_free(der);
        int length = asprintf(&path, "%s.sheet.html", wish->output);
        assert(length > 0);
        bool kept = html != NULL ? output_bytes(path, OUTPUT_PRIVATE, html, strlen(html), problem)
                                 : problem_set(problem, "internal", "sheet");
        if (kept)
                show_pair(words("To be printed and locked away"), path);
        free(path);
        free(html);
        return kept;
}

static bool key_make(const struct key_wish *wish, const char *passphrase, struct problem *problem)
{
        OWN(EVP_PKEY) key = wish->rsa ? EVP_RSA_gen(3072) : EVP_EC_gen("P-256");
        OWN(X509_NAME) subject = subject_new(wish);
        OWN(BIO) secret = BIO_new(BIO_s_secmem());
        OWN(BIO) public = BIO_new(BIO_s_mem());
        OWN(X509_SIG) locked = key != NULL ? key_lock(key, passphrase) : NULL;
        if (subject == NULL || secret == NULL || public == NULL || locked == NULL || PEM_write_bio_PKCS8(secret, locked) != 1)
                return problem_set(problem, "key-unreadable", "%s", words("this name cannot stand in a certificate"));
        bool made = wish->self_signed ? certificate_write(public, key, subject, wish) : request_write(public, key, subject, wish);
        if (!made)
                return problem_set(problem, "key-unreadable", "%s", words("this name cannot stand in a certificate"));
        return bio_settle(secret, wish->output, "key", OUTPUT_PRIVATE, problem) &&
               bio_settle(public, wish->output, wish->self_signed ? "pem" : "csr", OUTPUT_PUBLIC, problem) &&
               (wish->no_sheet || sheet_write(wish, key, locked, problem));
}

int pli_key_new(const struct invocation *invocation)
{
        struct key_wish wish = {0};
        struct problem problem = {0};
        char *passphrase = NULL;
        bool made = wish_read(invocation, &wish, &problem) && secret_choose(invocation, wish.output, &passphrase, &problem) &&
                    key_make(&wish, passphrase, &problem);
        secret_free(passphrase);
        return made ? 0 : show_problem(invocation, &problem);
}
