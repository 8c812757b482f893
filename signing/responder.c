/*
 * responder.c - OCSP answers (responder.h).
 */
#include "signing/responder.h"

#include <openssl/x509v3.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "signing/instant.h"
#include "signing/issued.h"

DEFINE_OWNER(OCSP_CERTID, OCSP_CERTID_free)
DEFINE_OWNER(ASN1_GENERALIZEDTIME, ASN1_GENERALIZEDTIME_free)

/* Signatures tried for one answer: several certificates may bear the responder's name. */
enum { SIGNERS_TRIED = 4 };

struct responder {
        OCSP_BASICRESP *answer;
        const struct revocation_query *query;
        int64_t produced;
        int64_t proven, until; /* revocation.h; of who was found to have signed */
        unsigned tried;
};

/* ---- who answered ---- */

/* RFC 6960 4.2.1: byName or byKey (SHA-1 of the key). */
static bool answered(const struct responder *responder, X509 *certificate)
{
        const ASN1_OCTET_STRING *hash = NULL;
        const X509_NAME *name = NULL;
        unsigned char own[EVP_MAX_MD_SIZE];
        unsigned size = 0;
        if (OCSP_resp_get0_id(responder->answer, &hash, &name) != 1)
                return false;
        if (name != NULL)
                return X509_NAME_cmp(name, X509_get_subject_name(certificate)) == 0;
        return X509_pubkey_digest(certificate, EVP_sha1(), own, &size) == 1 && (size_t)ASN1_STRING_length(hash) == size &&
               memcmp(ASN1_STRING_get0_data(hash), own, size) == 0;
}

static bool valid_when_produced(const struct responder *responder, X509 *certificate)
{
        int64_t begin = 0, end = 0;
        return instant_of_asn1(X509_get0_notBefore(certificate), &begin) &&
               instant_of_asn1(X509_get0_notAfter(certificate), &end) && begin <= responder->produced && responder->produced <= end;
}

/* A delegated responder whose certificate may itself be revoked: a list of the issuer that says so is believed. Its own answers
 * about itself are not asked. */
static bool revoked_itself(const struct responder *responder, X509 *certificate)
{
        if (X509_get_ext_by_NID(certificate, NID_id_pkix_OCSP_noCheck, -1) >= 0)
                return false;
        const struct revocation_query *asked = responder->query;
        struct evidence lists[2] = {{0}, {0}};
        struct revocation_query query = {.certificate = certificate, .issuer = asked->issuer, .at = responder->produced};
        for (size_t n = 0; n < 2; n++) {
                lists[n].lists = asked->evidence[n] != NULL ? asked->evidence[n]->lists : NULL;
                query.evidence[n] = &lists[n];
        }
        enum revocation_state state = revocation_check(&query).state;
        return state == REVOCATION_REVOKED || state == REVOCATION_HELD;
}

/* 4.2.2.2: issued by the issuer directly, with id-kp-OCSPSigning. */
static bool delegated(const struct responder *responder, X509 *certificate)
{
        X509 *issuer = responder->query->issuer;
        uint32_t usage = X509_get_key_usage(certificate), uses = X509_get_extended_key_usage(certificate);
        return uses != UINT32_MAX && (uses & XKU_OCSP_SIGN) != 0 && (usage == UINT32_MAX || (usage & KU_DIGITAL_SIGNATURE) != 0) &&
               (X509_get_extension_flags(certificate) & EXFLAG_CRITICAL) == 0 &&
               X509_check_issued(issuer, certificate) == X509_V_OK && issued_certificate(certificate, issuer) &&
               !revoked_itself(responder, certificate);
}

static bool vouched_for(const struct responder *responder, X509 *certificate)
{
        const struct signing_trust *trust = responder->query->trust;
        const struct service *service = trust != NULL ? service_of(trust->services, certificate) : NULL;
        for (; service != NULL; service = service_of(service->next, certificate))
                if (service_good(service, SERVICE_FOR_ANSWERS, responder->produced))
                        return true;
        return false;
}

/* And until when: a delegate's key no longer than its certificate, a trust service's as long as a list says so. */
static bool entitled(struct responder *responder, X509 *certificate)
{
        const struct revocation_query *query = responder->query;
        int64_t end = 0;
        responder->until = query->proofs != NULL ? query->relied : INT64_MAX;
        if (!valid_when_produced(responder, certificate))
                return false;
        if (X509_cmp(certificate, query->issuer) == 0)
                return true;
        if (delegated(responder, certificate)) {
                if (query->proofs != NULL && instant_of_asn1(X509_get0_notAfter(certificate), &end) && end < responder->until)
                        responder->until = end;
                return true;
        }
        responder->until = INT64_MAX;
        return vouched_for(responder, certificate);
}

static bool signed_by(struct responder *responder, X509 *certificate)
{
        if (!answered(responder, certificate) || !entitled(responder, certificate) || responder->tried++ >= SIGNERS_TRIED)
                return false;
        STACK_OF(X509) *only = sk_X509_new_null();
        bool right = only != NULL && sk_X509_push(only, certificate) > 0 &&
                     OCSP_basic_verify(responder->answer, only, NULL, OCSP_NOVERIFY | OCSP_NOINTERN) == 1;
        sk_X509_free(only);
        return right;
}

static bool signed_by_one_of(struct responder *responder, const STACK_OF(X509) * set)
{
        for (int n = 0; n < sk_X509_num(set); n++)
                if (signed_by(responder, sk_X509_value(set, n)))
                        return true;
        return false;
}

