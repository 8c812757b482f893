/* possession.c - the request's key is the certificate's, and the request's signature is that key's. */
#include "gateway/admin/possession.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>

#include "gateway/core/base64.h"
#include "gateway/core/owner.h"

static void file_close(FILE *file)
{
        fclose(file);
}
DEFINE_OWNER(FILE, file_close)
DEFINE_OWNER(X509, X509_free)
DEFINE_OWNER(X509_REQ, X509_REQ_free)

static X509 *certificate_of(const json_t *party)
{
        uint8_t *der = NULL;
        size_t size = 0;
        const char *text = json_string_value(json_object_get(party, "certificate"));
        if (text == NULL || !base64_read(text, &der, &size))
                return NULL;
        const uint8_t *at = der;
        X509 *certificate = d2i_X509(NULL, &at, (long)size);
        free(der);
        return certificate;
}

static bool digest_set(json_t *party, X509_REQ *request)
{
        unsigned char digest[EVP_MAX_MD_SIZE];
        unsigned size = 0;
        char hex[65];
        if (X509_REQ_digest(request, EVP_sha256(), digest, &size) != 1 || size != 32)
                return false;
        for (unsigned i = 0; i < size; i++)
                snprintf(hex + (size_t)2 * i, 3, "%02x", digest[i]);
        return json_object_set_new(party, "request", json_string(hex)) == 0;
}

bool possession_check(json_t *party, struct problem *problem)
{
        const char *path = json_string_value(json_object_get(party, "request"));
        if (path == NULL)
                return true;
        OWN(FILE) file = fopen(path, "re");
        OWN(X509_REQ) request = file != NULL ? PEM_read_X509_REQ(file, NULL, NULL, NULL) : NULL;
        OWN(X509) certificate = certificate_of(party);
        if (request == NULL)
                return problem_set(problem, "usage", "%s holds no certification request (PKCS#10, PEM)", path);
        EVP_PKEY *key = X509_REQ_get0_pubkey(request);
        if (certificate == NULL || key == NULL || EVP_PKEY_eq(key, X509_get0_pubkey(certificate)) != 1)
                return problem_set(problem, "usage", "%s is the request of another key than the certificate's", path);
        if (X509_REQ_verify(request, key) != 1)
                return problem_set(problem, "usage", "%s is not signed by its key: it proves nothing", path);
        return digest_set(party, request) || problem_set(problem, "internal", "SHA-256");
}
