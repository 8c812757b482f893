/* pes_grade.c - findings to verdicts by a table; coverage from the references that hold. */
#include "gateway/formats/pes_grade.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum verdict {
#define V(code, indication, sub, english, french) VERDICT_##code,
#include "gateway/formats/pes_verdict_table.h"
#undef V
        VERDICT_COUNT
};

static const struct verdict_row {
        const char *code, *indication, *sub, *english, *french;
} rows[] = {
#define V(code, indication, sub, english, french) {#code, indication, sub, english, french},
#include "gateway/formats/pes_verdict_table.h"
#undef V
};

/* Every finding of signing/reason_table.h that a PES can have. COVERAGE_PARTIAL is not here: a bordereau's signature covers its
 * bordereau. */
static const struct {
        const char *reason;
        enum verdict verdict;
} findings[] = {
        {"SIGNATURE_MALFORMED", VERDICT_INVALID_SCHEMA},
        {"PROPERTIES_SEVERAL", VERDICT_INVALID_SCHEMA},
        {"TRANSFORM_REFUSED", VERDICT_INVALID_SCHEMA},
        {"ID_AMBIGUOUS", VERDICT_INVALID_SCHEMA},
        {"TOO_MUCH", VERDICT_UNVERIFIABLE_SIGNATURE},
        {"DIGEST_DIFFERS", VERDICT_INVALID_SIGNATURE},
        {"VALUE_WRONG", VERDICT_INVALID_SIGNATURE},
        {"DATA_NOT_FOUND", VERDICT_UNVERIFIABLE_SIGNATURE},
        {"METHOD_UNKNOWN", VERDICT_UNVERIFIABLE_SIGNATURE},
        {"CERTIFICATE_MISSING", VERDICT_UNVERIFIABLE_SIGNATURE},
        {"CERTIFICATE_UNBOUND", VERDICT_CERTIFICAT_RECOGNITION_ERROR},
        {"CERTIFICATE_SERIAL", VERDICT_CERTIFICAT_RECOGNITION_ERROR},
        {"CERTIFICATE_UNCLAIMED", VERDICT_CERTIFICAT_RECOGNITION_ERROR},
        {"PROPERTIES_ELSEWHERE", VERDICT_XADES_ERROR},
        {"PROPERTIES_MISAIMED", VERDICT_XADES_ERROR},
        {"PROPERTIES_UNCOVERED", VERDICT_XADES_UNSIGNED},
        {"METHOD_WEAK", VERDICT_RECOMMENDATION_NOT_RESPECTED},
        {"CHAIN_WEAK", VERDICT_RECOMMENDATION_NOT_RESPECTED},
        {"CERTIFICATE_USE", VERDICT_WRONG_CERTIFICATE},
        {"CHAIN_UNJUDGED", VERDICT_UNTRUSTED_CERTIFICATE},
        {"CHAIN_MISSING", VERDICT_UNTRUSTED_CERTIFICATE},
        {"CHAIN_FAULTY", VERDICT_UNTRUSTED_CERTIFICATE},
        {"CERTIFICATE_VALIDITY", VERDICT_UNTRUSTED_CERTIFICATE},
        {"CERTIFICATE_REVOKED", VERDICT_UNTRUSTED_CERTIFICATE},
        {"CERTIFICATE_REVOKED_NO_POE", VERDICT_UNTRUSTED_CERTIFICATE},
        {"REVOCATION_MISSING", VERDICT_UNTRUSTED_CERTIFICATE},
        {"CERTIFICATE_HELD", VERDICT_UNTRUSTED_CERTIFICATE},
        {"REVOCATION_STALE", VERDICT_UNTRUSTED_CERTIFICATE},
        {"REVOCATION_UNENTITLED", VERDICT_UNTRUSTED_CERTIFICATE},
        {"REVOCATION_UNUSABLE", VERDICT_UNTRUSTED_CERTIFICATE},
        {"SERVICE_NOT_GRANTED", VERDICT_UNTRUSTED_CERTIFICATE},
        {"POLICY_DIGEST_WRONG", VERDICT_SIGNATURE_CONTROL_ERRORS},
        {"JUDGE_DIED", VERDICT_XADES_EXCEPTION},
        {"JUDGE_TIMEOUT", VERDICT_XADES_EXCEPTION},
};

