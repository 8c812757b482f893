/*
 * token_inside.c - the certificates and revocation data in a time-stamp token (token.h), read off its DER: OpenSSL hands out
 * CRLs of a SignedData, but not the OCSP answers beside them.
 */
#include <openssl/asn1.h>
#include <string.h>

#include "signing/token.h"

/* What is left of a DER value's content. */
struct octets {
        const uint8_t *at, *end;
};

struct element {
        int tag; /* with its class: a number, or CONTEXT | number */
        struct octets content;
        struct signing_bytes whole;
};

enum { CONTEXT = 0x100, SEQUENCE = V_ASN1_SEQUENCE, SET = V_ASN1_SET, OBJECT = V_ASN1_OBJECT };

static bool element_next(struct octets *from, struct element *out)
{
        const unsigned char *at = from->at;
        long length = 0;
        int tag = 0, class = 0;
        if (from->at >= from->end || (ASN1_get_object(&at, &length, &tag, &class, (long)(from->end - from->at)) & 0x81) != 0)
                return false;
        *out = (struct element){.tag = tag | (class == V_ASN1_CONTEXT_SPECIFIC ? CONTEXT : 0),
                                .content = {at, at + length},
                                .whole = {from->at, (size_t)(at + length - from->at)}};
        from->at = at + length;
        return true;
}

/* The next element, where it has that tag. */
static bool element_take(struct octets *from, int tag, struct element *out)
{
        struct octets before = *from;
        if (element_next(from, out) && out->tag == tag)
                return true;
        *from = before;
        return false;
}

static bool object_is(const struct element *object, const uint8_t *value, size_t size)
{
        return (size_t)(object->content.end - object->content.at) == size && memcmp(object->content.at, value, size) == 0;
}

static void hand(void (*each)(void *context, struct signing_bytes der), void *context, struct octets list)
{
        struct element one;
        while (each != NULL && element_next(&list, &one))
                each(context, one.whole);
}

/* CertificateSet: plain certificates; other forms are not read. */
static void certificates_hand(const struct token_inside *inside, struct octets list)
{
        struct element one;
        while (inside->certificate != NULL && element_next(&list, &one))
                if (one.tag == SEQUENCE)
                        inside->certificate(inside->context, one.whole);
}

/* RevocationInfoChoices: CRLs, and [1] { id-ri-ocsp-response, OCSPResponse } (RFC 5940 2.1). */
static void revocations_hand(const struct token_inside *inside, struct octets list)
{
        static const uint8_t ocsp[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x10, 0x02};
        struct element one, object;
        while (inside->evidence != NULL && element_next(&list, &one)) {
                if (one.tag == SEQUENCE)
                        inside->evidence(inside->context, one.whole);
                else if (one.tag == (CONTEXT | 1) && element_take(&one.content, OBJECT, &object) &&
                         object_is(&object, ocsp, sizeof ocsp))
                        hand(inside->evidence, inside->context, one.content);
        }
}

/* id-aa-ets-certValues, id-aa-ets-revocationValues: 1.2.840.113549.1.9.16.2.23 and .24. */
static void attribute_hand(const struct token_inside *inside, struct octets attribute)
{
        static const uint8_t values[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02};
        struct element object, set, value, list;
        if (!element_take(&attribute, OBJECT, &object) || !element_take(&attribute, SET, &set) ||
            !element_take(&set.content, SEQUENCE, &value) || object.whole.size != sizeof values + 3 ||
            memcmp(object.content.at, values, sizeof values) != 0)
                return;
        if (object.content.at[sizeof values] == 23)
                certificates_hand(inside, value.content);
        else if (object.content.at[sizeof values] == 24)
                while (element_next(&value.content, &list)) /* [0] CRLs, [1] answers, each a SEQUENCE OF in it */
                        if ((list.tag == CONTEXT || list.tag == (CONTEXT | 1)) && element_take(&list.content, SEQUENCE, &set))
                                hand(inside->evidence, inside->context, set.content);
}

/* SignerInfo: its unsigned attributes, [1], are the last thing in it. */
static void signer_hand(const struct token_inside *inside, struct octets signer)
{
        struct element part, attribute;
        while (element_next(&signer, &part))
                while (part.tag == (CONTEXT | 1) && element_take(&part.content, SEQUENCE, &attribute))
                        attribute_hand(inside, attribute.content);
}

void token_inside_read(struct signing_bytes der, const struct token_inside *inside)
{
        struct octets top = {der.data, der.data + der.size};
        struct element outer, object, explicit, data, part;
        if (!element_take(&top, SEQUENCE, &outer) || !element_take(&outer.content, OBJECT, &object) ||
            !element_take(&outer.content, CONTEXT, &explicit) || !element_take(&explicit.content, SEQUENCE, &data) ||
            !element_take(&data.content, V_ASN1_INTEGER, &part) || !element_take(&data.content, SET, &part) ||
            !element_take(&data.content, SEQUENCE, &part))
                return;
        if (element_take(&data.content, CONTEXT, &part))
                certificates_hand(inside, part.content);
        if (element_take(&data.content, CONTEXT | 1, &part))
                revocations_hand(inside, part.content);
        struct element signers, signer;
        if (element_take(&data.content, SET, &signers))
                while (element_take(&signers.content, SEQUENCE, &signer))
                        signer_hand(inside, signer.content);
}
