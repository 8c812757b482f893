/*
 * stamp.c - from B-B to B-T in two steps (EN 319 132-1 5.3, RFC 3161): the
 * request to carry to a time-stamping authority, then its answer put in.
 */
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "signing/refusal.h"
#include "signing/stamp_exchange.h"
#include "signing/stamp_place.h"

typedef char text;
DEFINE_OWNER(text, free)

static bool imprint_make(const struct stamp_place *place, uint8_t digest[STAMP_DIGEST], struct signing_refusal *why)
{
        return stamp_place_imprint(place, digest) ||
               refuse(why, "STAMP_NO_PLACE", "EN 319 132-1 5.3", "The signature value cannot be canonicalised.");
}

bool signing_stamp_request(struct signing_bytes signed_document, const struct signing_sink *request, uint64_t nonce,
                           struct signing_refusal *why)
{
        struct stamp_place place = {0};
        uint8_t digest[STAMP_DIGEST];
        if (!stamp_place_open(&signed_document, STAMP_PLACE_UNSTAMPED, &place, why))
                return false;
        bool written = imprint_make(&place, digest, why) && stamp_request_write(digest, nonce, request, why);
        stamp_place_free(&place);
        return written;
}

/* What is handed out is read again and found to hold the token where a verifier looks for it. */
static bool token_put(const struct stamp_place *place, struct signing_bytes token, const struct signing_sink *out,
                      struct signing_refusal *why)
{
        OWN(text) property = stamp_place_text(XADES_132, "SignatureTimeStamp", token);
        uint8_t *made = NULL;
        size_t size = 0;
        struct stamp_place again = {0};
        if (property == NULL)
                return refuse(why, "MEMORY", "", "No memory for the time-stamp.");
        if (!stamp_place_put(place, property, &made, &size, why) || !stamp_place_again(place, made, size, &again, why))
                return false;
        bool good = (stamp_place_holds(&again, token) ||
                     refuse(why, "STAMP_NO_PLACE", "EN 319 132-1 5.3", "The time-stamp could not be put into the signature.")) &&
                    stamp_place_write(place, (struct signing_bytes){again.bytes, again.size}, out, why);
        stamp_place_free(&again);
        return good;
}

bool signing_stamp_apply(struct signing_bytes signed_document, struct signing_bytes answer, uint64_t nonce,
                         const signing_trust *trust, const struct signing_sink *out, struct signing_refusal *why)
{
        struct stamp_place place = {0};
        struct signing_bytes token = {0};
        uint8_t digest[STAMP_DIGEST];
        if (!stamp_place_open(&signed_document, STAMP_PLACE_UNSTAMPED, &place, why))
                return false;
        bool good = imprint_make(&place, digest, why) && stamp_answer_accept(answer, digest, nonce, trust, &token, why) &&
                    token_put(&place, token, out, why);
        OPENSSL_free((void *)(uintptr_t)token.data);
        stamp_place_free(&place);
        return good;
}
