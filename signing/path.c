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
#include "signing/descent.h"
#include "signing/instant.h"
#include "signing/issued.h"

DEFINE_OWNER(X509_STORE, X509_STORE_free)
DEFINE_OWNER(X509_STORE_CTX, X509_STORE_CTX_free)
DEFINE_OWNER(AUTHORITY_INFO_ACCESS, AUTHORITY_INFO_ACCESS_free)
DEFINE_OWNER(EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free)

/* ---- the sets ---- */

static bool anchors_add(X509_STORE *store, const STACK_OF(X509) * set)
{
        for (int n = 0; n < sk_X509_num(set); n++)
                if (X509_STORE_add_cert(store, sk_X509_value(set, n)) != 1)
                        return false;
        return true;
}

/* A service known by its key: which certificate is its own is for those at hand to show. */
static bool keyed_add(X509_STORE *store, const struct path_request *request, const struct service *service)
{
        if (service->key_count > 0 && service_has(service, request->leaf) && X509_STORE_add_cert(store, request->leaf) != 1)
                return false;
        for (size_t list = 0; list < 3 && service->key_count > 0; list++)
                for (int n = 0; n < sk_X509_num(request->helpers[list]); n++) {
                        X509 *one = sk_X509_value(request->helpers[list], n);
                        if (service_has(service, one) && X509_STORE_add_cert(store, one) != 1)
                                return false;
                }
        return true;
}

static bool services_add(X509_STORE *store, const struct path_request *request)
{
        enum service_role role = request->stamper ? SERVICE_FOR_STAMPS : SERVICE_FOR_SIGNERS;
        const struct service *service = request->trust != NULL ? request->trust->services : NULL;
        for (; service != NULL; service = service->next)
                if (service_good(service, role, request->at) &&
                    (!anchors_add(store, service->identities) || !keyed_add(store, request, service)))
                        return false;
        return true;
}

/* Several certificates may bear the issuer's name, one of them put there to mislead: then its signature decides which is meant. */
static int issued_by(X509_STORE_CTX *context, X509 *certificate, X509 *issuer)
{
        const STACK_OF(X509) *others = X509_STORE_CTX_get0_untrusted(context);
        int same = 0;
        if (X509_check_issued(issuer, certificate) != X509_V_OK)
                return 0;
        for (int n = 0; n < sk_X509_num(others) && same < 2; n++)
                same += X509_NAME_cmp(X509_get_subject_name(sk_X509_value(others, n)), X509_get_subject_name(issuer)) == 0;
        return same < 2 || issued_certificate(certificate, issuer);
}

static X509_STORE *store_of(const struct path_request *request)
{
        OWN(X509_STORE) store = X509_STORE_new();
        if (store == NULL || !anchors_add(store, request->anchors) || !services_add(store, request))
                return NULL;
        X509_STORE_set_check_issued(store, issued_by);
        X509_VERIFY_PARAM *parameters = X509_STORE_get0_param(store);
        X509_VERIFY_PARAM_set_time(parameters, (time_t)request->at);
        X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_POLICY_CHECK);
        return TAKE(store);
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

/* ---- what went wrong ---- */

void path_show(char detail[256], const char *sentence, const X509_NAME *name)
{
        char text[180] = "";
        X509_NAME_oneline(name, text, sizeof text);
        snprintf(detail, 256, "%s %s", sentence, text);
}

void path_show_place(char detail[256], const char *place)
{
        size_t used = strlen(detail);
        if (place[0] != '\0')
                snprintf(detail + used, 256 - used, " (%s)", place);
}

/* RFC 5280 4.2.2.1: where the issuer's certificate is to be had. */
static void issuer_place(X509 *certificate, char *out, size_t size)
{
        OWN(AUTHORITY_INFO_ACCESS) access = X509_get_ext_d2i(certificate, NID_info_access, NULL, NULL);
        out[0] = '\0';
        for (int n = 0; n < sk_ACCESS_DESCRIPTION_num(access); n++) {
                const ACCESS_DESCRIPTION *one = sk_ACCESS_DESCRIPTION_value(access, n);
                if (OBJ_obj2nid(one->method) != NID_ad_ca_issuers || one->location->type != GEN_URI)
                        continue;
                const ASN1_IA5STRING *uri = one->location->d.uniformResourceIdentifier;
                snprintf(out, size, "%.*s", ASN1_STRING_length(uri), (const char *)ASN1_STRING_get0_data(uri));
                return;
        }
}

/* The service that would have been the anchor, had it been granted. */
static const struct service *service_named(const struct path_request *request, X509 *last)
{
        const struct service *service = request->trust != NULL ? request->trust->services : NULL;
        for (; service != NULL; service = service->next) {
                if (service_has(service, last))
                        return service;
                for (int n = 0; n < sk_X509_num(service->identities); n++)
                        if (X509_check_issued(sk_X509_value(service->identities, n), last) == X509_V_OK)
                                return service;
        }
        return NULL;
}

