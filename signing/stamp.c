/*
 * stamp.c - from B-B to B-T in two steps (EN 319 132-1 5.3, RFC 3161): the
 * request to carry to a time-stamping authority, then its answer put in.
 */
#include <openssl/ts.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "signing/container.h"
#include "signing/media.h"
#include "signing/pack.h"
#include "signing/path.h"
#include "signing/refusal.h"
#include "signing/source.h"
#include "signing/stamp_place.h"
#include "signing/token.h"
#include "signing/trust.h"

enum { ENTRY_MAX = 512 << 20 }; /* a container's file, while the container is written anew */

typedef struct stamp_place place_handle;
typedef struct token token_handle;
typedef struct pack zip_pack;
static void place_release(place_handle *place)
{
        stamp_place_free(place);
}
DEFINE_OWNER(token_handle, token_free)
DEFINE_OWNER(zip_pack, pack_free)
DEFINE_OWNER(signing_container, signing_container_free)
DEFINE_OWNER(TS_REQ, TS_REQ_free)
DEFINE_OWNER(TS_MSG_IMPRINT, TS_MSG_IMPRINT_free)
DEFINE_OWNER(TS_RESP, TS_RESP_free)
DEFINE_OWNER(X509_ALGOR, X509_ALGOR_free)
DEFINE_OWNER(ASN1_INTEGER, ASN1_INTEGER_free)

/* ---- where: the document itself, or a signature file in a container ---- */

static bool is_container(struct signing_bytes document)
{
        return document.size > 4 && memcmp(document.data, "PK\3\4", 4) == 0;
}

/* The last META-INF/…signatures….xml with a signature to stamp. */
static bool entry_find(const signing_container *container, struct stamp_place *out, size_t *entry, struct signing_refusal *why)
{
        for (size_t n = container_entries(container); n-- > 0;) {
                const char *name = container_entry_name(container, n);
                uint8_t *bytes = NULL;
                size_t size = 0;
                if (strncmp(name, "META-INF/", 9) != 0 || strstr(name, "signatures") == NULL)
                        continue;
                if (!container_entry_read(container, n, LIMIT_XML_BYTES, &bytes, &size, why))
                        return false;
                bool found = stamp_place_find((struct signing_bytes){bytes, size}, out, why);
                free(bytes);
                *entry = n;
                if (found)
                        return true;
        }
        return refuse(why, "STAMP_NO_PLACE", "EN 319 132-1 5.3", "The container has no XAdES signature that lacks a time-stamp.");
}

static bool place_find(struct signing_bytes document, struct stamp_place *out, struct signing_refusal *why)
{
        if (!is_container(document))
                return stamp_place_find(document, out, why);
        OWN(signing_container) container = NULL;
        size_t entry = 0;
        return signing_container_open(source_memory(&document), &container, why) && entry_find(container, out, &entry, why);
}

/* ---- the request (RFC 3161 2.4.1) ---- */

static TS_REQ *request_make(const uint8_t digest[32], uint64_t nonce)
{
        OWN(TS_REQ) request = TS_REQ_new();
        OWN(TS_MSG_IMPRINT) imprint = TS_MSG_IMPRINT_new();
        OWN(X509_ALGOR) algorithm = X509_ALGOR_new();
        OWN(ASN1_INTEGER) number = ASN1_INTEGER_new();
        if (request == NULL || imprint == NULL || algorithm == NULL || number == NULL)
                return NULL;
        bool made = X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_sha256), V_ASN1_NULL, NULL) == 1 &&
                    TS_MSG_IMPRINT_set_algo(imprint, algorithm) == 1 &&
                    TS_MSG_IMPRINT_set_msg(imprint, (unsigned char *)(uintptr_t)digest, 32) == 1 &&
                    ASN1_INTEGER_set_uint64(number, nonce) == 1 && TS_REQ_set_version(request, 1) == 1 &&
                    TS_REQ_set_msg_imprint(request, imprint) == 1 && TS_REQ_set_nonce(request, number) == 1 &&
                    TS_REQ_set_cert_req(request, 1) == 1;
        return made ? TAKE(request) : NULL;
}

