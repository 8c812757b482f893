/*
 * manifest.c - the sealed envelope's manifest, read strictly: exactly these children in this order.
 *
 *   <SealedEnvelope xmlns="urn:pli:sealed-envelope:1" xmlns:ds xmlns:dsig11 xmlns:xenc xmlns:xenc11>
 *     <Consultation>id</Consultation> <Lot>number or empty</Lot> <Kind>offre</Kind>
 *     <Documents> <Document Name="" MediaType="" Size=""/>* </Documents>
 *     <Content PlaintextSize="" ChunkSize="262144" Chunks="">
 *       <xenc:EncryptionMethod Algorithm="http://www.w3.org/2009/xmlenc11#aes256-gcm"/>
 *       <ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/> <ds:DigestValue>…</ds:DigestValue>
 *     </Content>
 *     <Commission Threshold="2">
 *       <Member X="1"> <Certificate>base64 SHA-256</Certificate> <Share>base64 SHA-256</Share> <xenc:EncryptedKey/>
 *         (<Substitute> <Certificate>base64 SHA-256</Certificate> <xenc:EncryptedKey/> </Substitute>)? </Member>+
 *     </Commission>
 *     <ds:Signature/>?
 *   </SealedEnvelope>
 */
#include "signing/manifest.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "signing/container.h"
#include "signing/manifest_space.h"
#include "signing/refusal.h"
#include "signing/sequence.h"
#include "signing/stream.h"
#include "signing/wrap_xml.h"
#include "signing/xml.h"

DEFINE_OWNER(signing_manifest, signing_manifest_free)
DEFINE_OWNER(xml_document, xml_document_free)
DEFINE_OWNER(json_t, json_decref)

void signing_manifest_free(signing_manifest *manifest)
{
        if (manifest == NULL)
                return;
        for (size_t i = 0; i < manifest->document_count; i++) {
                free(manifest->documents[i].name);
                free(manifest->documents[i].media_type);
        }
        free(manifest->documents);
        free(manifest->json);
        free(manifest);
}

bool manifest_document_append(signing_manifest *manifest, struct manifest_document document)
{
        struct manifest_document *grown = realloc(manifest->documents, (manifest->document_count + 1) * sizeof *grown);
        if (grown == NULL)
                return false;
        manifest->documents = grown;
        struct manifest_document copy = {strdup(document.name), strdup(document.media_type), document.size};
        if (copy.name == NULL || copy.media_type == NULL) {
                free(copy.name);
                free(copy.media_type);
                return false;
        }
        grown[manifest->document_count++] = copy;
        return true;
}

static bool malformed(struct signing_refusal *why, const char *sentence)
{
        return refuse(why, "MANIFEST_MALFORMED", "urn:pli:sealed-envelope:1", "%s", sentence);
}

static bool heading_read(struct sequence *root, signing_manifest *out, struct signing_refusal *why)
{
        if (!sequence_text(root, MANIFEST_SPACE, "Consultation", out->consultation, sizeof out->consultation) ||
            !sequence_text(root, MANIFEST_SPACE, "Lot", out->lot, sizeof out->lot) ||
            !sequence_text(root, MANIFEST_SPACE, "Kind", out->kind, sizeof out->kind))
                return malformed(why, "Consultation, Lot or Kind is missing or too long");
        if (out->consultation[0] == '\0' || out->kind[0] == '\0')
                return malformed(why, "Consultation and Kind must not be empty");
        return true;
}

static bool document_unique(const signing_manifest *manifest, const char *name)
{
        for (size_t i = 0; i < manifest->document_count; i++)
                if (container_name_same(manifest->documents[i].name, name))
                        return false;
        return true;
}

static bool document_read(const xmlNode *node, signing_manifest *out, struct signing_refusal *why)
{
        const char *name = xml_attribute(node, "Name");
        const char *type = xml_attribute(node, "MediaType");
        struct manifest_document document = {(char *)(uintptr_t)name, (char *)(uintptr_t)type, 0};
        if (name == NULL || type == NULL || !attribute_number(node, "Size", UINT64_MAX / 2, &document.size))
                return malformed(why, "a Document lacks Name, MediaType or a right Size");
        if (!container_name_check(name, why))
                return false;
        if (out->document_count == MANIFEST_DOCUMENTS_MAX || !document_unique(out, name))
                return malformed(why, "two Documents bear the same name, or there are more than 1000");
        return manifest_document_append(out, document) || refuse(why, "MEMORY", "", "no memory for the manifest");
}

