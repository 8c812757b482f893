/* signature.c - fills a written signature's last digest and its value, and verifies what came out. */
#include "signing/signature.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "signing/certificate_cache.h"
#include "signing/chain.h"
#include "signing/dsig.h"
#include "signing/refusal.h"
#include "signing/signature_write.h"
#include "signing/source.h"

static const char EXCLUSIVE[] = "http://www.w3.org/2001/10/xml-exc-c14n#";
static const char XADES[] = "http://uri.etsi.org/01903/v1.3.2#";

enum { VALUE_MAX = 2048, CANONICAL_MAX = 64 * 1024 * 1024 };

typedef struct writer xml_writer;
typedef struct dsig dsig_parts;
DEFINE_OWNER(xml_writer, writer_free)
DEFINE_OWNER(xml_document, xml_document_free)
DEFINE_OWNER(dsig_parts, dsig_free)
DEFINE_OWNER(X509, X509_free)

static bool internal(struct signing_refusal *why, const char *what)
{
        return refuse(why, "INTERNAL", "", "%s failed", what);
}

/* How a kind of key signs: the strength of the digest follows the curve's (TS 119 312 7.4). */
static const struct method {
        const char *key, *curve, *uri;
        int digest;
} methods[] = {
        {"RSA", NULL, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", NID_sha256},
        {"RSA-PSS", NULL, "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1", NID_sha256},
        {"ED25519", NULL, "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519", NID_undef},
        {"ED448", NULL, "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed448", NID_undef},
        {"EC", "prime256v1", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", NID_sha256},
        {"EC", "secp384r1", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384", NID_sha384},
        {"EC", "secp521r1", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512", NID_sha512},
};

static const struct method *method_of(EVP_PKEY *key)
{
        char curve[64] = "";
        if (EVP_PKEY_is_a(key, "EC"))
                (void)EVP_PKEY_get_group_name(key, curve, sizeof curve, NULL);
        for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
                if (EVP_PKEY_is_a(key, methods[i].key) && (methods[i].curve == NULL || strcmp(methods[i].curve, curve) == 0))
                        return &methods[i];
        return NULL;
}

static X509 *certificate_read(const struct signing_key *key, struct signing_refusal *why)
{
        X509 *certificate = certificate_cache_read(key->certificate);
        if (certificate == NULL)
                (void)refuse(why, "CERTIFICATE_UNREADABLE", "RFC 5280", "the signing certificate is not one in DER");
        return certificate;
}

/* The first element of that name below `top`. */
static xmlNode *element_find(xmlNode *top, const char *space, const char *name)
{
        for (xmlNode *node = top; node != NULL; node = xml_walk(top, node))
                if (xml_is(node, space, name))
                        return node;
        return NULL;
}

/* The caller frees the memory's data. */
static bool canonical_bytes(const xml_document *document, xmlNode *top, struct sink_memory *memory)
{
        struct work work = WORK_WHOLE;
        memory->limit = CANONICAL_MAX;
        const struct signing_sink sink = sink_memory(memory);
        const struct chain_input input = {.document = document, .top = top, .work = &work};
        return chain_canonical(&input, EXCLUSIVE, &sink);
}

static bool canonical_digest(const xml_document *document, xmlNode *top, const EVP_MD *digest, uint8_t out[EVP_MAX_MD_SIZE],
                             unsigned *size)
{
        struct sink_memory memory = {0};
        bool digested =
                canonical_bytes(document, top, &memory) && EVP_Digest(memory.data, memory.size, out, size, digest, NULL) == 1;
        free(memory.data);
        return digested;
}

static bool base64_set(xmlNode *node, const uint8_t *data, size_t size)
{
        char text[VALUE_MAX * 4 / 3 + 8];
        if (node == NULL || size > VALUE_MAX)
                return false;
        EVP_EncodeBlock((unsigned char *)text, data, (int)size);
        xmlNodeSetContent(node, (const xmlChar *)text);
        return node->children != NULL;
}

/* The one DigestValue still empty is the last Reference's, to SignedProperties. */
static bool properties_digest(xml_document *document, struct signing_refusal *why)
{
        uint8_t digest[EVP_MAX_MD_SIZE];
        unsigned size = 0;
        xmlNode *info = element_find(xml_root(document), DSIG_SPACE, "SignedInfo");
        xmlNode *reference = NULL;
        for (xmlNode *next = xml_child(info, DSIG_SPACE, "Reference"); next != NULL; next = xml_next(next, DSIG_SPACE, "Reference"))
                reference = next;
        xmlNode *properties = element_find(xml_root(document), XADES, "SignedProperties");
        if (!canonical_digest(document, properties, EVP_sha256(), digest, &size) ||
            !base64_set(xml_child(reference, DSIG_SPACE, "DigestValue"), digest, size))
                return internal(why, "digesting the signed properties");
        return true;
}

static bool value_make(const struct signing_key *key, const struct method *method, struct signing_bytes info,
                       uint8_t value[VALUE_MAX], size_t *size)
{
        uint8_t digest[EVP_MAX_MD_SIZE];
        unsigned digest_size = 0;
        struct signing_bytes signed_ = info; /* EdDSA has no digest of its own */
        if (method->digest != NID_undef) {
                if (EVP_Digest(info.data, info.size, digest, &digest_size, EVP_get_digestbynid(method->digest), NULL) != 1)
                        return false;
                signed_ = (struct signing_bytes){digest, digest_size};
        }
        return key->sign(key->context, method->digest, signed_, value, size) && *size <= VALUE_MAX;
}

static bool value_sign(xml_document *document, const struct signing_key *key, const struct method *method,
                       struct signing_refusal *why)
{
        uint8_t value[VALUE_MAX];
        size_t size = sizeof value;
        struct sink_memory canonical = {0};
        xmlNode *info = element_find(xml_root(document), DSIG_SPACE, "SignedInfo");
        bool written = canonical_bytes(document, info, &canonical);
        bool made = written && value_make(key, method, (struct signing_bytes){canonical.data, canonical.size}, value, &size);
        free(canonical.data);
        if (!written)
                return internal(why, "canonicalising the signature");
        if (!made)
                return refuse(why, "KEY_FAILED", "", "the key did not sign");
        return base64_set(xml_next(info, DSIG_SPACE, "SignatureValue"), value, size) ||
               internal(why, "writing the signature value");
}

static bool id_make(char id[SIGNATURE_ID])
{
        uint8_t random[16];
        if (RAND_bytes(random, sizeof random) != 1)
                return false;
        memcpy(id, "S-", 3);
        for (size_t i = 0; i < sizeof random; i++)
                snprintf(id + 2 + 2 * i, 3, "%02x", random[i]);
        return true;
}

bool signature_make(const struct signature_request *request, xml_document **out, struct signing_refusal *why)
{
        OWN(X509) certificate = certificate_read(request->key, why);
        if (certificate == NULL)
                return false;
        const struct method *method = method_of(X509_get0_pubkey(certificate));
        if (method == NULL)
                return refuse(why, "KEY_UNUSABLE", "TS 119 312 7",
                              "the certificate holds no RSA key, none on P-256, P-384 or P-521, no Ed25519 and no Ed448 key");
        char id[SIGNATURE_ID];
        if (!id_make(id))
                return internal(why, "the random generator");
        OWN(xml_writer) writer = writer_new();
        OWN(xml_document) document = NULL;
        struct signing_bytes text = {0};
        signature_write(writer, request, method->uri, id);
        if (!writer_finish(writer, &text, why) || !xml_read(text, &document, why) || !properties_digest(document, why) ||
            !value_sign(document, request->key, method, why))
                return false;
        *out = TAKE(document);
        return true;
}

static xmlNode *signature_last(const xml_document *document)
{
        xmlNode *last = xml_is(xml_root(document), DSIG_SPACE, "Signature") ? xml_root(document) : NULL;
        for (xmlNode *next = xml_child(xml_root(document), DSIG_SPACE, "Signature"); next != NULL;
             next = xml_next(next, DSIG_SPACE, "Signature"))
                last = next;
        return last;
}

static bool references_hold(const struct dsig *dsig)
{
        for (size_t i = 0; i < dsig->reference_count; i++)
                if (dsig->references[i].file == NULL && dsig->references[i].verdict != CHAIN_HOLDS)
                        return false;
        return true;
}

bool signature_check(struct signing_bytes document, const struct signing_key *key, struct signing_refusal *why)
{
        OWN(X509) certificate = certificate_read(key, why);
        OWN(xml_document) read = NULL;
        OWN(dsig_parts) dsig = NULL;
        struct work work = WORK_WHOLE;
        if (certificate == NULL || !xml_read(document, &read, why) || !dsig_open(read, signature_last(read), &dsig, why))
                return false;
        dsig_references_check(dsig, NULL, &work);
        if (!references_hold(dsig) || dsig_value_check(dsig, X509_get0_pubkey(certificate), &work) != CHAIN_HOLDS)
                return refuse(why, "SIGNED_WRONG", "XMLDSig 3.2",
                              "what was just signed does not verify: the key does not belong to the certificate, or signs wrongly");
        return true;
}