bool signing_stamp_request(struct signing_bytes signed_document, const struct signing_sink *request, uint64_t nonce,
                           struct signing_refusal *why)
{
        __attribute__((cleanup(place_release))) place_handle place = {0};
        uint8_t digest[32];
        if (!place_find(signed_document, &place, why))
                return false;
        if (!stamp_place_imprint(&place, digest))
                return refuse(why, "STAMP_NO_PLACE", "EN 319 132-1 5.3", "The signature value cannot be canonicalised.");
        OWN(TS_REQ) made = request_make(digest, nonce);
        unsigned char *der = NULL;
        int size = made != NULL ? i2d_TS_REQ(made, &der) : -1;
        bool written = size > 0 && request->write(request->context, der, (size_t)size);
        OPENSSL_free(der);
        return written || refuse(why, "SINK_FAILED", "", "The request could not be written.");
}

/* ---- the answer (RFC 3161 2.4.2) ---- */

static bool answer_read(struct signing_bytes answer, struct signing_bytes *out, struct signing_refusal *why)
{
        const unsigned char *at = answer.data;
        OWN(TS_RESP) response = answer.size <= LIMIT_TOKEN_BYTES ? d2i_TS_RESP(NULL, &at, (long)answer.size) : NULL;
        if (response == NULL)
                return refuse(why, "STAMP_UNREADABLE", "RFC 3161 2.4.2", "The authority's answer is not a time-stamp response.");
        int64_t status = ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(response)));
        if ((status != TS_STATUS_GRANTED && status != TS_STATUS_GRANTED_WITH_MODS) || TS_RESP_get_token(response) == NULL)
                return refuse(why, "STAMP_NOT_GRANTED", "RFC 3161 2.4.2",
                              "The authority did not grant the time-stamp (status %lld).", (long long)status);
        unsigned char *der = NULL;
        int size = i2d_PKCS7(TS_RESP_get_token(response), &der);
        if (size <= 0)
                return refuse(why, "STAMP_UNREADABLE", "RFC 3161 2.4.2", "The authority's answer holds no readable token.");
        *out = (struct signing_bytes){der, (size_t)size};
        return true;
}

static bool authority_trusted(const struct token *token, const signing_trust *trust, struct signing_refusal *why)
{
        char detail[256];
        if (!trust_judges(trust, SERVICE_FOR_STAMPS))
                return true;
        const struct path_request request = {.leaf = token_signer(token),
                                             .anchors = sk_X509_num(trust->stampers) > 0 ? trust->stampers : trust->anchors,
                                             .helpers = {token_certificates(token), trust->others, NULL},
                                             .evidence = {&trust->evidence, NULL},
                                             .at = token_time(token),
                                             .stamper = true,
                                             .trust = trust};
        enum path_outcome outcome = path_check(&request, detail);
        return outcome == PATH_GOOD || outcome == PATH_GOOD_REVOCATION_UNJUDGED ||
               refuse(why, "STAMP_UNTRUSTED", "EN 319 102-1 5.4", "The time-stamping authority is not trusted; %s", detail);
}

static bool token_accept(struct signing_bytes der, const struct stamp_place *place, uint64_t nonce, const signing_trust *trust,
                         struct signing_refusal *why)
{
        OWN(token_handle) token = NULL;
        uint8_t digest[32];
        uint64_t answered = 0;
        if (!token_read(der, &token, why))
                return false;
        if (token_digest(token) != NID_sha256 || !stamp_place_imprint(place, digest) ||
            !token_about(token, (struct signing_bytes){digest, sizeof digest}))
                return refuse(why, "STAMP_IMPRINT", "RFC 3161 2.4.2",
                              "The time-stamp was made over other data than this signature.");
        if (!token_nonce(token, &answered) || answered != nonce)
                return refuse(why, "STAMP_NONCE", "RFC 3161 2.4.2", "The time-stamp answers another request.");
        return token_check(token, NULL, why) && authority_trusted(token, trust, why);
}

