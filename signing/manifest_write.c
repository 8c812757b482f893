/* manifest_write.c - writes what manifest.c reads. */
#include <stdlib.h>

#include "gateway/core/owner.h"
#include "signing/manifest.h"
#include "signing/manifest_space.h"
#include "signing/refusal.h"
#include "signing/wrap_xml.h"

typedef struct writer xml_writer;
DEFINE_OWNER(xml_writer, writer_free)

static void documents_write(struct writer *writer, const signing_manifest *manifest)
{
        writer_start(writer, "Documents");
        for (size_t i = 0; i < manifest->document_count; i++) {
                writer_start(writer, "Document");
                writer_attribute(writer, "Name", manifest->documents[i].name);
                writer_attribute(writer, "MediaType", manifest->documents[i].media_type);
                writer_attribute_number(writer, "Size", manifest->documents[i].size);
                writer_end(writer);
        }
        writer_end(writer);
}

static void content_write(struct writer *writer, const signing_manifest *manifest)
{
        writer_start(writer, "Content");
        writer_attribute_number(writer, "PlaintextSize", manifest->plaintext_size);
        writer_attribute_number(writer, "ChunkSize", SIGNING_CHUNK);
        writer_attribute_number(writer, "Chunks", manifest->chunks);
        writer_leaf_algorithm(writer, "xenc:EncryptionMethod", AES256_GCM);
        writer_leaf_algorithm(writer, "ds:DigestMethod", SHA256_URI);
        writer_leaf_base64(writer, "ds:DigestValue", (struct signing_bytes){manifest->digest, MANIFEST_SHA256});
        writer_end(writer);
}

static void substitute_write(struct writer *writer, const struct manifest_member *member)
{
        writer_start(writer, "Substitute");
        writer_leaf_base64(writer, "Certificate", (struct signing_bytes){member->substitute, MANIFEST_SHA256});
        wrap_xml_write(writer, &member->substitute_wrapped, member->substitute);
        writer_end(writer);
}

static void commission_write(struct writer *writer, const signing_manifest *manifest)
{
        writer_start(writer, "Commission");
        writer_attribute_number(writer, "Threshold", manifest->threshold);
        for (size_t i = 0; i < manifest->member_count; i++) {
                const struct manifest_member *member = &manifest->members[i];
                writer_start(writer, "Member");
                writer_attribute_number(writer, "X", i + 1);
                writer_leaf_base64(writer, "Certificate", (struct signing_bytes){member->certificate, MANIFEST_SHA256});
                writer_leaf_base64(writer, "Share", (struct signing_bytes){member->share, MANIFEST_SHA256});
                wrap_xml_write(writer, &member->wrapped, member->certificate);
                if (member->has_substitute)
                        substitute_write(writer, member);
                writer_end(writer);
        }
        writer_end(writer);
}

bool manifest_write(const signing_manifest *manifest, const struct signing_sink *out, struct signing_refusal *why)
{
        OWN(xml_writer) writer = writer_new();
        struct signing_bytes text = {0};
        writer_start(writer, "SealedEnvelope");
        writer_attribute(writer, "xmlns", MANIFEST_SPACE);
        wrap_xml_namespaces(writer);
        writer_leaf(writer, "Consultation", manifest->consultation);
        writer_leaf(writer, "Lot", manifest->lot);
        writer_leaf(writer, "Kind", manifest->kind);
        documents_write(writer, manifest);
        content_write(writer, manifest);
        commission_write(writer, manifest);
        writer_end(writer);
        if (!writer_finish(writer, &text, why))
                return false;
        return out->write(out->context, text.data, text.size) ||
               refuse(why, "SINK_FAILED", "", "the manifest could not be handed on");
}
