/* ground.c - makes keys, certificates, revocation data and signed documents (ground.h). */
#include "tests/load/verify/ground.h"

#include <assert.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "signing/source.h"

/* ---- files ---- */

static void file_write(const char *folder, const char *name, const char *part, const void *data, size_t size)
{
        char path[512];
        snprintf(path, sizeof path, "%s/%s.%s", folder, name, part);
        FILE *file = fopen(path, "w");
        if (file == NULL || fwrite(data, 1, size, file) != size || fclose(file) != 0)
                abort();
}

static struct signing_bytes file_read(const char *folder, const char *name, const char *part)
{
        char path[512];
        snprintf(path, sizeof path, "%s/%s.%s", folder, name, part);
        FILE *file = fopen(path, "r");
        if (file == NULL || fseek(file, 0, SEEK_END) != 0)
                abort();
        size_t size = (size_t)ftell(file);
        uint8_t *data = malloc(size + 1);
        rewind(file);
        if (data == NULL || fread(data, 1, size, file) != size)
                abort();
        fclose(file);
        return (struct signing_bytes){data, size};
}

/* ---- people ---- */

struct person {
        EVP_PKEY *key;
        X509 *certificate;
        struct signing_bytes der, pem;
};

static struct signing_bytes certificate_der(X509 *certificate)
{
        unsigned char *der = NULL;
        int size = i2d_X509(certificate, &der);
        assert(size > 0);
        return (struct signing_bytes){der, (size_t)size};
}

static struct signing_bytes key_pem(EVP_PKEY *key)
{
        char *data = NULL;
        BIO *bio = BIO_new(BIO_s_mem());
        PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL);
        size_t size = (size_t)BIO_get_mem_data(bio, &data);
        uint8_t *copy = malloc(size);
        memcpy(copy, data, size);
        BIO_free(bio);
        return (struct signing_bytes){copy, size};
}

static void extension_add(X509 *certificate, int nid, const char *value)
{
        X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
        X509_add_ext(certificate, extension, -1);
        X509_EXTENSION_free(extension);
}

static struct person person_make(EVP_PKEY *key, const char *name, const struct person *issuer, const char *usage,
                                 const char *extended)
{
        X509 *certificate = X509_new();
        X509_set_version(certificate, 2);
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), issuer != NULL ? 7 : 1);
        X509_gmtime_adj(X509_getm_notBefore(certificate), -86400);
        X509_gmtime_adj(X509_getm_notAfter(certificate), 86400 * 30);
        X509_set_pubkey(certificate, key);
        X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0);
        X509_set_issuer_name(certificate, X509_get_subject_name(issuer != NULL ? issuer->certificate : certificate));
        extension_add(certificate, NID_basic_constraints, issuer != NULL ? "critical,CA:FALSE" : "critical,CA:TRUE");
        extension_add(certificate, NID_key_usage, usage);
        if (extended != NULL)
                extension_add(certificate, NID_ext_key_usage, extended);
        X509_sign(certificate, issuer != NULL ? issuer->key : key, EVP_sha256());
        return (struct person){key, certificate, certificate_der(certificate), key_pem(key)};
}

static void person_free(struct person *person)
{
        EVP_PKEY_free(person->key);
        X509_free(person->certificate);
        OPENSSL_free((void *)(uintptr_t)person->der.data);
        free((void *)(uintptr_t)person->pem.data);
}

/* ---- documents ---- */

static struct signing_bytes business_document(size_t size)
{
        char *text = malloc(size + 1024);
        size_t used = (size_t)sprintf(text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<offre xmlns=\"urn:essai:offre\">");
        for (unsigned n = 0; used < size; n++)
                used += (size_t)sprintf(text + used,
                                        "<ligne numero=\"%u\"><objet>Menuiserie extérieure</objet><prix>%u</prix></ligne>\n", n,
                                        100 + n % 977);
        used += (size_t)sprintf(text + used, "</offre>\n");
        return (struct signing_bytes){(uint8_t *)text, used};
}

