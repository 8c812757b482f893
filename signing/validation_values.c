/* validation_values.c - gathers and writes validation data (validation_values.h). */
#include "signing/validation_values.h"

#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "signing/refusal.h"
#include "signing/revocation.h"
#include "signing/xades.h"

DEFINE_OWNER(X509_STORE, X509_STORE_free)
DEFINE_OWNER(X509_STORE_CTX, X509_STORE_CTX_free)
DEFINE_OWNER(OCSP_CERTID, OCSP_CERTID_free)

struct validation_values validation_values_new(void)
{
        return (struct validation_values){certificates_new(), evidence_new()};
}

void validation_values_free(struct validation_values *values)
{
        certificates_free(values->certificates);
        evidence_free(&values->evidence);
        *values = (struct validation_values){0};
}

struct gathering {
        const struct validation_subject *subject;
        const signing_trust *trust;
        STACK_OF(X509) * helpers;
        struct validation_values *values;
};

/* ---- the chain (EN 319 102-1 5.2.6) ---- */

static bool store_fill(X509_STORE *store, STACK_OF(X509) * anchors)
{
        for (int n = 0; n < sk_X509_num(anchors); n++)
                if (X509_STORE_add_cert(store, sk_X509_value(anchors, n)) != 1)
                        return false;
        return true;
}

static X509_STORE *store_of(const struct validation_subject *subject, const signing_trust *trust)
{
        OWN(X509_STORE) store = X509_STORE_new();
        const enum service_role role = subject->stamper ? SERVICE_FOR_STAMPS : SERVICE_FOR_SIGNERS;
        if (store == NULL || !store_fill(store, trust->anchors) || (subject->stamper && !store_fill(store, trust->stampers)))
                return NULL;
        for (const struct service *service = trust->services; service != NULL; service = service->next)
                if (service_good(service, role, subject->at) && !store_fill(store, service->identities))
                        return NULL;
        X509_VERIFY_PARAM *parameters = X509_STORE_get0_param(store);
        X509_VERIFY_PARAM_set_time(parameters, (time_t)subject->at);
        X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
        return TAKE(store);
}

/* Borrowed certificates in a stack of their own. */
static STACK_OF(X509) * helpers_of(const struct validation_subject *subject, const signing_trust *trust)
{
        STACK_OF(X509) *const lists[] = {subject->helpers[0], subject->helpers[1], trust->others};
        STACK_OF(X509) *all = sk_X509_new_null();
        for (size_t list = 0; list < 3 && all != NULL; list++)
                for (int n = 0; n < sk_X509_num(lists[list]); n++)
                        if (sk_X509_push(all, sk_X509_value(lists[list], n)) <= 0)
                                break;
        return all;
}

/* ---- revocation data: the latest there is of each certificate ---- */

static bool later(const ASN1_TIME *one, const ASN1_TIME *other)
{
        return other == NULL || (one != NULL && ASN1_TIME_compare(one, other) > 0);
}

static const ASN1_TIME *answer_update(OCSP_BASICRESP *answer, X509 *certificate, X509 *issuer)
{
        for (int n = 0; n < OCSP_resp_count(answer); n++) {
                OCSP_SINGLERESP *single = OCSP_resp_get0(answer, n);
                OCSP_CERTID *id = (OCSP_CERTID *)(uintptr_t)OCSP_SINGLERESP_get0_id(single);
                ASN1_OBJECT *digest = NULL;
                ASN1_GENERALIZEDTIME *update = NULL;
                if (OCSP_id_get0_info(NULL, &digest, NULL, NULL, id) != 1)
                        continue;
                const EVP_MD *method = EVP_get_digestbyobj(digest);
                OWN(OCSP_CERTID) mine = method != NULL ? OCSP_cert_to_id(method, certificate, issuer) : NULL;
                if (mine != NULL && OCSP_id_cmp(mine, id) == 0 && OCSP_single_get0_status(single, NULL, NULL, &update, NULL) >= 0)
                        return update;
        }
        return NULL;
}

static OCSP_BASICRESP *answer_latest(STACK_OF(OCSP_BASICRESP) * answers, X509 *certificate, X509 *issuer, const ASN1_TIME **update)
{
        OCSP_BASICRESP *best = NULL;
        for (int n = 0; n < sk_OCSP_BASICRESP_num(answers); n++) {
                OCSP_BASICRESP *answer = sk_OCSP_BASICRESP_value(answers, n);
                const ASN1_TIME *at = answer_update(answer, certificate, issuer);
                if (at != NULL && later(at, *update)) {
                        best = answer;
                        *update = at;
                }
        }
        return best;
}

static X509_CRL *list_latest(STACK_OF(X509_CRL) * lists, X509 *certificate, X509 *issuer, const ASN1_TIME **update)
{
        X509_CRL *best = NULL;
        for (int n = 0; n < sk_X509_CRL_num(lists); n++) {
                X509_CRL *list = sk_X509_CRL_value(lists, n);
                const ASN1_TIME *at = X509_CRL_get0_lastUpdate(list);
                if (X509_NAME_cmp(X509_CRL_get_issuer(list), X509_get_issuer_name(certificate)) == 0 && later(at, *update) &&
                    X509_CRL_verify(list, X509_get0_pubkey(issuer)) == 1) {
                        best = list;
                        *update = at;
                }
        }
        return best;
}

