/*
 * statement.c - QCStatements and policies of a certificate (statement.h).
 */
#include "signing/statement.h"

#include <openssl/asn1t.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "gateway/core/owner.h"

static void sequence_free(ASN1_SEQUENCE_ANY *sequence)
{
        sk_ASN1_TYPE_pop_free(sequence, ASN1_TYPE_free);
}

DEFINE_OWNER(ASN1_SEQUENCE_ANY, sequence_free)
DEFINE_OWNER(CERTIFICATEPOLICIES, CERTIFICATEPOLICIES_free)

static ASN1_SEQUENCE_ANY *sequence_of(const ASN1_TYPE *value)
{
        if (value == NULL || value->type != V_ASN1_SEQUENCE)
                return NULL;
        const unsigned char *at = ASN1_STRING_get0_data(value->value.sequence);
        return d2i_ASN1_SEQUENCE_ANY(NULL, &at, ASN1_STRING_length(value->value.sequence));
}

static bool object_is(const ASN1_TYPE *value, const char *wanted)
{
        char text[64];
        return value != NULL && value->type == V_ASN1_OBJECT && OBJ_obj2txt(text, sizeof text, value->value.object, 1) > 0 &&
               strcmp(text, wanted) == 0;
}

/* QcType ::= SEQUENCE OF OBJECT IDENTIFIER (EN 319 412-5 4.2.3) */
static void types_read(const ASN1_TYPE *info, struct statements *out)
{
        OWN(ASN1_SEQUENCE_ANY) types = sequence_of(info);
        for (int n = 0; n < sk_ASN1_TYPE_num(types); n++) {
                const ASN1_TYPE *type = sk_ASN1_TYPE_value(types, n);
                out->for_signature = out->for_signature || object_is(type, "0.4.0.1862.1.6.1");
                out->for_seal = out->for_seal || object_is(type, "0.4.0.1862.1.6.2");
                out->for_website = out->for_website || object_is(type, "0.4.0.1862.1.6.3");
        }
}

/* QCStatement ::= SEQUENCE { statementId OBJECT IDENTIFIER, statementInfo ANY OPTIONAL } */
static void statement_read(const ASN1_TYPE *statement, struct statements *out)
{
        OWN(ASN1_SEQUENCE_ANY) parts = sequence_of(statement);
        const ASN1_TYPE *id = sk_ASN1_TYPE_num(parts) > 0 ? sk_ASN1_TYPE_value(parts, 0) : NULL;
        out->compliance = out->compliance || object_is(id, "0.4.0.1862.1.1");
        out->device = out->device || object_is(id, "0.4.0.1862.1.4");
        if (object_is(id, "0.4.0.1862.1.6") && sk_ASN1_TYPE_num(parts) > 1)
                types_read(sk_ASN1_TYPE_value(parts, 1), out);
}

static void policies_read(X509 *certificate, struct statements *out)
{
        OWN(CERTIFICATEPOLICIES) policies = X509_get_ext_d2i(certificate, NID_certificate_policies, NULL, NULL);
        for (int n = 0; n < sk_POLICYINFO_num(policies); n++) {
                char text[64];
                if (OBJ_obj2txt(text, sizeof text, sk_POLICYINFO_value(policies, n)->policyid, 1) <= 0)
                        continue;
                out->policy = out->policy || strcmp(text, "0.4.0.1456.1.2") == 0;
                out->policy_device = out->policy_device || strcmp(text, "0.4.0.1456.1.1") == 0;
        }
}

struct statements statements_of(X509 *certificate)
{
        struct statements out = {0};
        int at = X509_get_ext_by_NID(certificate, NID_qcStatements, -1);
        policies_read(certificate, &out);
        if (at < 0)
                return out;
        const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(X509_get_ext(certificate, at));
        const unsigned char *der = ASN1_STRING_get0_data(value);
        OWN(ASN1_SEQUENCE_ANY) statements = d2i_ASN1_SEQUENCE_ANY(NULL, &der, ASN1_STRING_length(value));
        for (int n = 0; n < sk_ASN1_TYPE_num(statements); n++)
                statement_read(sk_ASN1_TYPE_value(statements, n), &out);
        return out;
}
