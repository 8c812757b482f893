/*
 * report.c - judgements made into JSON (report.h). The keys are the contract of
 * `pli verify --json`; keys may be added, never renamed.
 */
#include "signing/report.h"

#include <jansson.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/core/owner.h"
#include "signing/reason.h"
#include "signing/report_detail.h"

struct signing_report {
        json_t *json, *signatures, *reasons, *unsigned_; /* the three are borrowed from json */
        char *text;
        bool covers[2 * LIMIT_SIGNATURES];
        size_t count;
        enum signing_indication indication;
        const char *sub_indication;
};

DEFINE_OWNER(signing_report, signing_report_free)

static const char *indication_name(enum signing_indication indication)
{
        switch (indication) {
        case SIGNING_PASSED:
                return "TOTAL-PASSED";
        case SIGNING_FAILED:
                return "TOTAL-FAILED";
        case SIGNING_INDETERMINATE:
        case SIGNING_UNJUDGED:
                break;
        }
        return "INDETERMINATE";
}

static json_t *text_or_null(const char *text)
{
        bool known = text != NULL && xmlCheckUTF8((const unsigned char *)text) == 1; /* names in certificates may be anything */
        return known ? json_string(text) : json_null();
}

static json_t *time_json(int64_t at)
{
        char text[32];
        struct tm fields;
        time_t seconds = (time_t)at;
        if (gmtime_r(&seconds, &fields) == NULL || strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &fields) == 0)
                return json_null();
        return json_string(text);
}

signing_report *report_new(const char *format)
{
        OWN(signing_report) report = calloc(1, sizeof *report);
        if (report == NULL || (report->json = json_object()) == NULL)
                return NULL;
        report->signatures = json_array();
        report->reasons = json_array();
        report->unsigned_ = json_array();
        int set = json_object_set_new(report->json, "indication", json_null()) |
                  json_object_set_new(report->json, "subIndication", json_null()) |
                  json_object_set_new(report->json, "format", json_string(format)) |
                  json_object_set_new(report->json, "signatures", report->signatures) |
                  json_object_set_new(report->json, "unsigned", report->unsigned_) |
                  json_object_set_new(report->json, "reasons", report->reasons);
        return set == 0 ? TAKE(report) : NULL;
}

void signing_report_free(signing_report *report)
{
        if (report == NULL)
                return;
        json_decref(report->json);
        free(report->text);
        free(report);
}

/* A part that lacks something for want of memory is no part: NULL, and what it belongs in becomes NULL in its turn. */
static void put(json_t **object, const char *key, json_t *value)
{
        if (json_object_set_new(*object, key, value) == 0)
                return;
        json_decref(*object);
        *object = NULL;
}

static void add(json_t **array, json_t *value)
{
        if (json_array_append_new(*array, value) == 0)
                return;
        json_decref(*array);
        *array = NULL;
}

/* ---- the parts of one signature ---- */

static json_t *reason_json(const struct reason *reason)
{
        const struct reason_row *row = reason_row(reason->code);
        char english[512], french[512];
        reason_show(row->english, reason, english, sizeof english);
        reason_show(row->french, reason, french, sizeof french);
        return json_pack("{s:s, s:s, s:s+, s:s+, s:s*}", "code", row->code, "clause", row->clause, "text", english, "", "texte",
                         french, "", "subIndication", row->sub_indication[0] != '\0' ? row->sub_indication : NULL);
}

/* Findings that lower the verdict, or the notes. */
static json_t *reasons_json(const struct judgement *judgement, bool notes)
{
        json_t *all = json_array();
        for (size_t n = 0; n < judgement->reason_count; n++)
                if ((reason_row(judgement->reasons[n].code)->indication == SIGNING_PASSED) == notes)
                        add(&all, reason_json(&judgement->reasons[n]));
        return all;
}

static json_t *reference_json(const struct reference *reference)
{
        json_t *json = json_object();
        put(&json, "uri", text_or_null(reference->uri));
        put(&json, "type", text_or_null(reference->type));
        put(&json, "found", json_boolean(reference->found));
        put(&json, "digestOk", json_boolean(reference->verdict == CHAIN_HOLDS));
        put(&json, "covers", text_or_null(reference->found ? reference->covers : NULL));
        put(&json, "digestMethod", text_or_null(reference->digest != NULL ? reference->digest->uri : NULL));
        put(&json, "digestValue", text_or_null(xml_text(xml_child(reference->node, DSIG_SPACE, "DigestValue"))));
        if (reference->manifest > 0)
                put(&json, "manifest", json_integer((json_int_t)reference->manifest - 1));
        return json;
}

