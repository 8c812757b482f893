/*
 * report_etsi.c - the report as ETSI TS 119 102-2 wants it: one
 * SignatureValidationReport a signature, and the objects they speak of. Made out
 * of the JSON report's object, so that both say the same.
 */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/core/owner.h"
#include "signing/refusal.h"
#include "signing/report.h"
#include "signing/writer.h"

static const char SPACE[] = "http://uri.etsi.org/19102/v1.2.1#";
static const char DIGEST_METHOD[] = "http://www.w3.org/2001/04/xmlenc#sha256";
static const char PROPERTIES[] = "#SignedProperties";

enum { NAME = 64, TIME = 32 };

typedef struct writer xml_writer;
DEFINE_OWNER(xml_writer, writer_free)
typedef char text;
DEFINE_OWNER(text, free)

static const char *text_of(const json_t *object, const char *key)
{
        const char *value = json_string_value(json_object_get(object, key));
        return value != NULL ? value : "";
}

static bool true_of(const json_t *object, const char *key)
{
        return json_is_true(json_object_get(object, key));
}

/* How an object of the list is called: what, of which signature, which one (xs:ID). */
static void name_make(char name[NAME], const char *what, size_t signature, size_t n)
{
        snprintf(name, NAME, "%s-%zu-%zu", what, signature + 1, n + 1);
}

static void reference_write(struct writer *writer, const char *element, const char *name)
{
        writer_start(writer, element);
        writer_attribute(writer, "VOReference", name);
        writer_end(writer);
}

static void digest_write(struct writer *writer, const char *method, const char *value)
{
        writer_start(writer, "DigestAlgAndValue");
        writer_leaf_algorithm(writer, "ds:DigestMethod", method);
        writer_leaf(writer, "ds:DigestValue", value);
        writer_end(writer);
}

/* "3f…" as base64. */
static void digest_hex_write(struct writer *writer, const char *hex)
{
        uint8_t digest[EVP_MAX_MD_SIZE];
        char value[EVP_MAX_MD_SIZE * 4 / 3 + 8];
        size_t size = strlen(hex) / 2;
        for (size_t n = 0; n < size && n < sizeof digest; n++) {
                const char pair[3] = {hex[2 * n], hex[2 * n + 1], '\0'};
                digest[n] = (uint8_t)strtoul(pair, NULL, 16);
        }
        EVP_EncodeBlock((unsigned char *)value, digest, (int)(size < sizeof digest ? size : sizeof digest));
        digest_write(writer, DIGEST_METHOD, value);
}

static bool is_document(const json_t *reference)
{
        const char *type = text_of(reference, "type");
        size_t size = strlen(type), tail = sizeof PROPERTIES - 1;
        bool properties = size >= tail && strcmp(type + size - tail, PROPERTIES) == 0;
        return !properties && text_of(reference, "digestMethod")[0] != '\0' && text_of(reference, "digestValue")[0] != '\0';
}

/* ---- 4.3 one signature ---- */

static void identifier_write(struct writer *writer, const json_t *signature, size_t number)
{
        char name[NAME];
        snprintf(name, sizeof name, "signature-%zu", number + 1);
        writer_start(writer, "SignatureIdentifier");
        writer_attribute(writer, "id", name);
        if (text_of(signature, "signatureValue")[0] != '\0')
                writer_leaf(writer, "ds:SignatureValue", text_of(signature, "signatureValue"));
        writer_leaf(writer, "HashOnly", "false");
        writer_leaf(writer, "DocHashOnly", "false");
        if (text_of(signature, "id")[0] != '\0')
                writer_leaf(writer, "DAIdentifier", text_of(signature, "id"));
        writer_end(writer);
}

/* The time-stamp that proves the best signature time; -1: the verification itself does. */
static int proof_of(const json_t *signature)
{
        size_t n;
        const json_t *stamp;
        const char *best = text_of(signature, "bestSignatureTime");
        json_array_foreach(json_object_get(signature, "timestamps"), n, stamp)
        {
                if (true_of(stamp, "trusted") && strcmp(text_of(stamp, "time"), best) == 0)
                        return (int)n;
        }
        return -1;
}

static void times_write(struct writer *writer, const json_t *signature, size_t number, const char *at)
{
        const char *best = text_of(signature, "bestSignatureTime");
        int proof = proof_of(signature);
        char name[NAME];
        writer_start(writer, "ValidationTimeInfo");
        writer_leaf(writer, "ValidationTime", at);
        writer_start(writer, "BestSignatureTime");
        writer_leaf(writer, "POETime", best[0] != '\0' ? best : at);
        writer_leaf(writer, "TypeOfProof", "urn:etsi:019102:poetype:validation");
        if (proof >= 0) {
                name_make(name, "time-stamp", number, (size_t)proof);
                reference_write(writer, "POEObject", name);
        }
        writer_end(writer);
        writer_end(writer);
}

