/*
 * path.c - from a certificate to an anchor (path.h).
 */
#include "signing/path.h"

#include <openssl/x509v3.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"

DEFINE_OWNER(X509_STORE, X509_STORE_free)
DEFINE_OWNER(X509_STORE_CTX, X509_STORE_CTX_free)
DEFINE_OWNER(OCSP_CERTID, OCSP_CERTID_free)

static X509_STORE *store_of(const struct path_request *request)
{
        X509_STORE *store = X509_STORE_new();
        if (store == NULL)
                return NULL;
        X509_VERIFY_PARAM *parameters = X509_STORE_get0_param(store);
        X509_VERIFY_PARAM_set_time(parameters, (time_t)request->at);
        X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
        for (int n = 0; n < sk_X509_num(request->anchors); n++)
                if (X509_STORE_add_cert(store, sk_X509_value(request->anchors, n)) != 1) {
                        X509_STORE_free(store);
                        return NULL;
                }
        return store;
}

/* Borrowed certificates in a stack of their own. */
static STACK_OF(X509) * helpers_of(const struct path_request *request)
{
        STACK_OF(X509) *all = sk_X509_new_null();
        for (size_t list = 0; list < 3 && all != NULL; list++)
                for (int n = 0; n < sk_X509_num(request->helpers[list]); n++)
                        if (sk_X509_push(all, sk_X509_value(request->helpers[list], n)) <= 0)
                                break;
        return all;
}

static void show_name(char detail[256], const char *sentence, const X509_NAME *name)
{
        char text[180] = "";
        X509_NAME_oneline(name, text, sizeof text);
        snprintf(detail, 256, "%s %s", sentence, text);
}

static enum path_outcome outcome_of(X509_STORE_CTX *context, char detail[256])
{
        X509 *at = X509_STORE_CTX_get_current_cert(context);
        int error = X509_STORE_CTX_get_error(context);
        switch (error) {
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        case X509_V_ERR_CERT_UNTRUSTED:
                if (at != NULL)
                        show_name(detail, "missing or not trusted:", X509_get_issuer_name(at));
                return PATH_NO_CHAIN;
        case X509_V_ERR_CERT_HAS_EXPIRED:
        case X509_V_ERR_CERT_NOT_YET_VALID:
                if (at != NULL)
                        show_name(detail,
                                  error == X509_V_ERR_CERT_HAS_EXPIRED ? "expired:" : "not yet valid:", X509_get_subject_name(at));
                return PATH_OUTSIDE_VALIDITY;
        case X509_V_ERR_INVALID_PURPOSE:
                snprintf(detail, 256, "the certificate is not for time-stamping alone");
                return PATH_WRONG_USE;
        default:
                snprintf(detail, 256, "%s", X509_verify_cert_error_string(error));
                return PATH_FAULTY;
        }
}

/* EN 319 412-2 4.3.2: a signer's key is for digital signature or non-repudiation. */
static bool may_sign(X509 *leaf)
{
        uint32_t usage = X509_get_key_usage(leaf);
        return usage == UINT32_MAX || (usage & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) != 0;
}

/* ---- revocation (EN 319 102-1 5.2.5, RFC 5280 6.3, RFC 6960 3.2) ---- */

enum status { STATUS_UNKNOWN, STATUS_GOOD, STATUS_REVOKED };

struct subject {
        X509 *certificate, *issuer;
        X509_STORE *store;
        STACK_OF(X509) * helpers;
        time_t at;
};

static enum status list_status(X509_CRL *list, const struct subject *subject)
{
        time_t at = subject->at;
        const ASN1_TIME *next = X509_CRL_get0_nextUpdate(list);
        if (X509_NAME_cmp(X509_CRL_get_issuer(list), X509_get_issuer_name(subject->certificate)) != 0 ||
            X509_CRL_verify(list, X509_get0_pubkey(subject->issuer)) != 1)
                return STATUS_UNKNOWN;
        X509_REVOKED *entry = NULL;
        if (X509_CRL_get0_by_cert(list, &entry, subject->certificate) == 1)
                return X509_cmp_time(X509_REVOKED_get0_revocationDate(entry), &at) <= 0 ? STATUS_REVOKED : STATUS_GOOD;
        return next == NULL || X509_cmp_time(next, &at) > 0 ? STATUS_GOOD : STATUS_UNKNOWN;
}

static bool single_about(OCSP_SINGLERESP *single, const struct subject *subject)
{
        ASN1_OBJECT *digest = NULL;
        OCSP_CERTID *id = (OCSP_CERTID *)OCSP_SINGLERESP_get0_id(single);
        if (OCSP_id_get0_info(NULL, &digest, NULL, NULL, id) != 1)
                return false;
        const EVP_MD *method = EVP_get_digestbyobj(digest);
        OWN(OCSP_CERTID) mine = method != NULL ? OCSP_cert_to_id(method, subject->certificate, subject->issuer) : NULL;
        return mine != NULL && OCSP_id_cmp(mine, id) == 0;
}

