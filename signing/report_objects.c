/*
 * report_objects.c - the objects an ETSI validation report speaks of (report_objects.h).
 */
#include "signing/report_objects.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char DIGEST_METHOD[] = "http://www.w3.org/2001/04/xmlenc#sha256";
static const char PROPERTIES[] = "#SignedProperties";

const char *object_text(const json_t *object, const char *key)
{
        const char *value = json_string_value(json_object_get(object, key));
        return value != NULL ? value : "";
}

bool object_true(const json_t *object, const char *key)
{
        return json_is_true(json_object_get(object, key));
}

/* How an object of the list is called: what, of which signature, which one (xs:ID). */
void object_name(char name[OBJECT_NAME], const char *what, size_t signature, size_t n)
{
        snprintf(name, OBJECT_NAME, "%s-%zu-%zu", what, signature + 1, n + 1);
}

void object_digest(struct writer *writer, const char *method, const char *value)
{
        writer_start(writer, "DigestAlgAndValue");
        writer_leaf_algorithm(writer, "ds:DigestMethod", method);
        writer_leaf(writer, "ds:DigestValue", value);
        writer_end(writer);
}

/* "3f…" as base64. */
void object_digest_hex(struct writer *writer, const char *hex)
{
        uint8_t digest[EVP_MAX_MD_SIZE];
        char value[EVP_MAX_MD_SIZE * 4 / 3 + 8];
        size_t size = strlen(hex) / 2;
        for (size_t n = 0; n < size && n < sizeof digest; n++) {
                const char pair[3] = {hex[2 * n], hex[2 * n + 1], '\0'};
                digest[n] = (uint8_t)strtoul(pair, NULL, 16);
        }
        EVP_EncodeBlock((unsigned char *)value, digest, (int)(size < sizeof digest ? size : sizeof digest));
        object_digest(writer, DIGEST_METHOD, value);
}

bool object_is_document(const json_t *reference)
{
        const char *type = object_text(reference, "type");
        size_t size = strlen(type), tail = sizeof PROPERTIES - 1;
        bool properties = size >= tail && strcmp(type + size - tail, PROPERTIES) == 0;
        return !properties && object_text(reference, "digestMethod")[0] != '\0' && object_text(reference, "digestValue")[0] != '\0';
}

/* ---- 4.4 the objects ---- */

static void object_start(struct writer *writer, const char *name, const char *type)
{
        writer_start(writer, "ValidationObject");
        writer_attribute(writer, "id", name);
        writer_leaf(writer, "ObjectType", type);
        writer_start(writer, "ValidationObjectRepresentation");
}

static void certificate_object(struct writer *writer, const json_t *certificate, size_t signature, size_t n)
{
        char name[OBJECT_NAME];
        object_name(name, "certificate", signature, n);
        object_start(writer, name, "urn:etsi:019102:validationObject:certificate");
        object_digest_hex(writer, object_text(certificate, "sha256"));
        writer_end(writer);
        writer_end(writer);
}

/* The signer's certificate, and the chain above it. */
static void certificate_objects(struct writer *writer, const json_t *signature, size_t number)
{
        size_t n;
        const json_t *certificate = json_object_get(signature, "signingCertificate");
        if (json_is_object(certificate))
                certificate_object(writer, certificate, number, 0);
        json_array_foreach(json_object_get(signature, "certificateChain"), n, certificate) if (n > 0)
                certificate_object(writer, certificate, number, n);
}

static void revocation_objects(struct writer *writer, const json_t *signature, size_t number)
{
        size_t n;
        const json_t *data;
        char name[OBJECT_NAME];
        json_array_foreach(json_object_get(signature, "revocationData"), n, data)
        {
                object_name(name, "revocation", number, n);
                object_start(writer, name,
                             strcmp(object_text(data, "kind"), "CRL") == 0 ? "urn:etsi:019102:validationObject:CRL"
                                                                           : "urn:etsi:019102:validationObject:OCSPResponse");
                object_digest_hex(writer, object_text(data, "sha256"));
                writer_end(writer);
                writer_start(writer, "POE");
                writer_leaf(writer, "POETime", object_text(data, "proven"));
                writer_leaf(writer, "TypeOfProof", "urn:etsi:019102:poetype:validation");
                writer_end(writer);
                writer_end(writer);
        }
}

static void document_objects(struct writer *writer, const json_t *signature, size_t number)
{
        size_t n;
        const json_t *reference;
        char name[OBJECT_NAME];
        json_array_foreach(json_object_get(signature, "references"), n, reference)
        {
                if (!object_is_document(reference))
                        continue;
                object_name(name, "document", number, n);
                object_start(writer, name, "urn:etsi:019102:validationObject:signedData");
                object_digest(writer, object_text(reference, "digestMethod"), object_text(reference, "digestValue"));
                writer_end(writer);
                writer_end(writer);
        }
}

static void stamp_object(struct writer *writer, const json_t *stamp, const char *name)
{
        bool intact = object_true(stamp, "intact"), trusted = object_true(stamp, "trusted");
        object_start(writer, name, "urn:etsi:019102:validationObject:timestamp");
        object_digest_hex(writer, object_text(stamp, "sha256"));
        writer_end(writer);
        writer_start(writer, "ValidationReport");
        writer_start(writer, "SignatureValidationStatus");
        writer_leaf(writer, "MainIndication",
                    trusted  ? "urn:etsi:019102:mainindication:passed"
                    : intact ? "urn:etsi:019102:mainindication:indeterminate"
                             : "urn:etsi:019102:mainindication:failed");
        writer_end(writer);
        writer_end(writer);
        writer_end(writer);
}

static void stamp_objects(struct writer *writer, const json_t *signature, size_t number)
{
        size_t n;
        const json_t *stamp;
        char name[OBJECT_NAME];
        json_array_foreach(json_object_get(signature, "timestamps"), n, stamp)
        {
                if (object_text(stamp, "sha256")[0] == '\0')
                        continue;
                object_name(name, "time-stamp", number, n);
                stamp_object(writer, stamp, name);
        }
}

static bool has_objects(const json_t *signature)
{
        size_t n;
        const json_t *item;
        if (json_is_object(json_object_get(signature, "signingCertificate")))
                return true;
        json_array_foreach(json_object_get(signature, "references"), n, item)
        {
                if (object_is_document(item))
                        return true;
        }
        json_array_foreach(json_object_get(signature, "timestamps"), n, item)
        {
                if (object_text(item, "sha256")[0] != '\0')
                        return true;
        }
        return false;
}

void report_objects_write(struct writer *writer, const json_t *signatures)
{
        size_t n;
        const json_t *signature;
        bool some = false;
        json_array_foreach(signatures, n, signature)
        {
                some = some || has_objects(signature);
        }
        if (!some)
                return;
        writer_start(writer, "SignatureValidationObjects");
        json_array_foreach(signatures, n, signature)
        {
                certificate_objects(writer, signature, n);
                revocation_objects(writer, signature, n);
                document_objects(writer, signature, n);
                stamp_objects(writer, signature, n);
        }
        writer_end(writer);
}
