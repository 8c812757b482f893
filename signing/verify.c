/*
 * verify.c - signing_verify(): recognises the document, finds its signatures,
 * has each judged (judgement.c) and reports what none of them covers.
 */
#include <libxml/parser.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gateway/core/owner.h"
#include "signing/container.h"
#include "signing/container_stamp.h"
#include "signing/judgement.h"
#include "signing/refusal.h"
#include "signing/report.h"
#include "signing/source.h"

DEFINE_OWNER(xml_document, xml_document_free)
DEFINE_OWNER(signing_container, signing_container_free)
DEFINE_OWNER(signing_report, signing_report_free)

/* One verification: what was asked, and the report it becomes. */
struct verification {
        const struct signing_request *request;
        const struct files *files;
        bool contained;
        signing_report *report;
        size_t signatures, stamps; /* stamps: alone in a container */
        bool good;                 /* the report could be written */
        bool *signed_files;        /* of a container: by entry */
        const signing_container *container;
};

/* ---- signatures of one XML document ---- */

static const xmlNode *signature_around(const xmlNode *node)
{
        const xmlNode *parent = node->parent;
        while (parent != NULL && !xml_is(parent, DSIG_SPACE, "Signature"))
                parent = parent->parent;
        return parent;
}

static bool is_countersignature(const xmlNode *signature)
{
        return xml_is(signature->parent, NULL, "CounterSignature") && signature_around(signature) != NULL;
}

/* EN 319 132-1 5.2.7: a counter-signature signs the SignatureValue it stands in. */
static bool countersigns(const struct judgement *judgement)
{
        const xmlNode *value = xml_child(signature_around(judgement->signature), DSIG_SPACE, "SignatureValue");
        return judgement->dsig != NULL && dsig_reference_to(judgement->dsig, value) != NULL && judgement->value_holds;
}

static void files_mark(struct verification *verification, const struct judgement *judgement)
{
        size_t entry = 0;
        for (size_t n = 0; judgement->dsig != NULL && n < judgement->dsig->reference_count; n++) {
                const struct reference *reference = &judgement->dsig->references[n];
                if (reference->file != NULL && reference->verdict == CHAIN_HOLDS && reference->manifest == 0 &&
                    container_entry_find(verification->container, reference->file, &entry))
                        verification->signed_files[entry] = true;
        }
}

/* Of a container this signature covers all where each business file is one of its right references. */
static bool files_all(const struct verification *verification, const struct judgement *judgement)
{
        for (size_t n = 0; n < container_entries(verification->container); n++) {
                bool hit = !container_entry_business(verification->container, n);
                for (size_t m = 0; !hit && m < judgement->dsig->reference_count; m++) {
                        const struct reference *reference = &judgement->dsig->references[m];
                        hit = reference->file != NULL && reference->verdict == CHAIN_HOLDS &&
                              strcmp(reference->file, container_entry_name(verification->container, n)) == 0;
                }
                if (!hit)
                        return false;
        }
        return true;
}

static void coverage_of_files(struct verification *verification, struct judgement *judgement)
{
        bool right = judgement->value_holds && judgement->indication < SIGNING_FAILED;
        if (right)
                files_mark(verification, judgement);
        judgement->covers_all = right && files_all(verification, judgement);
}

static void countersignatures_check(struct verification *verification, const xml_document *document, struct judgement *parent,
                                    struct work *work);

static struct judgement judgement_of(const struct verification *verification, const xml_document *document, xmlNode *signature,
                                     struct work *work)
{
        return (struct judgement){.document = document,
                                  .signature = signature,
                                  .files = verification->files,
                                  .trust = verification->request->trust,
                                  .at = verification->request->at,
                                  .detailed = verification->request->detailed,
                                  .contained = verification->contained,
                                  .work = work};
}

static void signature_verify(struct verification *verification, const xml_document *document, xmlNode *signature, struct work *work)
{
        struct judgement judgement = judgement_of(verification, document, signature, work);
        judgement_make(&judgement);
        if (verification->container != NULL)
                coverage_of_files(verification, &judgement);
        countersignatures_check(verification, document, &judgement, work);
        verification->good = verification->good && report_add(verification->report, &judgement, NULL);
        judgement_close(&judgement);
}

static void countersignature_verify(struct verification *verification, const xml_document *document, xmlNode *signature,
                                    struct judgement *parent, struct work *work)
{
        const char *id = xml_attribute(parent->signature, "Id");
        struct judgement judgement = judgement_of(verification, document, signature, work);
        judgement.contained = true;
        judgement_make(&judgement);
        judgement.covers_all = false;
        if (!countersigns(&judgement))
                reason_add(parent, REASON_COUNTERSIGNATURE_WRONG, "%s", "");
        verification->good = verification->good && report_add(verification->report, &judgement, id != NULL ? id : "");
        judgement_close(&judgement);
}

