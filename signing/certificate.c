/*
 * certificate.c - X.509 certificates (certificate.h).
 */
#include "signing/certificate.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "signing/certificate_cache.h"
#include "signing/algorithm.h"
#include "signing/limits.h"

DEFINE_OWNER(BIO, BIO_free)
DEFINE_OWNER(BIGNUM, BN_free)

STACK_OF(X509) * certificates_new(void)
{
        return sk_X509_new_null();
}

void certificates_free(STACK_OF(X509) * set)
{
        sk_X509_pop_free(set, X509_free);
}

bool certificates_has(STACK_OF(X509) * set, X509 *certificate)
{
        for (int n = 0; n < sk_X509_num(set); n++)
                if (X509_cmp(sk_X509_value(set, n), certificate) == 0)
                        return true;
        return false;
}

/* Takes the certificate over, or frees it where the set has it already. */
static bool take(STACK_OF(X509) * set, X509 *certificate)
{
        if (certificate != NULL && (certificates_has(set, certificate) || sk_X509_push(set, certificate) <= 0)) {
                bool known = certificates_has(set, certificate);
                X509_free(certificate);
                return known;
        }
        return certificate != NULL;
}

bool certificates_add(STACK_OF(X509) * set, struct signing_bytes der)
{
        if (der.size == 0 || der.size > LIMIT_CERTIFICATE_BYTES || sk_X509_num(set) >= LIMIT_CERTIFICATES)
                return false;
        return take(set, certificate_cache_read(der));
}

bool certificates_join(STACK_OF(X509) * set, STACK_OF(X509) * more)
{
        for (int n = 0; n < sk_X509_num(more); n++) {
                X509 *certificate = sk_X509_value(more, n);
                if (X509_up_ref(certificate) != 1 || !take(set, certificate))
                        return false;
        }
        return true;
}

bool certificates_read(STACK_OF(X509) * set, struct signing_bytes bytes)
{
        if (bytes.size > 0 && bytes.data[0] == 0x30) {
                const unsigned char *at = bytes.data, *end = at + bytes.size;
                while (at < end)
                        if (!take(set, d2i_X509(NULL, &at, (long)(end - at))))
                                return false;
                return true;
        }
        OWN(BIO) in = BIO_new_mem_buf(bytes.data, bytes.size < INT32_MAX ? (int)bytes.size : 0);
        int count = 0;
        for (X509 *next; in != NULL && (next = PEM_read_bio_X509(in, NULL, NULL, NULL)) != NULL; count++)
                if (!take(set, next))
                        return false;
        return count > 0;
}

bool certificate_digest_is(X509 *certificate, const char *digest, struct signing_bytes value)
{
        unsigned char actual[EVP_MAX_MD_SIZE];
        unsigned size = 0;
        EVP_MD *method = EVP_MD_fetch(NULL, digest, NULL);
        bool same = method != NULL && X509_digest(certificate, method, actual, &size) == 1 && size == value.size &&
                    memcmp(actual, value.data, size) == 0;
        EVP_MD_free(method);
        return same;
}

/* Authorities went on with SHA-1 longer than signers: TS 119 312 and the browsers' forum let it end with 2016, before the first
 * collision was shown. */
#define SHA1_CERTIFICATES_END INT64_C(1483228800) /* 2017-01-01 */

bool certificate_digest_strong(int nid, int64_t at)
{
        return nid == NID_sha1 ? at < SHA1_CERTIFICATES_END : algorithm_digest_strong(nid, at);
}

/* IssuerSerial ::= SEQUENCE { issuer GeneralNames, serialNumber CertificateSerialNumber, ... } (RFC 5035 5.4.1) */
bool certificate_issuer_serial_is(X509 *certificate, struct signing_bytes der)
{
        const unsigned char *at = der.data, *end = at + der.size;
        long length = 0;
        int tag = 0, class = 0;
        if (der.size == 0 || (ASN1_get_object(&at, &length, &tag, &class, (long)der.size) & 0x80) != 0 || tag != V_ASN1_SEQUENCE)
                return false;
        GENERAL_NAMES *names = d2i_GENERAL_NAMES(NULL, &at, (long)(end - at));
        ASN1_INTEGER *serial = names != NULL ? d2i_ASN1_INTEGER(NULL, &at, (long)(end - at)) : NULL;
        bool same = serial != NULL && ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(certificate)) == 0 &&
                    sk_GENERAL_NAME_num(names) == 1;
        if (same) {
                const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, 0);
                same = name->type == GEN_DIRNAME && X509_NAME_cmp(name->d.directoryName, X509_get_issuer_name(certificate)) == 0;
        }
        GENERAL_NAMES_free(names);
        ASN1_INTEGER_free(serial);
        return same;
}

char *certificate_serial(X509 *certificate)
{
        OWN(BIGNUM) number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), NULL);
        char *text = number != NULL ? BN_bn2dec(number) : NULL;
        char *copy = text != NULL ? strdup(text) : NULL;
        OPENSSL_free(text);
        return copy;
}

bool certificate_serial_is(X509 *certificate, const char *decimal)
{
        BIGNUM *claimed = NULL;
        OWN(BIGNUM) actual = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), NULL);
        decimal += strspn(decimal, " \t\r\n");
        bool same = strlen(decimal) < 128 && BN_dec2bn(&claimed, decimal) > 0 && actual != NULL && BN_cmp(claimed, actual) == 0;
        BN_free(claimed);
        return same;
}

static char *name_text(const X509_NAME *name)
{
        OWN(BIO) out = BIO_new(BIO_s_mem());
        char *data = NULL;
        if (out == NULL || X509_NAME_print_ex(out, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) < 0)
                return NULL;
        long size = BIO_get_mem_data(out, &data);
        return size >= 0 ? strndup(data, (size_t)size) : NULL;
}

char *certificate_subject(X509 *certificate)
{
        return name_text(X509_get_subject_name(certificate));
}

char *certificate_issuer(X509 *certificate)
{
        return name_text(X509_get_issuer_name(certificate));
}

bool certificate_sha256(X509 *certificate, char hex[65])
{
        unsigned char digest[EVP_MAX_MD_SIZE];
        unsigned size = 0;
        if (X509_digest(certificate, EVP_sha256(), digest, &size) != 1 || size != 32)
                return false;
        for (unsigned n = 0; n < size; n++)
                snprintf(hex + 2 * n, 3, "%02x", digest[n]);
        return true;
}
