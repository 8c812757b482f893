/*
 * proof.c - what lies in a signature, by digest and place, and since when it is proven (proof.h).
 */
#include "signing/proof.h"

#include <openssl/objects.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "signing/token.h"

typedef struct token token_handle;
DEFINE_OWNER(token_handle, token_free)
typedef uint8_t octets;
DEFINE_OWNER(octets, free)

/* Things of one signature: what is past that is unproven, which is no harm. REFERENCES: digests in Complete…Refs. */
enum { PROOFS_MAX = 1024, REFERENCES_MAX = 256, NOWHERE = -1 };

/* Places are unsigned properties by number from 1, as a time-stamp covers those before its own; KeyInfo is 0. */
struct proof {
        uint8_t digest[SHA256_DIGEST_LENGTH];
        int place, referred; /* referred: the property that names it by digest */
        int64_t at;
};

void proofs_free(struct proofs *proofs)
{
        free(proofs->all);
        proofs->all = NULL;
        proofs->count = 0;
}

static struct proof *proof_new(struct proofs *proofs)
{
        if (proofs->all == NULL)
                proofs->all = calloc(PROOFS_MAX, sizeof *proofs->all);
        if (proofs->all == NULL || proofs->count == PROOFS_MAX)
                return NULL;
        struct proof *proof = &proofs->all[proofs->count++];
        *proof = (struct proof){.place = NOWHERE, .referred = NOWHERE, .at = proofs->now};
        return proof;
}

void proof_certificate(struct proofs *proofs, X509 *certificate, int64_t at)
{
        uint8_t digest[SHA256_DIGEST_LENGTH];
        struct proof *proof = X509_digest(certificate, EVP_sha256(), digest, NULL) == 1 ? proof_new(proofs) : NULL;
        if (proof == NULL)
                return;
        memcpy(proof->digest, digest, sizeof digest);
        proof->at = at;
}

/* ---- references by digest (EN 319 132-1 A.1.1, A.1.2) ---- */

struct name {
        int place, nid;
        uint8_t value[EVP_MAX_MD_SIZE];
        size_t size;
};

/* What is gathered, and where. */
struct gathering {
        struct proofs *proofs;
        struct name *names; /* or NULL */
        size_t name_count;
        int place;
};

static void name_add(struct gathering *gathering, const xmlNode *node)
{
        const struct algorithm *method =
                algorithm_find(xml_attribute(xml_child(node, NULL, "DigestMethod"), "Algorithm"), ALGORITHM_DIGEST);
        OWN(octets) value = NULL;
        size_t size = 0;
        if (method == NULL || EVP_get_digestbyname(method->digest) == NULL || gathering->name_count == REFERENCES_MAX ||
            !xml_base64(xml_child(node, NULL, "DigestValue"), EVP_MAX_MD_SIZE, &value, &size))
                return;
        struct name *name = &gathering->names[gathering->name_count++];
        *name = (struct name){.place = gathering->place, .nid = OBJ_sn2nid(method->digest), .size = size};
        memcpy(name->value, value, size);
}

static int name_compare(const void *left, const void *right)
{
        const struct name *a = left, *b = right;
        return a->nid - b->nid;
}

/* CertDigest of a certificate, DigestAlgAndValue of a CRL or an answer. */
static void names_read(struct gathering *gathering, const struct xades *xades)
{
        gathering->names = calloc(REFERENCES_MAX, sizeof *gathering->names);
        gathering->place = 0;
        for (xmlNode *top = xml_child(xades->unsigned_properties, NULL, NULL); top != NULL && gathering->names != NULL;
             top = xml_next(top, NULL, NULL)) {
                gathering->place++;
                if (strncmp((const char *)top->name, "Complete", 8) != 0)
                        continue;
                for (xmlNode *node = top; node != NULL; node = xml_walk(top, node))
                        if (xml_is(node, NULL, "CertDigest") || xml_is(node, NULL, "DigestAlgAndValue"))
                                name_add(gathering, node);
        }
        if (gathering->name_count > 1)
                qsort(gathering->names, gathering->name_count, sizeof *gathering->names, name_compare);
}