static const char *member(const json_t *object, const char *name)
{
        const char *text = json_string_value(json_object_get(object, name));
        return text != NULL ? text : "";
}

/* ---- one verdict ---- */

static bool has_verdict(const json_t *verdicts, const char *code)
{
        size_t n;
        const json_t *verdict;
        json_array_foreach(verdicts, n, verdict) if (strcmp(member(verdict, "code"), code) == 0) return true;
        return false;
}

static void verdict_add(json_t *verdicts, enum verdict verdict, const char *reason)
{
        const struct verdict_row *row = &rows[verdict];
        if (has_verdict(verdicts, row->code))
                return;
        json_array_append_new(verdicts,
                              json_pack("{s:s, s:s, s:s, s:s, s:s, s:s*}", "code", row->code, "indication", row->indication,
                                        "subIndication", row->sub, "text", row->english, "texte", row->french, "reason", reason));
}

static int gravity(const char *indication)
{
        return strcmp(indication, "TOTAL-FAILED") == 0 ? 2 : strcmp(indication, "INDETERMINATE") == 0 ? 1 : 0;
}

/* The gravest verdict, or NULL where all is well. */
static const json_t *gravest(const json_t *verdicts)
{
        size_t n;
        const json_t *verdict, *worst = NULL;
        json_array_foreach(verdicts, n, verdict)
        {
                int grave = gravity(member(verdict, "indication"));
                if (grave > 0 && (worst == NULL || grave > gravity(member(worst, "indication"))))
                        worst = verdict;
        }
        return worst;
}

/* ---- one signature ---- */

static void finding_judge(const char *reason, json_t *verdicts)
{
        for (size_t i = 0; i < sizeof findings / sizeof *findings; i++)
                if (strcmp(findings[i].reason, reason) == 0) {
                        verdict_add(verdicts, findings[i].verdict, reason);
                        return;
                }
        if (strcmp(reason, "COVERAGE_PARTIAL") != 0)
                verdict_add(verdicts, VERDICT_SIGNATURE_CONTROL_ERRORS, reason);
}

/* Were the properties, and not the content, changed? Then that is said. */
static bool properties_changed(const json_t *judged)
{
        size_t n;
        const json_t *reference;
        bool changed = false;
        json_array_foreach(json_object_get(judged, "references"), n, reference)
        {
                if (json_is_true(json_object_get(reference, "digestOk")))
                        continue;
                if (strstr(member(reference, "type"), "#SignedProperties") == NULL)
                        return false;
                changed = true;
        }
        return changed;
}

/* xsd:dateTime in UTC: "…Z". */
static bool is_utc(const char *time)
{
        size_t length = strlen(time);
        return length >= 20 && time[length - 1] == 'Z' && time[10] == 'T';
}

static void claims_judge(const json_t *claimed, json_t *verdicts)
{
        const char *time = member(claimed, "time");
        if (*member(claimed, "role") == '\0')
                verdict_add(verdicts, VERDICT_ROLE_BLANK, NULL);
        if (*time == '\0')
                verdict_add(verdicts, VERDICT_DATE_BLANK, NULL);
        else if (!is_utc(time))
                verdict_add(verdicts, VERDICT_DATE_FORMAT_ERROR, NULL);
        if (!json_is_true(json_object_get(claimed, "policy"))) {
                verdict_add(verdicts, VERDICT_NO_POLICY, NULL);
                return;
        }
        if (*member(claimed, "qualifier") == '\0')
                verdict_add(verdicts, VERDICT_POLICY_QUALIFIER_MISSING, NULL);
        if (*member(claimed, "policyId") == '\0')
                verdict_add(verdicts, VERDICT_POLICY_ID_MISSING, NULL);
}

