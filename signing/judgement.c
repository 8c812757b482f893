/*
 * judgement.c - one signature through the blocks of EN 319 102-1 (judgement.h),
 * one function a block.
 */
#include "signing/judgement.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "signing/instant.h"
#include "signing/list_of_lists.h"
#include "signing/path.h"
#include "signing/policy.h"
#include "signing/reason.h"
#include "signing/stamp_judge.h"
#include "signing/strength.h"

static bool told(const struct judgement *judgement, enum reason_code code)
{
        for (size_t n = 0; n < judgement->reason_count; n++)
                if (judgement->reasons[n].code == code)
                        return true;
        return false;
}

void reason_add(struct judgement *judgement, enum reason_code code, const char *format, ...)
{
        enum signing_indication indication = reason_row(code)->indication;
        if (indication > SIGNING_PASSED && indication > judgement->indication) {
                judgement->indication = indication;
                judgement->sub_indication = reason_row(code)->sub_indication;
        }
        if (judgement->reason_count >= REASONS_ANY &&
            told(judgement, code)) /* a thousand findings alike add nothing to the report */
                return;
        struct reason *reason = &judgement->reasons[judgement->reason_count++];
        va_list arguments;
        reason->code = code;
        va_start(arguments, format);
        vsnprintf(reason->detail, sizeof reason->detail, format, arguments);
        va_end(arguments);
}

static const char *reference_name(const struct reference *reference)
{
        if (reference->file != NULL)
                return reference->file[0] != '\0' ? reference->file : "(unnamed)";
        if (reference->uri == NULL || reference->uri[0] == '\0')
                return "of the document";
        return reference->uri;
}

/* ---- 5.2.2 format checking ---- */

static bool format_check(struct judgement *judgement)
{
        struct signing_refusal why = {0};
        if (!dsig_open(judgement->document, judgement->signature, &judgement->dsig, &why)) {
                reason_add(judgement, REASON_SIGNATURE_MALFORMED, "%s", why.sentence);
                return false;
        }
        for (size_t n = 0; n < judgement->dsig->reference_count; n++)
                if (judgement->dsig->references[n].ambiguous)
                        reason_add(judgement, REASON_ID_AMBIGUOUS, "%s", judgement->dsig->references[n].uri);
        return true;
}

static void structure_check(struct judgement *judgement)
{
        static const enum reason_code codes[] = {
                [XADES_UNCOVERED] = REASON_PROPERTIES_UNCOVERED,
                [XADES_ELSEWHERE] = REASON_PROPERTIES_ELSEWHERE,
                [XADES_SEVERAL] = REASON_PROPERTIES_SEVERAL,
                [XADES_MISAIMED] = REASON_PROPERTIES_MISAIMED,
        };
        enum xades_structure structure = judgement->xades.structure;
        if (structure != XADES_NONE && structure != XADES_GOOD)
                reason_add(judgement, codes[structure], "%s", "");
}

/* ---- 5.2.3 identification of the signing certificate ---- */

static void evidence_take(void *context, struct signing_bytes der)
{
        if (!evidence_add(context, der))
                return; /* unreadable evidence proves nothing either way */
}

static void signer_identify(struct judgement *judgement)
{
        judgement->certificates = certificates_new();
        judgement->evidence = evidence_new();
        judgement->key_info = certificates_new();
        if (judgement->certificates != NULL && judgement->key_info != NULL) {
                xades_certificates(judgement->dsig, &judgement->xades, judgement->key_info, judgement->certificates);
                if (judgement->trust != NULL && !certificates_join(judgement->certificates, judgement->trust->others))
                        reason_add(judgement, REASON_TOO_MUCH, "%s", "");
                if (!certificates_join(judgement->certificates, judgement->key_info))
                        reason_add(judgement, REASON_TOO_MUCH, "%s", "");
                judgement->binding =
                        xades_signer(&judgement->xades, judgement->certificates, judgement->key_info, &judgement->signer);
        }
        xades_evidence(&judgement->xades, evidence_take, &judgement->evidence);
        if (judgement->signer == NULL)
                reason_add(judgement, REASON_CERTIFICATE_MISSING, "%s", "");
        else if (judgement->binding == XADES_UNBOUND)
                reason_add(judgement, REASON_CERTIFICATE_UNBOUND, "%s", "");
        else if (judgement->binding == XADES_SERIAL_DIFFERS)
                reason_add(judgement, REASON_CERTIFICATE_SERIAL, "%s", "");
}

/* ---- 5.2.7 cryptographic verification ---- */

