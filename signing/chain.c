/*
 * chain.c - the only file that runs xmlsec's transforms (chain.h).
 *
 * xmlSecDSigCtx is not used: it resolves URIs by itself, stops at the first bad
 * reference and takes keys from the document. The transform contexts below it do
 * the same work on what they are given, and nothing else.
 */
#include "signing/chain.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <xmlsec/keys.h>
#include <xmlsec/keysdata.h>
#include <xmlsec/openssl/evp.h>
#include <xmlsec/parser.h>
#include <xmlsec/transforms.h>

#include "gateway/core/owner.h"
#include "signing/algorithm.h"
#include "signing/scheme.h"
#include "signing/source.h"

#define DSIG "http://www.w3.org/2000/09/xmldsig#"

DEFINE_OWNER(xmlSecTransformCtx, xmlSecTransformCtxDestroy)
DEFINE_OWNER(xmlSecNodeSet, xmlSecNodeSetDestroy)
DEFINE_OWNER(xmlSecKey, xmlSecKeyDestroy)
DEFINE_OWNER(xml_document, xml_document_free)
DEFINE_OWNER(EVP_MD_CTX, EVP_MD_CTX_free)
typedef uint8_t octets;
DEFINE_OWNER(octets, free)

/* ---- the window through which coverage looks ---- */

struct window {
        xmlSecTransform transform; /* first: xmlsec sees this */
        const struct chain_input *input;
};

static int window_execute(xmlSecTransformPtr transform, int last, xmlSecTransformCtxPtr context)
{
        const struct chain_input *input = ((struct window *)transform)->input;
        (void)last, (void)context;
        transform->outNodes = transform->inNodes;
        if (input->view != NULL)
                input->view(input->view_context, transform->inNodes);
        return 0;
}

static xmlSecTransformPtr window_append(xmlSecTransformCtxPtr context, const struct chain_input *input)
{
        static const xmlSecTransformKlass klass = {.klassSize = sizeof klass,
                                                   .objSize = sizeof(struct window),
                                                   .name = BAD_CAST "window",
                                                   .getDataType = xmlSecTransformDefaultGetDataType,
                                                   .pushXml = xmlSecTransformDefaultPushXml,
                                                   .popXml = xmlSecTransformDefaultPopXml,
                                                   .execute = window_execute};
        xmlSecTransformPtr window = xmlSecTransformCtxCreateAndAppend(context, &klass);
        if (window != NULL)
                ((struct window *)window)->input = input;
        return window;
}

/* ---- building a chain ---- */

static xmlSecTransformCtxPtr context_new(const struct chain_input *input)
{
        xmlSecTransformCtxPtr context = xmlSecTransformCtxCreate();
        if (context != NULL) {
                context->enabledUris = xmlSecTransformUriTypeNone;
                context->userData = input->work;
        }
        return context;
}

static bool gives_nodes(xmlSecTransformPtr transform, xmlSecTransformCtxPtr context)
{
        return (xmlSecTransformGetDataType(transform, xmlSecTransformModePop, context) & xmlSecTransformDataTypeXml) != 0;
}

static bool transform_known(const xmlNode *node)
{
        const char *uri = xml_attribute(node, "Algorithm");
        return algorithm_find(uri, ALGORITHM_TRANSFORM) != NULL || algorithm_find(uri, ALGORITHM_CANONICAL) != NULL;
}

/* The Transforms of a reference, with the window where nodes become bytes.
 * <element name="Transforms"><sequence><element ref="ds:Transform" maxOccurs="unbounded"/></sequence></element> */
static bool transforms_append(xmlSecTransformCtxPtr context, const struct chain_input *input, bool nodes, const xmlNode *reference)
{
        unsigned count = 0;
        bool windowed = !nodes;
        const xmlNode *list = xml_child(reference, DSIG, "Transforms");
        for (xmlNode *node = xml_child(list, NULL, NULL); node != NULL; node = xml_next(node, NULL, NULL)) {
                if (!xml_is(node, DSIG, "Transform") || !transform_known(node) || ++count > LIMIT_TRANSFORMS)
                        return false;
                xmlSecTransformPtr transform = xmlSecTransformNodeRead(node, xmlSecTransformUsageDSigTransform, context);
                if (transform == NULL)
                        return false;
                if (!windowed && !gives_nodes(transform, context))
                        windowed = window_append(context, input) != NULL;
                if (xmlSecTransformCtxAppend(context, transform) < 0) {
                        xmlSecTransformDestroy(transform);
                        return false;
                }
        }
        return windowed || window_append(context, input) != NULL;
}

/* xmlsec puts its own parser where bytes meet a transform of nodes: it would read
 * entities and files, so a chain that has one is not run. */
static bool has_parser(xmlSecTransformCtxPtr context)
{
        for (xmlSecTransformPtr each = context->first; each != NULL; each = each->next)
                if (each->id == xmlSecTransformXmlParserGetKlass())
                        return true;
        return false;
}

/* ---- running it ---- */