static void countersignatures_check(struct verification *verification, const xml_document *document, struct judgement *parent,
                                    struct work *work)
{
        xmlNode *top = parent->signature;
        for (xmlNode *node = xml_walk(top, top); node != NULL; node = xml_walk(top, node))
                if (xml_is(node, DSIG_SPACE, "Signature") && is_countersignature(node) && signature_around(node) == top &&
                    ++verification->signatures <= LIMIT_SIGNATURES)
                        countersignature_verify(verification, document, node, parent, work);
}

static void unsigned_add(void *context, const char *name)
{
        struct verification *verification = context;
        verification->good = verification->good && report_unsigned(verification->report, name);
}

static bool document_verify(struct verification *verification, const xml_document *document, struct signing_refusal *why)
{
        struct work work = WORK_WHOLE;
        const xmlNode *top = xml_root(document);
        for (xmlNode *node = xml_root(document); node != NULL; node = xml_walk(top, node)) {
                if (!xml_is(node, DSIG_SPACE, "Signature") || is_countersignature(node))
                        continue;
                if (++verification->signatures > LIMIT_SIGNATURES)
                        return refuse(why, "TOO_MUCH", "limit LIMIT_SIGNATURES", "There are more than %d signatures.",
                                      LIMIT_SIGNATURES);
                signature_verify(verification, document, node, &work);
        }
        if (!verification->contained && verification->signatures > 0)
                coverage_unsigned(document, unsigned_add, verification);
        return true;
}

static bool report_close(struct verification *verification, signing_report **out, struct signing_refusal *why)
{
        OWN(signing_report) report = TAKE(verification->report);
        if (!verification->good || !report_finish(report))
                return refuse(why, "MEMORY", "", "No memory to write the report.");
        if (verification->signatures == 0 && verification->stamps == 0)
                return refuse(why, "NO_SIGNATURE", "EN 319 102-1 5.2.2", "The document holds no XML signature.");
        *out = TAKE(report);
        return true;
}

static bool xml_verify(struct verification *verification, signing_report **out, struct signing_refusal *why)
{
        const struct signing_request *request = verification->request;
        OWN(xml_document) document = NULL;
        uint8_t *bytes = NULL;
        if (!source_read(&request->document, LIMIT_XML_BYTES, &bytes, why))
                return false;
        bool good = xml_read((struct signing_bytes){bytes, (size_t)request->document.size}, &document, why);
        free(bytes);
        verification->report = good ? report_new("XML") : NULL;
        if (!good || verification->report == NULL)
                return good ? refuse(why, "MEMORY", "", "No memory to write the report.") : false;
        if (document_verify(verification, document, why))
                return report_close(verification, out, why);
        signing_report_free(verification->report);
        return false;
}

/* ---- containers (EN 319 162-1) ---- */

/* 4.3.3.2, 4.4.3.2: META-INF/…signatures….xml */
static bool holds_signatures(const char *name)
{
        size_t size = strlen(name);
        return strncmp(name, "META-INF/", 9) == 0 && strstr(name + 9, "signatures") != NULL && size > 4 &&
               strcmp(name + size - 4, ".xml") == 0;
}

/* EN 319 162-1 4.3.3.2, 4.4.3.2: what else may stand where signatures stand. */
static bool others_tell(const signing_container *container, struct signing_refusal *why)
{
        for (size_t n = 0; n < container_entries(container); n++) {
                const char *name = container_entry_name(container, n);
                size_t size = strlen(name);
                if (strncmp(name, "META-INF/", 9) != 0 || size < 13)
                        continue;
                if (strcmp(name + size - 4, ".p7s") == 0)
                        return refuse(why, "CADES", "EN 319 162-1 4.3.3.2",
                                      "The container is signed with CAdES, which is not judged here.");
        }
        return true;
}

static bool stamps_tell(struct verification *verification, struct signing_refusal *why)
{
        return container_stamps_judge(verification->container, verification->request, verification->report,
                                      &verification->stamps) ||
               refuse(why, "MEMORY", "", "No memory to write the report.");
}

static bool entry_verify(struct verification *verification, size_t n, struct signing_refusal *why)
{
        OWN(xml_document) document = NULL;
        uint8_t *bytes = NULL;
        size_t size = 0;
        if (!container_entry_read(verification->container, n, LIMIT_XML_BYTES, &bytes, &size, why))
                return false;
        bool good = xml_read((struct signing_bytes){bytes, size}, &document, why) && document_verify(verification, document, why);
        free(bytes);
        return good;
}

/* A.4 to A.7, OpenDocument, ERS: what META-INF is for. Anything else there is content that a reader could be shown. */
static bool meta_known(const char *name)
{
        static const char *const known[] = {"manifest.xml", "container.xml", "metadata.xml", "timestamp.tst"};
        static const char *const parts[] = {"signature", "ASiCManifest", "ASiCArchiveManifest", "ASiCEvidenceRecordManifest",
                                            "evidencerecord"};
        const char *rest = name + 9;
        size_t size = strlen(name);
        for (size_t n = 0; n < sizeof known / sizeof known[0]; n++)
                if (strcmp(rest, known[n]) == 0)
                        return true;
        for (size_t n = 0; n < sizeof parts / sizeof parts[0]; n++)
                if (strstr(rest, parts[n]) != NULL)
                        return true;
        return name[size - 1] == '/' ||
               (size > 13 && (strcmp(name + size - 4, ".tst") == 0 || strcmp(name + size - 4, ".p7s") == 0));
}