static void reference_judge(struct judgement *judgement, const struct reference *reference)
{
        if (reference->ambiguous)
                return; /* said by the format check */
        if (!reference->found)
                reason_add(judgement, reference->manifest > 0 ? REASON_MANIFEST_ENTRY_MISSING : REASON_DATA_NOT_FOUND, "%s",
                           reference_name(reference));
        else if (reference->verdict == CHAIN_DIFFERS)
                reason_add(judgement, REASON_DIGEST_DIFFERS, "%s", reference_name(reference));
        else if (reference->verdict != CHAIN_HOLDS)
                reason_add(judgement, REASON_TRANSFORM_REFUSED, "%s", reference_name(reference));
}

static void cryptography_verify(struct judgement *judgement)
{
        const struct dsig *dsig = judgement->dsig;
        for (size_t n = 0; n < dsig->reference_count; n++)
                reference_judge(judgement, &dsig->references[n]);
        EVP_PKEY *key = judgement->signer != NULL ? X509_get0_pubkey(judgement->signer) : NULL;
        if (dsig->method == NULL || dsig->canonical == NULL)
                reason_add(judgement, REASON_METHOD_UNKNOWN, "%s",
                           dsig->method == NULL ? "SignatureMethod is not in the list"
                                                : "CanonicalizationMethod is not in the list");
        else if (key != NULL && dsig_value_check(dsig, key, judgement->work) == CHAIN_HOLDS)
                judgement->value_holds = true;
        else if (key != NULL && judgement->binding != XADES_UNBOUND) /* whose value it should be is not known then */
                reason_add(judgement, REASON_VALUE_WRONG, "%s", "");
        if (judgement->work->exhausted)
                reason_add(judgement, REASON_TOO_MUCH, "%s", "");
}

/* ---- 5.2.8 signature acceptance ---- */

static void properties_accept(struct judgement *judgement)
{
        judgement->properties_covered = judgement->value_holds && judgement->xades.structure == XADES_GOOD &&
                                        dsig_reference_to(judgement->dsig, judgement->xades.signed_properties) != NULL;
        if (judgement->signer != NULL && judgement->binding == XADES_UNCLAIMED && !xades_key_info_signed(judgement->dsig))
                reason_add(judgement, REASON_CERTIFICATE_UNCLAIMED, "%s", "");
}

static void coverage_accept_or_tell(struct judgement *judgement)
{
        char holes[COVERAGE_TEXT];
        bool right = judgement->value_holds && judgement->indication < SIGNING_FAILED;
        bool complete = coverage_complete(judgement->document, judgement->signature, holes);
        if (right)
                coverage_accept(judgement->document);
        if (!judgement->contained && !complete)
                reason_add(judgement, REASON_COVERAGE_PARTIAL, "%s", holes);
        if (right && coverage_comment(judgement->document, holes))
                reason_add(judgement, REASON_COMMENT_IN_TEXT, "%s", holes);
        judgement->covers_all = right && complete;
}

/* ---- 5.2.6 certificate validation, at the best signature time ---- */

/* What the signature names by a signed digest is as old as the signature. */
static void signer_prove(struct judgement *judgement)
{
        bool named = judgement->binding == XADES_BOUND ||
                     (judgement->binding == XADES_UNCLAIMED && xades_key_info_signed(judgement->dsig));
        if (judgement->proven && judgement->value_holds && named)
                proof_certificate(&judgement->proofs, judgement->signer, judgement->best);
}

/* A content time-stamp is older than the signature: with it the signature is younger than that moment (5.3 step 5). */
static bool signed_after(const struct judgement *judgement, int64_t moment)
{
        for (size_t n = 0; n < judgement->xades.stamp_count; n++)
                if (judgement->xades.stamps[n].signed_ && judgement->stamps[n].trusted && judgement->stamps[n].at >= moment)
                        return true;
        return false;
}

/* 5.5.4 4 c: a signature that is proven older than its certificate, or younger, was not made with it while it was valid. */
static bool validity_tell(struct judgement *judgement, enum path_outcome outcome, const struct path_found *found,
                          const char *detail)
{
        int64_t begin = 0, end = 0;
        if ((outcome != PATH_OUTSIDE_VALIDITY && outcome != PATH_OUTSIDE_NOT_REVOKED) || !found->leaf ||
            !instant_of_asn1(X509_get0_notBefore(judgement->signer), &begin) ||
            !instant_of_asn1(X509_get0_notAfter(judgement->signer), &end))
                return false;
        if (judgement->proven && judgement->best < begin)
                reason_add(judgement, REASON_CERTIFICATE_YOUNGER, "%s", detail);
        else if (end < judgement->best && signed_after(judgement, end + 1))
                reason_add(judgement, REASON_CERTIFICATE_EXPIRED, "%s", detail);
        else
                return false;
        return true;
}