static json_t *references_json(const struct dsig *dsig)
{
        json_t *all = json_array();
        for (size_t n = 0; dsig != NULL && n < dsig->reference_count; n++)
                add(&all, reference_json(&dsig->references[n]));
        return all;
}

static json_t *certificate_json(const struct judgement *judgement)
{
        X509 *signer = judgement->signer;
        char digest[65] = "";
        if (signer == NULL)
                return json_null();
        char *subject = certificate_subject(signer), *issuer = certificate_issuer(signer), *serial = certificate_serial(signer);
        json_t *json = json_object();
        put(&json, "subject", text_or_null(subject));
        put(&json, "issuer", text_or_null(issuer));
        put(&json, "serial", text_or_null(serial));
        put(&json, "sha256", text_or_null(certificate_sha256(signer, digest) ? digest : NULL));
        put(&json, "bound", json_boolean(judgement->binding == XADES_BOUND));
        free(subject);
        free(issuer);
        free(serial);
        return json;
}

static json_t *token_json(const xmlNode *token)
{
        uint8_t *der = NULL, digest[SHA256_DIGEST_LENGTH];
        size_t size = 0;
        char hex[2 * sizeof digest + 1] = "";
        if (xml_base64(token, LIMIT_TOKEN_BYTES, &der, &size) && EVP_Digest(der, size, digest, NULL, EVP_sha256(), NULL) == 1)
                for (size_t n = 0; n < sizeof digest; n++)
                        snprintf(hex + 2 * n, 3, "%02x", digest[n]);
        free(der);
        return text_or_null(hex[0] != '\0' ? hex : NULL);
}

static json_t *stamps_json(const struct judgement *judgement)
{
        json_t *all = json_array();
        for (size_t n = 0; n < judgement->xades.stamp_count; n++) {
                const struct stamp_finding *stamp = &judgement->stamps[n];
                json_t *json = json_object();
                put(&json, "type", text_or_null(stamp->type));
                put(&json, "time", stamp->at != 0 ? time_json(stamp->at) : json_null());
                put(&json, "intact", json_boolean(stamp->intact));
                put(&json, "trusted", json_boolean(stamp->trusted));
                put(&json, "sha256", token_json(judgement->xades.stamps[n].token));
                add(&all, json);
        }
        return all;
}

/* XMLDSig 2.1: where the signed data lie, seen from the signature. */
static const char *packaging_of(const struct judgement *judgement)
{
        const struct dsig *dsig = judgement->dsig;
        for (size_t n = 0; dsig != NULL && n < dsig->reference_count; n++) {
                const struct reference *reference = &dsig->references[n];
                const xmlNode *target = reference->target != NULL ? reference->target : xml_root(judgement->document);
                if (reference->target != NULL && xml_is(reference->target, NULL, "SignedProperties"))
                        continue;
                if (!reference->same_document)
                        return "detached";
                if (xml_inside(target, judgement->signature))
                        return "enveloping";
                return xml_inside(judgement->signature, target) ? "enveloped" : "internally-detached";
        }
        return NULL;
}

static const char *format_of(const struct judgement *judgement)
{
        return judgement->xades.space != NULL ? "XAdES" : "XMLDSig";
}