/* ---- putting it in ---- */

/* The stamped document is read again: what is handed out is known to be right. */
static bool result_check(struct signing_bytes document, struct signing_bytes token, struct signing_refusal *why)
{
        xml_document *read = NULL;
        bool held = false;
        if (!xml_read(document, &read, why))
                return false;
        const xmlNode *top = xml_root(read);
        for (const xmlNode *node = top; node != NULL && !held; node = xml_walk(top, node)) {
                uint8_t *der = NULL;
                size_t size = 0;
                held = xml_is(node, XADES_132, "EncapsulatedTimeStamp") && xml_base64(node, LIMIT_TOKEN_BYTES, &der, &size) &&
                       size == token.size && memcmp(der, token.data, size) == 0;
                free(der);
        }
        xml_document_free(read);
        return held || refuse(why, "STAMP_NO_PLACE", "EN 319 132-1 5.3", "The time-stamp could not be put into the signature.");
}

static bool document_stamp(const struct stamp_place *place, struct signing_bytes token, uint8_t **out, size_t *size,
                           struct signing_refusal *why)
{
        if (!stamp_place_put(place, token, out, size, why))
                return false;
        if (result_check((struct signing_bytes){*out, *size}, token, why))
                return true;
        free(*out);
        *out = NULL;
        return false;
}

static bool entry_pack(struct pack *pack, const char *name, struct signing_bytes content, struct signing_refusal *why)
{
        const struct signing_file file = {name, media_type_of(name), source_memory(&content)};
        return pack_add(pack, &file, strcmp(name, "mimetype") == 0 ? PACK_STORED : PACK_SMALLEST, NULL, why);
}

/* The container again, entry by entry, one of them replaced. */
static bool container_pack(const signing_container *container, size_t replaced, struct signing_bytes content,
                           const struct signing_sink *out, struct signing_refusal *why)
{
        OWN(zip_pack) pack = pack_new(out);
        if (pack == NULL)
                return refuse(why, "MEMORY", "", "No memory for the container.");
        for (size_t n = 0; n < container_entries(container); n++) {
                uint8_t *bytes = NULL;
                size_t size = 0;
                if (n != replaced && !container_entry_read(container, n, ENTRY_MAX, &bytes, &size, why))
                        return false;
                bool good = entry_pack(pack, container_entry_name(container, n),
                                       n == replaced ? content : (struct signing_bytes){bytes, size}, why);
                free(bytes);
                if (!good)
                        return false;
        }
        return pack_finish(pack, why);
}

static bool place_stamp(struct stamp_place *place, const signing_container *container, size_t entry, struct signing_bytes token,
                        const struct signing_sink *out, struct signing_refusal *why)
{
        uint8_t *bytes = NULL;
        size_t size = 0;
        if (!document_stamp(place, token, &bytes, &size, why))
                return false;
        bool good = container != NULL ? container_pack(container, entry, (struct signing_bytes){bytes, size}, out, why)
                                      : out->write(out->context, bytes, size) ||
                                                refuse(why, "SINK_FAILED", "", "The document could not be written.");
        free(bytes);
        return good;
}

bool signing_stamp_apply(struct signing_bytes signed_document, struct signing_bytes answer, uint64_t nonce,
                         const signing_trust *trust, const struct signing_sink *out, struct signing_refusal *why)
{
        __attribute__((cleanup(place_release))) place_handle place = {0};
        OWN(signing_container) container = NULL;
        struct signing_bytes token = {0};
        size_t entry = 0;
        if (is_container(signed_document)) {
                if (!signing_container_open(source_memory(&signed_document), &container, why) ||
                    !entry_find(container, &place, &entry, why))
                        return false;
        } else if (!stamp_place_find(signed_document, &place, why)) {
                return false;
        }
        if (!answer_read(answer, &token, why))
                return false;
        bool good = token_accept(token, &place, nonce, trust, why) && place_stamp(&place, container, entry, token, out, why);
        OPENSSL_free((void *)(uintptr_t)token.data);
        return good;
}