/* The names of what it signs, as xs:IDREFS; malloc'ed, NULL where it signs nothing. */
static char *document_names(const json_t *signature, size_t number, bool right)
{
        size_t n, size = 0;
        const json_t *reference;
        char *names = NULL, name[NAME];
        FILE *out = open_memstream(&names, &size);
        if (out == NULL)
                return NULL;
        json_array_foreach(json_object_get(signature, "references"), n, reference)
        {
                if (!is_document(reference) || (right && !true_of(reference, "digestOk")))
                        continue;
                name_make(name, "document", number, n);
                fprintf(out, "%s%s", ftell(out) > 0 ? " " : "", name);
        }
        if (fclose(out) == 0 && size > 0)
                return names;
        free(names);
        return NULL;
}

/* The schema has room for the digest of one; all are named, and each has its digest among the objects. */
static void documents_write(struct writer *writer, const json_t *signature, size_t number)
{
        size_t n;
        const json_t *reference, *first = NULL;
        OWN(text) names = document_names(signature, number, false);
        json_array_foreach(json_object_get(signature, "references"), n, reference)
        {
                if (first == NULL && is_document(reference))
                        first = reference;
        }
        if (first == NULL || names == NULL)
                return;
        writer_start(writer, "SignersDocument");
        digest_write(writer, text_of(first, "digestMethod"), text_of(first, "digestValue"));
        reference_write(writer, "SignersDocumentRef", names);
        writer_end(writer);
}

static void attribute_start(struct writer *writer, const char *name, bool signed_)
{
        writer_start(writer, name);
        writer_attribute(writer, "Signed", signed_ ? "true" : "false");
}

/* Annex A; what the report knows of. */
static bool stamp_named(const char *type)
{
        static const char *const names[] = {"SignatureTimeStamp", "ArchiveTimeStamp",        "SigAndRefsTimeStamp",
                                            "RefsOnlyTimeStamp",  "AllDataObjectsTimeStamp", "IndividualDataObjectsTimeStamp"};
        for (size_t n = 0; n < sizeof names / sizeof *names; n++)
                if (strcmp(names[n], type) == 0)
                        return true;
        return false;
}

static void stamp_attributes_write(struct writer *writer, const json_t *signature, size_t number)
{
        size_t n;
        const json_t *stamp;
        char name[NAME];
        json_array_foreach(json_object_get(signature, "timestamps"), n, stamp)
        {
                const char *type = text_of(stamp, "type"), *at = text_of(stamp, "time");
                if (!stamp_named(type) || at[0] == '\0' || text_of(stamp, "sha256")[0] == '\0')
                        continue;
                attribute_start(writer, type, strstr(type, "DataObjects") != NULL);
                name_make(name, "time-stamp", number, n);
                reference_write(writer, "AttributeObject", name);
                writer_leaf(writer, "TimeStampValue", at);
                writer_end(writer);
        }
}

/* xs:dateTime has no other shape; what a signature claims may have any. */
static bool is_instant(const char *claimed)
{
        int year, month, day, hour, minute, end = 0;
        return sscanf(claimed, "%4d-%2d-%2dT%2d:%2d:%*2d%n", &year, &month, &day, &hour, &minute, &end) == 5 && end == 19 &&
               strspn(claimed + end, "0123456789.:+-Z") == strlen(claimed + end);
}

static void attributes_write(struct writer *writer, const json_t *signature, size_t number)
{
        const json_t *certificate = json_object_get(signature, "signingCertificate");
        const char *claimed = text_of(signature, "claimedSigningTime"), *policy = text_of(signature, "policy");
        bool covered = true_of(signature, "signedPropertiesCovered"), bound = true_of(certificate, "bound");
        bool timed = is_instant(claimed);
        if (!timed && !bound && policy[0] == '\0' && json_array_size(json_object_get(signature, "timestamps")) == 0)
                return;
        writer_start(writer, "SignatureAttributes");
        if (timed) {
                attribute_start(writer, "SigningTime", covered);
                writer_leaf(writer, "Time", claimed);
                writer_end(writer);
        }
        if (bound) {
                char name[NAME];
                name_make(name, "certificate", number, 0);
                attribute_start(writer, "SigningCertificate", covered);
                reference_write(writer, "AttributeObject", name);
                writer_end(writer);
        }
        if (policy[0] != '\0') {
                attribute_start(writer, "SigPolicyIdentifier", covered);
                writer_leaf(writer, "SigPolicyId", policy);
                writer_end(writer);
        }
        stamp_attributes_write(writer, signature, number);
        writer_end(writer);
}

