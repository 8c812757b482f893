/*
 * seal.c - seals a tender for a commission: DESIGN of the pli scellé.
 *
 * One pass over the plaintext, one chunk in memory. The content key lives in
 * this function's frame only and is wiped; what leaves is each member's share,
 * wrapped for its certificate.
 */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "signing/manifest.h"
#include "signing/refusal.h"
#include "signing/share.h"
#include "signing/stream.h"
#include "signing/wrap_xml.h"

typedef struct stream chunk_stream;
typedef uint8_t bytes;
DEFINE_OWNER(chunk_stream, stream_free)
DEFINE_OWNER(bytes, free)
DEFINE_OWNER(X509, X509_free)
DEFINE_OWNER(EVP_MD_CTX, EVP_MD_CTX_free)
DEFINE_OWNER(signing_manifest, signing_manifest_free)
DEFINE_OWNER(signing_container, signing_container_free)

static bool internal(struct signing_refusal *why, const char *what)
{
        return refuse(why, "INTERNAL", "", "%s failed", what);
}

static bool text_copy(char *out, const char *text, const char *what, struct signing_refusal *why)
{
        if (strlen(text) > MANIFEST_ID_MAX)
                return refuse(why, "SEAL_REQUEST", "urn:pli:sealed-envelope:1", "the %s is longer than %d bytes", what,
                              MANIFEST_ID_MAX);
        memcpy(out, text, strlen(text) + 1);
        return true;
}

static bool request_check(const struct signing_seal_request *request, struct signing_refusal *why)
{
        if (request->member_count < 1 || request->member_count > SIGNING_MEMBERS_MAX)
                return refuse(why, "SEAL_REQUEST", "urn:pli:sealed-envelope:1", "a commission has 1 to %d members",
                              SIGNING_MEMBERS_MAX);
        if (request->threshold < 1 || request->threshold > request->member_count)
                return refuse(why, "SEAL_REQUEST", "urn:pli:sealed-envelope:1",
                              "the quorum is not between 1 and the number of members");
        if (request->consultation[0] == '\0' || request->kind[0] == '\0')
                return refuse(why, "SEAL_REQUEST", "urn:pli:sealed-envelope:1", "consultation and kind must be named");
        if (stream_chunks(request->plaintext.size) == 0)
                return refuse(why, "SEAL_REQUEST", "urn:pli:sealed-envelope:1",
                              "the content is too large to be numbered in chunks");
        return true;
}

static bool documents_list(const struct signing_seal_request *request, signing_manifest *manifest, struct signing_refusal *why)
{
        OWN(signing_container) container = NULL;
        if (!signing_container_open(request->plaintext, &container, why))
                return false;
        for (size_t i = 0; i < signing_container_count(container); i++) {
                struct manifest_document document = {(char *)(uintptr_t)signing_container_name(container, i),
                                                     (char *)(uintptr_t)signing_container_media_type(container, i),
                                                     signing_container_size(container, i)};
                if (!manifest_document_append(manifest, document))
                        return refuse(why, "MEMORY", "", "no memory for the manifest");
        }
        return true;
}

static bool certificate_wrap(struct signing_bytes certificate, const uint8_t share[SIGNING_SHARE], uint8_t digest[MANIFEST_SHA256],
                             struct wrapped *out, struct signing_refusal *why)
{
        const unsigned char *at = certificate.data;
        OWN(X509) parsed = d2i_X509(NULL, &at, (long)certificate.size);
        if (parsed == NULL || at != certificate.data + certificate.size || X509_get0_pubkey(parsed) == NULL)
                return refuse(why, "CERTIFICATE_UNREADABLE", "RFC 5280", "a member's certificate is not one in DER");
        if (EVP_Digest(certificate.data, certificate.size, digest, NULL, EVP_sha256(), NULL) != 1)
                return internal(why, "SHA-256");
        wrap_xml_info(out, digest);
        return wrap_make(X509_get0_pubkey(parsed), share + 1, out, why);
}

/* The member's share for its own key, and the same one for who may stand in for it. */
static bool member_wrap(const struct signing_seal_request *request, size_t n, const uint8_t share[SIGNING_SHARE],
                        struct manifest_member *out, struct signing_refusal *why)
{
        if (EVP_Digest(share, SIGNING_SHARE, out->share, NULL, EVP_sha256(), NULL) != 1)
                return internal(why, "SHA-256");
        out->has_substitute = request->substitutes != NULL && request->substitutes[n].size > 0;
        return certificate_wrap(request->members[n], share, out->certificate, &out->wrapped, why) &&
               (!out->has_substitute ||
                certificate_wrap(request->substitutes[n], share, out->substitute, &out->substitute_wrapped, why));
}