static bool list_keep(struct evidence *evidence, X509_CRL *list)
{
        for (int n = 0; n < sk_X509_CRL_num(evidence->lists); n++)
                if (X509_CRL_match(sk_X509_CRL_value(evidence->lists, n), list) == 0)
                        return true;
        return X509_CRL_up_ref(list) == 1 && sk_X509_CRL_push(evidence->lists, list) > 0;
}

static bool answers_same(OCSP_BASICRESP *one, OCSP_BASICRESP *other)
{
        const ASN1_OCTET_STRING *a = OCSP_resp_get0_signature(one), *b = OCSP_resp_get0_signature(other);
        return ASN1_STRING_cmp(a, b) == 0;
}

static bool answer_has(STACK_OF(OCSP_BASICRESP) * answers, OCSP_BASICRESP *answer)
{
        for (int n = 0; n < sk_OCSP_BASICRESP_num(answers); n++)
                if (answers_same(sk_OCSP_BASICRESP_value(answers, n), answer))
                        return true;
        return false;
}

static bool answer_keep(struct evidence *evidence, OCSP_BASICRESP *answer)
{
        if (answer_has(evidence->answers, answer))
                return true;
        OCSP_BASICRESP *copy = ASN1_item_dup(ASN1_ITEM_rptr(OCSP_BASICRESP), answer);
        if (copy != NULL && sk_OCSP_BASICRESP_push(evidence->answers, copy) > 0)
                return true;
        OCSP_BASICRESP_free(copy);
        return false;
}

static bool certificate_keep(struct validation_values *values, X509 *certificate)
{
        if (certificates_has(values->certificates, certificate))
                return true;
        return X509_up_ref(certificate) == 1 && sk_X509_push(values->certificates, certificate) > 0;
}

/* A responder that did not send its own certificate along is looked for among the helpers. */
static bool responder_keep(struct validation_values *values, OCSP_BASICRESP *answer, STACK_OF(X509) * helpers)
{
        X509 *responder = NULL;
        if (OCSP_resp_get0_signer(answer, &responder, helpers) != 1 || responder == NULL)
                return true;
        return certificate_keep(values, responder);
}

static bool revocation_missing(X509 *certificate, struct signing_refusal *why)
{
        char name[160] = "";
        X509_NAME_oneline(X509_get_subject_name(certificate), name, sizeof name);
        return refuse(why, "EVIDENCE_MISSING", "EN 319 132-1 5.4.2",
                      "No revocation data at hand tell of %s; give its CRL or OCSP answer.", name);
}

/* A time-stamping authority whose issuer publishes none needs none. */
static bool revocation_gather(X509 *certificate, X509 *issuer, const struct gathering *gathering, struct signing_refusal *why)
{
        const struct evidence *evidence = &gathering->trust->evidence;
        struct validation_values *values = gathering->values;
        const ASN1_TIME *update = NULL;
        X509_CRL *list = list_latest(evidence->lists, certificate, issuer, &update);
        OCSP_BASICRESP *answer = answer_latest(evidence->answers, certificate, issuer, &update);
        if (list == NULL && answer == NULL)
                return (gathering->subject->stamper && !revocation_expected(certificate)) || revocation_missing(certificate, why);
        bool kept = answer != NULL ? answer_keep(&values->evidence, answer) && responder_keep(values, answer, gathering->helpers)
                                   : list_keep(&values->evidence, list);
        return kept || refuse(why, "MEMORY", "", "No memory for the revocation data.");
}

static bool chain_gather(STACK_OF(X509) * chain, const struct gathering *gathering, struct signing_refusal *why)
{
        for (int n = 0; n < sk_X509_num(chain); n++)
                if (!certificate_keep(gathering->values, sk_X509_value(chain, n)))
                        return refuse(why, "MEMORY", "", "No memory for the certificates.");
        for (int n = 0; n + 1 < sk_X509_num(chain); n++)
                if (!revocation_gather(sk_X509_value(chain, n), sk_X509_value(chain, n + 1), gathering, why))
                        return false;
        return true;
}

bool validation_values_gather(const struct validation_subject *subject, const signing_trust *trust,
                              struct validation_values *values, struct signing_refusal *why)
{
        OWN(X509_STORE) store = store_of(subject, trust);
        OWN(X509_STORE_CTX) context = X509_STORE_CTX_new();
        STACK_OF(X509) *helpers = helpers_of(subject, trust);
        bool gathered = false;
        if (store == NULL || context == NULL || helpers == NULL ||
            X509_STORE_CTX_init(context, store, subject->leaf, helpers) != 1) {
                (void)refuse(why, "MEMORY", "", "No memory to build a chain.");
        } else if (X509_verify_cert(context) != 1) {
                (void)refuse(why, "CHAIN_MISSING", "EN 319 102-1 5.2.6", "No chain leads to a trust anchor: %s",
                             X509_verify_cert_error_string(X509_STORE_CTX_get_error(context)));
        } else {
                const struct gathering gathering = {subject, trust, helpers, values};
                gathered = chain_gather(X509_STORE_CTX_get0_chain(context), &gathering, why);
        }
        sk_X509_free(helpers);
        return gathered;
}

