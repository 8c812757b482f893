/* signature_write.c - ds:Signature with its XAdES qualifying properties, in the order of the schemas. */
#include "signing/signature_write.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <time.h>

static const char EXCLUSIVE[] = "http://www.w3.org/2001/10/xml-exc-c14n#";
static const char ENVELOPED[] = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
static const char BASE64[] = "http://www.w3.org/2000/09/xmldsig#base64";
static const char SHA256[] = "http://www.w3.org/2001/04/xmlenc#sha256";
static const char SIGNED_PROPERTIES[] = "http://uri.etsi.org/01903#SignedProperties";

enum { NAME = SIGNATURE_ID + 32 };

/* What has an Id is named after the signature: "#S-…-r0". */
static void attribute_id(struct writer *writer, const char *attribute, const char *prefix, const char *id, const char *suffix)
{
        char name[NAME];
        snprintf(name, sizeof name, "%s%s%s", prefix, id, suffix);
        writer_attribute(writer, attribute, name);
}

static void digest_write(struct writer *writer, struct signing_bytes digest)
{
        writer_leaf_algorithm(writer, "ds:DigestMethod", SHA256);
        writer_leaf_base64(writer, "ds:DigestValue", digest);
}

static void object_id(struct writer *writer, const char *attribute, const char *prefix, const char *id, size_t n)
{
        char suffix[32];
        snprintf(suffix, sizeof suffix, "-o%zu", n);
        attribute_id(writer, attribute, prefix, id, suffix);
}

/* Files are signed as the bytes they are, a document as its canonical form. */
static void transforms_write(struct writer *writer, enum signature_form form)
{
        if (form == SIGNATURE_CONTAINER || form == SIGNATURE_DETACHED)
                return;
        writer_start(writer, "ds:Transforms");
        writer_leaf_algorithm(writer, "ds:Transform", form == SIGNATURE_ENVELOPING ? BASE64 : ENVELOPED);
        if (form == SIGNATURE_ENVELOPED)
                writer_leaf_algorithm(writer, "ds:Transform", EXCLUSIVE);
        writer_end(writer);
}

static void reference_write(struct writer *writer, const struct signature_request *request, size_t n, const char *id)
{
        const struct signature_reference *reference = &request->references[n];
        char suffix[32];
        snprintf(suffix, sizeof suffix, "-r%zu", n);
        writer_start(writer, "ds:Reference");
        attribute_id(writer, "Id", "", id, suffix);
        if (request->form == SIGNATURE_ENVELOPING)
                object_id(writer, "URI", "#", id, n);
        else
                writer_attribute(writer, "URI", reference->uri);
        transforms_write(writer, request->form);
        digest_write(writer, (struct signing_bytes){reference->sha256, sizeof reference->sha256});
        writer_end(writer);
}

static void properties_reference_write(struct writer *writer, const char *id)
{
        writer_start(writer, "ds:Reference");
        writer_attribute(writer, "Type", SIGNED_PROPERTIES);
        attribute_id(writer, "URI", "#", id, "-p");
        writer_start(writer, "ds:Transforms");
        writer_leaf_algorithm(writer, "ds:Transform", EXCLUSIVE);
        writer_end(writer);
        digest_write(writer, (struct signing_bytes){0});
        writer_end(writer);
}

static void info_write(struct writer *writer, const struct signature_request *request, const char *method, const char *id)
{
        writer_start(writer, "ds:SignedInfo");
        writer_leaf_algorithm(writer, "ds:CanonicalizationMethod", EXCLUSIVE);
        writer_leaf_algorithm(writer, "ds:SignatureMethod", method);
        for (size_t n = 0; n < request->count; n++)
                reference_write(writer, request, n, id);
        properties_reference_write(writer, id);
        writer_end(writer);
}

static void certificates_write(struct writer *writer, const struct signing_key *key)
{
        writer_start(writer, "ds:KeyInfo");
        writer_start(writer, "ds:X509Data");
        writer_leaf_base64(writer, "ds:X509Certificate", key->certificate);
        for (size_t i = 0; i < key->chain_count; i++)
                writer_leaf_base64(writer, "ds:X509Certificate", key->chain[i]);
        writer_end(writer);
        writer_end(writer);
}