static bool members_wrap(const struct signing_seal_request *request, const uint8_t key[STREAM_KEY], signing_manifest *manifest,
                         struct signing_refusal *why)
{
        uint8_t shares[SIGNING_MEMBERS_MAX][SIGNING_SHARE];
        bool wrapped = share_split(key, request->threshold, shares, request->member_count) || internal(why, "sharing the key");
        for (size_t i = 0; wrapped && i < request->member_count; i++)
                wrapped = member_wrap(request, i, shares[i], &manifest->members[i], why);
        OPENSSL_cleanse(shares, sizeof shares);
        manifest->member_count = request->member_count;
        manifest->threshold = request->threshold;
        return wrapped;
}

/* What sealing needs while it goes from chunk to chunk. */
struct sealing {
        const struct signing_source *plaintext;
        const struct signing_sink *ciphertext;
        struct stream *stream;
        EVP_MD_CTX *digest; /* over the chunks' digests */
        uint8_t *in, *out;
};

static bool chunk_seal(const struct sealing *sealing, struct stream_place place, struct signing_refusal *why)
{
        size_t size = stream_chunk_size(sealing->plaintext->size, place.n);
        uint64_t offset = (uint64_t)place.n * SIGNING_CHUNK;
        if (size > 0 && !sealing->plaintext->read(sealing->plaintext->context, offset, sealing->in, size))
                return refuse(why, "SOURCE_FAILED", "", "the content's bytes could not be read");
        uint8_t sha256[MANIFEST_SHA256];
        if (!stream_seal(sealing->stream, place, (struct signing_bytes){sealing->in, size}, sealing->out) ||
            EVP_Digest(sealing->out, size + STREAM_OVERHEAD, sha256, NULL, EVP_sha256(), NULL) != 1 ||
            EVP_DigestUpdate(sealing->digest, sha256, sizeof sha256) != 1)
                return internal(why, "AES-256-GCM");
        if (!sealing->ciphertext->write(sealing->ciphertext->context, sealing->out, size + STREAM_OVERHEAD))
                return refuse(why, "SINK_FAILED", "", "the ciphertext could not be handed on");
        return true;
}

static bool content_seal(const struct signing_seal_request *request, const uint8_t key[STREAM_KEY],
                         const struct signing_sink *ciphertext, signing_manifest *manifest, struct signing_refusal *why)
{
        OWN(chunk_stream) stream = stream_new(key);
        OWN(EVP_MD_CTX) digest = EVP_MD_CTX_new();
        OWN(bytes) in = malloc(SIGNING_CHUNK);
        OWN(bytes) out = malloc(SIGNING_SEALED_CHUNK);
        if (stream == NULL || digest == NULL || in == NULL || out == NULL || EVP_DigestInit_ex(digest, EVP_sha256(), NULL) != 1)
                return refuse(why, "MEMORY", "", "no memory to seal");
        const struct sealing sealing = {&request->plaintext, ciphertext, stream, digest, in, out};
        manifest->plaintext_size = request->plaintext.size;
        manifest->chunks = stream_chunks(request->plaintext.size);
        bool sealed = true;
        for (uint32_t n = 0; sealed && n < manifest->chunks; n++)
                sealed = chunk_seal(&sealing, (struct stream_place){n, n == manifest->chunks - 1}, why);
        OPENSSL_cleanse(in, SIGNING_CHUNK);
        return sealed && (EVP_DigestFinal_ex(digest, manifest->digest, NULL) == 1 || internal(why, "SHA-256"));
}

bool signing_seal(const struct signing_seal_request *request, const struct signing_sink *ciphertext,
                  const struct signing_sink *manifest, struct signing_refusal *why)
{
        if (!request_check(request, why))
                return false;
        OWN(signing_manifest) made = calloc(1, sizeof *made);
        if (made == NULL)
                return refuse(why, "MEMORY", "", "no memory for the manifest");
        if (!text_copy(made->consultation, request->consultation, "consultation", why) ||
            !text_copy(made->lot, request->lot, "lot", why) || !text_copy(made->kind, request->kind, "kind", why) ||
            !documents_list(request, made, why))
                return false;
        uint8_t key[STREAM_KEY];
        if (RAND_priv_bytes(key, sizeof key) != 1)
                return internal(why, "the random generator");
        bool sealed = members_wrap(request, key, made, why) && content_seal(request, key, ciphertext, made, why);
        OPENSSL_cleanse(key, sizeof key);
        return sealed && manifest_write(made, manifest, why);
}
