/* seda.c - order of elements as seda-2.1-main.xsd, -technical.xsd, -management.xsd and -descriptive.xsd have it; 2.2 differs in its
 * name only. */
#include "gateway/formats/seda.h"

#include <stdio.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "signing/refusal.h"
#include "signing/writer.h"
#include "signing/xml.h"

typedef struct writer xml_writer;
DEFINE_OWNER(xml_writer, writer_free)
DEFINE_OWNER(xml_document, xml_document_free)

#define SPACE "fr:gouv:culture:archivesdefrance:seda:v"

static const char *member(const json_t *object, const char *key)
{
        const char *text = json_string_value(json_object_get(object, key));
        return text != NULL ? text : "";
}

static bool grouped_in(const json_t *transfer)
{
        return strcmp(member(transfer, "version"), "2.2") == 0;
}

/* Files lie under content/, as their names in the file say. */
static void object_write(struct writer *writer, const json_t *file, size_t number, bool grouped)
{
        char group[32], id[32], uri[1200], size[32];
        snprintf(id, sizeof id, "BDO%zu", number);
        snprintf(uri, sizeof uri, "content/%s", member(file, "name"));
        for (char *at = uri; *at != '\0'; at++)
                if (*at == ' ')
                        *at = '_'; /* archive_names() writes the same in the archive */
        snprintf(size, sizeof size, "%" JSON_INTEGER_FORMAT, json_integer_value(json_object_get(file, "size")));
        const char *name = strrchr(member(file, "name"), '/');
        snprintf(group, sizeof group, "DOG%zu", number);
        if (grouped) {
                writer_start(writer, "DataObjectGroup");
                writer_attribute(writer, "id", group);
        }
        writer_start(writer, "BinaryDataObject");
        writer_attribute(writer, "id", id);
        writer_leaf(writer, "Uri", uri);
        writer_start(writer, "MessageDigest");
        writer_attribute(writer, "algorithm", "SHA-256");
        writer_text(writer, member(file, "sha256"));
        writer_end(writer);
        writer_leaf(writer, "Size", size);
        writer_start(writer, "FormatIdentification");
        writer_leaf(writer, "MimeType", member(file, "mediaType"));
        writer_end(writer);
        writer_start(writer, "FileInfo");
        writer_leaf(writer, "Filename", name != NULL ? name + 1 : member(file, "name"));
        writer_end(writer);
        writer_end(writer);
        if (grouped)
                writer_end(writer);
}

static void rule_write(struct writer *writer, const char *name, const char *rule, const json_t *transfer)
{
        writer_start(writer, name);
        writer_leaf(writer, "Rule", rule);
        writer_leaf(writer, "StartDate", member(transfer, "end"));
        if (strcmp(name, "AppraisalRule") == 0)
                writer_leaf(writer, "FinalAction", member(transfer, "action"));
        writer_end(writer);
}

static void unit_write(struct writer *writer, const json_t *file, size_t number, bool grouped)
{
        char id[32], reference[32];
        snprintf(id, sizeof id, "AU%zu", number);
        snprintf(reference, sizeof reference, grouped ? "DOG%zu" : "BDO%zu", number);
        writer_start(writer, "ArchiveUnit");
        writer_attribute(writer, "id", id);
        writer_start(writer, "Content");
        writer_leaf(writer, "DescriptionLevel", "Item");
        writer_leaf(writer, "Title", member(file, "title"));
        writer_end(writer);
        writer_start(writer, "DataObjectReference");
        writer_leaf(writer, grouped ? "DataObjectGroupReferenceId" : "DataObjectReferenceId", reference);
        writer_end(writer);
        writer_end(writer);
}

static void units_write(struct writer *writer, const json_t *transfer)
{
        char title[700];
        size_t at;
        json_t *file;
        snprintf(title, sizeof title, "%s – %s", member(transfer, "reference"), member(transfer, "title"));
        writer_start(writer, "DescriptiveMetadata");
        writer_start(writer, "ArchiveUnit");
        writer_attribute(writer, "id", "AU0");
        writer_start(writer, "Management");
        rule_write(writer, "AppraisalRule", member(transfer, "rule"), transfer);
        rule_write(writer, "AccessRule", member(transfer, "access"), transfer);
        writer_end(writer);
        writer_start(writer, "Content");
        writer_leaf(writer, "DescriptionLevel", "RecordGrp");
        writer_leaf(writer, "Title", title);
        writer_leaf(writer, "Description", member(transfer, "object"));
        writer_leaf(writer, "Language", "fra");
        writer_leaf(writer, "StartDate", member(transfer, "start"));
        writer_leaf(writer, "EndDate", member(transfer, "end"));
        writer_end(writer);
        json_array_foreach(json_object_get(transfer, "files"), at, file) unit_write(writer, file, at + 1, grouped_in(transfer));
        writer_end(writer);
        writer_end(writer);
}

static void agency_write(struct writer *writer, const char *name, const char *identifier)
{
        writer_start(writer, name);
        writer_leaf(writer, "Identifier", identifier);
        writer_end(writer);
}