static bool documents_read(const xmlNode *node, signing_manifest *out, struct signing_refusal *why)
{
        struct sequence inside = sequence_of(node);
        for (const xmlNode *document; (document = sequence_maybe(&inside, MANIFEST_SPACE, "Document")) != NULL;)
                if (!document_read(document, out, why))
                        return false;
        return sequence_done(&inside) || malformed(why, "Documents is missing or holds something else than Document");
}

static bool content_read(const xmlNode *node, signing_manifest *out, struct signing_refusal *why)
{
        struct sequence inside = sequence_of(node);
        uint64_t chunk_size = 0, chunks = 0;
        if (!attribute_number(node, "PlaintextSize", UINT64_MAX / 2, &out->plaintext_size) ||
            !attribute_number(node, "ChunkSize", UINT32_MAX, &chunk_size) || !attribute_number(node, "Chunks", UINT32_MAX, &chunks))
                return malformed(why, "Content lacks PlaintextSize, ChunkSize or Chunks");
        if (chunk_size != SIGNING_CHUNK || chunks == 0 || chunks != stream_chunks(out->plaintext_size))
                return malformed(why, "ChunkSize is not 262144, or Chunks does not fit PlaintextSize");
        out->chunks = (uint32_t)chunks;
        if (!sequence_algorithm(&inside, XENC_SPACE, "EncryptionMethod", AES256_GCM) ||
            !sequence_algorithm(&inside, DS_SPACE, "DigestMethod", SHA256_URI))
                return refuse(why, "MANIFEST_ALGORITHM", "urn:pli:sealed-envelope:1",
                              "the content is not encrypted by AES-256-GCM or not digested by SHA-256");
        if (!sequence_base64_exactly(&inside, DS_SPACE, "DigestValue", out->digest, sizeof out->digest) || !sequence_done(&inside))
                return malformed(why, "Content holds no SHA-256 digest, or something else besides");
        return true;
}

static bool substitute_read(const xmlNode *node, struct manifest_member *member, struct signing_refusal *why)
{
        struct sequence inside = sequence_of(node);
        member->has_substitute = true;
        if (!sequence_base64_exactly(&inside, MANIFEST_SPACE, "Certificate", member->substitute, sizeof member->substitute))
                return malformed(why, "a Substitute lacks the SHA-256 of its certificate");
        return wrap_xml_read(sequence_take(&inside, XENC_SPACE, "EncryptedKey"), &member->substitute_wrapped, why) &&
               (sequence_done(&inside) || malformed(why, "a Substitute holds something else than Certificate and EncryptedKey"));
}

static bool member_read(const xmlNode *node, signing_manifest *out, struct signing_refusal *why)
{
        if (out->member_count == SIGNING_MEMBERS_MAX)
                return malformed(why, "the commission has more than 16 members");
        struct manifest_member *member = &out->members[out->member_count++];
        struct sequence inside = sequence_of(node);
        uint64_t x = 0;
        if (!attribute_number(node, "X", SIGNING_MEMBERS_MAX, &x) || x != out->member_count)
                return malformed(why, "the members' X do not count from 1");
        if (!sequence_base64_exactly(&inside, MANIFEST_SPACE, "Certificate", member->certificate, sizeof member->certificate) ||
            !sequence_base64_exactly(&inside, MANIFEST_SPACE, "Share", member->share, sizeof member->share))
                return malformed(why, "a Member lacks the SHA-256 of its certificate or share");
        if (!wrap_xml_read(sequence_take(&inside, XENC_SPACE, "EncryptedKey"), &member->wrapped, why))
                return false;
        const xmlNode *substitute = sequence_maybe(&inside, MANIFEST_SPACE, "Substitute");
        if (substitute != NULL && !substitute_read(substitute, member, why))
                return false;
        return sequence_done(&inside) ||
               malformed(why, "a Member holds something else than Certificate, Share, EncryptedKey and Substitute");
}

