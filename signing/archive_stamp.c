/*
 * archive_stamp.c - a stamped signature's archive time-stamp (EN 319 132-1 5.5.2):
 * what it is to be made over, and the authority's answer put in.
 *
 * The imprint is taken as a verifier will take it (imprint.c): over the document
 * with the time-stamp's element in its place and its token still empty.
 */
#include <openssl/crypto.h>
#include <openssl/objects.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "signing/imprint.h"
#include "signing/refusal.h"
#include "signing/stamp_exchange.h"
#include "signing/stamp_place.h"

typedef char text;
DEFINE_OWNER(text, free)

static const char CLAUSE[] = "EN 319 132-1 5.5.2";

/* The document with an ArchiveTimeStamp of this token. */
static bool property_put(const struct stamp_place *place, struct signing_bytes token, struct stamp_place *out,
                         struct signing_refusal *why)
{
        OWN(text) property = stamp_place_text(XADES_141, "ArchiveTimeStamp", token);
        uint8_t *made = NULL;
        size_t size = 0;
        if (property == NULL)
                return refuse(why, "MEMORY", "", "No memory for the time-stamp.");
        return stamp_place_put(place, property, &made, &size, why) && stamp_place_again(place, made, size, out, why);
}

/* Only what is right is worth keeping: a reference that is not cannot be told apart later from one that was broken since. */
static bool references_hold(const struct dsig *dsig, struct signing_refusal *why)
{
        for (size_t n = 0; n < dsig->reference_count; n++) {
                const struct reference *reference = &dsig->references[n];
                if (!reference->found && reference->manifest == 0)
                        return refuse(why, "DATA_MISSING", CLAUSE, "The signed data \"%.120s\" are not at hand.",
                                      reference->uri != NULL ? reference->uri : "");
                if (reference->found && reference->verdict != CHAIN_HOLDS)
                        return refuse(why, "DIGEST_DIFFERS", CLAUSE, "The data \"%.120s\" are not those that were signed.",
                                      reference->uri != NULL ? reference->uri : "");
        }
        return true;
}

static bool draft_imprint(struct stamp_place *draft, const struct files *files, uint8_t digest[STAMP_DIGEST],
                          struct signing_refusal *why)
{
        struct work work = WORK_WHOLE;
        uint8_t made[EVP_MAX_MD_SIZE];
        size_t size = 0;
        dsig_references_check(draft->dsig, files, &work);
        if (!references_hold(draft->dsig, why))
                return false;
        const struct imprint_request request = {.dsig = draft->dsig,
                                                .xades = &draft->xades,
                                                .stamp = &draft->xades.stamps[draft->xades.stamp_count - 1],
                                                .files = files};
        if (imprint_make(&request, NID_sha256, &work, made, &size) != IMPRINT_MADE || size != STAMP_DIGEST)
                return refuse(why, "STAMP_NO_PLACE", CLAUSE, "What the archive time-stamp is about cannot be digested.");
        memcpy(digest, made, size);
        return true;
}

static bool imprint_of(const struct stamp_place *place, const struct signing_augmentation *augmentation,
                       uint8_t digest[STAMP_DIGEST], struct signing_refusal *why)
{
        struct stamp_place draft = {0};
        const struct files files = place->container != NULL         ? files_of_container(place->container)
                                   : augmentation->detached != NULL ? files_of_detached(augmentation->detached)
                                                                    : (struct files){0};
        if (place->xades.stamp_count == 0)
                return refuse(why, "LEVEL_ORDER", "EN 319 132-1 6.3",
                              "An archive time-stamp needs a signature time-stamp before it.");
        if (place->xades.stamp_count == LIMIT_TOKENS)
                return refuse(why, "TOO_MUCH", "limit LIMIT_TOKENS", "The signature has %d time-stamps already.", LIMIT_TOKENS);
        if (!property_put(place, (struct signing_bytes){0}, &draft, why))
                return false;
        bool made = draft_imprint(&draft, files.find != NULL ? &files : NULL, digest, why);
        stamp_place_free(&draft);
        return made;
}

bool signing_archive_request(const struct signing_augmentation *augmentation, uint64_t nonce, const struct signing_sink *request,
                             struct signing_refusal *why)
{
        struct stamp_place place = {0};
        uint8_t digest[STAMP_DIGEST];
        if (!stamp_place_open(&augmentation->document, (int64_t)augmentation->signature, &place, why))
                return false;
        bool written = imprint_of(&place, augmentation, digest, why) && stamp_request_write(digest, nonce, request, why);
        stamp_place_free(&place);
        return written;
}

static bool token_put(const struct stamp_place *place, struct signing_bytes token, const struct signing_sink *out,
                      struct signing_refusal *why)
{
        struct stamp_place again = {0};
        if (!property_put(place, token, &again, why))
                return false;
        bool good = (stamp_place_holds(&again, token) ||
                     refuse(why, "STAMP_NO_PLACE", CLAUSE, "The time-stamp could not be put into the signature.")) &&
                    stamp_place_write(place, (struct signing_bytes){again.bytes, again.size}, out, why);
        stamp_place_free(&again);
        return good;
}

bool signing_archive_apply(const struct signing_augmentation *augmentation, struct signing_bytes answer, uint64_t nonce,
                           const struct signing_sink *out, struct signing_refusal *why)
{
        struct stamp_place place = {0};
        struct signing_bytes token = {0};
        uint8_t digest[STAMP_DIGEST];
        if (!stamp_place_open(&augmentation->document, (int64_t)augmentation->signature, &place, why))
                return false;
        bool good = imprint_of(&place, augmentation, digest, why) &&
                    stamp_answer_accept(answer, digest, nonce, augmentation->trust, &token, why) &&
                    token_put(&place, token, out, why);
        OPENSSL_free((void *)(uintptr_t)token.data);
        stamp_place_free(&place);
        return good;
}
