/*
 * xades.c - the qualifying properties of a signature (xades.h).
 */
#include "signing/xades.h"

#include <stdlib.h>
#include <string.h>

#include "signing/certificate.h"

static const char *const spaces[] = {XADES_132, "http://uri.etsi.org/01903/v1.2.2#", "http://uri.etsi.org/01903/v1.1.1#"};

/* ---- structure ---- */

static const char *space_of(const xmlNode *node)
{
        for (size_t n = 0; n < sizeof spaces / sizeof spaces[0]; n++)
                if (xml_is(node, spaces[n], "QualifyingProperties"))
                        return spaces[n];
        return NULL;
}

bool xades_is_qualifying(const xmlNode *node)
{
        return space_of(node) != NULL;
}

/* The one ds:Object/QualifyingProperties of this signature. */
static unsigned qualifying_find(const xmlNode *signature, struct xades *out)
{
        unsigned count = 0;
        for (xmlNode *object = xml_child(signature, DSIG_SPACE, "Object"); object != NULL;
             object = xml_next(object, DSIG_SPACE, "Object"))
                for (xmlNode *child = xml_child(object, NULL, "QualifyingProperties"); child != NULL;
                     child = xml_next(child, NULL, "QualifyingProperties"))
                        if (space_of(child) != NULL && count++ == 0) {
                                out->qualifying = child;
                                out->space = space_of(child);
                        }
        return count;
}

/* EN 319 132-1 4.4.2 and its predecessors name the Type by version; all of them end alike. */
static bool typed_as_properties(const struct reference *reference)
{
        static const char head[] = "http://uri.etsi.org/01903", tail[] = "#SignedProperties";
        size_t size = reference->type != NULL ? strlen(reference->type) : 0;
        return size >= sizeof head + sizeof tail - 2 && strncmp(reference->type, head, sizeof head - 1) == 0 &&
               strcmp(reference->type + size - (sizeof tail - 1), tail) == 0;
}

static bool covered_whole(xmlNode *top)
{
        for (const xmlNode *node = top; node != NULL; node = xml_walk(top, node))
                if (!coverage_has(node))
                        return false;
        return true;
}

static enum xades_structure structure_of(const struct dsig *dsig, const struct xades *xades, unsigned count)
{
        const struct reference *typed = NULL;
        for (size_t n = 0; n < dsig->reference_count && typed == NULL; n++)
                if (dsig->references[n].manifest == 0 && typed_as_properties(&dsig->references[n]))
                        typed = &dsig->references[n];
        if (typed != NULL && typed->target != NULL && !xml_inside(typed->target, dsig->node))
                return XADES_ELSEWHERE;
        if (count == 0)
                return typed != NULL ? XADES_ELSEWHERE : XADES_NONE;
        if (count > 1 || xml_next(xades->signed_properties, xades->space, "SignedProperties") != NULL)
                return XADES_SEVERAL;
        if (typed != NULL && xml_is(typed->target, NULL, "SignedProperties") && typed->target != xades->signed_properties)
                return XADES_ELSEWHERE;
        const char *target = xml_attribute(xades->qualifying, "Target");
        if (target == NULL || target[0] != '#' || dsig->id == NULL || strcmp(target + 1, dsig->id) != 0)
                return XADES_MISAIMED;
        bool same = typed != NULL && typed->target != NULL && typed->target == xades->signed_properties;
        return same && (typed->verdict != CHAIN_HOLDS || covered_whole(typed->target)) ? XADES_GOOD : XADES_UNCOVERED;
}

/* ---- properties ---- */

static xmlNode *policy_node(const xmlNode *signature_properties)
{
        return xml_child(signature_properties, NULL, "SignaturePolicyIdentifier");
}

static const char *policy_of(const xmlNode *signature_properties)
{
        const xmlNode *node = policy_node(signature_properties);
        if (node == NULL)
                return NULL;
        const xmlNode *id = xml_child(xml_child(node, NULL, "SignaturePolicyId"), NULL, "SigPolicyId");
        const char *text = xml_text(xml_child(id, NULL, "Identifier"));
        return text != NULL ? text : "";
}

static xmlNode *cert_of(const xmlNode *signature_properties)
{
        xmlNode *list = xml_child(signature_properties, NULL, "SigningCertificateV2");
        if (list == NULL)
                list = xml_child(signature_properties, NULL, "SigningCertificate");
        return xml_child(list, NULL, "Cert");
}

static void signed_read(struct xades *out)
{
        const xmlNode *properties = xml_child(out->signed_properties, out->space, "SignedSignatureProperties");
        out->claimed = xml_text(xml_child(properties, out->space, "SigningTime"));
        out->cert = cert_of(properties);
        out->policy = policy_of(properties);
}

static bool is_stamp(const xmlNode *node)
{
        const char *name = (const char *)node->name;
        size_t size = strlen(name);
        return (size >= 9 && strcmp(name + size - 9, "TimeStamp") == 0 && strcmp(name, "EncapsulatedTimeStamp") != 0) ||
               (size >= 11 && strcmp(name + size - 11, "TimeStampV2") == 0);
}