/* 4.3.3.1: an ASiC-S container has exactly one file to sign; of an ASiC-E something must be signed (4.4.3.1). */
static bool container_rules(struct verification *verification)
{
        size_t business = 0, nested = 0;
        bool simple = container_kind(verification->container) == CONTAINER_ASIC_S;
        for (size_t n = 0; n < container_entries(verification->container); n++) {
                const char *name = container_entry_name(verification->container, n);
                if (!container_entry_business(verification->container, n)) {
                        if (strncasecmp(name, "META-INF/", 9) == 0 && !meta_known(name))
                                unsigned_add(verification, name);
                        continue;
                }
                business++;
                nested += strchr(name, '/') != NULL;
                if (!verification->signed_files[n])
                        unsigned_add(verification, name);
        }
        if (simple && (business != 1 || nested > 0))
                return report_container(verification->report, REASON_CONTAINER_MALFORMED,
                                        "an ASiC-S holds exactly one file to sign, outside any folder.");
        if (business == 0)
                return report_container(verification->report, REASON_CONTAINER_MALFORMED, "it holds no file to sign.");
        return true;
}

static const char *container_format(const signing_container *container)
{
        switch (container_kind(container)) {
        case CONTAINER_ASIC_S:
                return "ASiC-S";
        case CONTAINER_ASIC_E:
                return "ASiC-E";
        case CONTAINER_OTHER:
                break;
        }
        return "ZIP";
}

static bool container_verify(struct verification *verification, signing_report **out, struct signing_refusal *why)
{
        OWN(signing_container) container = NULL;
        if (!signing_container_open(verification->request->document, &container, why))
                return false;
        const struct files files = files_of_container(container);
        verification->container = container;
        verification->files = &files;
        verification->contained = true;
        verification->signed_files = calloc(container_entries(container) + 1, sizeof *verification->signed_files);
        verification->report = report_new(container_format(container));
        bool good = verification->signed_files != NULL && verification->report != NULL;
        for (size_t n = 0; good && n < container_entries(container); n++)
                if (holds_signatures(container_entry_name(container, n)))
                        good = entry_verify(verification, n, why);
        if (good && verification->signatures == 0)
                good = others_tell(container, why) && stamps_tell(verification, why);
        if (good)
                verification->good = container_rules(verification) && verification->good;
        free(verification->signed_files);
        if (good)
                return report_close(verification, out, why);
        signing_report_free(verification->report);
        return false;
}

enum { HEAD = 24 }; /* bytes that tell formats apart */

static xmlParserInput *loader_deny(const char *url, const char *id, xmlParserCtxt *context)
{
        (void)url, (void)id, (void)context;
        return NULL;
}

static void error_drop(void *context, xmlErrorPtr error)
{
        (void)context, (void)error;
}

/* Signatures of other kinds are named, that the reader may turn to who judges them: CAdES (EN 319 122-1, a CMS SignedData of
 * RFC 5652) and PAdES (EN 319 142-1, a PDF). */
static bool head_known(const uint8_t head[HEAD], struct signing_refusal *why)
{
        static const uint8_t signed_data[] = {0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02};
        if (memcmp(head, "%PDF-", 5) == 0)
                return refuse(why, "PADES", "EN 319 142-1", "The document is a PDF: a signature in it (PAdES) is not judged here.");
        size_t length = head[0] == 0x30 ? 2 + (head[1] > 0x80 && head[1] < 0x85 ? head[1] & 0x0fu : 0u) : HEAD;
        if (length + sizeof signed_data <= HEAD && memcmp(head + length, signed_data, sizeof signed_data) == 0)
                return refuse(why, "CADES", "EN 319 122-1", "The document is a CMS signature (CAdES), which is not judged here.");
        return true;
}

bool signing_verify(const struct signing_request *request, signing_report **out, struct signing_refusal *why)
{
        uint8_t head[HEAD] = {0};
        const struct signing_source *document = &request->document;
        const size_t size = document->size < HEAD ? (size_t)document->size : HEAD;
        if (size < 4 || !document->read(document->context, 0, head, size))
                return refuse(why, "EMPTY", "EN 319 102-1 5.2.2", "The document is empty or cannot be read.");
        if (!head_known(head, why))
                return false;
        const struct files beside = request->detached != NULL ? files_of_detached(request->detached) : (struct files){0};
        struct verification verification = {.request = request, .files = request->detached != NULL ? &beside : NULL, .good = true};
        const xmlExternalEntityLoader before = xmlGetExternalEntityLoader();
        xmlSetExternalEntityLoader(loader_deny);
        xmlSetStructuredErrorFunc(NULL, error_drop);
        bool good =
                memcmp(head, "PK\3\4", 4) == 0 ? container_verify(&verification, out, why) : xml_verify(&verification, out, why);
        xmlSetStructuredErrorFunc(NULL, NULL);
        xmlSetExternalEntityLoader(before);
        return good;
}
