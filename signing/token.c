/*
 * token.c - one RFC 3161 time-stamp token (token.h).
 */
#include "signing/token.h"

#include <openssl/cms.h>
#include <openssl/ess.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/core/owner.h"
#include "signing/algorithm.h"
#include "signing/certificate.h"
#include "signing/limits.h"
#include "signing/refusal.h"

struct token {
        CMS_ContentInfo *cms;
        TS_TST_INFO *info;
        STACK_OF(X509) * certificates; /* its own */
        X509 *signer;                  /* borrowed from cms */
        int64_t at;
};
typedef struct token token_handle;

DEFINE_OWNER(token_handle, token_free)
DEFINE_OWNER(BIO, BIO_free)
DEFINE_OWNER(ESS_SIGNING_CERT, ESS_SIGNING_CERT_free)
DEFINE_OWNER(ESS_SIGNING_CERT_V2, ESS_SIGNING_CERT_V2_free)

void token_free(struct token *token)
{
        if (token == NULL)
                return;
        CMS_ContentInfo_free(token->cms);
        TS_TST_INFO_free(token->info);
        certificates_free(token->certificates);
        free(token);
}

static bool info_read(struct token *token)
{
        ASN1_OCTET_STRING **content = CMS_get0_content(token->cms);
        if (OBJ_obj2nid(CMS_get0_eContentType(token->cms)) != NID_id_smime_ct_TSTInfo || content == NULL || *content == NULL)
                return false;
        const unsigned char *at = ASN1_STRING_get0_data(*content);
        token->info = d2i_TS_TST_INFO(NULL, &at, ASN1_STRING_length(*content));
        struct tm fields;
        const ASN1_GENERALIZEDTIME *when = token->info != NULL ? TS_TST_INFO_get_time(token->info) : NULL;
        if (when == NULL || ASN1_TIME_to_tm(when, &fields) != 1)
                return false;
        token->at = (int64_t)timegm(&fields);
        return true;
}

bool token_read(struct signing_bytes der, struct token **out, struct signing_refusal *why)
{
        const unsigned char *at = der.data;
        OWN(token_handle) token = calloc(1, sizeof *token);
        if (token == NULL || (token->certificates = certificates_new()) == NULL)
                return refuse(why, "MEMORY", "", "No memory to read the time-stamp.");
        if (der.size > 0 && der.size <= LIMIT_TOKEN_BYTES)
                token->cms = d2i_CMS_ContentInfo(NULL, &at, (long)der.size);
        if (token->cms == NULL || OBJ_obj2nid(CMS_get0_type(token->cms)) != NID_pkcs7_signed || !info_read(token))
                return refuse(why, "STAMP_UNREADABLE", "RFC 3161 2.4.2", "The time-stamp is not a time-stamp token.");
        *out = TAKE(token);
        return true;
}

int64_t token_time(const struct token *token)
{
        return token->at;
}

static TS_MSG_IMPRINT *imprint_of(const struct token *token)
{
        return TS_TST_INFO_get_msg_imprint(token->info);
}

int token_digest(const struct token *token)
{
        const ASN1_OBJECT *object = NULL;
        X509_ALGOR_get0(&object, NULL, NULL, TS_MSG_IMPRINT_get_algo(imprint_of(token)));
        return OBJ_obj2nid(object);
}

bool token_nonce(const struct token *token, uint64_t *nonce)
{
        const ASN1_INTEGER *number = TS_TST_INFO_get_nonce(token->info);
        return number != NULL && ASN1_INTEGER_get_uint64(nonce, number) == 1;
}

bool token_about(const struct token *token, struct signing_bytes digest)
{
        const ASN1_OCTET_STRING *message = TS_MSG_IMPRINT_get_msg(imprint_of(token));
        return message != NULL && (size_t)ASN1_STRING_length(message) == digest.size &&
               memcmp(ASN1_STRING_get0_data(message), digest.data, digest.size) == 0;
}

X509 *token_signer(const struct token *token)
{
        return token->signer;
}

STACK_OF(X509) * token_certificates(const struct token *token)
{
        return token->certificates;
}

/* ---- checking ---- */

static const ASN1_STRING *attribute_value(CMS_SignerInfo *signer, int nid)
{
        int at = CMS_signed_get_attr_by_NID(signer, nid, -1);
        X509_ATTRIBUTE *attribute = at >= 0 ? CMS_signed_get_attr(signer, at) : NULL;
        ASN1_TYPE *type = attribute != NULL ? X509_ATTRIBUTE_get0_type(attribute, 0) : NULL;
        return type != NULL && type->type == V_ASN1_SEQUENCE ? type->value.sequence : NULL;
}