enum xades_cover xades_cover(const struct xades_stamp *stamp)
{
        if (stamp->signed_)
                return XADES_COVERS_DATA;
        if (xml_is(stamp->node, NULL, "ArchiveTimeStamp") || xml_is(stamp->node, SEALING_SPACE, "SealingEvidenceRecords"))
                return XADES_COVERS_ALL;
        if (strncmp((const char *)stamp->node->name, "SigAndRefs", 10) == 0)
                return XADES_COVERS_SIGNATURE_AND_REFS;
        return strncmp((const char *)stamp->node->name, "RefsOnly", 8) == 0 ? XADES_COVERS_REFS : XADES_COVERS_SIGNATURE;
}

/* EN 319 132-3: the evidence records of batches; those of XMLERS are not read here. */
static void records_read(xmlNode *node, struct xades *out)
{
        for (xmlNode *record = xml_child(node, SEALING_SPACE, "ASN1EvidenceRecord");
             record != NULL && out->stamp_count < LIMIT_TOKENS; record = xml_next(record, SEALING_SPACE, "ASN1EvidenceRecord"))
                out->stamps[out->stamp_count++] = (struct xades_stamp){node, record, false};
}

static void stamps_read(const xmlNode *properties, bool signed_, struct xades *out)
{
        for (xmlNode *node = xml_child(properties, NULL, NULL); node != NULL; node = xml_next(node, NULL, NULL)) {
                if (!signed_ && xml_is(node, SEALING_SPACE, "SealingEvidenceRecords"))
                        records_read(node, out);
                if (!is_stamp(node))
                        continue;
                for (xmlNode *token = xml_child(node, NULL, "EncapsulatedTimeStamp");
                     token != NULL && out->stamp_count < LIMIT_TOKENS; token = xml_next(token, NULL, "EncapsulatedTimeStamp"))
                        out->stamps[out->stamp_count++] = (struct xades_stamp){node, token, signed_};
        }
}

void xades_read(const struct dsig *dsig, struct xades *out)
{
        *out = (struct xades){0};
        unsigned count = qualifying_find(dsig->node, out);
        out->signed_properties = xml_child(out->qualifying, out->space, "SignedProperties");
        out->unsigned_properties =
                xml_child(xml_child(out->qualifying, out->space, "UnsignedProperties"), out->space, "UnsignedSignatureProperties");
        out->structure = structure_of(dsig, out, count);
        if (out->structure == XADES_NONE)
                return;
        signed_read(out);
        stamps_read(xml_child(out->signed_properties, out->space, "SignedDataObjectProperties"), true, out);
        stamps_read(out->unsigned_properties, false, out);
}

/* ---- certificates and evidence ---- */

static void certificate_element(STACK_OF(X509) * set, const xmlNode *node)
{
        uint8_t *der = NULL;
        size_t size = 0;
        if (xml_base64(node, LIMIT_CERTIFICATE_BYTES, &der, &size) && !certificates_add(set, (struct signing_bytes){der, size}))
                size = 0; /* an element that is no certificate helps nobody and harms nobody */
        free(der);
}

/* XMLDSig 4.5.3: the X509Data of this document that KeyInfo points at, where its Id is unique; nothing is fetched. */
static void retrieved_certificates(const struct dsig *dsig, const xmlNode *method, STACK_OF(X509) * set)
{
        const char *uri = xml_attribute(method, "URI");
        xmlNode *data = NULL;
        if (uri == NULL || uri[0] != '#' || xml_by_id(dsig->document, uri + 1, &data) != XML_UNIQUE ||
            !xml_is(data, DSIG_SPACE, "X509Data"))
                return;
        for (const xmlNode *child = xml_child(data, DSIG_SPACE, "X509Certificate"); child != NULL;
             child = xml_next(child, DSIG_SPACE, "X509Certificate"))
                certificate_element(set, child);
}

void xades_certificates(const struct dsig *dsig, const struct xades *xades, STACK_OF(X509) * key_info, STACK_OF(X509) * values)
{
        for (xmlNode *node = dsig->key_info; node != NULL; node = xml_walk(dsig->key_info, node))
                if (xml_is(node, DSIG_SPACE, "X509Certificate"))
                        certificate_element(key_info, node);
                else if (xml_is(node, DSIG_SPACE, "RetrievalMethod"))
                        retrieved_certificates(dsig, node, key_info);
        for (xmlNode *node = xades->unsigned_properties; node != NULL; node = xml_walk(xades->unsigned_properties, node))
                if (xml_is(node, NULL, "EncapsulatedX509Certificate"))
                        certificate_element(values, node);
}

void xades_evidence(const struct xades *xades, void (*each)(void *context, struct signing_bytes der), void *context)
{
        for (xmlNode *node = xades->unsigned_properties; node != NULL; node = xml_walk(xades->unsigned_properties, node)) {
                uint8_t *der = NULL;
                size_t size = 0;
                if (!xml_is(node, NULL, "EncapsulatedCRLValue") && !xml_is(node, NULL, "EncapsulatedOCSPValue"))
                        continue;
                if (xml_base64(node, LIMIT_EVIDENCE_BYTES, &der, &size))
                        each(context, (struct signing_bytes){der, size});
                free(der);
        }
}