static bool finish(struct writer *writer, const struct signing_sink *out)
{
        struct signing_bytes bytes = {0};
        struct signing_refusal why = {0};
        return writer_finish(writer, &bytes, &why) && out->write(out->context, bytes.data, bytes.size);
}

bool seda_manifest(const json_t *transfer, const struct signing_sink *out)
{
        OWN(xml_writer) writer = writer_new();
        char space[64];
        size_t at;
        json_t *file;
        const char *sender = member(json_object_get(transfer, "body"), "siret");
        snprintf(space, sizeof space, SPACE "%s", member(transfer, "version"));
        writer_start(writer, "ArchiveTransfer");
        writer_attribute(writer, "xmlns", space);
        writer_leaf(writer, "Comment", member(transfer, "title"));
        writer_leaf(writer, "Date", member(transfer, "made"));
        writer_leaf(writer, "MessageIdentifier", member(transfer, "message"));
        if (*member(transfer, "agreement") != '\0')
                writer_leaf(writer, "ArchivalAgreement", member(transfer, "agreement"));
        writer_start(writer, "CodeListVersions");
        writer_leaf(writer, "MessageDigestAlgorithmCodeListVersion", "MessageDigestAlgorithmCodeListVersion0");
        writer_end(writer);
        writer_start(writer, "DataObjectPackage");
        json_array_foreach(json_object_get(transfer, "files"), at, file) object_write(writer, file, at + 1, grouped_in(transfer));
        units_write(writer, transfer);
        writer_start(writer, "ManagementMetadata");
        writer_leaf(writer, "OriginatingAgencyIdentifier", sender);
        writer_end(writer);
        writer_end(writer);
        agency_write(writer, "ArchivalAgency", member(transfer, "agency"));
        agency_write(writer, "TransferringAgency", sender);
        writer_end(writer);
        return finish(writer, out);
}

/* ---- the reply ---- */

/* The first EventDetail… of an operation says why; it is not always there. */
static const char *reason_of(const xmlNode *root)
{
        for (const xmlNode *node = xml_walk(root, root); node != NULL; node = xml_walk(root, node))
                if (xml_is(node, NULL, "OutcomeDetailMessage") || xml_is(node, NULL, "Comment"))
                        return xml_text(node);
        return NULL;
}

bool seda_reply_read(struct signing_bytes xml, json_t **out, struct signing_refusal *why)
{
        OWN(xml_document) document = NULL;
        if (!xml_read(xml, &document, why))
                return false;
        const xmlNode *root = xml_root(document);
        if (!xml_is(root, SPACE "2.1", "ArchiveTransferReply") && !xml_is(root, SPACE "2.2", "ArchiveTransferReply"))
                return refuse(why, "SEDA_REPLY", "SEDA 2.1", "this is no ArchiveTransferReply");
        const char *code = xml_text(xml_child(root, NULL, "ReplyCode")),
                   *request = xml_text(xml_child(root, NULL, "MessageRequestIdentifier"));
        const char *message = xml_text(xml_child(root, NULL, "MessageIdentifier")), *reason = reason_of(root);
        if (code == NULL || *code == '\0' || request == NULL || *request == '\0')
                return refuse(why, "SEDA_REPLY", "SEDA 2.1", "ReplyCode or MessageRequestIdentifier is missing");
        *out = json_pack("{s:s, s:s, s:s, s:s}", "message", message != NULL ? message : "", "request", request, "code", code,
                         "text", reason != NULL ? reason : "");
        return *out != NULL || refuse(why, "SEDA_REPLY", "SEDA 2.1", "the reply's texts cannot be read");
}

/* ---- the index ---- */

bool seda_index(const json_t *export, const struct signing_sink *out)
{
        OWN(xml_writer) writer = writer_new();
        size_t at;
        json_t *file;
        writer_start(writer, "html");
        writer_attribute(writer, "xmlns", "http://www.w3.org/1999/xhtml");
        writer_attribute(writer, "lang", "fr");
        writer_start(writer, "head");
        writer_leaf(writer, "title", member(export, "reference"));
        writer_end(writer);
        writer_start(writer, "body");
        writer_leaf(writer, "h1", member(export, "title"));
        writer_leaf(writer, "p", member(json_object_get(export, "body"), "name"));
        writer_start(writer, "table");
        json_array_foreach(json_object_get(export, "files"), at, file)
        {
                char size[32];
                snprintf(size, sizeof size, "%" JSON_INTEGER_FORMAT, json_integer_value(json_object_get(file, "size")));
                writer_start(writer, "tr");
                writer_start(writer, "td");
                writer_start(writer, "a");
                writer_attribute(writer, "href", member(file, "name"));
                writer_text(writer, member(file, "name"));
                writer_end(writer);
                writer_end(writer);
                writer_leaf(writer, "td", member(file, "title"));
                writer_leaf(writer, "td", size);
                writer_leaf(writer, "td", member(file, "sha256"));
                writer_end(writer);
        }
        writer_end(writer);
        writer_end(writer);
        writer_end(writer);
        return finish(writer, out);
}
