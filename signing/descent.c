/*
 * descent.c - each certificate of a path under its issuer: strength, proof of existence, revocation (descent.h).
 */
#include "signing/descent.h"

#include <stdio.h>
#include <string.h>

#include "signing/algorithm.h"
#include "signing/instant.h"
#include "signing/revocation.h"

/* A step from issuer to certificate. */
struct step {
        const struct path_request *request;
        STACK_OF(X509) * helpers;
        X509 *certificate, *issuer;
        int number;     /* of the certificate in the chain */
        int64_t relied; /* until when the issuer's key is; then the certificate's own */
        char *detail;
};

static int64_t earlier(int64_t one, int64_t other)
{
        return one < other ? one : other;
}

/* ---- strength and existence (5.2.6.4, 5.6.2.2.4) ---- */

static enum path_outcome existence_check(const struct step *step)
{
        const struct path_request *request = step->request;
        int64_t proven = proof_of_certificate(request->proofs, step->certificate, request->at);
        int digest = NID_undef;
        (void)X509_get_signature_info(step->certificate, &digest, NULL, NULL, NULL);
        if ((digest != NID_undef && !certificate_digest_strong(digest, proven)) ||
            !algorithm_key_strong(X509_get0_pubkey(step->issuer), proven)) {
                path_show(step->detail, "signature on the certificate of", X509_get_subject_name(step->certificate));
                return PATH_WEAK;
        }
        if (request->proofs == NULL || proven <= step->relied)
                return PATH_GOOD;
        path_show(step->detail, "the certificate of", X509_get_subject_name(step->certificate));
        return PATH_UNPROVEN;
}

/* ---- revocation (5.2.5, 5.2.6.2) ---- */

static enum path_outcome revocation_outcome(const struct step *step, const struct revocation_finding *finding)
{
        static const enum path_outcome outcomes[] = {
                [REVOCATION_NONE] = PATH_REVOCATION_MISSING,
                [REVOCATION_UNUSABLE] = PATH_REVOCATION_UNUSABLE,
                [REVOCATION_UNENTITLED] = PATH_REVOCATION_UNENTITLED,
                [REVOCATION_OUT_OF_SCOPE] = PATH_REVOCATION_UNUSABLE,
                [REVOCATION_STALE] = PATH_REVOCATION_STALE,
                [REVOCATION_WEAK] = PATH_WEAK,
                [REVOCATION_UNPROVEN] = PATH_REVOCATION_UNPROVEN,
                [REVOCATION_GOOD] = PATH_GOOD,
                [REVOCATION_HELD] = PATH_HELD,
                [REVOCATION_REVOKED] = PATH_REVOKED,
        };
        if (finding->state < REVOCATION_GOOD && step->request->stamper)
                return PATH_GOOD_REVOCATION_UNJUDGED;
        if (finding->state == REVOCATION_NONE && !revocation_expected(step->certificate))
                return PATH_GOOD_REVOCATION_UNJUDGED;
        if (finding->state == REVOCATION_REVOKED && step->certificate != step->request->leaf)
                return PATH_AUTHORITY_REVOKED;
        return outcomes[finding->state];
}

static void revocation_tell(const struct step *step, const struct revocation_finding *finding)
{
        char text[80] = "";
        path_show(step->detail, "", X509_get_subject_name(step->certificate));
        memmove(step->detail, step->detail + 1, strlen(step->detail));
        if (finding->state >= REVOCATION_HELD)
                instant_show(finding->since, text);
        else
                revocation_place(step->certificate, text, sizeof text);
        path_show_place(step->detail, text);
        if (step->request->found != NULL && finding->state >= REVOCATION_HELD)
                step->request->found->revoked = finding->since;
}

static struct revocation_finding finding_at(const struct step *step, int64_t at)
{
        const struct path_request *request = step->request;
        const struct revocation_query query = {.certificate = step->certificate,
                                               .issuer = step->issuer,
                                               .evidence = {request->evidence[0], request->evidence[1]},
                                               .helpers = step->helpers,
                                               .trust = request->trust,
                                               .at = at,
                                               .proofs = request->proofs,
                                               .relied = step->relied};
        return revocation_check(&query);
}