static signing_memory_key *key_of(const struct person *person)
{
        signing_memory_key *key = NULL;
        bool made = signing_memory_key_new(person->pem, person->der, NULL, &key, NULL);
        assert(made);
        return key;
}

static struct sink_memory enveloped(const struct person *signer, size_t size)
{
        struct sink_memory out = {.limit = 64 << 20};
        const struct signing_sink sink = sink_memory(&out);
        struct signing_bytes document = business_document(size);
        signing_memory_key *key = key_of(signer);
        bool made = signing_sign_enveloped(document, signing_memory_key_use(key), time(NULL) - 60, &sink, NULL);
        assert(made);
        signing_memory_key_free(key);
        free((void *)(uintptr_t)document.data);
        return out;
}

/* Content that does not compress, as scans and archives do not. */
static struct sink_memory container(const struct person *signer)
{
        struct sink_memory out = {.limit = CONTAINER_CONTENT + (1 << 20)};
        const struct signing_sink sink = sink_memory(&out);
        uint8_t *content = malloc(CONTAINER_CONTENT);
        for (size_t at = 0; at < CONTAINER_CONTENT; at += 1 << 20)
                if (RAND_bytes(content + at, 1 << 20) != 1)
                        abort();
        const struct signing_bytes bytes = {content, CONTAINER_CONTENT};
        const struct signing_file file = {"plans.zip", "application/zip", source_memory(&bytes)};
        signing_memory_key *key = key_of(signer);
        bool made = signing_sign_container(&file, 1, signing_memory_key_use(key), time(NULL) - 60, &sink, NULL);
        assert(made);
        signing_memory_key_free(key);
        free(content);
        return out;
}

/* ---- B-LT ---- */

static ASN1_INTEGER *serial_next(TS_RESP_CTX *context, void *data)
{
        ASN1_INTEGER *serial = ASN1_INTEGER_new();
        (void)context, (void)data;
        ASN1_INTEGER_set(serial, 42);
        return serial;
}

static struct signing_bytes stamp_answer(const struct person *authority, struct signing_bytes request)
{
        TS_RESP_CTX *context = TS_RESP_CTX_new();
        ASN1_OBJECT *policy = OBJ_txt2obj("1.2.250.1.999.1", 1);
        BIO *in = BIO_new_mem_buf(request.data, (int)request.size);
        unsigned char *der = NULL;
        TS_RESP_CTX_set_signer_cert(context, authority->certificate);
        TS_RESP_CTX_set_signer_key(context, authority->key);
        TS_RESP_CTX_set_signer_digest(context, EVP_sha256());
        TS_RESP_CTX_set_def_policy(context, policy);
        TS_RESP_CTX_add_md(context, EVP_sha256());
        TS_RESP_CTX_set_serial_cb(context, serial_next, NULL);
        TS_RESP *response = TS_RESP_create_response(context, in);
        int size = i2d_TS_RESP(response, &der);
        assert(size > 0);
        TS_RESP_free(response);
        BIO_free(in);
        ASN1_OBJECT_free(policy);
        TS_RESP_CTX_free(context);
        return (struct signing_bytes){der, (size_t)size};
}

static struct signing_bytes revocation_list(const struct person *root)
{
        X509_CRL *list = X509_CRL_new();
        ASN1_TIME *now = X509_gmtime_adj(NULL, -30), *next = X509_gmtime_adj(NULL, 86400);
        unsigned char *der = NULL;
        X509_CRL_set_version(list, 1);
        X509_CRL_set_issuer_name(list, X509_get_subject_name(root->certificate));
        X509_CRL_set1_lastUpdate(list, now);
        X509_CRL_set1_nextUpdate(list, next);
        X509_CRL_sign(list, root->key, EVP_sha256());
        int size = i2d_X509_CRL(list, &der);
        ASN1_TIME_free(now);
        ASN1_TIME_free(next);
        X509_CRL_free(list);
        return (struct signing_bytes){der, (size_t)size};
}

