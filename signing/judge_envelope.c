/*
 * judge_envelope.c - unseals, hands out the documents, verifies the container
 * and its signatures, and holds what is there against what the manifest lists.
 */
#include "signing/judge_envelope.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "signing/container.h"
#include "signing/manifest.h"
#include "signing/opened.h"
#include "signing/refusal.h"
#include "signing/source.h"

DEFINE_OWNER(json_t, json_decref)
DEFINE_OWNER(EVP_MD_CTX, EVP_MD_CTX_free)
DEFINE_OWNER(signing_manifest, signing_manifest_free)
DEFINE_OWNER(signing_opened, signing_opened_free)
DEFINE_OWNER(signing_container, signing_container_free)
DEFINE_OWNER(signing_report, signing_report_free)

static bool manifest_open(const struct judge_envelope *job, signing_manifest **manifest, struct signing_refusal *why)
{
        if (job->shares.size % SIGNING_SHARE != 0)
                return refuse(why, "SHARE_WRONG", "urn:pli:sealed-envelope:1", "shares are %d bytes each", SIGNING_SHARE);
        return signing_manifest_read(job->manifest, manifest, why);
}

static bool envelope_unseal(struct judge_wire *wire, const struct judge_envelope *job, const signing_manifest *manifest,
                            signing_opened **opened, struct signing_refusal *why)
{
        const uint8_t(*shares)[SIGNING_SHARE] = (const uint8_t(*)[SIGNING_SHARE])job->shares.data;
        return signing_unseal(manifest, shares, job->shares.size / SIGNING_SHARE, judge_wire_source(wire), opened, why);
}

/* ---- one document ---- */

struct copying {
        struct judge_wire *wire;
        EVP_MD_CTX *digest;
        bool take;
};

static bool copying_write(void *context, const uint8_t *data, size_t size)
{
        struct copying *copying = context;
        const struct signing_sink sink = judge_wire_sink(copying->wire);
        return EVP_DigestUpdate(copying->digest, data, size) == 1 && (!copying->take || sink.write(sink.context, data, size));
}

static json_t *document_json(const signing_container *container, size_t n, const uint8_t sha256[32])
{
        char hex[65];
        for (int i = 0; i < 32; i++)
                snprintf(hex + 2 * i, 3, "%02x", sha256[i]);
        return json_pack("{s:s, s:s, s:I, s:s}", "name", signing_container_name(container, n), "mediaType",
                         signing_container_media_type(container, n), "size", (json_int_t)signing_container_size(container, n),
                         "sha256", hex);
}

static json_t *document_copy(struct judge_wire *wire, const signing_container *container, size_t n, struct signing_refusal *why)
{
        struct copying copying = {.wire = wire};
        OWN(EVP_MD_CTX) digest = EVP_MD_CTX_new();
        uint8_t sha256[32];
        copying.digest = digest;
        if (digest == NULL || EVP_DigestInit_ex(digest, EVP_sha256(), NULL) != 1) {
                (void)refuse(why, "MEMORY", "", "no memory to read a document");
                return NULL;
        }
        const struct signing_sink sink = {&copying, copying_write};
        if (!judge_wire_begin(wire, signing_container_name(container, n), signing_container_media_type(container, n),
                              signing_container_size(container, n), &copying.take) ||
            !signing_container_copy(container, n, &sink, why) || (copying.take && !judge_wire_end(wire)) ||
            EVP_DigestFinal_ex(digest, sha256, NULL) != 1)
                return NULL;
        return document_json(container, n, sha256);
}

/* ---- the report ---- */

static bool document_listed(const signing_manifest *manifest, const signing_container *container, size_t n)
{
        for (size_t i = 0; i < manifest->document_count; i++)
                if (strcmp(manifest->documents[i].name, signing_container_name(container, n)) == 0)
                        return manifest->documents[i].size == signing_container_size(container, n);
        return false;
}

static bool document_present(const signing_container *container, const char *name)
{
        for (size_t n = 0; n < signing_container_count(container); n++)
                if (strcmp(signing_container_name(container, n), name) == 0)
                        return true;
        return false;
}

static void missing_list(const signing_manifest *manifest, const signing_container *container, json_t *missing)
{
        for (size_t i = 0; i < manifest->document_count; i++)
                if (!document_present(container, manifest->documents[i].name))
                        json_array_append_new(missing, json_string(manifest->documents[i].name));
}

static void reason_add(json_t *report, const struct signing_refusal *why)
{
        json_array_append_new(json_object_get(report, "reasons"),
                              json_pack("{s:s, s:s, s:s}", "code", why->code, "clause", why->clause, "text", why->sentence));
}

static json_t *report_new(void)
{
        return json_pack("{s:s, s:[], s:[], s:[], s:n, s:n}", "outcome", "opened", "reasons", "documents", "missing",
                         "verification", "manifestVerification");
}

static bool documents_copy(struct judge_wire *wire, const signing_manifest *manifest, const signing_container *container,
                           json_t *report, struct signing_refusal *why)
{
        for (size_t n = 0; n < signing_container_count(container); n++) {
                json_t *document = document_copy(wire, container, n, why);
                if (document == NULL)
                        return false;
                json_object_set_new(document, "listed", json_boolean(document_listed(manifest, container, n)));
                json_array_append_new(json_object_get(report, "documents"), document);
        }
        missing_list(manifest, container, json_object_get(report, "missing"));
        return true;
}

