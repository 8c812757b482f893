/*
 * imprint.c - what each kind of XAdES time-stamp is about (imprint.h).
 */
#include "signing/imprint.h"

#include <openssl/objects.h>
#include <string.h>

#include "gateway/core/owner.h"

#define C14N "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"

DEFINE_OWNER(EVP_MD_CTX, EVP_MD_CTX_free)

struct imprint {
        const struct dsig *dsig;
        const struct xades *xades;
        const xmlNode *stamp;
        const char *canonical;
        struct signing_sink sink;
        struct work *work;
};

static bool digest_write(void *context, const uint8_t *data, size_t size)
{
        return EVP_DigestUpdate(context, data, size) == 1;
}

/* EN 319 132-1 4.5: the method a time-stamp names, Canonical XML 1.0 where it names none. */
static const char *canonical_of(const xmlNode *stamp)
{
        const char *method = xml_attribute(xml_child(stamp, DSIG_SPACE, "CanonicalizationMethod"), "Algorithm");
        return method != NULL && method[0] != '\0' ? method : C14N;
}

static bool element_add(struct imprint *imprint, xmlNode *node)
{
        const struct chain_input input = {
                .document = imprint->dsig->document, .top = node, .comments = true, .work = imprint->work};
        return node != NULL && chain_canonical(&input, imprint->canonical, &imprint->sink);
}

/* 5.3: the SignatureValue element. */
static bool signature_add(struct imprint *imprint)
{
        return element_add(imprint, imprint->dsig->value);
}

static bool imprint_add(struct imprint *imprint, enum imprint_outcome *outcome)
{
        if (xml_is(imprint->stamp, NULL, "SignatureTimeStamp"))
                return signature_add(imprint);
        *outcome = IMPRINT_UNKNOWN;
        return false;
}

enum imprint_outcome imprint_make(const struct dsig *dsig, const struct xades *xades, const struct xades_stamp *stamp, int nid,
                                  struct work *work, uint8_t digest[EVP_MAX_MD_SIZE], size_t *size)
{
        OWN(EVP_MD_CTX) state = EVP_MD_CTX_new();
        EVP_MD *method = EVP_MD_fetch(NULL, OBJ_nid2sn(nid), NULL);
        enum imprint_outcome outcome = IMPRINT_IMPOSSIBLE;
        struct imprint imprint = {dsig, xades, stamp->node, canonical_of(stamp->node), {state, digest_write}, work};
        unsigned length = 0;
        bool made = state != NULL && method != NULL && EVP_DigestInit_ex2(state, method, NULL) == 1 &&
                    imprint_add(&imprint, &outcome) && EVP_DigestFinal_ex(state, digest, &length) == 1;
        EVP_MD_free(method);
        *size = length;
        return made ? IMPRINT_MADE : outcome;
}