/* The first property that names these bytes. Each method's digest is made once: the names are sorted by it. */
static int referred_in(const struct gathering *gathering, struct signing_bytes der)
{
        uint8_t digest[EVP_MAX_MD_SIZE];
        unsigned size = 0;
        int made = NID_undef, first = NOWHERE;
        for (size_t n = 0; n < gathering->name_count; n++) {
                const struct name *name = &gathering->names[n];
                if (name->nid != made) {
                        made = name->nid;
                        if (EVP_Digest(der.data, der.size, digest, &size, EVP_get_digestbynid(made), NULL) != 1)
                                size = 0;
                }
                if (size > 0 && size == name->size && memcmp(digest, name->value, size) == 0 &&
                    (first == NOWHERE || name->place < first))
                        first = name->place;
        }
        return first;
}

/* ---- gathering ---- */

/* `der` as it stands there, `digest` of the thing as it is read. */
static void thing_add(struct gathering *gathering, struct signing_bytes der, const uint8_t digest[SHA256_DIGEST_LENGTH])
{
        struct proof *proof = proof_new(gathering->proofs);
        if (proof == NULL)
                return;
        memcpy(proof->digest, digest, SHA256_DIGEST_LENGTH);
        proof->place = gathering->place;
        proof->referred = referred_in(gathering, der);
}

static void certificate_gather(void *context, struct signing_bytes der)
{
        uint8_t digest[SHA256_DIGEST_LENGTH];
        if (EVP_Digest(der.data, der.size, digest, NULL, EVP_sha256(), NULL) == 1)
                thing_add(context, der, digest);
}

static bool list_digest(const X509_CRL *list, uint8_t digest[SHA256_DIGEST_LENGTH])
{
        return X509_CRL_digest(list, EVP_sha256(), digest, NULL) == 1;
}

static bool answer_digest(const OCSP_BASICRESP *answer, uint8_t digest[SHA256_DIGEST_LENGTH])
{
        return ASN1_item_digest(ASN1_ITEM_rptr(OCSP_BASICRESP), EVP_sha256(), (void *)(uintptr_t)answer, digest, NULL) == 1;
}

static void evidence_gather(void *context, struct signing_bytes der)
{
        uint8_t digest[SHA256_DIGEST_LENGTH];
        struct evidence one = evidence_new();
        if (one.lists != NULL && one.answers != NULL && evidence_add(&one, der)) {
                if (sk_X509_CRL_num(one.lists) > 0 && list_digest(sk_X509_CRL_value(one.lists, 0), digest))
                        thing_add(context, der, digest);
                if (sk_OCSP_BASICRESP_num(one.answers) > 0 && answer_digest(sk_OCSP_BASICRESP_value(one.answers, 0), digest))
                        thing_add(context, der, digest);
        }
        evidence_free(&one);
}

static void token_gather(struct gathering *gathering, struct signing_bytes der)
{
        OWN(token_handle) token = NULL;
        if (!token_read(der, &token, NULL))
                return;
        const struct token_inside inside = {gathering, certificate_gather, evidence_gather};
        token_inside(token, &inside);
}

static void element_gather(struct gathering *gathering, const xmlNode *node)
{
        static const struct {
                const char *name;
                void (*gather)(void *context, struct signing_bytes der); /* NULL: a token */
                size_t most;
        } kinds[] = {
                {"X509Certificate", certificate_gather, LIMIT_CERTIFICATE_BYTES},
                {"EncapsulatedX509Certificate", certificate_gather, LIMIT_CERTIFICATE_BYTES},
                {"EncapsulatedCRLValue", evidence_gather, LIMIT_EVIDENCE_BYTES},
                {"EncapsulatedOCSPValue", evidence_gather, LIMIT_EVIDENCE_BYTES},
                {"EncapsulatedTimeStamp", NULL, LIMIT_TOKEN_BYTES},
        };
        for (size_t n = 0; n < sizeof kinds / sizeof kinds[0]; n++) {
                OWN(octets) der = NULL;
                size_t size = 0;
                if (!xml_is(node, NULL, kinds[n].name) || !xml_base64(node, kinds[n].most, &der, &size))
                        continue;
                struct signing_bytes bytes = {der, size};
                if (kinds[n].gather != NULL)
                        kinds[n].gather(gathering, bytes);
                else
                        token_gather(gathering, bytes);
        }
}

