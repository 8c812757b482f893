/*
 * report_etsi.c - the report as ETSI TS 119 102-2 wants it: one
 * SignatureValidationReport a signature, and the objects they speak of. Made out
 * of the JSON report's object, so that both say the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/core/owner.h"
#include "signing/refusal.h"
#include "signing/report.h"
#include "signing/report_objects.h"
#include "signing/writer.h"

static const char SPACE[] = "http://uri.etsi.org/19102/v1.2.1#";

enum { TIME = 32 };

typedef struct writer xml_writer;
DEFINE_OWNER(xml_writer, writer_free)
typedef char text;
DEFINE_OWNER(text, free)

static void reference_write(struct writer *writer, const char *element, const char *name)
{
        writer_start(writer, element);
        writer_attribute(writer, "VOReference", name);
        writer_end(writer);
}

/* ---- 4.3 one signature ---- */

static void identifier_write(struct writer *writer, const json_t *signature, size_t number)
{
        char name[OBJECT_NAME];
        snprintf(name, sizeof name, "signature-%zu", number + 1);
        writer_start(writer, "SignatureIdentifier");
        writer_attribute(writer, "id", name);
        if (json_is_object(json_object_get(signature, "dataToBeSigned")))
                object_digest_hex(writer, object_text(json_object_get(signature, "dataToBeSigned"), "sha256"));
        if (object_text(signature, "signatureValue")[0] != '\0')
                writer_leaf(writer, "ds:SignatureValue", object_text(signature, "signatureValue"));
        writer_leaf(writer, "HashOnly", "false");
        writer_leaf(writer, "DocHashOnly", "false");
        if (object_text(signature, "id")[0] != '\0')
                writer_leaf(writer, "DAIdentifier", object_text(signature, "id"));
        writer_end(writer);
}

/* The time-stamp that proves the best signature time; -1: the verification itself does. */
static int proof_of(const json_t *signature)
{
        size_t n;
        const json_t *stamp;
        const char *best = object_text(signature, "bestSignatureTime");
        json_array_foreach(json_object_get(signature, "timestamps"), n, stamp)
        {
                if (object_true(stamp, "trusted") && strcmp(object_text(stamp, "time"), best) == 0)
                        return (int)n;
        }
        return -1;
}

static void times_write(struct writer *writer, const json_t *signature, size_t number, const char *at)
{
        const char *best = object_text(signature, "bestSignatureTime");
        int proof = proof_of(signature);
        char name[OBJECT_NAME];
        writer_start(writer, "ValidationTimeInfo");
        writer_leaf(writer, "ValidationTime", at);
        writer_start(writer, "BestSignatureTime");
        writer_leaf(writer, "POETime", best[0] != '\0' ? best : at);
        writer_leaf(writer, "TypeOfProof", "urn:etsi:019102:poetype:validation");
        if (proof >= 0) {
                object_name(name, "time-stamp", number, (size_t)proof);
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
        char *names = NULL, name[OBJECT_NAME];
        FILE *out = open_memstream(&names, &size);
        if (out == NULL)
                return NULL;
        json_array_foreach(json_object_get(signature, "references"), n, reference)
        {
                if (!object_is_document(reference) || (right && !object_true(reference, "digestOk")))
                        continue;
                object_name(name, "document", number, n);
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
                if (first == NULL && object_is_document(reference))
                        first = reference;
        }
        if (first == NULL || names == NULL)
                return;
        writer_start(writer, "SignersDocument");
        object_digest(writer, object_text(first, "digestMethod"), object_text(first, "digestValue"));
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
        char name[OBJECT_NAME];
        json_array_foreach(json_object_get(signature, "timestamps"), n, stamp)
        {
                const char *type = object_text(stamp, "type"), *at = object_text(stamp, "time");
                if (!stamp_named(type) || at[0] == '\0' || object_text(stamp, "sha256")[0] == '\0')
                        continue;
                attribute_start(writer, type, strstr(type, "DataObjects") != NULL);
                object_name(name, "time-stamp", number, n);
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
        const char *claimed = object_text(signature, "claimedSigningTime"), *policy = object_text(signature, "policy");
        bool covered = object_true(signature, "signedPropertiesCovered"), bound = object_true(certificate, "bound");
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
                char name[OBJECT_NAME];
                object_name(name, "certificate", number, 0);
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
        char name[OBJECT_NAME];
        if (!json_is_object(certificate))
                return;
        object_name(name, "certificate", number, 0);
        writer_start(writer, "SignerInformation");
        reference_write(writer, "SignerCertificate", name);
        writer_leaf(writer, "Signer", object_text(certificate, "subject"));
        writer_end(writer);
}

static void quality_write(struct writer *writer, const json_t *signature)
{
        const char *qualification = object_text(signature, "qualification");
        char uri[2 * OBJECT_NAME];
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
                if (strcmp(object_text(stamp, "type"), "ArchiveTimeStamp") == 0)
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
                char type[2 * OBJECT_NAME], value[768];
                snprintf(type, sizeof type, "urn:pli:finding:%.60s", object_text(reason, "code"));
                snprintf(value, sizeof value, "%s: %s", object_text(reason, "clause"), object_text(reason, "text"));
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

/* The signer's certificate, those above it, the anchor: the last of a chain that was found. */
static void chain_write(struct writer *writer, const json_t *signature, size_t number)
{
        size_t length = json_array_size(json_object_get(signature, "certificateChain"));
        char name[OBJECT_NAME];
        writer_start(writer, "CertificateChain");
        object_name(name, "certificate", number, 0);
        reference_write(writer, "SigningCertificate", name);
        for (size_t n = 1; n < length; n++) {
                object_name(name, "certificate", number, n);
                reference_write(writer, n + 1 < length ? "IntermediateCertificate" : "TrustAnchor", name);
        }
        writer_end(writer);
}

static void revocations_write(struct writer *writer, const json_t *signature, size_t number)
{
        size_t count = json_array_size(json_object_get(signature, "revocationData"));
        char name[OBJECT_NAME];
        for (size_t n = 0; n < count; n++) {
                object_name(name, "revocation", number, n);
                reference_write(writer, "RelatedValidationObject", name);
        }
}

static void data_write(struct writer *writer, const json_t *signature, const json_t *report, size_t number)
{
        OWN(text) names = document_names(signature, number, true);
        writer_start(writer, "AssociatedValidationReportData");
        if (json_is_object(json_object_get(signature, "signingCertificate")))
                chain_write(writer, signature, number);
        if (names != NULL)
                reference_write(writer, "RelatedValidationObject", names);
        revocations_write(writer, signature, number);
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
        const char *detail = object_text(signature, "subIndication");
        char uri[2 * OBJECT_NAME];
        writer_start(writer, "SignatureValidationStatus");
        writer_leaf(writer, "MainIndication", main_indication(object_text(signature, "indication")));
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
        report_objects_write(writer, signatures);
        writer_end(writer);
        if (!writer_finish(writer, &bytes, why))
                return false;
        return out->write(out->context, bytes.data, bytes.size) ||
               refuse(why, "SINK_FAILED", "", "The report could not be handed on.");
}