/* Inclusive canonicalisation costs elements × namespaces in scope (limits.h). What honest files need is in proportion to their
 * size: a few passes over all of them. */
static bool passes_take(const struct chain_input *input, uint64_t cost, uint64_t each)
{
        struct work *work = input->work;
        if (input->beside)
                return true;
        if (work->document != input->document) {
                uint64_t share = LIMIT_PASSES * xml_elements(xml_root(input->document)) * each;
                work->document = input->document;
                work->passes = share > LIMIT_PASSES_FREE ? share : LIMIT_PASSES_FREE;
        }
        return work_take(work, &work->passes, cost);
}

static bool nodes_run(xmlSecTransformCtxPtr context, const struct chain_input *input)
{
        if (input->work->exhausted) /* even counting what is asked for would cost */
                return false;
        xmlNode *top = input->top != NULL ? input->top : xml_root(input->document);
        uint64_t each = 1 + xml_namespaces(input->document), cost = xml_elements(top) * each;
        if (!work_take(input->work, &input->work->canonical, cost) || !passes_take(input, cost, each))
                return false;
        OWN(xmlSecNodeSet) nodes = xmlSecNodeSetGetChildren(xml_tree(input->document), input->top, input->comments ? 1 : 0, 0);
        if (nodes == NULL || xmlSecTransformCtxPrepare(context, xmlSecTransformDataTypeXml) < 0 || has_parser(context))
                return false;
        return xmlSecTransformPushXml(context->first, nodes, context) >= 0;
}

static bool chain_write(void *context, const uint8_t *data, size_t size)
{
        xmlSecTransformCtxPtr chain = context;
        return size == 0 || xmlSecTransformPushBin(chain->first, data, (xmlSecSize)size, 0, chain) >= 0;
}

/* Files go through in blocks and are never in memory whole. */
static bool file_run(xmlSecTransformCtxPtr context, const struct file *file)
{
        if (xmlSecTransformCtxPrepare(context, xmlSecTransformDataTypeBin) < 0 || has_parser(context))
                return false;
        const struct signing_sink sink = {context, chain_write};
        return file->copy(file, &sink) && xmlSecTransformPushBin(context->first, NULL, 0, 1, context) >= 0;
}

/* A file whose first transform wants nodes: read by our own reader, never by xmlsec's. */
static bool file_parse(const struct file *file, struct work *work, xml_document **out)
{
        struct sink_memory memory = {.limit = LIMIT_XML_BYTES};
        const struct signing_sink sink = sink_memory(&memory);
        bool good = file->copy(file, &sink) && work_take(work, &work->parsed, memory.size) &&
                    xml_read((struct signing_bytes){memory.data, memory.size}, out, NULL);
        free(memory.data);
        return good;
}

static bool starts_with_nodes(const xmlNode *reference)
{
        const xmlNode *first = xml_child(xml_child(reference, DSIG, "Transforms"), DSIG, "Transform");
        const char *uri = xml_attribute(first, "Algorithm");
        return uri != NULL && algorithm_find(uri, ALGORITHM_TRANSFORM) != algorithm_find(DSIG "base64", ALGORITHM_TRANSFORM);
}

/* The chain of a reference up to `finish`, run. */
static bool reference_run(xmlSecTransformCtxPtr context, const struct chain_input *input, const xmlNode *reference,
                          xmlNode *digest_method, xmlSecTransformPtr *digest)
{
        OWN(xml_document) parsed = NULL;
        struct chain_input whole = *input;
        if (input->file != NULL && starts_with_nodes(reference)) {
                if (!file_parse(input->file, input->work, &parsed))
                        return false;
                whole = (struct chain_input){.document = parsed, .comments = true, .beside = true, .work = input->work};
        }
        if (!transforms_append(context, &whole, whole.document != NULL, reference))
                return false;
        if (digest_method != NULL) {
                *digest = xmlSecTransformCtxNodeRead(context, digest_method, xmlSecTransformUsageDigestMethod);
                if (*digest == NULL)
                        return false;
                (*digest)->operation = xmlSecTransformOperationVerify;
        }
        return whole.document != NULL ? nodes_run(context, &whole) : file_run(context, input->file);
}

static enum chain_verdict verdict_read(xmlSecTransformPtr transform, xmlNode *value, xmlSecTransformCtxPtr context)
{
        if (xmlSecTransformVerifyNodeContent(transform, value, context) < 0)
                return CHAIN_DIFFERS;
        return transform->status == xmlSecTransformStatusOk ? CHAIN_HOLDS : CHAIN_DIFFERS;
}

static bool digest_write(void *context, const uint8_t *data, size_t size)
{
        return EVP_DigestUpdate(context, data, size) == 1;
}