static struct sink_memory raised(struct sink_memory document, const struct person *root, const struct person *authority)
{
        struct sink_memory request = {.limit = 4096}, stamped = {.limit = 1 << 20}, out = {.limit = 1 << 20};
        const struct signing_sink request_sink = sink_memory(&request), stamped_sink = sink_memory(&stamped),
                                  sink = sink_memory(&out);
        const struct signing_bytes bytes = {document.data, document.size}, list = revocation_list(root);
        signing_trust *trust = signing_trust_new();
        bool good = signing_trust_anchor(trust, root->der, NULL) && signing_trust_evidence(trust, list, NULL) &&
                    signing_stamp_request(bytes, &request_sink, 5, NULL);
        struct signing_bytes answer = stamp_answer(authority, (struct signing_bytes){request.data, request.size});
        good = good && signing_stamp_apply(bytes, answer, 5, trust, &stamped_sink, NULL);
        const struct signing_augmentation augmentation = {.document = {stamped.data, stamped.size}, .trust = trust};
        good = good && signing_values_apply(&augmentation, &sink, NULL);
        assert(good);
        signing_trust_free(trust);
        OPENSSL_free((void *)(uintptr_t)answer.data);
        OPENSSL_free((void *)(uintptr_t)list.data);
        free(request.data);
        free(stamped.data);
        free(document.data);
        return out;
}

/* ---- samples ---- */

static void sample_write(const char *folder, const char *name, struct sink_memory document, const struct person *root,
                         const struct person *signer)
{
        file_write(folder, name, "signed", document.data, document.size);
        file_write(folder, name, "root", root->der.data, root->der.size);
        file_write(folder, name, "signer", signer->der.data, signer->der.size);
        free(document.data);
}

void ground_make(const char *folder)
{
        const char *signs = "critical,digitalSignature,nonRepudiation";
        bool started = signing_start(NULL);
        assert(started);
        struct person root = person_make(EVP_RSA_gen(2048), "AC de Saint-Exemple", NULL, "critical,keyCertSign,cRLSign", NULL);
        struct person rsa = person_make(EVP_RSA_gen(2048), "Claire Duval", &root, signs, NULL);
        struct person p256 = person_make(EVP_EC_gen("P-256"), "Denis Nordmann", &root, signs, NULL);
        struct person authority = person_make(EVP_RSA_gen(2048), "Horodatage de Saint-Exemple", &root, "critical,digitalSignature",
                                              "critical,timeStamping");
        sample_write(folder, "small-rsa2048", enveloped(&rsa, 2600), &root, &rsa);
        sample_write(folder, "small-p256", enveloped(&p256, 2600), &root, &p256);
        sample_write(folder, "1mb-rsa2048", enveloped(&rsa, 1 << 20), &root, &rsa);
        sample_write(folder, "lt-rsa2048", raised(enveloped(&rsa, 2600), &root, &authority), &root, &rsa);
        sample_write(folder, "asice-100mb", container(&rsa), &root, &rsa);
        person_free(&root);
        person_free(&rsa);
        person_free(&p256);
        person_free(&authority);
        signing_stop();
}

void sample_open(const char *folder, const char *name, struct sample *out)
{
        out->document = file_read(folder, name, "signed");
        out->root = file_read(folder, name, "root");
        out->signer = file_read(folder, name, "signer");
        const unsigned char *at = out->signer.data;
        X509 *certificate = d2i_X509(NULL, &at, (long)out->signer.size);
        assert(certificate != NULL);
        out->key = X509_get_pubkey(certificate);
        X509_free(certificate);
}

void sample_close(struct sample *sample)
{
        free((void *)(uintptr_t)sample->document.data);
        free((void *)(uintptr_t)sample->root.data);
        free((void *)(uintptr_t)sample->signer.data);
        EVP_PKEY_free(sample->key);
        *sample = (struct sample){0};
}
