/*
 * stamp_place.c - where an unsigned property goes (stamp_place.h).
 */
#include "signing/stamp_place.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "signing/container.h"
#include "signing/media.h"
#include "signing/pack.h"
#include "signing/refusal.h"
#include "signing/scan.h"
#include "signing/source.h"

enum { ENTRY_MAX = 512 << 20 }; /* a container's file, while the container is written anew */

typedef struct dsig dsig_handle;
typedef struct pack zip_pack;
DEFINE_OWNER(dsig_handle, dsig_free)
DEFINE_OWNER(zip_pack, pack_free)
DEFINE_OWNER(signing_container, signing_container_free)

void stamp_place_free(struct stamp_place *place)
{
        dsig_free(place->dsig);
        xml_document_free(place->document);
        free(place->bytes);
        signing_container_free(place->container);
        *place = (struct stamp_place){0};
}

static bool no_place(struct signing_refusal *why, const char *sentence)
{
        return refuse(why, "STAMP_NO_PLACE", "EN 319 132-1 5.3", "%s", sentence);
}

/* ---- finding the signature ---- */

struct search {
        int64_t which;
        int64_t passed; /* signatures, of documents before too */
};

static bool suits(const struct search *search, const struct xades *xades)
{
        if (xades->space == NULL || strcmp(xades->space, XADES_132) != 0)
                return false;
        return search->which == STAMP_PLACE_UNSTAMPED ? xml_child(xades->unsigned_properties, NULL, "SignatureTimeStamp") == NULL
                                                      : search->passed == search->which;
}

/* Keeps the last signature of the document that suits. */
static void signature_find(struct stamp_place *place, struct search *search)
{
        const xmlNode *top = xml_root(place->document);
        size_t number = 0;
        for (xmlNode *node = xml_root(place->document); node != NULL; node = xml_walk(top, node)) {
                OWN(dsig_handle) dsig = NULL;
                struct xades xades = {0};
                if (!xml_is(node, DSIG_SPACE, "Signature") || xml_is(node->parent, NULL, "CounterSignature"))
                        continue;
                if (dsig_open(place->document, node, &dsig, NULL)) {
                        xades_read(dsig, &xades);
                        if (suits(search, &xades)) {
                                dsig_free(place->dsig);
                                place->dsig = TAKE(dsig);
                                place->xades = xades;
                                place->number = number;
                        }
                }
                number++;
                search->passed++;
        }
}

/* Takes `bytes` over. False where the XML cannot be read; where it has no such signature, out->dsig stays NULL. */
static bool document_search(uint8_t *bytes, size_t size, struct search *search, struct stamp_place *out,
                            struct signing_refusal *why)
{
        *out = (struct stamp_place){.bytes = bytes, .size = size};
        if (!xml_read((struct signing_bytes){bytes, size}, &out->document, why)) {
                stamp_place_free(out);
                return false;
        }
        signature_find(out, search);
        return true;
}

static bool document_open(struct signing_bytes document, struct search *search, struct stamp_place *out,
                          struct signing_refusal *why)
{
        uint8_t *copy = malloc(document.size + 1);
        if (copy == NULL)
                return refuse(why, "MEMORY", "", "No memory for the document.");
        memcpy(copy, document.data, document.size);
        if (!document_search(copy, document.size, search, out, why))
                return false;
        if (out->dsig != NULL)
                return true;
        stamp_place_free(out);
        return no_place(why, search->which == STAMP_PLACE_UNSTAMPED ? "The document has no XAdES signature that lacks a time-stamp."
                                                                    : "The document has no such XAdES signature.");
}