static void reasons_judge(const json_t *judged, json_t *verdicts)
{
        size_t n;
        const json_t *reason;
        json_array_foreach(json_object_get(judged, "reasons"), n, reason)
        {
                if (strcmp(member(reason, "code"), "DIGEST_DIFFERS") == 0 && properties_changed(judged))
                        verdict_add(verdicts, VERDICT_XADES_UPDATED, "DIGEST_DIFFERS");
                else
                        finding_judge(member(reason, "code"), verdicts);
        }
}

/* The n-th signature that signs no other: both readers see them in document order. */
static const json_t *judged_find(const json_t *report, size_t wanted)
{
        size_t n;
        const json_t *judged;
        json_array_foreach(json_object_get(report, "signatures"), n,
                           judged) if (json_object_get(judged, "countersigns") == NULL && wanted-- == 0) return judged;
        return NULL;
}

static json_t *signature_grade(const json_t *claimed, const json_t *judged, const json_t *report)
{
        json_t *verdicts = json_array();
        if (judged == NULL && json_array_size(json_object_get(report, "reasons")) > 0)
                reasons_judge(report, verdicts);
        else if (judged == NULL)
                verdict_add(verdicts, VERDICT_UNVERIFIABLE_SIGNATURE, NULL);
        else
                reasons_judge(judged, verdicts);
        claims_judge(claimed, verdicts);
        const json_t *worst = gravest(verdicts);
        json_t *signer = json_object_get(json_object_get(judged, "signingCertificate"), "subject");
        return json_pack("{s:s, s:O, s:s, s:s, s:o, s:O?, s:s, s:s}", "id", member(claimed, "id"), "on",
                         json_object_get(claimed, "on"), "indication", worst != NULL ? member(worst, "indication") : "TOTAL-PASSED",
                         "subIndication", worst != NULL ? member(worst, "subIndication") : "", "verdicts", verdicts, "signer",
                         signer, "time", member(claimed, "time"), "role", member(claimed, "role"));
}

/* ---- coverage ---- */

/* Does a reference of it that holds sign this Id, or the whole document, and all of it? */
static bool signature_covers(const json_t *judged, const char *id, const char *root)
{
        size_t n;
        const json_t *reference;
        if (!json_is_true(json_object_get(judged, "intact")))
                return false;
        json_array_foreach(json_object_get(judged, "references"), n, reference)
        {
                const char *uri = member(reference, "uri");
                bool aims = *uri == '\0' || (*uri == '#' && ((*id != '\0' && strcmp(uri + 1, id) == 0) ||
                                                             (*root != '\0' && strcmp(uri + 1, root) == 0)));
                if (aims && json_is_true(json_object_get(reference, "digestOk")) &&
                    json_is_true(json_object_get(reference, "found")) && strstr(member(reference, "covers"), ", in part") == NULL &&
                    strstr(member(reference, "type"), "#SignedProperties") == NULL)
                        return true;
        }
        return false;
}

static json_t *bordereau_grade(const json_t *facts, const json_t *bordereau, const json_t *report, const json_t *grades)
{
        json_t *by = json_array(), *verdicts = json_array();
        size_t n;
        const json_t *grade;
        json_array_foreach(grades, n, grade)
        {
                if (!signature_covers(judged_find(report, n), member(bordereau, "id"), member(facts, "id")))
                        continue;
                json_array_append(by, json_object_get(grade, "id"));
                json_array_extend(verdicts, json_object_get(grade, "verdicts"));
        }
        bool covered = json_array_size(by) > 0;
        if (!covered && (json_array_size(grades) > 0 || json_is_true(json_object_get(bordereau, "relied"))))
                verdict_add(verdicts, VERDICT_NOT_SIGNED_CONTENT, NULL);
        return json_pack("{s:s, s:s, s:s, s:b, s:o, s:o}", "number", member(bordereau, "number"), "exercise",
                         member(bordereau, "exercise"), "kind", member(bordereau, "kind"), "covered", covered, "by", by, "verdicts",
                         verdicts);
}