void validation_values_less(struct validation_values *values, const struct validation_values *known)
{
        for (int n = sk_X509_num(values->certificates); n-- > 0;)
                if (certificates_has(known->certificates, sk_X509_value(values->certificates, n)))
                        X509_free(sk_X509_delete(values->certificates, n));
        for (int n = sk_OCSP_BASICRESP_num(values->evidence.answers); n-- > 0;)
                if (answer_has(known->evidence.answers, sk_OCSP_BASICRESP_value(values->evidence.answers, n)))
                        OCSP_BASICRESP_free(sk_OCSP_BASICRESP_delete(values->evidence.answers, n));
        for (int n = sk_X509_CRL_num(values->evidence.lists); n-- > 0;)
                for (int m = 0; m < sk_X509_CRL_num(known->evidence.lists); m++)
                        if (X509_CRL_match(sk_X509_CRL_value(values->evidence.lists, n),
                                           sk_X509_CRL_value(known->evidence.lists, m)) == 0) {
                                X509_CRL_free(sk_X509_CRL_delete(values->evidence.lists, n));
                                break;
                        }
}

/* ---- writing ---- */

/* Takes over what OpenSSL made; false where it made nothing. */
static bool der_print(FILE *out, const char *name, unsigned char *der, int size)
{
        char *encoded = size > 0 ? malloc(4 * ((size_t)size / 3 + 1) + 1) : NULL;
        if (encoded != NULL) {
                EVP_EncodeBlock((unsigned char *)encoded, der, size);
                fprintf(out, "<x:%s>%s</x:%s>", name, encoded, name);
        }
        bool good = encoded != NULL;
        free(encoded);
        OPENSSL_free(der);
        return good;
}

/* <element name="CertificateValues"><choice minOccurs="0" maxOccurs="unbounded"><element name="EncapsulatedX509Certificate"/> */
static bool certificates_print(FILE *out, STACK_OF(X509) * certificates)
{
        bool good = true;
        if (sk_X509_num(certificates) <= 0)
                return true;
        fputs("<x:CertificateValues xmlns:x=\"" XADES_132 "\">", out);
        for (int n = 0; n < sk_X509_num(certificates) && good; n++) {
                unsigned char *der = NULL;
                int size = i2d_X509(sk_X509_value(certificates, n), &der);
                good = der_print(out, "EncapsulatedX509Certificate", der, size);
        }
        fputs("</x:CertificateValues>", out);
        return good;
}

static bool lists_print(FILE *out, STACK_OF(X509_CRL) * lists)
{
        bool good = true;
        fputs("<x:CRLValues>", out);
        for (int n = 0; n < sk_X509_CRL_num(lists) && good; n++) {
                unsigned char *der = NULL;
                int size = i2d_X509_CRL(sk_X509_CRL_value(lists, n), &der);
                good = der_print(out, "EncapsulatedCRLValue", der, size);
        }
        fputs("</x:CRLValues>", out);
        return good;
}

/* 5.4.2: the DER of an OCSPResponse, not of the basic response in it. */
static bool answers_print(FILE *out, STACK_OF(OCSP_BASICRESP) * answers)
{
        bool good = true;
        fputs("<x:OCSPValues>", out);
        for (int n = 0; n < sk_OCSP_BASICRESP_num(answers) && good; n++) {
                unsigned char *der = NULL;
                OCSP_RESPONSE *response =
                        OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, sk_OCSP_BASICRESP_value(answers, n));
                int size = response != NULL ? i2d_OCSP_RESPONSE(response, &der) : 0;
                OCSP_RESPONSE_free(response);
                good = der_print(out, "EncapsulatedOCSPValue", der, size);
        }
        fputs("</x:OCSPValues>", out);
        return good;
}

static bool revocation_print(FILE *out, const struct evidence *evidence)
{
        bool good = true;
        if (evidence_empty(evidence))
                return true;
        fputs("<x:RevocationValues xmlns:x=\"" XADES_132 "\">", out);
        if (sk_X509_CRL_num(evidence->lists) > 0)
                good = lists_print(out, evidence->lists);
        if (sk_OCSP_BASICRESP_num(evidence->answers) > 0)
                good = answers_print(out, evidence->answers) && good;
        fputs("</x:RevocationValues>", out);
        return good;
}

char *validation_values_text(const struct validation_values *values)
{
        char *text = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&text, &size);
        if (out == NULL)
                return NULL;
        bool good = certificates_print(out, values->certificates) && revocation_print(out, &values->evidence);
        if (fclose(out) == 0 && good)
                return text;
        free(text);
        return NULL;
}
