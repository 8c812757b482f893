/*
 * sign_files.c - one XAdES-B-B signature over files: beside them (detached), or
 * with them inside (enveloping) (EN 319 132-1 6.3, XMLDSig 2.1).
 */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "signing/container.h"
#include "signing/file_uri.h"
#include "signing/limits.h"
#include "signing/media.h"
#include "signing/refusal.h"
#include "signing/signature.h"
#include "signing/source.h"

DEFINE_OWNER(xml_document, xml_document_free)
DEFINE_OWNER(xmlChar, xmlFree)
DEFINE_OWNER(EVP_MD_CTX, EVP_MD_CTX_free)

enum { ENVELOPED_MAX = 7 << 20 }; /* in base64 still below libxml2's 10 MB for one text */

/* What the signature will say of each file; uris and contents are owned. */
struct listing {
        struct signature_reference *references;
        size_t count;
};
static void listing_free(struct listing *listing)
{
        for (size_t i = 0; listing->references != NULL && i < listing->count; i++) {
                free((void *)(uintptr_t)listing->references[i].uri);
                free((void *)(uintptr_t)listing->references[i].content.data);
        }
        free(listing->references);
        free(listing);
}
typedef struct listing signed_listing;
DEFINE_OWNER(signed_listing, listing_free)

static bool digest_write(void *context, const uint8_t *data, size_t size)
{
        return EVP_DigestUpdate(context, data, size) == 1;
}

/* Beside the signature a file may be of any size: it is read in blocks. */
static bool file_digest(const struct signing_file *file, uint8_t sha256[32], struct signing_refusal *why)
{
        OWN(EVP_MD_CTX) state = EVP_MD_CTX_new();
        const struct signing_sink sink = {state, digest_write};
        if (state == NULL || EVP_DigestInit_ex(state, EVP_sha256(), NULL) != 1)
                return refuse(why, "MEMORY", "", "no memory for a digest");
        return source_copy(&file->content, &sink, why) && EVP_DigestFinal_ex(state, sha256, NULL) == 1;
}

static bool reference_fill(struct signature_reference *reference, const struct signing_file *file, enum signature_form form,
                           struct signing_refusal *why)
{
        uint8_t *content = NULL;
        if (!container_name_check(file->name, why))
                return false;
        reference->media_type = file->media_type != NULL ? file->media_type : media_type_of(file->name);
        reference->uri = file_uri(file->name);
        if (reference->uri == NULL)
                return refuse(why, "MEMORY", "", "no memory for a signature");
        if (form == SIGNATURE_DETACHED)
                return file_digest(file, reference->sha256, why);
        if (!source_read(&file->content, ENVELOPED_MAX, &content, why))
                return false;
        reference->content = (struct signing_bytes){content, (size_t)file->content.size};
        return EVP_Digest(content, reference->content.size, reference->sha256, NULL, EVP_sha256(), NULL) == 1 ||
               refuse(why, "INTERNAL", "", "digesting a file failed");
}

static struct listing *listing_new(const struct signing_file *files, size_t count, enum signature_form form,
                                   struct signing_refusal *why)
{
        OWN(signed_listing) made = calloc(1, sizeof *made);
        if (made == NULL || (made->references = calloc(count, sizeof *made->references)) == NULL) {
                (void)refuse(why, "MEMORY", "", "no memory for a signature");
                return NULL;
        }
        made->count = count;
        for (size_t i = 0; i < count; i++)
                if (!reference_fill(&made->references[i], &files[i], form, why))
                        return NULL;
        return TAKE(made);
}

static bool files_sign(const struct signing_file *files, size_t count, enum signature_form form, const struct signing_key *key,
                       int64_t claimed, const struct signing_sink *out, struct signing_refusal *why)
{
        OWN(xml_document) signature = NULL;
        OWN(xmlChar) text = NULL;
        int size = 0;
        if (count == 0 || count >= LIMIT_REFERENCES)
                return refuse(why, "FILES_NUMBER", "limit LIMIT_REFERENCES", "a signature is over 1 to %d files",
                              LIMIT_REFERENCES - 1);
        OWN(signed_listing) listing = listing_new(files, count, form, why);
        if (listing == NULL)
                return false;
        const struct signature_request request = {
                .key = key, .claimed = claimed, .references = listing->references, .count = count, .form = form};
        if (!signature_make(&request, &signature, why))
                return false;
        xmlDocDumpMemory(xml_tree(signature), &text, &size);
        if (text == NULL || size <= 0)
                return refuse(why, "MEMORY", "", "no memory for the signature");
        return signature_check((struct signing_bytes){text, (size_t)size}, key, why) &&
               (out->write(out->context, text, (size_t)size) ||
                refuse(why, "SINK_FAILED", "", "the signature could not be handed on"));
}

bool signing_sign_detached(const struct signing_file *files, size_t count, const struct signing_key *key, int64_t claimed,
                           const struct signing_sink *out, struct signing_refusal *why)
{
        return files_sign(files, count, SIGNATURE_DETACHED, key, claimed, out, why);
}

bool signing_sign_enveloping(const struct signing_file *files, size_t count, const struct signing_key *key, int64_t claimed,
                             const struct signing_sink *out, struct signing_refusal *why)
{
        return files_sign(files, count, SIGNATURE_ENVELOPING, key, claimed, out, why);
}