/* ---- the whole ---- */

static const char *kind_of(const json_t *signatures)
{
        bool whole = false, parts = false, pieces = false;
        size_t n;
        const json_t *signature;
        json_array_foreach(signatures, n, signature)
        {
                json_int_t on = json_integer_value(json_object_get(signature, "on"));
                whole = whole || on == -1;
                parts = parts || on >= 0;
                pieces = pieces || on == -2;
        }
        return whole ? parts ? "globale+bordereaux" : "globale" : parts ? "bordereaux" : pieces ? "pieces" : "none";
}

static void grade_refuse(const json_t *grade, const json_t *facts, struct refusals *why)
{
        size_t n;
        const json_t *one;
        bool readable = json_is_null(json_object_get(grade, "report")) ||
                        json_array_size(json_object_get(json_object_get(grade, "report"), "signatures")) > 0;
        json_array_foreach(json_object_get(grade, "signatures"), n, one)
        {
                const json_t *worst = gravest(json_object_get(one, "verdicts"));
                if (worst != NULL && gravity(member(worst, "indication")) == 2)
                        refusals_add(why, "pes-signature", "EN 319 102-1", "%s: signature %.80s: %s (%s).", member(worst, "code"),
                                     member(one, "id"), member(worst, "text"), member(worst, "subIndication"));
        }
        json_array_foreach(json_object_get(grade, "bordereaux"), n, one)
        {
                const json_t *bordereau = json_array_get(json_object_get(facts, "bordereaux"), n);
                if (readable && json_is_true(json_object_get(bordereau, "relied")) &&
                    !json_is_true(json_object_get(one, "covered")))
                        refusals_add(why, "pes-signature-coverage", "PES InfoDematerialisee = 1",
                                     "NOT_SIGNED_CONTENT: no right signature covers the whole of bordereau %.20s of %.10s.",
                                     member(one, "number"), member(one, "exercise"));
        }
}

static const char *overall(const json_t *grade)
{
        static const char *const parts[] = {"signatures", "bordereaux"};
        const char *worst = NULL;
        size_t n;
        const json_t *one;
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
                json_array_foreach(json_object_get(grade, parts[i]), n, one)
                {
                        const json_t *found = gravest(json_object_get(one, "verdicts"));
                        if (found != NULL && (worst == NULL || gravity(member(found, "indication")) > gravity(worst)))
                                worst = member(found, "indication");
                }
        return worst;
}

json_t *pes_grade(const json_t *facts, json_t *report, struct refusals *why)
{
        json_t *grades = json_array(), *bordereaux = json_array();
        const json_t *claims = json_object_get(facts, "signatures");
        size_t n;
        const json_t *one;
        bool relied = false;
        json_array_foreach(claims, n, one) json_array_append_new(grades, signature_grade(one, judged_find(report, n), report));
        json_array_foreach(json_object_get(facts, "bordereaux"), n, one)
        {
                relied = relied || json_is_true(json_object_get(one, "relied"));
                json_array_append_new(bordereaux, bordereau_grade(facts, one, report, grades));
        }
        json_t *grade =
                json_pack("{s:s, s:s, s:o, s:o, s:O?}", "kind", kind_of(claims), "reliance", relied ? "metier" : "technique",
                          "signatures", grades, "bordereaux", bordereaux, "report", report);
        const char *worst = overall(grade);
        json_object_set_new(grade, "indication",
                            worst != NULL                 ? json_string(worst)
                            : json_array_size(claims) > 0 ? json_string("TOTAL-PASSED")
                                                          : json_null());
        grade_refuse(grade, facts, why);
        return grade;
}

json_t *pes_grade_unread(const char *reason)
{
        return json_pack("{s:s, s:[], s:[], s:[{s:s, s:s}]}", "indication", "INDETERMINATE", "signatures", "unsigned", "reasons",
                         "code", "TOO_MUCH", "text", reason);
}
