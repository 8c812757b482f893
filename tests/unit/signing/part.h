/*
 * part.h - a signature over one element by its Id, made for the tests: what
 * signing.h does not make, and what signature wrapping attacks need.
 */
#ifndef PLI_TESTS_PART_H
#define PLI_TESTS_PART_H

#include "tests/unit/signing/forgery.h"

#include "signing/chain.h"

#define PART_EXCLUSIVE "http://www.w3.org/2001/10/xml-exc-c14n#"

/* Its placeholders are filled in the order of the steps below. */
static const char PART_SIGNATURE[] =
        "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" Id=\"sig\"><ds:SignedInfo>"
        "<ds:CanonicalizationMethod Algorithm=\"" PART_EXCLUSIVE "\"/>"
        "<ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\"/>"
        "<ds:Reference URI=\"#offre\"><ds:Transforms>@TRANSFORMS@<ds:Transform Algorithm=\"" PART_EXCLUSIVE "\"/></ds:Transforms>"
        "<ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><ds:DigestValue>@OFFRE@</ds:DigestValue></ds:Reference>"
        "<ds:Reference URI=\"#props\" Type=\"http://uri.etsi.org/01903#SignedProperties\"><ds:Transforms>"
        "<ds:Transform Algorithm=\"" PART_EXCLUSIVE "\"/></ds:Transforms>"
        "<ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><ds:DigestValue>@PROPS@</ds:DigestValue></ds:Reference>"
        "</ds:SignedInfo><ds:SignatureValue>@VALUE@</ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>@CERT@"
        "</ds:X509Certificate></ds:X509Data></ds:KeyInfo><ds:Object><x:QualifyingProperties xmlns:x=\"http://uri.etsi.org/01903/v1.3.2#\" "
        "Target=\"#sig\"><x:SignedProperties Id=\"props\"><x:SignedSignatureProperties><x:SigningTime>2026-01-02T03:04:05Z</x:SigningTime>"
        "<x:SigningCertificateV2><x:Cert><x:CertDigest><ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/>"
        "<ds:DigestValue>@CERTDIGEST@</ds:DigestValue></x:CertDigest></x:Cert></x:SigningCertificateV2></x:SignedSignatureProperties>"
        "</x:SignedProperties></x:QualifyingProperties></ds:Object></ds:Signature>";

static inline char *part_base64(const void *data, size_t size)
{
        char *text = malloc(4 * (size / 3 + 1) + 1);
        EVP_EncodeBlock((unsigned char *)text, data, (int)size);
        return text;
}

/* `text`, which it frees, with `mark` replaced. */
static inline char *part_put(char *text, const char *mark, const char *value)
{
        char *out = swapped(text, mark, value);
        free(text);
        return out;
}

static inline char *part_put_bytes(char *text, const char *mark, const void *data, size_t size)
{
        char *encoded = part_base64(data, size), *out = part_put(text, mark, encoded);
        free(encoded);
        return out;
}

/* The canonical form of the element `id` of the document (NULL: of the first SignedInfo). */
static inline struct sink_memory part_canonical(const char *text, const char *id)
{
        xml_document *document = NULL;
        struct signing_refusal why = {0};
        struct work work = WORK_WHOLE;
        xmlNode *node = NULL;
        if (!xml_read((struct signing_bytes){(const uint8_t *)text, strlen(text)}, &document, &why))
                fail_msg("%s", why.sentence);
        if (id != NULL)
                assert_int_equal(xml_by_id(document, id, &node), XML_UNIQUE);
        else
                for (node = xml_root(document); !xml_is(node, NULL, "SignedInfo"); node = xml_walk(xml_root(document), node))
                        assert_non_null(node);
        struct sink_memory memory = memory_sink();
        const struct signing_sink sink = sink_memory(&memory);
        const struct chain_input input = {.document = document, .top = node, .work = &work};
        assert_true(chain_canonical(&input, PART_EXCLUSIVE, &sink));
        xml_document_free(document);
        return memory;
}

static inline char *part_digest(char *text, const char *mark, const char *id)
{
        unsigned char digest[32];
        struct sink_memory memory = part_canonical(text, id);
        EVP_Digest(memory.data, memory.size, digest, NULL, EVP_sha256(), NULL);
        free(memory.data);
        return part_put_bytes(text, mark, digest, sizeof digest);
}

static inline char *part_value(char *text, EVP_PKEY *key)
{
        unsigned char value[512];
        size_t size = sizeof value;
        struct sink_memory memory = part_canonical(text, NULL);
        EVP_MD_CTX *state = EVP_MD_CTX_new();
        assert_int_equal(EVP_DigestSignInit(state, NULL, EVP_sha256(), NULL, key), 1);
        assert_int_equal(EVP_DigestSign(state, value, &size, memory.data, memory.size), 1);
        EVP_MD_CTX_free(state);
        free(memory.data);
        return part_put_bytes(text, "@VALUE@", value, size);
}

/* `document` holds "@SIGNATURE@" outside the element with the Id "offre"; `signature` is PART_SIGNATURE or much like it;
 * `transforms` come before canonicalisation. */
static inline char *part_signed_as(const char *document, const char *signature, const char *transforms, const struct holder *holder)
{
        unsigned char digest[32];
        char *text = swapped(document, "@SIGNATURE@", signature);
        EVP_Digest(holder->certificate.data, holder->certificate.size, digest, NULL, EVP_sha256(), NULL);
        text = part_put(text, "@TRANSFORMS@", transforms);
        text = part_put_bytes(text, "@CERT@", holder->certificate.data, holder->certificate.size);
        text = part_put_bytes(text, "@CERTDIGEST@", digest, sizeof digest);
        text = part_digest(text, "@OFFRE@", "offre");
        text = part_digest(text, "@PROPS@", "props");
        return part_value(text, holder->key);
}

static inline char *part_signed(const char *document, const char *transforms, const struct holder *holder)
{
        return part_signed_as(document, PART_SIGNATURE, transforms, holder);
}

#endif
