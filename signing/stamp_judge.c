/*
 * stamp_judge.c - each time-stamp of a signature, from the last to the first (stamp_judge.h).
 */
#include "signing/stamp_judge.h"

#include <stdio.h>

#include "gateway/core/owner.h"
#include "signing/imprint.h"
#include "signing/path.h"
#include "signing/stamp_token.h"

typedef struct token token_handle;
typedef struct evidence_record record_handle;
DEFINE_OWNER(token_handle, token_free)
DEFINE_OWNER(record_handle, evidence_record_free)

static void evidence_take(void *context, struct signing_bytes der)
{
        if (!evidence_add(context, der))
                return; /* unreadable evidence proves nothing either way */
}

/* Does the later one cover the earlier one, in the order of the document: as a property, or as signed by what it covers? */
static bool stamp_over(const struct judgement *judgement, size_t early, size_t late)
{
        const struct xades_stamp *first = &judgement->xades.stamps[early], *second = &judgement->xades.stamps[late];
        enum xades_cover one = xades_cover(first), other = xades_cover(second);
        if (first->node == second->node)
                return false;
        return other == XADES_COVERS_ALL ||
               (one == XADES_COVERS_DATA && other != XADES_COVERS_DATA && other != XADES_COVERS_REFS) ||
               (one == XADES_COVERS_SIGNATURE && other == XADES_COVERS_SIGNATURE_AND_REFS);
}

/* From when a time-stamp must speak for itself: the first trusted one over it, else the control time (5.6.2.2.4). */
static int64_t stamp_proven(const struct judgement *judgement, size_t n)
{
        int64_t proven = judgement->at;
        for (size_t later = n + 1; later < judgement->xades.stamp_count; later++)
                if (stamp_over(judgement, n, later) && judgement->stamps[later].trusted && judgement->stamps[later].at < proven)
                        proven = judgement->stamps[later].at;
        return proven;
}

/* Its authority is judged at its own time; then whether anybody could have made it up since. */
static bool stamp_trusted(struct judgement *judgement, const struct token *token, int64_t proven)
{
        const signing_trust *trust = judgement->trust;
        char detail[256];
        if (trust == NULL)
                return false;
        proof_certificate(&judgement->proofs, token_signer(token), proven); /* which the token names by a signed digest */
        struct path_request request = {.leaf = token_signer(token),
                                       .anchors = sk_X509_num(trust->stampers) > 0 ? trust->stampers : trust->anchors,
                                       .helpers = {token_certificates(token), judgement->certificates, trust->others},
                                       .evidence = {&judgement->evidence, &trust->evidence},
                                       .at = token_time(token),
                                       .stamper = true,
                                       .trust = trust,
                                       .proofs = &judgement->proofs};
        enum path_outcome outcome = path_check(&request, detail);
        bool good = outcome == PATH_GOOD || outcome == PATH_GOOD_REVOCATION_UNJUDGED;
        if (good && proven > request.at) {
                request.at = proven;
                outcome = path_check(&request, detail);
                good = outcome != PATH_OUTSIDE_VALIDITY && outcome != PATH_OUTSIDE_NOT_REVOKED && outcome != PATH_REVOKED &&
                       outcome != PATH_AUTHORITY_REVOKED && outcome != PATH_WEAK;
        }
        if (good && !token_strong(token, proven)) {
                snprintf(detail, sizeof detail, "its digest or key is too weak");
                good = false;
        }
        if (!good)
                reason_add(judgement, REASON_STAMP_UNTRUSTED, "%s", detail);
        return good;
}

/* A token of a batch is about the root that the record leads to from this signature's data. */
static bool batch_about(struct judgement *judgement, const struct xades_stamp *stamp, const struct token *token,
                        const struct evidence_record *record)
{
        struct evidence_hash root;
        return stamp_token_root(judgement->dsig, &judgement->xades, stamp, record, judgement->work, &root) &&
               token_about(token, (struct signing_bytes){root.bytes, sizeof root.bytes});
}

static bool stamp_about(struct judgement *judgement, const struct xades_stamp *stamp, const struct token *token,
                        struct stamp_finding *finding)
{
        uint8_t digest[EVP_MAX_MD_SIZE];
        size_t size = 0;
        const struct imprint_request request = {judgement->dsig, &judgement->xades, stamp, judgement->files};
        enum imprint_outcome outcome = imprint_make(&request, token_digest(token), judgement->work, digest, &size);
        finding->understood = outcome != IMPRINT_UNKNOWN;
        return outcome == IMPRINT_MADE && token_about(token, (struct signing_bytes){digest, size});
}

static void stamp_judge(struct judgement *judgement, size_t n)
{
        const struct xades_stamp *stamp = &judgement->xades.stamps[n];
        struct stamp_finding *finding = &judgement->stamps[n];
        OWN(token_handle) token = NULL;
        OWN(record_handle) record = NULL;
        struct signing_refusal why = {0};
        finding->type = (const char *)stamp->node->name;
        if (!stamp_token_read(stamp, &token, &record, &why)) {
                reason_add(judgement, REASON_STAMP_WRONG, "%s", "it is not a time-stamp token");
                return;
        }
        finding->understood = record != NULL;
        finding->at = token_time(token);
        if (!token_check(token, judgement->certificates, &why))
                reason_add(judgement, REASON_STAMP_WRONG, "%s", why.sentence);
        else if (record != NULL ? !batch_about(judgement, stamp, token, record) : !stamp_about(judgement, stamp, token, finding))
                reason_add(judgement, REASON_STAMP_WRONG, "%s %s",
                           finding->understood ? "it was made over other data:" : "its kind is not judged here:", finding->type);
        else
                finding->intact = true;
        const struct token_inside inside = {&judgement->evidence, NULL, evidence_take};
        if (finding->intact)
                token_inside(token, &inside);
        finding->trusted = finding->intact && stamp_trusted(judgement, token, stamp_proven(judgement, n));
}

/* 5.6.2.3: what it covers is proven at its time; the signature too, unless it is only about references to validation data. */
static void stamp_prove(struct judgement *judgement, size_t n)
{
        const struct stamp_finding *finding = &judgement->stamps[n];
        enum xades_cover cover = xades_cover(&judgement->xades.stamps[n]);
        if (!finding->trusted || finding->at > judgement->at || cover == XADES_COVERS_DATA)
                return;
        proof_stamp(&judgement->proofs, judgement->dsig, &judgement->xades, n, finding->at);
        if (cover == XADES_COVERS_REFS || (judgement->proven && finding->at >= judgement->best))
                return;
        judgement->best = finding->at;
        judgement->proven = true;
}

/* 5.5.4 5: what covers a time-stamp is not older than it. */
static void order_check(struct judgement *judgement)
{
        for (size_t late = 1; late < judgement->xades.stamp_count; late++)
                for (size_t early = 0; early < late; early++) {
                        const struct stamp_finding *one = &judgement->stamps[early], *other = &judgement->stamps[late];
                        if (!one->trusted || !other->trusted || !stamp_over(judgement, early, late) || one->at <= other->at)
                                continue;
                        reason_add(judgement, REASON_STAMP_ORDER, "%s, %s", one->type, other->type);
                        return;
                }
}

/* Backwards, as later time-stamps prove earlier ones (5.6.3.4). */
void stamps_judge(struct judgement *judgement)
{
        judgement->best = judgement->proofs.now = judgement->at;
        for (size_t n = judgement->xades.stamp_count; n-- > 0;) {
                stamp_judge(judgement, n);
                stamp_prove(judgement, n);
        }
        order_check(judgement);
}
