/*
 * strength.c - the methods of a signature against the dated table of algorithm.c (strength.h).
 */
#include "signing/strength.h"

/* Weak when the signature was made, or only since: then what proves its age carries it (EN 319 102-1 5.6.2.4). */
static bool weak_told(struct judgement *judgement, const struct algorithm *algorithm)
{
        if (algorithm == NULL || algorithm_strong(algorithm, judgement->at))
                return false;
        if (algorithm_strong(algorithm, judgement->best))
                reason_add(judgement, REASON_PROVEN_EARLIER, "%s", algorithm->uri);
        else
                reason_add(judgement, REASON_METHOD_WEAK, "%s", algorithm->uri);
        return true;
}

/* RFC 9231 2.3.9: the digest of RSASSA-PSS stands in its parameters; SHA-256 where it does not. */
static const struct algorithm *parameters_digest(const struct dsig *dsig)
{
        const xmlNode *method = xml_child(dsig->info, DSIG_SPACE, "SignatureMethod");
        const xmlNode *parameters = xml_child(method, NULL, "RSAPSSParams");
        return algorithm_find(xml_attribute(xml_child(parameters, DSIG_SPACE, "DigestMethod"), "Algorithm"), ALGORITHM_DIGEST);
}

/* Finding another certificate of the same digest takes a second preimage, not a collision, and the key in it would have to
 * fit the signature: SHA-1 there is worth a note, not a refusal (SigningCertificate V1 of the DGFiP's files). */
static void name_judge(struct judgement *judgement)
{
        const xmlNode *digest = xml_child(judgement->xades.cert, NULL, "CertDigest");
        const struct algorithm *method =
                algorithm_find(xml_attribute(xml_child(digest, NULL, "DigestMethod"), "Algorithm"), ALGORITHM_DIGEST);
        if (method != NULL && !algorithm_strong(method, judgement->best))
                reason_add(judgement, REASON_NAME_WEAK, "%s", method->uri);
}

static void key_judge(struct judgement *judgement)
{
        EVP_PKEY *key = judgement->signer != NULL ? X509_get0_pubkey(judgement->signer) : NULL;
        if (key == NULL || algorithm_key_strong(key, judgement->at))
                return;
        bool then = algorithm_key_strong(key, judgement->best);
        reason_add(judgement, then ? REASON_PROVEN_EARLIER : REASON_KEY_WEAK, "%d bits", EVP_PKEY_get_bits(key));
}

void strength_judge(struct judgement *judgement)
{
        const struct dsig *dsig = judgement->dsig;
        weak_told(judgement, dsig->method);
        weak_told(judgement, parameters_digest(dsig));
        for (size_t n = 0; n < dsig->reference_count; n++)
                if (weak_told(judgement, dsig->references[n].digest))
                        break;
        key_judge(judgement);
        name_judge(judgement);
}
