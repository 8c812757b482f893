/* sign.c - XAdES-B-B inside an XML document (EN 319 132-1 6.3). */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "signing/chain.h"
#include "signing/refusal.h"
#include "signing/signature.h"
#include "signing/source.h"

enum { CANONICAL_MAX = 64 * 1024 * 1024 };

DEFINE_OWNER(xml_document, xml_document_free)
DEFINE_OWNER(xmlChar, xmlFree)

/* What the enveloped transform and exclusive canonicalisation will leave once the signature stands in it: the document as it is
 * now. */
static bool document_digest(const xml_document *document, uint8_t sha256[32], struct signing_refusal *why)
{
        struct work work = WORK_WHOLE;
        struct sink_memory memory = {.limit = CANONICAL_MAX};
        const struct signing_sink sink = sink_memory(&memory);
        const struct chain_input input = {.document = document, .work = &work};
        bool digested = chain_canonical(&input, "http://www.w3.org/2001/10/xml-exc-c14n#", &sink) &&
                        EVP_Digest(memory.data, memory.size, sha256, NULL, EVP_sha256(), NULL) == 1;
        free(memory.data);
        return digested ||
               refuse(why, "CANONICAL_FAILED", "Exclusive XML Canonicalization 1.0", "the document could not be canonicalised");
}

static bool signature_graft(const xml_document *signature, const xml_document *document)
{
        xmlNode *copy = xmlDocCopyNode(xml_root(signature), xml_tree(document), 1);
        if (copy != NULL && xmlAddChild(xml_root(document), copy) != NULL)
                return true;
        xmlFreeNode(copy);
        return false;
}

bool signing_sign_enveloped(struct signing_bytes document, const struct signing_key *key, int64_t claimed,
                            const struct signing_sink *out, struct signing_refusal *why)
{
        OWN(xml_document) read = NULL;
        OWN(xml_document) signature = NULL;
        struct signature_reference whole = {.uri = "", .media_type = "application/xml"};
        if (!xml_read(document, &read, why) || !document_digest(read, whole.sha256, why))
                return false;
        const struct signature_request request = {.key = key, .claimed = claimed, .references = &whole, .count = 1};
        if (!signature_make(&request, &signature, why))
                return false;
        OWN(xmlChar) text = NULL;
        int size = 0;
        if (signature_graft(signature, read))
                xmlDocDumpMemory(xml_tree(read), &text, &size);
        if (text == NULL || size <= 0)
                return refuse(why, "MEMORY", "", "no memory for the signed document");
        const struct signing_bytes signed_document = {text, (size_t)size};
        if (!signature_check(signed_document, key, why))
                return false;
        return out->write(out->context, text, (size_t)size) ||
               refuse(why, "SINK_FAILED", "", "the signed document could not be handed on");
}
