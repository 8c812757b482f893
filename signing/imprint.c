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
        const struct files *files; /* or NULL */
        const xmlNode *stamp;
        const char *canonical;
        EVP_MD_CTX *state;
        uint64_t taken; /* bytes */
        struct signing_sink sink;
        struct work *work;
};

static bool imprint_write(void *context, const uint8_t *data, size_t size)
{
        struct imprint *imprint = context;
        imprint->taken += size;
        return EVP_DigestUpdate(imprint->state, data, size) == 1;
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

/* What a Reference digests, after its transforms; canonicalised where it is nodes still. */
static bool reference_add(struct imprint *imprint, const struct reference *reference)
{
        struct file file;
        struct chain_input input = {.document = imprint->dsig->document,
                                    .top = reference->target,
                                    .comments = reference->comments,
                                    .work = imprint->work};
        if (!reference->found || reference->manifest > 0)
                return reference->manifest > 0;
        if (!reference->same_document) {
                if (imprint->files == NULL || !imprint->files->find(imprint->files, reference->file, &file))
                        return false;
                input = (struct chain_input){.file = &file, .work = imprint->work};
        }
        return chain_reference_bytes(&input, reference->node, &imprint->sink);
}

/* 5.2.8.1: all references but the one to the signed properties. */
static bool objects_add(struct imprint *imprint)
{
        for (size_t n = 0; n < imprint->dsig->reference_count; n++) {
                const struct reference *reference = &imprint->dsig->references[n];
                bool properties = reference->target != NULL && reference->target == imprint->xades->signed_properties;
                if (!properties && !reference_add(imprint, reference))
                        return false;
        }
        return true;
}

/* 5.2.8.2: the references its Include elements name, in their order. */
static bool included_add(struct imprint *imprint)
{
        for (const xmlNode *include = xml_child(imprint->stamp, NULL, "Include"); include != NULL;
             include = xml_next(include, NULL, "Include")) {
                const char *uri = xml_attribute(include, "URI");
                bool added = false;
                for (size_t n = 0; uri != NULL && uri[0] == '#' && n < imprint->dsig->reference_count && !added; n++) {
                        const char *id = xml_attribute(imprint->dsig->references[n].node, "Id");
                        if (id != NULL && strcmp(id, uri + 1) == 0)
                                added = reference_add(imprint, &imprint->dsig->references[n]);
                }
                if (!added)
                        return false;
        }
        return true;
}

/* Each unsigned property of these names that stands before the time-stamp, in order of appearance; no names: all. */
static bool properties_add(struct imprint *imprint, const char *const *names)
{
        for (xmlNode *node = xml_child(imprint->xades->unsigned_properties, NULL, NULL); node != NULL && node != imprint->stamp;
             node = xml_next(node, NULL, NULL)) {
                bool wanted = names == NULL;
                for (const char *const *name = names; name != NULL && *name != NULL; name++)
                        wanted = wanted || xml_is(node, NULL, *name);
                if (wanted && !element_add(imprint, node))
                        return false;
        }
        return true;
}

/* TS 101 903 7.5 and, for the second version, EN 319 132-1 A.1.5: references to validation data in their order of appearance,
 * and for SigAndRefs the signature and its time-stamps with them. */
static bool refs_add(struct imprint *imprint, bool signature, bool second)
{
        static const char *const first_names[] = {"CompleteCertificateRefs", "CompleteRevocationRefs", "AttributeCertificateRefs",
                                                  "AttributeRevocationRefs", "SignatureTimeStamp",     NULL};
        static const char *const second_names[] = {"CompleteCertificateRefsV2",  "CompleteRevocationRefs",
                                                   "AttributeCertificateRefsV2", "AttributeRevocationRefs",
                                                   "SignatureTimeStamp",         NULL};
        const char *names[6] = {NULL};
        memcpy(names, second ? second_names : first_names, sizeof names);
        if (!signature)
                names[4] = NULL;
        return (!signature || signature_add(imprint)) && properties_add(imprint, names);
}

/* TS 101 903 V1.3.2 7.7 5): an Object that a Reference covers is not taken again. V1.4.1 8.2 and EN 319 132-1 5.5.2.2 take each. */
static bool object_taken(const struct imprint *imprint, const xmlNode *object)
{
        if (xml_is(imprint->stamp, XADES_141, NULL))
                return false;
        for (size_t n = 0; n < imprint->dsig->reference_count; n++)
                if (imprint->dsig->references[n].target == object && imprint->dsig->references[n].manifest == 0)
                        return true;
        return false;
}

/* 5.5.2.2 and TS 101 903 7.7: everything signed, the signature, what stands unsigned before the stamp, other ds:Objects. */
static bool archive_add(struct imprint *imprint)
{
        const struct dsig *dsig = imprint->dsig;
        for (size_t n = 0; n < dsig->reference_count; n++)
                if (!reference_add(imprint, &dsig->references[n]))
                        return false;
        if (!element_add(imprint, dsig->info) || !signature_add(imprint) ||
            (dsig->key_info != NULL && !element_add(imprint, dsig->key_info)) || !properties_add(imprint, NULL))
                return false;
        for (xmlNode *object = xml_child(dsig->node, DSIG_SPACE, "Object"); object != NULL;
             object = xml_next(object, DSIG_SPACE, "Object"))
                if (xml_child(object, NULL, "QualifyingProperties") == NULL && !object_taken(imprint, object) &&
                    !element_add(imprint, object))
                        return false;
        return true;
}

static bool imprint_add(struct imprint *imprint, enum imprint_outcome *outcome)
{
        const xmlNode *stamp = imprint->stamp;
        if (xml_is(stamp, NULL, "SignatureTimeStamp"))
                return signature_add(imprint);
        if (xml_is(stamp, NULL, "AllDataObjectsTimeStamp"))
                return objects_add(imprint);
        if (xml_is(stamp, NULL, "IndividualDataObjectsTimeStamp"))
                return included_add(imprint);
        if (xml_is(stamp, NULL, "SigAndRefsTimeStamp") || xml_is(stamp, NULL, "SigAndRefsTimeStampV2"))
                return refs_add(imprint, true, xml_is(stamp, NULL, "SigAndRefsTimeStampV2"));
        if (xml_is(stamp, NULL, "RefsOnlyTimeStamp") || xml_is(stamp, NULL, "RefsOnlyTimeStampV2"))
                return refs_add(imprint, false, xml_is(stamp, NULL, "RefsOnlyTimeStampV2"));
        if (xml_is(stamp, NULL, "ArchiveTimeStamp"))
                return archive_add(imprint);
        *outcome = IMPRINT_UNKNOWN;
        return false;
}

enum imprint_outcome imprint_make(const struct imprint_request *request, int nid, struct work *work,
                                  uint8_t digest[EVP_MAX_MD_SIZE], size_t *size)
{
        OWN(EVP_MD_CTX) state = EVP_MD_CTX_new();
        EVP_MD *method = EVP_MD_fetch(NULL, OBJ_nid2sn(nid), NULL);
        enum imprint_outcome outcome = IMPRINT_IMPOSSIBLE;
        struct imprint imprint = {.dsig = request->dsig,
                                  .xades = request->xades,
                                  .files = request->files,
                                  .stamp = request->stamp->node,
                                  .canonical = canonical_of(request->stamp->node),
                                  .state = state,
                                  .work = work};
        imprint.sink = (struct signing_sink){&imprint, imprint_write};
        unsigned length = 0;
        bool made = state != NULL && method != NULL && EVP_DigestInit_ex2(state, method, NULL) == 1 &&
                    imprint_add(&imprint, &outcome) && imprint.taken > 0 && EVP_DigestFinal_ex(state, digest, &length) == 1;
        EVP_MD_free(method);
        *size = length;
        return made ? IMPRINT_MADE : outcome;
}