/* RFC 5816: ESSCertID or ESSCertIDv2, signed, names the certificate used. */
static bool signer_named(struct token *token, CMS_SignerInfo *signer)
{
        const ASN1_STRING *first = attribute_value(signer, NID_id_smime_aa_signingCertificate);
        const ASN1_STRING *second = attribute_value(signer, NID_id_smime_aa_signingCertificateV2);
        const unsigned char *at = first != NULL ? ASN1_STRING_get0_data(first) : NULL;
        OWN(ESS_SIGNING_CERT) v1 = at != NULL ? d2i_ESS_SIGNING_CERT(NULL, &at, ASN1_STRING_length(first)) : NULL;
        at = second != NULL ? ASN1_STRING_get0_data(second) : NULL;
        OWN(ESS_SIGNING_CERT_V2) v2 = at != NULL ? d2i_ESS_SIGNING_CERT_V2(NULL, &at, ASN1_STRING_length(second)) : NULL;
        STACK_OF(X509) *chain = sk_X509_new_null();
        bool good = chain != NULL && sk_X509_push(chain, token->signer) > 0;
        for (int n = 0; good && n < sk_X509_num(token->certificates); n++)
                if (X509_cmp(sk_X509_value(token->certificates, n), token->signer) != 0)
                        good = sk_X509_push(chain, sk_X509_value(token->certificates, n)) > 0;
        good = good && OSSL_ESS_check_signing_certs(v1, v2, chain, 1) > 0;
        sk_X509_free(chain);
        return good;
}

static bool certificates_gather(struct token *token, STACK_OF(X509) * helpers)
{
        STACK_OF(X509) *own = CMS_get1_certs(token->cms);
        bool good =
                certificates_join(token->certificates, own) && (helpers == NULL || certificates_join(token->certificates, helpers));
        certificates_free(own);
        return good;
}

bool token_check(struct token *token, STACK_OF(X509) * helpers, struct signing_refusal *why)
{
        OWN(BIO) out = BIO_new(BIO_s_null());
        STACK_OF(CMS_SignerInfo) *signers = CMS_get0_SignerInfos(token->cms);
        if (sk_CMS_SignerInfo_num(signers) != 1)
                return refuse(why, "STAMP_UNREADABLE", "RFC 3161 2.4.2", "The time-stamp has more or less than one signer.");
        if (out == NULL || !certificates_gather(token, helpers))
                return refuse(why, "STAMP_UNREADABLE", "RFC 3161 2.4.2", "The certificates of the time-stamp cannot be read.");
        if (CMS_verify(token->cms, token->certificates, NULL, NULL, out, CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY) != 1)
                return refuse(why, "STAMP_SIGNATURE", "RFC 5652 5.6",
                              "The signature of the time-stamp is wrong, or its certificate is missing.");
        CMS_SignerInfo_get0_algs(sk_CMS_SignerInfo_value(signers, 0), NULL, &token->signer, NULL, NULL);
        if (token->signer == NULL)
                return refuse(why, "STAMP_SIGNATURE", "RFC 5652 5.6", "The certificate of the time-stamp is missing.");
        if (!signer_named(token, sk_CMS_SignerInfo_value(signers, 0)))
                return refuse(why, "STAMP_SIGNER", "RFC 5816 2.2.1",
                              "The time-stamp names another certificate than the one that signed it.");
        if (X509_check_purpose(token->signer, X509_PURPOSE_TIMESTAMP_SIGN, 0) != 1)
                return refuse(why, "STAMP_SIGNER", "RFC 3161 2.3",
                              "The certificate of the time-stamp is not for time-stamping alone.");
        return true;
}

bool token_strong(const struct token *token, int64_t at)
{
        CMS_SignerInfo *signer = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(token->cms), 0);
        X509_ALGOR *digest = NULL;
        const ASN1_OBJECT *object = NULL;
        CMS_SignerInfo_get0_algs(signer, NULL, NULL, &digest, NULL);
        X509_ALGOR_get0(&object, NULL, NULL, digest);
        return algorithm_digest_strong(OBJ_obj2nid(object), at) && algorithm_digest_strong(token_digest(token), at) &&
               algorithm_key_strong(X509_get0_pubkey(token->signer), at);
}

void token_inside(const struct token *token, const struct token_inside *inside)
{
        unsigned char *der = NULL;
        int size = i2d_CMS_ContentInfo(token->cms, &der);
        if (size > 0)
                token_inside_read((struct signing_bytes){der, (size_t)size}, inside);
        OPENSSL_free(der);
}