static enum path_outcome chain_missing(const struct path_request *request, X509 *last, char detail[256])
{
        char text[80] = "";
        const struct service *service = last != NULL ? service_named(request, last) : NULL;
        if (service != NULL) {
                instant_show(request->at, text);
                snprintf(detail, 256, "%.160s (%s), %s", service->name, service->territory, text);
                return PATH_NOT_GRANTED;
        }
        if (last != NULL) {
                path_show(detail, "missing or not trusted:", X509_get_issuer_name(last));
                issuer_place(last, text, sizeof text);
                path_show_place(detail, text);
        }
        return PATH_NO_CHAIN;
}

static enum path_outcome outcome_of(const struct path_request *request, X509_STORE_CTX *context, char detail[256])
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
                return chain_missing(request, at, detail);
        case X509_V_ERR_CERT_HAS_EXPIRED:
        case X509_V_ERR_CERT_NOT_YET_VALID:
                if (at != NULL)
                        path_show(detail,
                                  error == X509_V_ERR_CERT_HAS_EXPIRED ? "expired:" : "not yet valid:", X509_get_subject_name(at));
                if (request->found != NULL)
                        request->found->leaf = at == request->leaf;
                return PATH_OUTSIDE_VALIDITY;
        case X509_V_ERR_INVALID_PURPOSE:
                snprintf(detail, 256, "the certificate is not for time-stamping alone");
                return PATH_WRONG_USE;
        default:
                snprintf(detail, 256, "%s", X509_verify_cert_error_string(error));
                return PATH_FAULTY;
        }
}

/* ---- what each certificate of the path has to be ---- */

/* EN 319 412-2 4.3.2: a signer's key is for digital signature or non-repudiation; and not for a service of its own. */
static bool may_sign(X509 *leaf)
{
        uint32_t usage = X509_get_key_usage(leaf);
        OWN(EXTENDED_KEY_USAGE) uses = X509_get_ext_d2i(leaf, NID_ext_key_usage, NULL, NULL);
        int others = sk_ASN1_OBJECT_num(uses) <= 0;
        for (int n = 0; n < sk_ASN1_OBJECT_num(uses); n++) {
                int nid = OBJ_obj2nid(sk_ASN1_OBJECT_value(uses, n));
                others += nid != NID_time_stamp && nid != NID_OCSP_sign;
        }
        return others > 0 && (usage == UINT32_MAX || (usage & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) != 0);
}

/* ---- the path ---- */

/* What vouches for an anchor is who named it: its own dates do not matter (RFC 5280 6.1.1 d). A leaf that has expired is told once
 * the rest is known. */
static int some_dates_pass(int good, X509_STORE_CTX *context)
{
        int error = X509_STORE_CTX_get_error(context), depth = X509_STORE_CTX_get_error_depth(context);
        int last = sk_X509_num(X509_STORE_CTX_get0_chain(context)) - 1;
        return good != 0 ||
               (last > 0 && ((depth == last && (error == X509_V_ERR_CERT_HAS_EXPIRED || error == X509_V_ERR_CERT_NOT_YET_VALID)) ||
                             (depth == 0 && error == X509_V_ERR_CERT_HAS_EXPIRED)));
}

static bool leaf_expired(const struct path_request *request, const STACK_OF(X509) * chain)
{
        int64_t end = 0;
        return sk_X509_num(chain) > 1 && instant_of_asn1(X509_get0_notAfter(request->leaf), &end) && end < request->at;
}

static void chain_tell(const STACK_OF(X509) * chain, struct path_found *found)
{
        found->issuer = sk_X509_value(chain, sk_X509_num(chain) > 1 ? 1 : 0);
        for (int n = 0; n < sk_X509_num(chain) && found->length < PATH_TOLD; n++)
                found->chain[found->length++] = sk_X509_value(chain, n);
}

static enum path_outcome chain_check(const struct path_request *request, X509_STORE *store, STACK_OF(X509) * helpers,
                                     char detail[256])
{
        OWN(X509_STORE_CTX) context = X509_STORE_CTX_new();
        if (context == NULL || X509_STORE_CTX_init(context, store, request->leaf, helpers) != 1)
                return PATH_FAULTY;
        if (request->stamper)
                X509_STORE_CTX_set_purpose(context, X509_PURPOSE_TIMESTAMP_SIGN);
        X509_STORE_CTX_set_verify_cb(context, some_dates_pass);
        issued_watch(context);
        if (X509_verify_cert(context) != 1)
                return outcome_of(request, context, detail);
        STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(context);
        if (request->found != NULL)
                chain_tell(chain, request->found);
        return leaf_expired(request, chain) ? descent_expired(request, chain, helpers, detail)
                                            : descent_check(request, chain, helpers, detail);
}

enum path_outcome path_check(const struct path_request *request, char detail[256])
{
        detail[0] = '\0';
        if (request->found != NULL)
                *request->found = (struct path_found){0};
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
