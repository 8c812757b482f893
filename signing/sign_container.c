/*
 * sign_container.c - ASiC-E containers, with a signature over all files or without (EN 319 162-1 4.4).
 *
 * mimetype first and stored (A.1), then the files, each read for its digest and
 * again to be written, then META-INF/manifest.xml and META-INF/signatures0.xml.
 */
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "signing/container.h"
#include "signing/container_manifest.h"
#include "signing/file_uri.h"
#include "signing/media.h"
#include "signing/pack.h"
#include "signing/refusal.h"
#include "signing/signature.h"
#include "signing/source.h"

static const char ASIC_E[] = "application/vnd.etsi.asic-e+zip";

typedef struct pack zip_pack;
typedef struct writer xml_writer;
DEFINE_OWNER(zip_pack, pack_free)
DEFINE_OWNER(xml_writer, writer_free)
DEFINE_OWNER(xml_document, xml_document_free)
DEFINE_OWNER(xmlChar, xmlFree)

/* The files of a container on their way into it, with what the signature will say of each. */
struct signed_files {
        struct signing_file *files; /* media types filled in */
        struct signature_reference *references;
        char **uris;
        size_t count;
};

static void signed_files_free(struct signed_files *files)
{
        for (size_t i = 0; files->uris != NULL && i < files->count; i++)
                free(files->uris[i]);
        free(files->uris);
        free(files->references);
        free(files->files);
        free(files);
}
typedef struct signed_files signed_files;
DEFINE_OWNER(signed_files, signed_files_free)

static struct signed_files *signed_files_new(const struct signing_file *files, size_t count)
{
        OWN(signed_files) made = calloc(1, sizeof *made);
        if (made == NULL)
                return NULL;
        made->count = count;
        made->files = calloc(count, sizeof *made->files);
        made->references = calloc(count, sizeof *made->references);
        made->uris = calloc(count, sizeof *made->uris);
        if (made->files == NULL || made->references == NULL || made->uris == NULL)
                return NULL;
        for (size_t i = 0; i < count; i++) {
                made->files[i] = files[i];
                if (files[i].media_type == NULL)
                        made->files[i].media_type = media_type_of(files[i].name);
                if ((made->uris[i] = file_uri(files[i].name)) == NULL)
                        return NULL;
                made->references[i].uri = made->uris[i];
                made->references[i].media_type = made->files[i].media_type;
        }
        return TAKE(made);
}

static bool text_add(struct pack *pack, const char *name, struct signing_bytes text, enum pack_method method,
                     struct signing_refusal *why)
{
        const struct signing_file file = {name, "text/xml", source_memory(&text)};
        return pack_add(pack, &file, method, NULL, why);
}

static bool business_name(const char *name, struct signing_refusal *why)
{
        if (strcasecmp(name, "mimetype") != 0 && strncasecmp(name, "META-INF/", 9) != 0 && name[strlen(name) - 1] != '/')
                return true;
        return refuse(why, "CONTAINER_NAME", "EN 319 162-1 4.4.2", "\"%.120s\" is a name the container needs itself", name);
}

static bool files_add(struct pack *pack, struct signed_files *files, struct signing_refusal *why)
{
        const struct signing_bytes mimetype = {(const uint8_t *)ASIC_E, sizeof ASIC_E - 1};
        if (!text_add(pack, "mimetype", mimetype, PACK_STORED, why))
                return false;
        for (size_t i = 0; i < files->count; i++)
                if (!container_name_check(files->files[i].name, why) || !business_name(files->files[i].name, why) ||
                    !pack_add(pack, &files->files[i], PACK_SMALLEST, files->references[i].sha256, why))
                        return false;
        OWN(xml_writer) writer = writer_new();
        struct signing_bytes manifest = {0};
        return container_manifest_write(files->files, files->count, writer, &manifest, why) &&
               text_add(pack, "META-INF/manifest.xml", manifest, PACK_SMALLEST, why);
}

static bool signature_add(struct pack *pack, const struct signed_files *files, const struct signing_key *key, int64_t claimed,
                          struct signing_refusal *why)
{
        const struct signature_request request = {.key = key,
                                                  .claimed = claimed,
                                                  .references = files->references,
                                                  .count = files->count,
                                                  .form = SIGNATURE_CONTAINER};
        OWN(xml_document) signature = NULL;
        if (!signature_make(&request, &signature, why))
                return false;
        OWN(xmlChar) text = NULL;
        int size = 0;
        xmlDocDumpMemory(xml_tree(signature), &text, &size);
        if (text == NULL || size <= 0)
                return refuse(why, "MEMORY", "", "no memory for the signature");
        const struct signing_bytes bytes = {text, (size_t)size};
        return signature_check(bytes, key, why) && text_add(pack, "META-INF/signatures0.xml", bytes, PACK_SMALLEST, why);
}

static bool container_make(const struct signing_file *files, size_t count, const struct signing_key *key, int64_t claimed,
                           const struct signing_sink *out, struct signing_refusal *why)
{
        if (count == 0)
                return refuse(why, "CONTAINER_EMPTY", "EN 319 162-1 4.4.2", "a container holds at least one file");
        OWN(signed_files) made = signed_files_new(files, count);
        OWN(zip_pack) pack = pack_new(out);
        if (made == NULL || pack == NULL)
                return refuse(why, "MEMORY", "", "no memory for a container");
        if (!files_add(pack, made, why) || (key != NULL && !signature_add(pack, made, key, claimed, why)))
                return false;
        return pack_finish(pack, why);
}

bool signing_sign_container(const struct signing_file *files, size_t count, const struct signing_key *key, int64_t claimed,
                            const struct signing_sink *out, struct signing_refusal *why)
{
        return container_make(files, count, key, claimed, out, why);
}

bool signing_pack_container(const struct signing_file *files, size_t count, const struct signing_sink *out,
                            struct signing_refusal *why)
{
        return container_make(files, count, NULL, 0, out, why);
}
