/*
 * bare.c - the floor: libxml2 parses, canonicalises into EVP, EVP verifies. No
 * guard, no report, no certificate; and below it, OpenSSL alone.
 */
#include <libxml/c14n.h>
#include <libxml/parser.h>
#include <openssl/ecdsa.h>
#include <openssl/rsa.h>
#include <openssl/evp.h>
#include <string.h>
#include <zlib.h>

#include "tests/load/verify/engine.h"

static EVP_MD *sha256;

static bool bare_prepare(const struct sample *sample)
{
        (void)sample;
        xmlInitParser();
        sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
        return sha256 != NULL;
}

/* ---- reading ---- */

static xmlNode *element_find(xmlNode *node, const char *name)
{
        for (; node != NULL; node = node->next) {
                if (node->type != XML_ELEMENT_NODE)
                        continue;
                if (strcmp((const char *)node->name, name) == 0)
                        return node;
                xmlNode *found = element_find(node->children, name);
                if (found != NULL)
                        return found;
        }
        return NULL;
}

static size_t base64_read(const xmlNode *node, uint8_t *out, size_t room)
{
        const xmlChar *text = node->children->content;
        int length = xmlStrlen(text);
        if (length < 4 || (size_t)length / 4 * 3 > room + 2)
                return 0;
        int size = EVP_DecodeBlock(out, text, length);
        size -= text[length - 1] == '=';
        size -= text[length - 2] == '=';
        return size > 0 ? (size_t)size : 0;
}

/* ---- canonicalisation into a digest ---- */

struct part {
        const xmlNode *only, *without; /* a subtree, or everything but one */
};

static int visible(void *context, xmlNode *node, xmlNode *parent)
{
        const struct part *part = context;
        for (const xmlNode *at = node->type == XML_NAMESPACE_DECL ? parent : node; at != NULL; at = at->parent) {
                if (at == part->without)
                        return 0;
                if (at == part->only)
                        return 1;
        }
        return part->only == NULL;
}

static int digest_write(void *context, const char *data, int size)
{
        return EVP_DigestUpdate(context, data, (size_t)size) == 1 ? size : -1;
}

static bool part_write(xmlDoc *document, struct part part, EVP_MD_CTX *state)
{
        xmlOutputBuffer *out = xmlOutputBufferCreateIO(digest_write, NULL, state, NULL);
        bool written = xmlC14NExecute(document, visible, &part, XML_C14N_EXCLUSIVE_1_0, NULL, 0, out) >= 0;
        return xmlOutputBufferClose(out) >= 0 && written;
}

static bool reference_holds(xmlDoc *document, xmlNode *reference, struct part part)
{
        uint8_t expected[64], digest[EVP_MAX_MD_SIZE];
        unsigned size = 0;
        EVP_MD_CTX *state = EVP_MD_CTX_new();
        bool made = EVP_DigestInit_ex2(state, sha256, NULL) == 1 && part_write(document, part, state) &&
                    EVP_DigestFinal_ex(state, digest, &size) == 1;
        EVP_MD_CTX_free(state);
        return made && base64_read(element_find(reference->children, "DigestValue"), expected, sizeof expected) == size &&
               memcmp(expected, digest, size) == 0;
}

/* r ‖ s as DER. */
static size_t ecdsa_der(const uint8_t *raw, size_t size, uint8_t *out)
{
        ECDSA_SIG *signature = ECDSA_SIG_new();
        unsigned char *at = out;
        ECDSA_SIG_set0(signature, BN_bin2bn(raw, (int)size / 2, NULL), BN_bin2bn(raw + size / 2, (int)size / 2, NULL));
        int length = i2d_ECDSA_SIG(signature, &at);
        ECDSA_SIG_free(signature);
        return (size_t)length;
}

static bool value_holds(xmlDoc *document, const xmlNode *signature, xmlNode *info, EVP_PKEY *key)
{
        uint8_t raw[1024], value[1024];
        size_t size = base64_read(element_find(signature->children, "SignatureValue"), raw, sizeof raw);
        bool rsa = EVP_PKEY_is_a(key, "RSA");
        if (rsa)
                memcpy(value, raw, size);
        else
                size = ecdsa_der(raw, size, value);
        EVP_MD_CTX *state = EVP_MD_CTX_new();
        bool holds = EVP_DigestVerifyInit_ex(state, NULL, "SHA256", NULL, NULL, key, NULL) == 1 &&
                     part_write(document, (struct part){.only = info}, state) && EVP_DigestVerifyFinal(state, value, size) == 1;
        EVP_MD_CTX_free(state);
        return holds;
}

static bool bare_verify(const struct sample *sample)
{
        xmlDoc *document =
                xmlReadMemory((const char *)sample->document.data, (int)sample->document.size, NULL, NULL, XML_PARSE_NONET);
        xmlNode *signature = document != NULL ? element_find(xmlDocGetRootElement(document), "Signature") : NULL;
        bool holds = signature != NULL;
        if (holds) {
                xmlNode *info = element_find(signature->children, "SignedInfo");
                xmlNode *first = element_find(info->children, "Reference"), *second = element_find(first->next, "Reference");
                xmlNode *properties = element_find(signature->children, "SignedProperties");
                holds = reference_holds(document, first, (struct part){.without = signature}) &&
                        reference_holds(document, second, (struct part){.only = properties}) &&
                        value_holds(document, signature, info, sample->key);
        }
        xmlFreeDoc(document);
        return holds;
}

const struct engine engine_bare = {"libxml2+evp", bare_prepare, bare_verify};

/* ---- OpenSSL alone ---- */

static bool sha256_verify(const struct sample *sample)
{
        uint8_t digest[EVP_MAX_MD_SIZE];
        return EVP_Digest(sample->document.data, sample->document.size, digest, NULL, sha256, NULL) == 1;
}

const struct engine engine_sha256 = {"sha-256", bare_prepare, sha256_verify};

static volatile unsigned long checksum; /* so that it is not left out */

static bool archive_verify(const struct sample *sample)
{
        checksum = crc32(crc32(0, NULL, 0), sample->document.data, (uInt)sample->document.size);
        return sha256_verify(sample);
}

const struct engine engine_archive = {"sha-256+crc-32", bare_prepare, archive_verify};

static uint8_t signed_value[1024];
static size_t signed_size;
static EVP_PKEY *signed_key;

/* A signature of the same kind, made here: the sample's private key is gone. */
static bool openssl_prepare(const struct sample *sample)
{
        bool rsa = EVP_PKEY_is_a(sample->key, "RSA");
        EVP_MD_CTX *state = EVP_MD_CTX_new();
        signed_key = rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256");
        signed_size = sizeof signed_value;
        bool made = bare_prepare(sample) && EVP_DigestSignInit_ex(state, NULL, "SHA256", NULL, NULL, signed_key, NULL) == 1 &&
                    EVP_DigestSign(state, signed_value, &signed_size, sample->document.data, sample->document.size) == 1;
        EVP_MD_CTX_free(state);
        return made;
}

static bool openssl_verify(const struct sample *sample)
{
        EVP_MD_CTX *state = EVP_MD_CTX_new();
        bool holds = EVP_DigestVerifyInit_ex(state, NULL, "SHA256", NULL, NULL, signed_key, NULL) == 1 &&
                     EVP_DigestVerify(state, signed_value, signed_size, sample->document.data, sample->document.size) == 1;
        EVP_MD_CTX_free(state);
        return holds;
}

const struct engine engine_openssl = {"openssl", openssl_prepare, openssl_verify};