static json_t *signature_json(const struct judgement *judgement)
{
        json_t *json = json_object();
        const struct dsig *dsig = judgement->dsig;
        const struct xades *xades = &judgement->xades;
        put(&json, "id", text_or_null(xml_attribute(judgement->signature, "Id")));
        put(&json, "format", text_or_null(format_of(judgement)));
        put(&json, "packaging", text_or_null(packaging_of(judgement)));
        put(&json, "level", text_or_null(dsig != NULL ? xades_level(xades) : NULL));
        put(&json, "indication", json_string(indication_name(judgement->indication)));
        put(&json, "subIndication", text_or_null(judgement->sub_indication));
        put(&json, "intact", json_boolean(judgement->value_holds));
        put(&json, "signatureMethod", text_or_null(dsig != NULL && dsig->method != NULL ? dsig->method->uri : NULL));
        put(&json, "signatureValue", text_or_null(dsig != NULL ? xml_text(dsig->value) : NULL));
        put(&json, "references", references_json(dsig));
        put(&json, "coversAll", json_boolean(judgement->covers_all));
        put(&json, "signedPropertiesCovered", json_boolean(judgement->properties_covered));
        put(&json, "signingCertificate", certificate_json(judgement));
        put(&json, "claimedSigningTime", text_or_null(xades->claimed));
        put(&json, "bestSignatureTime", time_json(judgement->best));
        put(&json, "policy", text_or_null(xades->policy));
        put(&json, "qualification", text_or_null(qualification_name(&judgement->qualification, judgement->indication)));
        put(&json, "timestamps", stamps_json(judgement));
        if (judgement->detailed)
                detail_put(&json, judgement);
        put(&json, "reasons", reasons_json(judgement, false));
        put(&json, "notes", reasons_json(judgement, true));
        if (judgement->wanted.count > 0)
                put(&json, "wanted", wanted_json(&judgement->wanted));
        return json;
}

static void verdict_join(signing_report *report, enum signing_indication indication, const char *sub_indication)
{
        if (indication == SIGNING_UNJUDGED)
                indication = SIGNING_INDETERMINATE;
        if (indication > report->indication) {
                report->indication = indication;
                report->sub_indication = sub_indication;
        }
}

bool report_add(signing_report *report, const struct judgement *judgement, const char *countersigns)
{
        json_t *json = signature_json(judgement);
        if (countersigns != NULL)
                put(&json, "countersigns", json_string(countersigns));
        if (json == NULL || report->count == sizeof report->covers / sizeof report->covers[0]) {
                json_decref(json);
                return false;
        }
        if (countersigns == NULL)
                verdict_join(report, judgement->indication, judgement->sub_indication);
        report->covers[report->count++] = judgement->covers_all;
        return json_array_append_new(report->signatures, json) == 0;
}

bool report_unsigned(signing_report *report, const char *name)
{
        return json_array_append_new(report->unsigned_, json_string(name)) == 0;
}

bool report_container(signing_report *report, enum reason_code code, const char *detail)
{
        struct reason reason = {.code = code};
        const size_t room = sizeof reason.detail - 1;
        strncpy(reason.detail, detail, room);
        verdict_join(report, reason_row(code)->indication, reason_row(code)->sub_indication);
        return json_array_append_new(report->reasons, reason_json(&reason)) == 0;
}

bool report_stamp(signing_report *report, const struct report_stamp *stamp)
{
        json_t *stamps = json_object_get(report->json, "timestamps"), *json = json_object();
        if (stamps == NULL && json_object_set_new(report->json, "timestamps", stamps = json_array()) != 0)
                stamps = NULL;
        put(&json, "type", json_string("ContainerTimeStamp"));
        put(&json, "name", text_or_null(stamp->name));
        put(&json, "covers", text_or_null(stamp->covers));
        put(&json, "time", stamp->at != 0 ? time_json(stamp->at) : json_null());
        put(&json, "intact", json_boolean(stamp->intact));
        put(&json, "trusted", json_boolean(stamp->trusted));
        if (stamps != NULL && json != NULL)
                return json_array_append_new(stamps, json) == 0;
        json_decref(json);
        return false;
}

bool report_finish(signing_report *report)
{
        if (json_object_set_new(report->json, "indication", json_string(indication_name(report->indication))) != 0 ||
            json_object_set_new(report->json, "subIndication", text_or_null(report->sub_indication)) != 0)
                return false;
        report->text = json_dumps(report->json, JSON_COMPACT);
        return report->text != NULL;
}

const json_t *report_object(const signing_report *report)
{
        return report->json;
}

/* ---- signing.h ---- */

enum signing_indication signing_report_indication(const signing_report *report)
{
        return report->indication;
}

size_t signing_report_signatures(const signing_report *report)
{
        return report->count;
}

const char *signing_report_json(const signing_report *report)
{
        return report->text;
}

bool signing_report_covers_all(const signing_report *report, size_t n)
{
        return n < report->count && report->covers[n];
}
