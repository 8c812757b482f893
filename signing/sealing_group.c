/* sealing_group.c - each data object's hash, canonicalised as the signature's own ds:CanonicalizationMethod says. */
#include "signing/sealing_group.h"

#include <stdlib.h>

#include "gateway/core/owner.h"

DEFINE_OWNER(EVP_MD_CTX, EVP_MD_CTX_free)

struct gathering {
        const struct dsig *dsig;
        const char *method;
        struct evidence_hash *hashes;
        size_t count, room;
        struct work *work;
};

static bool digest_write(void *context, const uint8_t *data, size_t size)
{
        return EVP_DigestUpdate(context, data, size) == 1;
}

/* An element, or what a Reference digests. */
static bool object_add(struct gathering *gathering, xmlNode *element, const struct reference *reference)
{
        OWN(EVP_MD_CTX) state = EVP_MD_CTX_new();
        const struct signing_sink sink = {state, digest_write};
        const struct chain_input input = {.document = gathering->dsig->document,
                                          .top = reference != NULL ? reference->target : element,
                                          .comments = reference == NULL || reference->comments,
                                          .work = gathering->work};
        if (gathering->count == gathering->room || state == NULL || EVP_DigestInit_ex(state, EVP_sha256(), NULL) != 1)
                return false;
        return (reference != NULL ? chain_reference_bytes(&input, reference->node, &sink)
                                  : element != NULL && chain_canonical(&input, gathering->method, &sink)) &&
               EVP_DigestFinal_ex(state, gathering->hashes[gathering->count++].bytes, NULL) == 1;
}

/* Files beside the document are not at hand here, manifests not opened: such a signature has no group. */
static bool references_add(struct gathering *gathering)
{
        for (size_t n = 0; n < gathering->dsig->reference_count; n++) {
                const struct reference *reference = &gathering->dsig->references[n];
                if (!reference->found || !reference->same_document || reference->manifest > 0 ||
                    !object_add(gathering, NULL, reference))
                        return false;
        }
        return true;
}

static bool properties_add(struct gathering *gathering, const struct xades *xades, const xmlNode *before)
{
        for (xmlNode *node = xml_child(xades->unsigned_properties, NULL, NULL); node != NULL && node != before;
             node = xml_next(node, NULL, NULL))
                if (!object_add(gathering, node, NULL))
                        return false;
        return true;
}

static bool objects_add(struct gathering *gathering)
{
        for (xmlNode *object = xml_child(gathering->dsig->node, DSIG_SPACE, "Object"); object != NULL;
             object = xml_next(object, DSIG_SPACE, "Object"))
                if (xml_child(object, NULL, "QualifyingProperties") == NULL && !object_add(gathering, object, NULL))
                        return false;
        return true;
}

bool sealing_group_make(const struct dsig *dsig, const struct xades *xades, const xmlNode *before, struct work *work,
                        struct evidence_list *out)
{
        enum { ROOM = LIMIT_REFERENCES + LIMIT_TOKENS };
        const xmlNode *method = xml_child(dsig->info, DSIG_SPACE, "CanonicalizationMethod");
        struct gathering gathering = {.dsig = dsig,
                                      .method = xml_attribute(method, "Algorithm"),
                                      .hashes = malloc(ROOM * sizeof(struct evidence_hash)),
                                      .room = ROOM,
                                      .work = work};
        bool made = gathering.hashes != NULL && gathering.method != NULL && references_add(&gathering) &&
                    object_add(&gathering, dsig->info, NULL) && object_add(&gathering, dsig->value, NULL) &&
                    (dsig->key_info == NULL || object_add(&gathering, dsig->key_info, NULL)) &&
                    properties_add(&gathering, xades, before) && objects_add(&gathering);
        if (!made) {
                free(gathering.hashes);
                return false;
        }
        *out = (struct evidence_list){gathering.hashes, gathering.count};
        return true;
}