static enum status answer_status(OCSP_BASICRESP *answer, const struct subject *subject)
{
        time_t at = subject->at;
        for (int n = 0; n < OCSP_resp_count(answer); n++) {
                OCSP_SINGLERESP *single = OCSP_resp_get0(answer, n);
                ASN1_GENERALIZEDTIME *when = NULL, *next = NULL;
                if (!single_about(single, subject))
                        continue;
                int status = OCSP_single_get0_status(single, NULL, &when, NULL, &next);
                if (OCSP_basic_verify(answer, subject->helpers, subject->store, 0) <= 0)
                        return STATUS_UNKNOWN;
                if (status == V_OCSP_CERTSTATUS_REVOKED)
                        return when != NULL && X509_cmp_time(when, &at) <= 0 ? STATUS_REVOKED : STATUS_GOOD;
                if (status == V_OCSP_CERTSTATUS_GOOD && (next == NULL || X509_cmp_time(next, &at) > 0))
                        return STATUS_GOOD;
        }
        return STATUS_UNKNOWN;
}

static enum status status_of(const struct path_request *request, const struct subject *subject)
{
        enum status best = STATUS_UNKNOWN;
        for (size_t list = 0; list < 2; list++) {
                const struct evidence *evidence = request->evidence[list];
                for (int n = 0; evidence != NULL && n < sk_X509_CRL_num(evidence->lists) && best != STATUS_REVOKED; n++) {
                        enum status one = list_status(sk_X509_CRL_value(evidence->lists, n), subject);
                        best = one > best ? one : best;
                }
                for (int n = 0; evidence != NULL && n < sk_OCSP_BASICRESP_num(evidence->answers) && best != STATUS_REVOKED; n++) {
                        enum status one = answer_status(sk_OCSP_BASICRESP_value(evidence->answers, n), subject);
                        best = one > best ? one : best;
                }
        }
        return best;
}

static bool evidence_at_hand(const struct path_request *request)
{
        for (size_t n = 0; n < 2; n++)
                if (request->evidence[n] != NULL && !evidence_empty(request->evidence[n]))
                        return true;
        return false;
}

static enum path_outcome revocation_check(const struct path_request *request, STACK_OF(X509) * chain, struct subject *subject,
                                          char detail[256])
{
        if (!evidence_at_hand(request))
                return PATH_GOOD_REVOCATION_UNJUDGED;
        for (int n = 0; n + 1 < sk_X509_num(chain); n++) {
                subject->certificate = sk_X509_value(chain, n);
                subject->issuer = sk_X509_value(chain, n + 1);
                enum status status = status_of(request, subject);
                if (status == STATUS_GOOD || (status == STATUS_UNKNOWN && request->stamper))
                        continue;
                show_name(detail, status == STATUS_REVOKED ? "revoked:" : "no revocation data for:",
                          X509_get_subject_name(subject->certificate));
                return status == STATUS_REVOKED ? PATH_REVOKED : PATH_REVOCATION_MISSING;
        }
        return PATH_GOOD;
}

static enum path_outcome chain_check(const struct path_request *request, X509_STORE *store, STACK_OF(X509) * helpers,
                                     char detail[256])
{
        OWN(X509_STORE_CTX) context = X509_STORE_CTX_new();
        if (context == NULL || X509_STORE_CTX_init(context, store, request->leaf, helpers) != 1)
                return PATH_FAULTY;
        if (request->stamper)
                X509_STORE_CTX_set_purpose(context, X509_PURPOSE_TIMESTAMP_SIGN);
        if (X509_verify_cert(context) != 1)
                return outcome_of(context, detail);
        struct subject subject = {.store = store, .helpers = helpers, .at = (time_t)request->at};
        return revocation_check(request, X509_STORE_CTX_get0_chain(context), &subject, detail);
}

enum path_outcome path_check(const struct path_request *request, char detail[256])
{
        detail[0] = '\0';
        if (!request->stamper && !may_sign(request->leaf)) {
                snprintf(detail, 256, "its key usage allows neither digital signature nor non-repudiation");
                return PATH_WRONG_USE;
        }
        OWN(X509_STORE) store = store_of(request);
        STACK_OF(X509) *helpers = helpers_of(request);
        enum path_outcome outcome = store != NULL && helpers != NULL ? chain_check(request, store, helpers, detail) : PATH_FAULTY;
        sk_X509_free(helpers);
        return outcome;
}