static void signer_write(struct writer *writer, const json_t *signature, size_t number)
{
        const json_t *certificate = json_object_get(signature, "signingCertificate");
        char name[NAME];
        if (!json_is_object(certificate))
                return;
        name_make(name, "certificate", number, 0);
        writer_start(writer, "SignerInformation");
        reference_write(writer, "SignerCertificate", name);
        writer_leaf(writer, "Signer", text_of(certificate, "subject"));
        writer_end(writer);
}

static void quality_write(struct writer *writer, const json_t *signature)
{
        const char *qualification = text_of(signature, "qualification");
        char uri[2 * NAME];
        if (qualification[0] == '\0')
                return;
        snprintf(uri, sizeof uri, "urn:pli:qualification:%.60s", qualification);
        writer_start(writer, "SignatureQuality");
        writer_leaf(writer, "SignatureQualityInformation", uri);
        writer_end(writer);
}

/* EN 319 102-1 5.3, 5.5, 5.6: the deepest process that the signature gave material for. */
static void process_write(struct writer *writer, const json_t *signature)
{
        const char *process = "urn:etsi:019102:validationprocess:Basic";
        size_t n;
        const json_t *stamp;
        json_array_foreach(json_object_get(signature, "timestamps"), n, stamp)
        {
                if (strcmp(text_of(stamp, "type"), "ArchiveTimeStamp") == 0)
                        process = "urn:etsi:019102:validationprocess:LTA";
                else if (strstr(process, ":Basic") != NULL)
                        process = "urn:etsi:019102:validationprocess:LTVM";
        }
        writer_start(writer, "SignatureValidationProcess");
        writer_leaf(writer, "SignatureValidationProcessID", process);
        writer_end(writer);
}

static void finding_write(struct writer *writer, const char *type, const char *value)
{
        writer_start(writer, "ReportData");
        writer_leaf(writer, "Type", type);
        writer_leaf(writer, "Value", value);
        writer_end(writer);
}

static void reasons_write(struct writer *writer, const json_t *reasons)
{
        size_t n;
        const json_t *reason;
        json_array_foreach(reasons, n, reason)
        {
                char type[2 * NAME], value[768];
                snprintf(type, sizeof type, "urn:pli:finding:%.60s", text_of(reason, "code"));
                snprintf(value, sizeof value, "%s: %s", text_of(reason, "clause"), text_of(reason, "text"));
                finding_write(writer, type, value);
        }
}

static void unsigned_write(struct writer *writer, const json_t *report)
{
        size_t n;
        const json_t *name;
        json_array_foreach(json_object_get(report, "unsigned"), n, name)
        {
                finding_write(writer, "urn:pli:finding:UNSIGNED", json_string_value(name));
        }
}

/* What belongs to the document as a whole is told with each signature: the standard has no other place for it. */
static bool has_findings(const json_t *signature, const json_t *report)
{
        return json_array_size(json_object_get(signature, "reasons")) > 0 ||
               json_array_size(json_object_get(signature, "notes")) > 0 ||
               json_array_size(json_object_get(report, "reasons")) > 0 || json_array_size(json_object_get(report, "unsigned")) > 0;
}

static void findings_write(struct writer *writer, const json_t *signature, const json_t *report)
{
        if (!has_findings(signature, report))
                return;
        writer_start(writer, "AdditionalValidationReportData");
        reasons_write(writer, json_object_get(signature, "reasons"));
        reasons_write(writer, json_object_get(signature, "notes"));
        reasons_write(writer, json_object_get(report, "reasons"));
        unsigned_write(writer, report);
        writer_end(writer);
}

static void data_write(struct writer *writer, const json_t *signature, const json_t *report, size_t number)
{
        char name[NAME];
        OWN(text) names = document_names(signature, number, true);
        writer_start(writer, "AssociatedValidationReportData");
        if (json_is_object(json_object_get(signature, "signingCertificate"))) {
                name_make(name, "certificate", number, 0);
                writer_start(writer, "CertificateChain");
                reference_write(writer, "SigningCertificate", name);
                writer_end(writer);
        }
        if (names != NULL)
                reference_write(writer, "RelatedValidationObject", names);
        findings_write(writer, signature, report);
        writer_end(writer);
}

static const char *main_indication(const char *indication)
{
        if (strcmp(indication, "TOTAL-PASSED") == 0)
                return "urn:etsi:019102:mainindication:total-passed";
        if (strcmp(indication, "TOTAL-FAILED") == 0)
                return "urn:etsi:019102:mainindication:total-failed";
        return "urn:etsi:019102:mainindication:indeterminate";
}