/* 5.6.2.2.4 c: what the certificate's own key signed has to be older than the end of the certificate, and its revocation. */
static enum path_outcome revocation_step(struct step *step)
{
        const struct revocation_finding finding = finding_at(step, step->request->at);
        enum path_outcome outcome = revocation_outcome(step, &finding);
        struct path_found *found = step->request->found;
        int64_t end = 0;
        if (found != NULL && step->number < PATH_TOLD && finding.state >= REVOCATION_GOOD) {
                found->revocation[step->number].list = finding.list;
                found->revocation[step->number].answer = finding.answer;
                found->revocation[step->number].issued = finding.issued;
        }
        if (outcome > PATH_GOOD_REVOCATION_UNJUDGED && finding.state < REVOCATION_GOOD && step->request->found != NULL)
                wanted_add(&step->request->found->wanted, step->certificate, step->issuer);
        if (outcome > PATH_GOOD_REVOCATION_UNJUDGED && (step->detail[0] == '\0' || finding.state == REVOCATION_REVOKED))
                revocation_tell(step, &finding);
        else if (instant_of_asn1(X509_get0_notAfter(step->certificate), &end))
                step->relied = earlier(step->relied, earlier(end, finding.ends));
        return outcome;
}

/* ---- down the path ---- */

static struct step step_first(const struct path_request *request, STACK_OF(X509) * helpers, char detail[256])
{
        return (struct step){.request = request,
                             .helpers = helpers,
                             .relied = request->proofs != NULL ? request->proofs->now : INT64_MAX,
                             .detail = detail};
}

static bool revoked(enum path_outcome outcome)
{
        return outcome == PATH_REVOKED || outcome == PATH_AUTHORITY_REVOKED;
}

/* What is said of the whole: the first fault, or a revocation behind it. */
static bool graver(enum path_outcome one, enum path_outcome all)
{
        return all > PATH_GOOD_REVOCATION_UNJUDGED ? revoked(one) && !revoked(all) : one > all;
}

/* From the anchor to the certificate number `to` of the chain. */
static enum path_outcome steps_take(struct step *step, STACK_OF(X509) * chain, int to)
{
        enum path_outcome all = PATH_GOOD;
        char *const detail = step->detail, text[256];
        step->detail = text;
        for (int n = sk_X509_num(chain) - 2; n >= to; n--) {
                text[0] = '\0';
                step->number = n;
                step->certificate = sk_X509_value(chain, n);
                step->issuer = sk_X509_value(chain, n + 1);
                enum path_outcome one = existence_check(step), two = revocation_step(step);
                one = graver(two, one) ? two : one;
                if (!graver(one, all))
                        continue;
                all = one;
                memcpy(detail, text, sizeof text);
        }
        step->detail = detail;
        return all;
}

enum path_outcome descent_check(const struct path_request *request, STACK_OF(X509) * chain, STACK_OF(X509) * helpers,
                                char detail[256])
{
        struct step step = step_first(request, helpers, detail);
        return steps_take(&step, chain, 0);
}

enum path_outcome descent_expired(const struct path_request *request, STACK_OF(X509) * chain, STACK_OF(X509) * helpers,
                                  char detail[256])
{
        struct step step = step_first(request, helpers, detail);
        int64_t end = 0;
        enum path_outcome above = steps_take(&step, chain, 1);
        step.certificate = request->leaf;
        step.issuer = sk_X509_value(chain, 1);
        if (request->found != NULL)
                request->found->leaf = true;
        bool good = above <= PATH_GOOD_REVOCATION_UNJUDGED && instant_of_asn1(X509_get0_notAfter(request->leaf), &end) &&
                    finding_at(&step, end).state == REVOCATION_GOOD;
        const struct revocation_finding now = finding_at(&step, request->at);
        if (now.state == REVOCATION_REVOKED) {
                revocation_tell(&step, &now);
                return PATH_REVOKED;
        }
        path_show(detail, "expired:", X509_get_subject_name(request->leaf));
        return good ? PATH_OUTSIDE_NOT_REVOKED : PATH_OUTSIDE_VALIDITY;
}
