/*
 * report_detail.c - chains, revocation data, and the representation that was signed (report_detail.h).
 */
#include "signing/report_detail.h"

#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>

#include "gateway/core/owner.h"
#include "signing/instant.h"

typedef char text;
DEFINE_OWNER(text, free)
DEFINE_OWNER(EVP_MD_CTX, EVP_MD_CTX_free)

static json_t *text_json(const char *value)
{
        bool known = value != NULL && xmlCheckUTF8((const unsigned char *)value) == 1;
        return known ? json_string(value) : json_null();
}

static json_t *hex_json(const uint8_t digest[SHA256_DIGEST_LENGTH])
{
        char hex[2 * SHA256_DIGEST_LENGTH + 1];
        for (size_t n = 0; n < SHA256_DIGEST_LENGTH; n++)
                snprintf(hex + 2 * n, 3, "%02x", digest[n]);
        return json_string(hex);
}

/* ---- the chain ---- */

static json_t *certificate_json(X509 *certificate)
{
        uint8_t digest[SHA256_DIGEST_LENGTH];
        OWN(text) subject = certificate_subject(certificate);
        if (X509_digest(certificate, EVP_sha256(), digest, NULL) != 1)
                return NULL;
        return json_pack("{s:o, s:o}", "subject", text_json(subject), "sha256", hex_json(digest));
}

static json_t *chain_json(const struct judgement *judgement)
{
        json_t *all = json_array();
        for (size_t n = 0; n < judgement->path.length; n++)
                if (json_array_append_new(all, certificate_json(judgement->path.chain[n])) != 0) {
                        json_decref(all);
                        return NULL;
                }
        return all;
}

/* ---- revocation data ---- */

static bool evidence_digest(const X509_CRL *list, const OCSP_BASICRESP *answer, uint8_t digest[SHA256_DIGEST_LENGTH])
{
        if (list != NULL)
                return X509_CRL_digest(list, EVP_sha256(), digest, NULL) == 1;
        return ASN1_item_digest(ASN1_ITEM_rptr(OCSP_BASICRESP), EVP_sha256(), (void *)(uintptr_t)answer, digest, NULL) == 1;
}

/* `certificate`: its number in the chain. */
static json_t *evidence_json(const struct judgement *judgement, size_t n)
{
        const X509_CRL *list = judgement->path.revocation[n].list;
        const OCSP_BASICRESP *answer = judgement->path.revocation[n].answer;
        uint8_t digest[SHA256_DIGEST_LENGTH];
        char issued[32] = "", proven[32] = "";
        if (!evidence_digest(list, answer, digest))
                return NULL;
        instant_show(judgement->path.revocation[n].issued, issued);
        instant_show(list != NULL ? proof_of_list(&judgement->proofs, list, judgement->at)
                                  : proof_of_answer(&judgement->proofs, answer, judgement->at),
                     proven);
        return json_pack("{s:I, s:s, s:s, s:s, s:o}", "certificate", (json_int_t)n, "kind", list != NULL ? "CRL" : "OCSP", "issued",
                         issued, "proven", proven, "sha256", hex_json(digest));
}

static json_t *revocation_json(const struct judgement *judgement)
{
        json_t *all = json_array();
        for (size_t n = 0; n < judgement->path.length; n++) {
                if (judgement->path.revocation[n].list == NULL && judgement->path.revocation[n].answer == NULL)
                        continue;
                if (json_array_append_new(all, evidence_json(judgement, n)) != 0) {
                        json_decref(all);
                        return NULL;
                }
        }
        return all;
}

/* ---- what was signed ---- */

static bool digest_write(void *context, const uint8_t *data, size_t size)
{
        return EVP_DigestUpdate(context, data, size) == 1;
}

/* EN 319 102-1 4.2.8: SignedInfo in its canonical form. */
static json_t *signed_json(const struct judgement *judgement)
{
        const struct dsig *dsig = judgement->dsig;
        OWN(EVP_MD_CTX) state = EVP_MD_CTX_new();
        const struct signing_sink sink = {state, digest_write};
        uint8_t digest[SHA256_DIGEST_LENGTH];
        if (dsig == NULL || dsig->canonical == NULL || state == NULL)
                return json_null();
        const struct chain_input input = {
                .document = judgement->document, .top = dsig->info, .comments = true, .work = judgement->work};
        if (EVP_DigestInit_ex(state, EVP_sha256(), NULL) != 1 || !chain_canonical(&input, dsig->canonical->uri, &sink) ||
            EVP_DigestFinal_ex(state, digest, NULL) != 1)
                return json_null();
        return json_pack("{s:o}", "sha256", hex_json(digest));
}

static void put(json_t **object, const char *key, json_t *value)
{
        if (*object == NULL || json_object_set_new(*object, key, value) == 0)
                return;
        json_decref(*object);
        *object = NULL;
}

void detail_put(json_t **signature, const struct judgement *judgement)
{
        put(signature, "certificateChain", chain_json(judgement));
        put(signature, "revocationData", revocation_json(judgement));
        put(signature, "dataToBeSigned", signed_json(judgement));
}