/* META-INF/…signatures….xml, in the order of the container (EN 319 162-1 4.4.3.2). */
static bool container_search(signing_container *container, struct search *search, struct stamp_place *out,
                             struct signing_refusal *why)
{
        for (size_t n = 0; n < container_entries(container); n++) {
                const char *name = container_entry_name(container, n);
                struct stamp_place next = {0};
                uint8_t *bytes = NULL;
                size_t size = 0, length = strlen(name);
                if (strncmp(name, "META-INF/", 9) != 0 || strstr(name, "signatures") == NULL || length < 4 ||
                    strcmp(name + length - 4, ".xml") != 0)
                        continue;
                if (!container_entry_read(container, n, LIMIT_XML_BYTES, &bytes, &size, why) ||
                    !document_search(bytes, size, search, &next, why))
                        return false;
                if (next.dsig == NULL) {
                        stamp_place_free(&next);
                        continue;
                }
                stamp_place_free(out);
                *out = next;
                out->entry = n;
        }
        return out->dsig != NULL || no_place(why, search->which == STAMP_PLACE_UNSTAMPED
                                                          ? "The container has no XAdES signature that lacks a time-stamp."
                                                          : "The container has no such XAdES signature.");
}

static bool container_open(const struct signing_bytes *document, struct search *search, struct stamp_place *out,
                           struct signing_refusal *why)
{
        OWN(signing_container) container = NULL;
        struct stamp_place place = {0};
        if (!signing_container_open(source_memory(document), &container, why))
                return false;
        if (!container_search(container, search, &place, why)) {
                stamp_place_free(&place);
                return false;
        }
        *out = place;
        out->container = TAKE(container);
        return true;
}

bool stamp_place_open(const struct signing_bytes *document, int64_t which, struct stamp_place *out, struct signing_refusal *why)
{
        struct search search = {.which = which};
        bool container = document->size > 4 && memcmp(document->data, "PK\3\4", 4) == 0;
        return container ? container_open(document, &search, out, why) : document_open(*document, &search, out, why);
}

bool stamp_place_again(const struct stamp_place *place, uint8_t *bytes, size_t size, struct stamp_place *out,
                       struct signing_refusal *why)
{
        struct search search = {.which = (int64_t)place->number};
        if (!document_search(bytes, size, &search, out, why))
                return false;
        if (out->dsig != NULL)
                return true;
        stamp_place_free(out);
        return no_place(why, "What was put into the signature cannot be found in it again.");
}

static bool digest_write(void *context, const uint8_t *data, size_t size)
{
        return EVP_DigestUpdate(context, data, size) == 1;
}

bool stamp_place_imprint(const struct stamp_place *place, uint8_t digest[32])
{
        struct work work = WORK_WHOLE;
        EVP_MD_CTX *state = EVP_MD_CTX_new();
        const struct signing_sink sink = {state, digest_write};
        const struct chain_input input = {.document = place->document, .top = place->dsig->value, .comments = true, .work = &work};
        bool made = state != NULL && EVP_DigestInit_ex(state, EVP_sha256(), NULL) == 1 &&
                    chain_canonical(&input, STAMP_CANONICAL, &sink) && EVP_DigestFinal_ex(state, digest, NULL) == 1;
        EVP_MD_CTX_free(state);
        return made;
}

/* ---- putting something in ---- */

static uint64_t element_number(const xml_document *document, const xmlNode *wanted)
{
        uint64_t number = 0;
        const xmlNode *top = xml_root(document);
        for (const xmlNode *node = top; node != wanted && node != NULL; node = xml_walk(top, node))
                number++;
        return number;
}

/* What goes in, and the element at whose end it goes in: as deep as what is there already. */
static char *properties_text(const struct stamp_place *place, const char *properties, const xmlNode **at)
{
        const xmlNode *outer = xml_child(place->xades.qualifying, XADES_132, "UnsignedProperties");
        const xmlNode *inner = xml_child(outer, XADES_132, "UnsignedSignatureProperties");
        const char *open = "<x:UnsignedProperties xmlns:x=\"" XADES_132 "\"><x:UnsignedSignatureProperties>";
        const char *close = "</x:UnsignedSignatureProperties></x:UnsignedProperties>";
        char *text = NULL;
        *at = place->xades.qualifying;
        if (inner != NULL) {
                open = close = "";
                *at = inner;
        } else if (outer != NULL) {
                open = "<x:UnsignedSignatureProperties xmlns:x=\"" XADES_132 "\">";
                close = "</x:UnsignedSignatureProperties>";
                *at = outer;
        }
        return asprintf(&text, "%s%s%s", open, properties, close) >= 0 ? text : NULL;
}