static void time_write(struct writer *writer, int64_t claimed)
{
        char text[32] = "";
        struct tm parts;
        time_t at = (time_t)claimed;
        if (gmtime_r(&at, &parts) != NULL)
                (void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
        writer_leaf(writer, "xades:SigningTime", text);
}

/* EN 319 132-1 5.2.2.2; the optional IssuerSerialV2 says nothing the digest does not. */
static void signer_write(struct writer *writer, struct signing_bytes certificate)
{
        uint8_t sha256[32] = {0};
        (void)EVP_Digest(certificate.data, certificate.size, sha256, NULL, EVP_sha256(), NULL);
        writer_start(writer, "xades:SigningCertificateV2");
        writer_start(writer, "xades:Cert");
        writer_start(writer, "xades:CertDigest");
        digest_write(writer, (struct signing_bytes){sha256, sizeof sha256});
        writer_end(writer);
        writer_end(writer);
        writer_end(writer);
}

/* EN 319 132-1 5.2.4: each signed file's media type is signed with it. */
static void formats_write(struct writer *writer, const struct signature_request *request, const char *id)
{
        writer_start(writer, "xades:SignedDataObjectProperties");
        for (size_t n = 0; n < request->count; n++) {
                char suffix[32];
                snprintf(suffix, sizeof suffix, "-r%zu", n);
                writer_start(writer, "xades:DataObjectFormat");
                attribute_id(writer, "ObjectReference", "#", id, suffix);
                writer_leaf(writer, "xades:MimeType", request->references[n].media_type);
                writer_end(writer);
        }
        writer_end(writer);
}

static void properties_write(struct writer *writer, const struct signature_request *request, const char *id)
{
        writer_start(writer, "ds:Object");
        writer_start(writer, "xades:QualifyingProperties");
        writer_attribute(writer, "xmlns:xades", "http://uri.etsi.org/01903/v1.3.2#");
        attribute_id(writer, "Target", "#", id, "");
        writer_start(writer, "xades:SignedProperties");
        attribute_id(writer, "Id", "", id, "-p");
        writer_start(writer, "xades:SignedSignatureProperties");
        time_write(writer, request->claimed);
        signer_write(writer, request->key->certificate);
        writer_end(writer);
        formats_write(writer, request, id);
        writer_end(writer);
        writer_end(writer);
        writer_end(writer);
}

/* XMLDSig 4.5: what an enveloping signature holds. */
static void objects_write(struct writer *writer, const struct signature_request *request, const char *id)
{
        for (size_t n = 0; request->form == SIGNATURE_ENVELOPING && n < request->count; n++) {
                writer_start(writer, "ds:Object");
                object_id(writer, "Id", "", id, n);
                writer_attribute(writer, "MimeType", request->references[n].media_type);
                writer_attribute(writer, "Encoding", BASE64);
                writer_base64(writer, request->references[n].content);
                writer_end(writer);
        }
}

void signature_write(struct writer *writer, const struct signature_request *request, const char *method,
                     const char id[SIGNATURE_ID])
{
        if (request->form == SIGNATURE_CONTAINER) {
                writer_start(writer, "asic:XAdESSignatures");
                writer_attribute(writer, "xmlns:asic", "http://uri.etsi.org/02918/v1.2.1#");
        }
        writer_start(writer, "ds:Signature");
        writer_attribute(writer, "xmlns:ds", "http://www.w3.org/2000/09/xmldsig#");
        attribute_id(writer, "Id", "", id, "");
        info_write(writer, request, method, id);
        writer_start(writer, "ds:SignatureValue");
        attribute_id(writer, "Id", "", id, "-v");
        writer_end(writer);
        certificates_write(writer, request->key);
        properties_write(writer, request, id);
        objects_write(writer, request, id);
        writer_end(writer);
        if (request->form == SIGNATURE_CONTAINER)
                writer_end(writer);
}
