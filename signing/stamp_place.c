/*
 * stamp_place.c - where a signature's time-stamp goes (stamp_place.h).
 */
#include "signing/stamp_place.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "signing/refusal.h"
#include "signing/scan.h"

#define EXCLUSIVE "http://www.w3.org/2001/10/xml-exc-c14n#"

typedef struct dsig dsig_handle;
DEFINE_OWNER(dsig_handle, dsig_free)
DEFINE_OWNER(xml_document, xml_document_free)

void stamp_place_free(struct stamp_place *place)
{
        dsig_free(place->dsig);
        xml_document_free(place->document);
        free(place->bytes);
        *place = (struct stamp_place){0};
}

static bool lacks_stamp(const xml_document *document, xmlNode *signature, struct dsig **dsig, struct xades *xades)
{
        if (!dsig_open(document, signature, dsig, NULL))
                return false;
        xades_read(*dsig, xades);
        if (xades->space != NULL && strcmp(xades->space, XADES_132) == 0 &&
            xml_child(xades->unsigned_properties, NULL, "SignatureTimeStamp") == NULL)
                return true;
        dsig_free(*dsig);
        *dsig = NULL;
        return false;
}

bool stamp_place_find(struct signing_bytes bytes, struct stamp_place *out, struct signing_refusal *why)
{
        OWN(xml_document) document = NULL;
        OWN(dsig_handle) found = NULL;
        struct xades xades = {0};
        if (!xml_read(bytes, &document, why))
                return false;
        const xmlNode *top = xml_root(document);
        for (xmlNode *node = xml_root(document); node != NULL; node = xml_walk(top, node)) {
                struct dsig *next = NULL;
                struct xades properties;
                if (!xml_is(node, DSIG_SPACE, "Signature") || xml_is(node->parent, NULL, "CounterSignature") ||
                    !lacks_stamp(document, node, &next, &properties))
                        continue;
                dsig_free(found);
                found = next;
                xades = properties;
        }
        if (found == NULL)
                return refuse(why, "STAMP_NO_PLACE", "EN 319 132-1 5.3",
                              "The document has no XAdES signature that lacks a time-stamp.");
        uint8_t *copy = malloc(bytes.size + 1);
        if (copy == NULL)
                return refuse(why, "MEMORY", "", "No memory for the document.");
        memcpy(copy, bytes.data, bytes.size);
        *out = (struct stamp_place){
                .document = TAKE(document), .bytes = copy, .size = bytes.size, .dsig = TAKE(found), .xades = xades};
        return true;
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
                    chain_canonical(&input, EXCLUSIVE, &sink) && EVP_DigestFinal_ex(state, digest, NULL) == 1;
        EVP_MD_CTX_free(state);
        return made;
}

/* ---- putting it in ---- */

static uint64_t element_number(const xml_document *document, const xmlNode *wanted)
{
        uint64_t number = 0;
        const xmlNode *top = xml_root(document);
        for (const xmlNode *node = top; node != wanted && node != NULL; node = xml_walk(top, node))
                number++;
        return number;
}

/* What goes in, and the element at whose end it goes in: as deep as what is there already. */
static char *properties_text(const struct stamp_place *place, const char *token, const xmlNode **at)
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
        int size = asprintf(&text,
                            "%s<x:SignatureTimeStamp xmlns:x=\"" XADES_132 "\"><c:CanonicalizationMethod xmlns:c=\"" DSIG_SPACE
                            "\" Algorithm=\"" EXCLUSIVE
                            "\"/><x:EncapsulatedTimeStamp>%s</x:EncapsulatedTimeStamp></x:SignatureTimeStamp>%s",
                            open, token, close);
        return size >= 0 ? text : NULL;
}

static char *base64_text(struct signing_bytes bytes)
{
        char *text = malloc(4 * (bytes.size / 3 + 1) + 1);
        if (text != NULL)
                EVP_EncodeBlock((unsigned char *)text, bytes.data, (int)bytes.size);
        return text;
}

bool stamp_place_put(const struct stamp_place *place, struct signing_bytes token, uint8_t **out, size_t *size,
                     struct signing_refusal *why)
{
        const xmlNode *at = NULL;
        size_t offset = 0;
        char *encoded = base64_text(token), *text = encoded != NULL ? properties_text(place, encoded, &at) : NULL;
        free(encoded);
        if (text == NULL)
                return refuse(why, "MEMORY", "", "No memory for the time-stamp.");
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
        return good ||
               refuse(why, "STAMP_NO_PLACE", "EN 319 132-1 5.3", "The signature's properties leave no place for a time-stamp.");
}