bool stamp_place_put(const struct stamp_place *place, const char *properties, uint8_t **out, size_t *size,
                     struct signing_refusal *why)
{
        const xmlNode *at = NULL;
        size_t offset = 0;
        char *text = properties_text(place, properties, &at);
        if (text == NULL)
                return refuse(why, "MEMORY", "", "No memory for the property.");
        size_t length = strlen(text);
        uint8_t *bytes = malloc(place->size + length);
        bool good = bytes != NULL &&
                    scan_end_tag((struct signing_bytes){place->bytes, place->size}, element_number(place->document, at), &offset);
        if (good) {
                memcpy(bytes, place->bytes, offset);
                memcpy(bytes + offset, text, length);
                memcpy(bytes + offset + length, place->bytes + offset, place->size - offset);
                *out = bytes;
                *size = place->size + length;
        } else {
                free(bytes);
        }
        free(text);
        return good || no_place(why, "The signature's properties leave no place for another.");
}

char *stamp_place_text(const char *space, const char *name, struct signing_bytes token)
{
        char *encoded = malloc(4 * (token.size / 3 + 1) + 1), *text = NULL;
        if (encoded == NULL)
                return NULL;
        EVP_EncodeBlock((unsigned char *)encoded, token.data, (int)token.size);
        int size = asprintf(&text,
                            "<t:%s xmlns:t=\"%s\"><c:CanonicalizationMethod xmlns:c=\"" DSIG_SPACE "\" Algorithm=\"" STAMP_CANONICAL
                            "\"/><x:EncapsulatedTimeStamp xmlns:x=\"" XADES_132 "\">%s</x:EncapsulatedTimeStamp></t:%s>",
                            name, space, encoded, name);
        free(encoded);
        return size >= 0 ? text : NULL;
}

bool stamp_place_holds(const struct stamp_place *place, struct signing_bytes token)
{
        uint8_t *der = NULL;
        size_t size = 0, count = place->xades.stamp_count;
        bool held = count > 0 && xml_base64(place->xades.stamps[count - 1].token, LIMIT_TOKEN_BYTES, &der, &size) &&
                    size == token.size && memcmp(der, token.data, size) == 0;
        free(der);
        return held;
}

/* ---- the document again ---- */

static bool entry_pack(struct pack *pack, const char *name, struct signing_bytes content, struct signing_refusal *why)
{
        const struct signing_file file = {name, media_type_of(name), source_memory(&content)};
        return pack_add(pack, &file, strcmp(name, "mimetype") == 0 ? PACK_STORED : PACK_SMALLEST, NULL, why);
}

/* The container again, entry by entry, one of them replaced. */
static bool container_pack(const struct stamp_place *place, struct signing_bytes content, const struct signing_sink *out,
                           struct signing_refusal *why)
{
        OWN(zip_pack) pack = pack_new(out);
        if (pack == NULL)
                return refuse(why, "MEMORY", "", "No memory for the container.");
        for (size_t n = 0; n < container_entries(place->container); n++) {
                bool replaced = n == place->entry;
                uint8_t *bytes = NULL;
                size_t size = 0;
                if (!replaced && !container_entry_read(place->container, n, ENTRY_MAX, &bytes, &size, why))
                        return false;
                bool good = entry_pack(pack, container_entry_name(place->container, n),
                                       replaced ? content : (struct signing_bytes){bytes, size}, why);
                free(bytes);
                if (!good)
                        return false;
        }
        return pack_finish(pack, why);
}

bool stamp_place_write(const struct stamp_place *place, struct signing_bytes xml, const struct signing_sink *out,
                       struct signing_refusal *why)
{
        if (place->container != NULL)
                return container_pack(place, xml, out, why);
        return out->write(out->context, xml.data, xml.size) || refuse(why, "SINK_FAILED", "", "The document could not be written.");
}