/* <Cert><CertDigest><DigestMethod/><DigestValue/></CertDigest><IssuerSerial/> or <IssuerSerialV2/></Cert> */
static bool cert_names(const xmlNode *cert, X509 *certificate)
{
        const xmlNode *digest = xml_child(cert, NULL, "CertDigest");
        const struct algorithm *method =
                algorithm_find(xml_attribute(xml_child(digest, NULL, "DigestMethod"), "Algorithm"), ALGORITHM_DIGEST);
        uint8_t *value = NULL;
        size_t size = 0;
        bool same = method != NULL && xml_base64(xml_child(digest, NULL, "DigestValue"), EVP_MAX_MD_SIZE, &value, &size) &&
                    certificate_digest_is(certificate, method->digest, (struct signing_bytes){value, size});
        free(value);
        return same;
}

static bool cert_serial_agrees(const xmlNode *cert, X509 *certificate)
{
        const char *serial = xml_text(xml_child(xml_child(cert, NULL, "IssuerSerial"), NULL, "X509SerialNumber"));
        const xmlNode *second = xml_child(cert, NULL, "IssuerSerialV2");
        uint8_t *der = NULL;
        size_t size = 0;
        if (serial != NULL && !certificate_serial_is(certificate, serial))
                return false;
        if (second == NULL)
                return true;
        bool same = xml_base64(second, LIMIT_CERTIFICATE_BYTES, &der, &size) &&
                    certificate_issuer_serial_is(certificate, (struct signing_bytes){der, size});
        free(der);
        return same;
}

/* The first that issued none of the others: KeyInfo may hold a chain in any order. */
static X509 *leaf_of(STACK_OF(X509) * set)
{
        for (int n = 0; n < sk_X509_num(set); n++) {
                X509 *one = sk_X509_value(set, n);
                bool issuer = false;
                for (int m = 0; m < sk_X509_num(set); m++)
                        issuer = issuer || (m != n && X509_NAME_cmp(X509_get_issuer_name(sk_X509_value(set, m)),
                                                                    X509_get_subject_name(one)) == 0);
                if (!issuer)
                        return one;
        }
        return sk_X509_num(set) > 0 ? sk_X509_value(set, 0) : NULL;
}

enum xades_binding xades_signer(const struct xades *xades, STACK_OF(X509) * set, STACK_OF(X509) * key_info, X509 **out)
{
        *out = NULL;
        for (int n = 0; xades->cert != NULL && n < sk_X509_num(set); n++)
                if (cert_names(xades->cert, sk_X509_value(set, n))) {
                        *out = sk_X509_value(set, n);
                        return cert_serial_agrees(xades->cert, *out) ? XADES_BOUND : XADES_SERIAL_DIFFERS;
                }
        *out = leaf_of(key_info);
        return xades->cert == NULL ? XADES_UNCLAIMED : XADES_UNBOUND;
}

bool xades_key_info_signed(const struct dsig *dsig)
{
        return dsig->key_info != NULL && dsig_reference_to(dsig, dsig->key_info) != NULL;
}

/* ---- level ---- */

static bool has(const struct xades *xades, const char *name)
{
        return xml_child(xades->unsigned_properties, NULL, name) != NULL;
}

/* TS 101 903 4.4: the names used before the baseline profiles. */
static const char *legacy_level(const struct xades *xades)
{
        if (has(xades, "ArchiveTimeStamp"))
                return "XAdES-A";
        bool values = has(xades, "CertificateValues") || has(xades, "RevocationValues");
        bool extended = has(xades, "SigAndRefsTimeStamp") || has(xades, "RefsOnlyTimeStamp");
        if (values)
                return "XAdES-XL";
        if (extended)
                return "XAdES-X";
        if (has(xades, "CompleteCertificateRefs") || has(xades, "CompleteRevocationRefs"))
                return "XAdES-C";
        if (has(xades, "SignatureTimeStamp"))
                return "XAdES-T";
        return xades->policy != NULL ? "XAdES-EPES" : "XAdES-BES";
}

const char *xades_level(const struct xades *xades)
{
        if (xades->space == NULL)
                return "XMLDSig";
        bool refs =
                has(xades, "CompleteCertificateRefs") || has(xades, "CompleteRevocationRefs") || has(xades, "SigAndRefsTimeStamp");
        if (strcmp(xades->space, XADES_132) != 0 || refs || xades->claimed == NULL || xades->cert == NULL)
                return legacy_level(xades);
        bool stamped = has(xades, "SignatureTimeStamp");
        bool values = has(xades, "CertificateValues") || has(xades, "RevocationValues") || has(xades, "TimeStampValidationData");
        if (stamped && has(xades, "ArchiveTimeStamp"))
                return "XAdES-B-LTA";
        if (stamped && values)
                return "XAdES-B-LT";
        if (has(xades, "SealingEvidenceRecords"))
                return "XAdES-E-ERS";
        return stamped ? "XAdES-B-T" : "XAdES-B-B";
}
