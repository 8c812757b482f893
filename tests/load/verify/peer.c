/* peer.c - xmlsec as its own command uses it, again and again in one process, with the key given. */
#include <libxml/parser.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/crypto.h>
#include <xmlsec/openssl/evp.h>
#include <xmlsec/errors.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmltree.h>

#include "tests/load/verify/engine.h"

static xmlSecKeyPtr given;

static bool peer_prepare(const struct sample *sample)
{
        xmlInitParser();
        if (xmlSecInit() < 0 || xmlSecOpenSSLAppInit(NULL) < 0 || xmlSecOpenSSLInit() < 0)
                return false;
        xmlSecErrorsDefaultCallbackEnableOutput(0);
        EVP_PKEY *copy = xmlSecOpenSSLEvpKeyDup(sample->key);
        xmlSecKeyDataPtr data = xmlSecOpenSSLEvpKeyAdopt(copy);
        given = xmlSecKeyCreate();
        return data != NULL && given != NULL && xmlSecKeySetValue(given, data) >= 0;
}

static bool peer_verify(const struct sample *sample)
{
        xmlDoc *document =
                xmlReadMemory((const char *)sample->document.data, (int)sample->document.size, NULL, NULL, XML_PARSE_NONET);
        xmlNode *signature =
                document != NULL ? xmlSecFindNode(xmlDocGetRootElement(document), xmlSecNodeSignature, xmlSecDSigNs) : NULL;
        xmlSecDSigCtxPtr context = xmlSecDSigCtxCreate(NULL);
        context->signKey = xmlSecKeyDuplicate(given);
        bool holds =
                signature != NULL && xmlSecDSigCtxVerify(context, signature) >= 0 && context->status == xmlSecDSigStatusSucceeded;
        xmlSecDSigCtxDestroy(context);
        xmlFreeDoc(document);
        return holds;
}

const struct engine engine_xmlsec = {"xmlsec", peer_prepare, peer_verify};