/* A signature is not compulsory at deposit; where one was meant and cannot be read, that is said. */
static bool signature_meant(const signing_container *container)
{
        for (size_t n = 0; n < container_entries(container); n++)
                if (strncmp(container_entry_name(container, n), "META-INF/", 9) == 0 &&
                    strstr(container_entry_name(container, n), "signature") != NULL)
                        return true;
        return false;
}

static void signatures_verify(const struct judge_envelope *job, signing_opened *opened, const signing_container *container,
                              json_t *report)
{
        const struct signing_request request = {.document = signing_opened_source(opened), .trust = job->trust, .at = job->at};
        OWN(signing_report) verification = NULL;
        struct signing_refusal why = {0};
        if (signing_verify(&request, &verification, &why))
                json_object_set_new(report, "verification", json_loads(signing_report_json(verification), 0, NULL));
        else if (signature_meant(container))
                reason_add(report, &why);
}

/* The depositor may have signed the manifest: who sealed what for whom. Not compulsory; where it is there, it is judged. */
static void manifest_verify(const struct judge_envelope *job, const signing_manifest *manifest, json_t *report)
{
        const struct signing_request request = {.document = source_memory(&job->manifest), .trust = job->trust, .at = job->at};
        OWN(signing_report) verification = NULL;
        struct signing_refusal why = {0};
        if (!manifest->is_signed)
                return;
        if (signing_verify(&request, &verification, &why))
                json_object_set_new(report, "manifestVerification", json_loads(signing_report_json(verification), 0, NULL));
        else
                reason_add(report, &why);
}

/* Where the plaintext stopped to be readable, the envelope's own refusal says more than the reader's. */
static void unreadable_set(json_t *report, const signing_opened *opened, const struct signing_refusal *why)
{
        const struct signing_refusal *first = opened_refusal(opened);
        json_object_set_new(report, "outcome", json_string("unreadable"));
        reason_add(report, first != NULL ? first : why);
}

json_t *judge_envelope_open(struct judge_wire *wire, const struct judge_envelope *job, struct signing_refusal *why)
{
        OWN(json_t) report = report_new();
        OWN(signing_manifest) manifest = NULL;
        OWN(signing_opened) opened = NULL;
        OWN(signing_container) container = NULL;
        struct signing_refusal inside = {0};
        if (report == NULL || !manifest_open(job, &manifest, why))
                return NULL;
        manifest_verify(job, manifest, report);
        if (!envelope_unseal(wire, job, manifest, &opened, &inside)) {
                json_object_set_new(report, "outcome", json_string("unreadable"));
                reason_add(report, &inside);
        } else if (!signing_container_open(signing_opened_source(opened), &container, &inside) ||
                   !documents_copy(wire, manifest, container, report, &inside)) {
                unreadable_set(report, opened, &inside);
        } else {
                signatures_verify(job, opened, container, report);
                if (opened_refusal(opened) != NULL)
                        unreadable_set(report, opened, &inside);
        }
        return wire->failed ? NULL : TAKE(report);
}

/* What was deposited, as it was: the container with its signatures. */
static json_t *container_extract(struct judge_wire *wire, signing_opened *opened, struct signing_refusal *why)
{
        static const char media_type[] = "application/vnd.etsi.asic-e+zip";
        struct signing_source source = signing_opened_source(opened);
        const struct signing_sink sink = judge_wire_sink(wire);
        bool take = false;
        if (!judge_wire_begin(wire, "", media_type, source.size, &take) || (take && !source_copy(&source, &sink, why)) ||
            (take && !judge_wire_end(wire)))
                return NULL;
        return json_pack("{s:s, s:s, s:I}", "name", "", "mediaType", media_type, "size", (json_int_t)source.size);
}

json_t *judge_envelope_extract(struct judge_wire *wire, const struct judge_envelope *job, const char *name,
                               struct signing_refusal *why)
{
        OWN(signing_manifest) manifest = NULL;
        OWN(signing_opened) opened = NULL;
        OWN(signing_container) container = NULL;
        if (!manifest_open(job, &manifest, why) || !envelope_unseal(wire, job, manifest, &opened, why))
                return NULL;
        if (name[0] == '\0')
                return container_extract(wire, opened, why);
        if (!signing_container_open(signing_opened_source(opened), &container, why))
                return NULL;
        for (size_t n = 0; n < signing_container_count(container); n++)
                if (strcmp(signing_container_name(container, n), name) == 0)
                        return document_copy(wire, container, n, why);
        (void)refuse(why, "DOCUMENT_UNKNOWN", "", "the envelope holds no document \"%.120s\"", name);
        return NULL;
}

json_t *judge_envelope_shares(const struct judge_envelope *job, struct signing_refusal *why)
{
        OWN(signing_manifest) manifest = NULL;
        if (!manifest_open(job, &manifest, why))
                return NULL;
        json_t *answers = json_array();
        for (size_t at = 0; at < job->shares.size; at += SIGNING_SHARE)
                json_array_append_new(answers, json_boolean(signing_share_check(manifest, job->shares.data + at, NULL)));
        return answers;
}