/* The one place that goes around xmlsec: a file that is digested as it is. xmlsec would copy all of it once more. */
static enum chain_verdict file_digest(const struct file *file, const char *method, const xmlNode *value)
{
        OWN(EVP_MD_CTX) state = EVP_MD_CTX_new();
        OWN(octets) told = NULL;
        uint8_t digest[EVP_MAX_MD_SIZE];
        unsigned size = 0;
        size_t told_size = 0;
        const struct signing_sink sink = {state, digest_write};
        if (state == NULL || EVP_DigestInit_ex(state, EVP_get_digestbyname(method), NULL) != 1 || !file->copy(file, &sink) ||
            EVP_DigestFinal_ex(state, digest, &size) != 1)
                return CHAIN_REFUSED;
        return xml_base64(value, sizeof digest, &told, &told_size) && told_size == size && CRYPTO_memcmp(told, digest, size) == 0
                       ? CHAIN_HOLDS
                       : CHAIN_DIFFERS;
}

enum chain_verdict chain_reference(const struct chain_input *input, xmlNode *reference)
{
        OWN(xmlSecTransformCtx) context = context_new(input);
        xmlNode *method = xml_child(reference, DSIG, "DigestMethod"), *value = xml_child(reference, DSIG, "DigestValue");
        const struct algorithm *algorithm = algorithm_find(xml_attribute(method, "Algorithm"), ALGORITHM_DIGEST);
        xmlSecTransformPtr digest = NULL;
        if (context == NULL || algorithm == NULL || value == NULL)
                return CHAIN_REFUSED;
        if (input->file != NULL && xml_child(reference, DSIG, "Transforms") == NULL && algorithm->digest != NULL)
                return file_digest(input->file, algorithm->digest, value);
        if (!reference_run(context, input, reference, method, &digest))
                return CHAIN_REFUSED;
        return verdict_read(digest, value, context);
}

static bool result_write(xmlSecTransformCtxPtr context, const struct signing_sink *out)
{
        const xmlSecBuffer *result = context->result;
        return result != NULL && (result->size == 0 || out->write(out->context, result->data, result->size));
}

bool chain_reference_bytes(const struct chain_input *input, xmlNode *reference, const struct signing_sink *out)
{
        OWN(xmlSecTransformCtx) context = context_new(input);
        return context != NULL && reference_run(context, input, reference, NULL, NULL) && result_write(context, out);
}

/* xmlsec's key classes know RSA, DSA and EC; the schemes of our own take the key itself. */
static bool key_give(xmlSecTransformPtr transform, EVP_PKEY *key)
{
        if (scheme_is(transform))
                return scheme_key(transform, key);
        EVP_PKEY *copy = xmlSecOpenSSLEvpKeyDup(key);
        xmlSecKeyDataPtr data = copy != NULL ? xmlSecOpenSSLEvpKeyAdopt(copy) : NULL;
        if (data == NULL) {
                EVP_PKEY_free(copy);
                return false;
        }
        OWN(xmlSecKey) holder = xmlSecKeyCreate();
        if (holder == NULL || xmlSecKeySetValue(holder, data) < 0) {
                xmlSecKeyDataDestroy(data);
                return false;
        }
        return xmlSecTransformSetKey(transform, holder) >= 0;
}

enum chain_verdict chain_signature(const struct chain_input *input, xmlNode *signature, EVP_PKEY *key)
{
        OWN(xmlSecTransformCtx) context = context_new(input);
        xmlNode *info = xml_child(signature, DSIG, "SignedInfo"), *value = xml_child(signature, DSIG, "SignatureValue");
        xmlNode *canonical = xml_child(info, DSIG, "CanonicalizationMethod"), *method = xml_child(info, DSIG, "SignatureMethod");
        if (context == NULL || value == NULL ||
            algorithm_find(xml_attribute(canonical, "Algorithm"), ALGORITHM_CANONICAL) == NULL ||
            algorithm_find(xml_attribute(method, "Algorithm"), ALGORITHM_SIGNATURE) == NULL)
                return CHAIN_REFUSED;
        if (xmlSecTransformCtxNodeRead(context, canonical, xmlSecTransformUsageC14NMethod) == NULL)
                return CHAIN_REFUSED;
        xmlSecTransformPtr scheme = xmlSecTransformCtxNodeRead(context, method, xmlSecTransformUsageSignatureMethod);
        if (scheme == NULL)
                return CHAIN_REFUSED;
        scheme->operation = xmlSecTransformOperationVerify;
        if (!key_give(scheme, key))
                return CHAIN_DIFFERS;
        struct chain_input signed_info = *input;
        signed_info.top = info;
        signed_info.comments = true;
        return nodes_run(context, &signed_info) ? verdict_read(scheme, value, context) : CHAIN_REFUSED;
}

bool chain_canonical(const struct chain_input *input, const char *method, const struct signing_sink *out)
{
        OWN(xmlSecTransformCtx) context = context_new(input);
        const struct algorithm *algorithm = algorithm_find(method, ALGORITHM_CANONICAL);
        if (context == NULL || algorithm == NULL || xmlSecTransformCtxCreateAndAppend(context, algorithm->klass()) == NULL)
                return false;
        return nodes_run(context, input) && result_write(context, out);
}