static bool commission_read(const xmlNode *node, signing_manifest *out, struct signing_refusal *why)
{
        struct sequence inside = sequence_of(node);
        for (const xmlNode *member; (member = sequence_maybe(&inside, MANIFEST_SPACE, "Member")) != NULL;)
                if (!member_read(member, out, why))
                        return false;
        uint64_t threshold = 0;
        if (!sequence_done(&inside) || !attribute_number(node, "Threshold", out->member_count, &threshold) || threshold == 0)
                return malformed(why, "Commission has no Threshold between 1 and its number of members");
        out->threshold = (unsigned)threshold;
        return true;
}

static json_t *hex_json(const uint8_t *data, size_t size)
{
        char hex[2 * MANIFEST_SHA256 + 1];
        for (size_t i = 0; i < size; i++)
                snprintf(hex + 2 * i, 3, "%02x", data[i]);
        return json_string(hex);
}

static json_t *documents_json(const signing_manifest *manifest)
{
        json_t *documents = json_array();
        for (size_t i = 0; i < manifest->document_count; i++) {
                const struct manifest_document *document = &manifest->documents[i];
                json_array_append_new(documents, json_pack("{s:s, s:s, s:I}", "name", document->name, "mediaType",
                                                           document->media_type, "size", (json_int_t)document->size));
        }
        return documents;
}

static json_t *members_json(const signing_manifest *manifest)
{
        json_t *members = json_array();
        for (size_t i = 0; i < manifest->member_count; i++) {
                const struct manifest_member *member = &manifest->members[i];
                json_t *seat =
                        json_pack("{s:I, s:o, s:o, s:s}", "x", (json_int_t)(i + 1), "certificate",
                                  hex_json(member->certificate, MANIFEST_SHA256), "share", hex_json(member->share, MANIFEST_SHA256),
                                  "algorithm", member->wrapped.algorithm == WRAP_RSA_OAEP ? "rsa-oaep" : "ecdh-es");
                if (member->has_substitute)
                        json_object_set_new(seat, "substitute", hex_json(member->substitute, MANIFEST_SHA256));
                json_array_append_new(members, seat);
        }
        return members;
}

static char *manifest_json(const signing_manifest *manifest)
{
        OWN(json_t)
        json = json_pack("{s:s, s:s, s:s, s:o, s:I, s:I, s:I, s:o, s:I, s:o, s:b}", "consultation", manifest->consultation, "lot",
                         manifest->lot, "kind", manifest->kind, "documents", documents_json(manifest), "plaintextSize",
                         (json_int_t)manifest->plaintext_size, "chunkSize", (json_int_t)SIGNING_CHUNK, "chunks",
                         (json_int_t)manifest->chunks, "digest", hex_json(manifest->digest, MANIFEST_SHA256), "threshold",
                         (json_int_t)manifest->threshold, "members", members_json(manifest), "signed", (int)manifest->is_signed);
        return json == NULL ? NULL : json_dumps(json, JSON_COMPACT);
}

bool signing_manifest_read(struct signing_bytes manifest, signing_manifest **out, struct signing_refusal *why)
{
        if (manifest.size > MANIFEST_BYTES_MAX)
                return refuse(why, "MANIFEST_SIZE", "limit", "a manifest takes at most %d bytes", MANIFEST_BYTES_MAX);
        OWN(xml_document) document = NULL;
        if (!xml_read(manifest, &document, why))
                return false;
        if (!xml_is(xml_root(document), MANIFEST_SPACE, "SealedEnvelope"))
                return malformed(why, "the root element is not SealedEnvelope of urn:pli:sealed-envelope:1");
        OWN(signing_manifest) read = calloc(1, sizeof *read);
        if (read == NULL)
                return refuse(why, "MEMORY", "", "no memory for the manifest");
        struct sequence root = sequence_of(xml_root(document));
        if (!heading_read(&root, read, why) || !documents_read(sequence_take(&root, MANIFEST_SPACE, "Documents"), read, why) ||
            !content_read(sequence_take(&root, MANIFEST_SPACE, "Content"), read, why) ||
            !commission_read(sequence_take(&root, MANIFEST_SPACE, "Commission"), read, why))
                return false;
        read->is_signed = sequence_maybe(&root, DS_SPACE, "Signature") != NULL;
        if (!sequence_done(&root))
                return malformed(why, "SealedEnvelope holds something after Commission that is no signature");
        if ((read->json = manifest_json(read)) == NULL)
                return refuse(why, "MEMORY", "", "no memory for the manifest");
        *out = TAKE(read);
        return true;
}

const char *signing_manifest_json(const signing_manifest *manifest)
{
        return manifest->json;
}