static void status_write(struct writer *writer, const json_t *signature, const json_t *report, size_t number)
{
        const char *detail = text_of(signature, "subIndication");
        char uri[2 * NAME];
        writer_start(writer, "SignatureValidationStatus");
        writer_leaf(writer, "MainIndication", main_indication(text_of(signature, "indication")));
        if (detail[0] != '\0') {
                snprintf(uri, sizeof uri, "urn:etsi:019102:subindication:%.60s", detail);
                writer_leaf(writer, "SubIndication", uri);
        }
        data_write(writer, signature, report, number);
        writer_end(writer);
}

static void signature_write(struct writer *writer, const json_t *signature, const json_t *report, size_t number, const char *at)
{
        writer_start(writer, "SignatureValidationReport");
        identifier_write(writer, signature, number);
        times_write(writer, signature, number, at);
        documents_write(writer, signature, number);
        attributes_write(writer, signature, number);
        signer_write(writer, signature, number);
        quality_write(writer, signature);
        process_write(writer, signature);
        status_write(writer, signature, report, number);
        writer_end(writer);
}

/* ---- 4.4 the objects ---- */

static void object_start(struct writer *writer, const char *name, const char *type)
{
        writer_start(writer, "ValidationObject");
        writer_attribute(writer, "id", name);
        writer_leaf(writer, "ObjectType", type);
        writer_start(writer, "ValidationObjectRepresentation");
}

static void certificate_object(struct writer *writer, const json_t *signature, size_t number)
{
        const json_t *certificate = json_object_get(signature, "signingCertificate");
        char name[NAME];
        if (!json_is_object(certificate))
                return;
        name_make(name, "certificate", number, 0);
        object_start(writer, name, "urn:etsi:019102:validationObject:certificate");
        digest_hex_write(writer, text_of(certificate, "sha256"));
        writer_end(writer);
        writer_end(writer);
}

static void document_objects(struct writer *writer, const json_t *signature, size_t number)
{
        size_t n;
        const json_t *reference;
        char name[NAME];
        json_array_foreach(json_object_get(signature, "references"), n, reference)
        {
                if (!is_document(reference))
                        continue;
                name_make(name, "document", number, n);
                object_start(writer, name, "urn:etsi:019102:validationObject:signedData");
                digest_write(writer, text_of(reference, "digestMethod"), text_of(reference, "digestValue"));
                writer_end(writer);
                writer_end(writer);
        }
}

static void stamp_object(struct writer *writer, const json_t *stamp, const char *name)
{
        bool intact = true_of(stamp, "intact"), trusted = true_of(stamp, "trusted");
        object_start(writer, name, "urn:etsi:019102:validationObject:timestamp");
        digest_hex_write(writer, text_of(stamp, "sha256"));
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
        char name[NAME];
        json_array_foreach(json_object_get(signature, "timestamps"), n, stamp)
        {
                if (text_of(stamp, "sha256")[0] == '\0')
                        continue;
                name_make(name, "time-stamp", number, n);
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
                if (is_document(item))
                        return true;
        }
        json_array_foreach(json_object_get(signature, "timestamps"), n, item)
        {
                if (text_of(item, "sha256")[0] != '\0')
                        return true;
        }
        return false;
}

static void objects_write(struct writer *writer, const json_t *signatures)
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
                certificate_object(writer, signature, n);
                document_objects(writer, signature, n);
                stamp_objects(writer, signature, n);
        }
        writer_end(writer);
}

static bool instant_show(int64_t at, char shown[TIME])
{
        struct tm fields;
        time_t seconds = (time_t)at;
        return gmtime_r(&seconds, &fields) != NULL && strftime(shown, TIME, "%Y-%m-%dT%H:%M:%SZ", &fields) > 0;
}

bool signing_report_etsi(const signing_report *report, int64_t at, const struct signing_sink *out, struct signing_refusal *why)
{
        OWN(xml_writer) writer = writer_new();
        const json_t *object = report_object(report), *signatures = json_object_get(object, "signatures"), *signature;
        struct signing_bytes bytes = {0};
        char instant[TIME];
        size_t n;
        if (!instant_show(at, instant))
                return refuse(why, "TIME_UNREADABLE", "", "The control time is no time.");
        writer_start(writer, "ValidationReport");
        writer_attribute(writer, "xmlns", SPACE);
        writer_attribute(writer, "xmlns:ds", DSIG_SPACE);
        json_array_foreach(signatures, n, signature)
        {
                signature_write(writer, signature, object, n, instant);
        }
        objects_write(writer, signatures);
        writer_end(writer);
        if (!writer_finish(writer, &bytes, why))
                return false;
        return out->write(out->context, bytes.data, bytes.size) ||
               refuse(why, "SINK_FAILED", "", "The report could not be handed on.");
}