static void elements_gather(struct gathering *gathering, xmlNode *top)
{
        for (const xmlNode *node = top; node != NULL; node = xml_walk(top, node))
                element_gather(gathering, node);
}

static void proofs_gather(struct proofs *proofs, const struct dsig *dsig, const struct xades *xades)
{
        struct gathering gathering = {.proofs = proofs};
        proofs->gathered = true;
        names_read(&gathering, xades);
        gathering.place = 0;
        elements_gather(&gathering, dsig->key_info);
        for (xmlNode *top = xml_child(xades->unsigned_properties, NULL, NULL); top != NULL; top = xml_next(top, NULL, NULL)) {
                gathering.place++;
                elements_gather(&gathering, top);
        }
        free(gathering.names);
}

/* ---- proving ---- */

static int place_of(const struct xades *xades, const xmlNode *property)
{
        int place = 1;
        for (const xmlNode *node = xml_child(xades->unsigned_properties, NULL, NULL); node != NULL && node != property;
             node = xml_next(node, NULL, NULL))
                place++;
        return place;
}

void proof_stamp(struct proofs *proofs, const struct dsig *dsig, const struct xades *xades, size_t n, int64_t at)
{
        const struct xades_stamp *stamp = &xades->stamps[n];
        enum xades_cover cover = xades_cover(stamp);
        if (cover < XADES_COVERS_REFS)
                return;
        if (!proofs->gathered)
                proofs_gather(proofs, dsig, xades);
        int place = place_of(xades, stamp->node);
        for (size_t m = 0; m < proofs->count; m++) {
                struct proof *proof = &proofs->all[m];
                int where = cover == XADES_COVERS_ALL ? proof->place : proof->referred;
                if (where != NOWHERE && where < place && at < proof->at)
                        proof->at = at;
        }
}

static int64_t proof_find(const struct proofs *proofs, const uint8_t digest[SHA256_DIGEST_LENGTH])
{
        int64_t at = proofs->now;
        for (size_t n = 0; n < proofs->count; n++)
                if (proofs->all[n].at < at && memcmp(proofs->all[n].digest, digest, SHA256_DIGEST_LENGTH) == 0)
                        at = proofs->all[n].at;
        return at;
}

int64_t proof_of_certificate(const struct proofs *proofs, X509 *certificate, int64_t otherwise)
{
        uint8_t digest[SHA256_DIGEST_LENGTH];
        if (proofs == NULL)
                return otherwise;
        bool known = proofs->count > 0 && X509_digest(certificate, EVP_sha256(), digest, NULL) == 1;
        return known ? proof_find(proofs, digest) : proofs->now;
}

int64_t proof_of_list(const struct proofs *proofs, const X509_CRL *list, int64_t otherwise)
{
        uint8_t digest[SHA256_DIGEST_LENGTH];
        if (proofs == NULL)
                return otherwise;
        return proofs->gathered && list_digest(list, digest) ? proof_find(proofs, digest) : proofs->now;
}

int64_t proof_of_answer(const struct proofs *proofs, const OCSP_BASICRESP *answer, int64_t otherwise)
{
        uint8_t digest[SHA256_DIGEST_LENGTH];
        if (proofs == NULL)
                return otherwise;
        return proofs->gathered && answer_digest(answer, digest) ? proof_find(proofs, digest) : proofs->now;
}
