/* container_manifest.c - reads and writes META-INF/manifest.xml. */
#include "signing/container_manifest.h"

#include "gateway/core/owner.h"
#include "signing/xml.h"

static const char SPACE[] = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0";
static const char ASIC_E[] = "application/vnd.etsi.asic-e+zip";

DEFINE_OWNER(xml_document, xml_document_free)

static const char *attribute(const xmlNode *entry, const char *name)
{
        const xmlAttr *found = xmlHasNsProp(entry, (const xmlChar *)name, (const xmlChar *)SPACE);
        if (found == NULL || found->children == NULL || found->children->type != XML_TEXT_NODE || found->children->next != NULL)
                return NULL;
        return (const char *)found->children->content;
}

void container_manifest_read(struct signing_bytes manifest, bool (*set)(void *context, const char *name, const char *media_type),
                             void *context)
{
        OWN(xml_document) document = NULL;
        if (!xml_read(manifest, &document, NULL) || !xml_is(xml_root(document), SPACE, "manifest"))
                return;
        for (xmlNode *entry = xml_child(xml_root(document), SPACE, "file-entry"); entry != NULL;
             entry = xml_next(entry, SPACE, "file-entry")) {
                const char *name = attribute(entry, "full-path");
                const char *type = attribute(entry, "media-type");
                if (name != NULL && type != NULL && !set(context, name, type))
                        return;
        }
}

static void entry_write(struct writer *writer, const char *name, const char *media_type)
{
        writer_start(writer, "manifest:file-entry");
        writer_attribute(writer, "manifest:full-path", name);
        writer_attribute(writer, "manifest:media-type", media_type);
        writer_end(writer);
}

bool container_manifest_write(const struct signing_file *files, size_t count, struct writer *writer, struct signing_bytes *out,
                              struct signing_refusal *why)
{
        writer_start(writer, "manifest:manifest");
        writer_attribute(writer, "xmlns:manifest", SPACE);
        writer_attribute(writer, "manifest:version", "1.2");
        entry_write(writer, "/", ASIC_E);
        for (size_t i = 0; i < count; i++)
                entry_write(writer, files[i].name, files[i].media_type);
        writer_end(writer);
        return writer_finish(writer, out, why);
}