static void path_tell(struct judgement *judgement, enum path_outcome outcome, const struct path_found *found, const char *detail)
{
        static const enum reason_code codes[] = {
                [PATH_UNJUDGED] = REASON_CHAIN_UNJUDGED,
                [PATH_GOOD_REVOCATION_UNJUDGED] = REASON_REVOCATION_UNJUDGED,
                [PATH_NO_CHAIN] = REASON_CHAIN_MISSING,
                [PATH_NOT_GRANTED] = REASON_SERVICE_NOT_GRANTED,
                [PATH_OUTSIDE_VALIDITY] = REASON_CERTIFICATE_VALIDITY,
                [PATH_OUTSIDE_NOT_REVOKED] = REASON_CERTIFICATE_EXPIRED_GOOD,
                [PATH_REVOKED] = REASON_CERTIFICATE_REVOKED_NO_POE,
                [PATH_AUTHORITY_REVOKED] = REASON_AUTHORITY_REVOKED_NO_POE,
                [PATH_HELD] = REASON_CERTIFICATE_HELD,
                [PATH_REVOCATION_MISSING] = REASON_REVOCATION_MISSING,
                [PATH_REVOCATION_STALE] = REASON_REVOCATION_STALE,
                [PATH_REVOCATION_UNENTITLED] = REASON_REVOCATION_UNENTITLED,
                [PATH_REVOCATION_UNUSABLE] = REASON_REVOCATION_UNUSABLE,
                [PATH_REVOCATION_UNPROVEN] = REASON_REVOCATION_UNPROVEN,
                [PATH_UNPROVEN] = REASON_PROOF_MISSING,
                [PATH_WRONG_USE] = REASON_CERTIFICATE_USE,
                [PATH_WEAK] = REASON_CHAIN_WEAK,
                [PATH_FAULTY] = REASON_CHAIN_FAULTY,
        };
        if (outcome == PATH_REVOKED && signed_after(judgement, found->revoked))
                reason_add(judgement, REASON_CERTIFICATE_REVOKED, "%s", detail);
        else if (validity_tell(judgement, outcome, found, detail))
                return;
        else if (outcome != PATH_GOOD)
                reason_add(judgement, codes[outcome], "%s", detail);
}

static void certificate_validate(struct judgement *judgement)
{
        const signing_trust *trust = judgement->trust;
        struct path_found *found = &judgement->path;
        char detail[256] = "";
        if (judgement->signer == NULL)
                return;
        if (!trust_judges(trust, SERVICE_FOR_SIGNERS)) {
                path_tell(judgement, PATH_UNJUDGED, found, detail);
                return;
        }
        signer_prove(judgement);
        struct path_request request = {.leaf = judgement->signer,
                                       .anchors = trust->anchors,
                                       .helpers = {judgement->certificates, trust->others, NULL},
                                       .evidence = {&judgement->evidence, &trust->evidence},
                                       .at = judgement->best,
                                       .trust = trust,
                                       .proofs = &judgement->proofs,
                                       .found = found};
        enum path_outcome outcome = path_check(&request, detail);
        path_tell(judgement, outcome, found, detail);
        judgement->wanted = found->wanted;
        judgement->qualification = qualification_of(trust, judgement->signer, found->issuer, judgement->best);
        if (lists_overdue(trust, judgement->at, detail, sizeof detail))
                reason_add(judgement, REASON_LIST_OVERDUE, "%s", detail);
        if (outcome > PATH_GOOD_REVOCATION_UNJUDGED || !judgement->proven)
                return;
        request.at = judgement->at;
        request.found = NULL;
        outcome = path_check(&request, detail);
        if (outcome == PATH_OUTSIDE_VALIDITY || outcome == PATH_OUTSIDE_NOT_REVOKED || outcome == PATH_REVOKED ||
            outcome == PATH_AUTHORITY_REVOKED || outcome == PATH_WEAK)
                reason_add(judgement, REASON_PROVEN_EARLIER, "%s", detail);
}

/* 5.3: the order of the blocks. What is broken already is still told in full. */
void judgement_make(struct judgement *judgement)
{
        if (!format_check(judgement))
                return;
        dsig_references_check(judgement->dsig, judgement->files, judgement->work);
        xades_read(judgement->dsig, &judgement->xades);
        structure_check(judgement);
        signer_identify(judgement);
        policy_judge(judgement);
        cryptography_verify(judgement);
        stamps_judge(judgement);
        properties_accept(judgement);
        coverage_accept_or_tell(judgement);
        strength_judge(judgement);
        certificate_validate(judgement);
        if (judgement->indication == SIGNING_UNJUDGED && judgement->value_holds)
                judgement->indication = SIGNING_PASSED;
}

void judgement_close(struct judgement *judgement)
{
        dsig_free(judgement->dsig);
        certificates_free(judgement->certificates);
        certificates_free(judgement->key_info);
        evidence_free(&judgement->evidence);
        proofs_free(&judgement->proofs);
}