static bool signed_by_service(struct responder *responder)
{
        const struct signing_trust *trust = responder->query->trust;
        for (const struct service *service = trust != NULL ? trust->services : NULL; service != NULL; service = service->next)
                if (service_good(service, SERVICE_FOR_ANSWERS, responder->produced) &&
                    signed_by_one_of(responder, service->identities))
                        return true;
        return false;
}

/* A certificate beside the answer has to be proven by itself; one inside is proven with it. */
static bool signed_by_helper(struct responder *responder)
{
        const STACK_OF(X509) *helpers = responder->query->helpers;
        for (int n = 0; n < sk_X509_num(helpers); n++) {
                X509 *one = sk_X509_value(helpers, n);
                if (!signed_by(responder, one))
                        continue;
                int64_t proven = proof_of_certificate(responder->query->proofs, one, responder->proven);
                responder->proven = proven > responder->proven ? proven : responder->proven;
                return true;
        }
        return false;
}

static bool signer_entitled(struct responder *responder)
{
        responder->proven = proof_of_answer(responder->query->proofs, responder->answer, responder->query->at);
        return signed_by(responder, responder->query->issuer) ||
               signed_by_one_of(responder, OCSP_resp_get0_certs(responder->answer)) || signed_by_helper(responder) ||
               signed_by_service(responder);
}

static bool digest_weak(const struct responder *responder)
{
        const X509_ALGOR *method = OCSP_resp_get0_tbs_sigalg(responder->answer);
        int digest = NID_undef;
        return OBJ_find_sigid_algs(OBJ_obj2nid(method->algorithm), &digest, NULL) == 1 && digest != NID_undef &&
               !certificate_digest_strong(digest, responder->proven);
}

/* ---- what was answered ---- */

static bool about(OCSP_SINGLERESP *single, const struct revocation_query *query)
{
        ASN1_OBJECT *digest = NULL;
        OCSP_CERTID *id = (OCSP_CERTID *)(uintptr_t)OCSP_SINGLERESP_get0_id(single);
        if (OCSP_id_get0_info(NULL, &digest, NULL, NULL, id) != 1)
                return false;
        const EVP_MD *method = EVP_get_digestbyobj(digest);
        OWN(OCSP_CERTID) mine = method != NULL ? OCSP_cert_to_id(method, query->certificate, query->issuer) : NULL;
        return mine != NULL && OCSP_id_cmp(mine, id) == 0;
}

static bool extensions_understood(OCSP_BASICRESP *answer, OCSP_SINGLERESP *single)
{
        for (int n = 0; n < OCSP_BASICRESP_get_ext_count(answer); n++) {
                X509_EXTENSION *extension = OCSP_BASICRESP_get_ext(answer, n);
                if (X509_EXTENSION_get_critical(extension) != 0 &&
                    OBJ_obj2nid(X509_EXTENSION_get_object(extension)) != NID_id_pkix_OCSP_Nonce)
                        return false;
        }
        for (int n = 0; n < OCSP_SINGLERESP_get_ext_count(single); n++)
                if (X509_EXTENSION_get_critical(OCSP_SINGLERESP_get_ext(single, n)) != 0)
                        return false;
        return true;
}

/* RFC 6960 4.4.4: with an archive cutoff the responder still tells of what expired since. */
static int64_t single_forgets(OCSP_SINGLERESP *single, int64_t issued)
{
        OWN(ASN1_GENERALIZEDTIME) cutoff = OCSP_SINGLERESP_get1_ext_d2i(single, NID_id_pkix_OCSP_archiveCutoff, NULL, NULL);
        int64_t out = issued;
        return instant_of_asn1(cutoff, &out) && out < issued ? out : issued;
}

static enum revocation_state state_of(int status, int reason)
{
        if (status == V_OCSP_CERTSTATUS_GOOD)
                return REVOCATION_GOOD;
        if (status != V_OCSP_CERTSTATUS_REVOKED)
                return REVOCATION_NONE;
        return reason == OCSP_REVOKED_STATUS_CERTIFICATEHOLD ? REVOCATION_HELD : REVOCATION_REVOKED;
}

static struct revocation_statement single_statement(struct responder *responder, OCSP_SINGLERESP *single)
{
        struct revocation_statement out = {.state = REVOCATION_UNUSABLE};
        ASN1_GENERALIZEDTIME *revoked = NULL, *issued = NULL, *next = NULL;
        int reason = -1;
        int status = OCSP_single_get0_status(single, &reason, &revoked, &issued, &next);
        if (!extensions_understood(responder->answer, single) || !instant_of_asn1(issued, &out.issued) ||
            (next != NULL && !instant_of_asn1(next, &out.next)) || (revoked != NULL && !instant_of_asn1(revoked, &out.since)) ||
            !instant_of_asn1(OCSP_resp_get0_produced_at(responder->answer), &responder->produced))
                return out;
        out.state = REVOCATION_UNENTITLED;
        if (!signer_entitled(responder))
                return out;
        out.forgets = single_forgets(single, out.issued);
        out.proven = responder->proven;
        out.until = responder->until;
        out.weak = digest_weak(responder);
        out.state = state_of(status, reason);
        return out;
}

struct revocation_statement responder_statement(OCSP_BASICRESP *answer, const struct revocation_query *query)
{
        struct responder responder = {.answer = answer, .query = query};
        struct revocation_statement best = {0};
        for (int n = 0; n < OCSP_resp_count(answer); n++) {
                OCSP_SINGLERESP *single = OCSP_resp_get0(answer, n);
                if (!about(single, query))
                        continue;
                struct revocation_statement one = single_statement(&responder, single);
                best = one.state > best.state ? one : best;
        }
        return best;
}
