/*
 * augment.c - from B-T to B-LT: the certificates and revocation data of the signer
 * and of each time-stamping authority, put into the signature (EN 319 132-1 5.4, 5.5.1).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "signing/refusal.h"
#include "signing/stamp_place.h"
#include "signing/stamp_token.h"
#include "signing/validation_values.h"

typedef struct token token_handle;
typedef struct evidence_record record_handle;
typedef char text;
DEFINE_OWNER(token_handle, token_free)
DEFINE_OWNER(record_handle, evidence_record_free)
DEFINE_OWNER(text, free)

/* What a signature holds, and what is still to be put in. */
struct harvest {
        const struct stamp_place *place;
        const signing_trust *trust;
        STACK_OF(X509) * key_info;
        struct validation_values known;  /* in the signature already, the tokens' certificates with them */
        struct validation_values signer; /* to put in */
        struct validation_values stamps;
        int64_t earliest; /* of the signature time-stamps: when the signer's chain must have held */
};

static void harvest_close(struct harvest *harvest)
{
        certificates_free(harvest->key_info);
        validation_values_free(&harvest->known);
        validation_values_free(&harvest->signer);
        validation_values_free(&harvest->stamps);
}

static void evidence_take(void *context, struct signing_bytes der)
{
        if (!evidence_add(context, der))
                return; /* unreadable evidence helps no verifier */
}

static bool harvest_open(struct harvest *harvest, struct signing_refusal *why)
{
        const struct stamp_place *place = harvest->place;
        harvest->key_info = certificates_new();
        harvest->known = validation_values_new();
        harvest->signer = validation_values_new();
        harvest->stamps = validation_values_new();
        if (harvest->key_info == NULL || harvest->known.certificates == NULL || harvest->signer.certificates == NULL ||
            harvest->stamps.certificates == NULL)
                return refuse(why, "MEMORY", "", "No memory for the validation data.");
        xades_certificates(place->dsig, &place->xades, harvest->key_info, harvest->known.certificates);
        xades_evidence(&place->xades, evidence_take, &harvest->known.evidence);
        return true;
}

static bool stamp_harvest(struct harvest *harvest, const struct xades_stamp *stamp, struct signing_refusal *why)
{
        OWN(token_handle) token = NULL;
        OWN(record_handle) record = NULL;
        if (!stamp_token_read(stamp, &token, &record, why))
                return refuse(why, "STAMP_UNREADABLE", "RFC 3161 2.4.2", "A time-stamp of the signature is no readable token.");
        if (!token_check(token, harvest->known.certificates, why))
                return false;
        int64_t at = token_time(token);
        if (!stamp->signed_ && (harvest->earliest == 0 || at < harvest->earliest))
                harvest->earliest = at;
        const struct validation_subject subject = {.leaf = token_signer(token),
                                                   .helpers = {token_certificates(token), harvest->known.certificates},
                                                   .at = at,
                                                   .stamper = true};
        return validation_values_gather(&subject, harvest->trust, &harvest->stamps, why) &&
               (certificates_join(harvest->known.certificates, token_certificates(token)) ||
                refuse(why, "TOO_MUCH", "limit LIMIT_CERTIFICATES", "The signature holds too many certificates."));
}

static bool signer_harvest(struct harvest *harvest, struct signing_refusal *why)
{
        X509 *signer = NULL;
        if (!certificates_join(harvest->known.certificates, harvest->key_info))
                return refuse(why, "TOO_MUCH", "limit LIMIT_CERTIFICATES", "The signature holds too many certificates.");
        if (xades_signer(&harvest->place->xades, harvest->known.certificates, harvest->key_info, &signer) != XADES_BOUND)
                return refuse(why, "CERTIFICATE_MISSING", "EN 319 102-1 5.2.3", "The signature names no certificate it holds.");
        const struct validation_subject subject = {
                .leaf = signer, .helpers = {harvest->known.certificates}, .at = harvest->earliest};
        return validation_values_gather(&subject, harvest->trust, &harvest->signer, why);
}

/* 5.5.1: TimeStampValidationData follows the last time-stamp; the signer's own values come behind it. */
static char *harvest_text(struct harvest *harvest)
{
        validation_values_less(&harvest->stamps, &harvest->known);
        validation_values_less(&harvest->signer, &harvest->known);
        OWN(text) stamps = validation_values_text(&harvest->stamps);
        OWN(text) signer = validation_values_text(&harvest->signer);
        char *all = NULL;
        if (stamps == NULL || signer == NULL)
                return NULL;
        bool some = stamps[0] != '\0';
        int size = asprintf(&all, "%s%s%s%s", some ? "<a:TimeStampValidationData xmlns:a=\"" XADES_141 "\">" : "", stamps,
                            some ? "</a:TimeStampValidationData>" : "", signer);
        return size >= 0 ? all : NULL;
}

static bool harvest_make(struct harvest *harvest, struct signing_refusal *why)
{
        const struct xades *xades = &harvest->place->xades;
        if (xml_child(xades->unsigned_properties, NULL, "SignatureTimeStamp") == NULL &&
            xml_child(xades->unsigned_properties, SEALING_SPACE, "SealingEvidenceRecords") == NULL)
                return refuse(why, "LEVEL_ORDER", "EN 319 132-1 6.3", "Validation data need a signature time-stamp before them.");
        if (!harvest_open(harvest, why))
                return false;
        for (size_t n = 0; n < xades->stamp_count; n++)
                if (!stamp_harvest(harvest, &xades->stamps[n], why))
                        return false;
        return signer_harvest(harvest, why);
}

static bool values_put(struct harvest *harvest, const struct signing_sink *out, struct signing_refusal *why)
{
        OWN(text) values = harvest_text(harvest);
        struct stamp_place again = {0};
        uint8_t *made = NULL;
        size_t size = 0;
        if (values == NULL)
                return refuse(why, "MEMORY", "", "No memory for the validation data.");
        if (values[0] == '\0')
                return refuse(why, "VALUES_COMPLETE", "EN 319 132-1 5.4", "The signature holds its validation data already.");
        if (!stamp_place_put(harvest->place, values, &made, &size, why) ||
            !stamp_place_again(harvest->place, made, size, &again, why))
                return false;
        bool written = stamp_place_write(harvest->place, (struct signing_bytes){again.bytes, again.size}, out, why);
        stamp_place_free(&again);
        return written;
}

bool signing_values_apply(const struct signing_augmentation *augmentation, const struct signing_sink *out,
                          struct signing_refusal *why)
{
        struct stamp_place place = {0};
        if (augmentation->trust == NULL)
                return refuse(why, "CHAIN_MISSING", "EN 319 102-1 5.2.6", "Without trust anchors no chain ends.");
        if (!stamp_place_open(&augmentation->document, (int64_t)augmentation->signature, &place, why))
                return false;
        struct harvest harvest = {.place = &place, .trust = augmentation->trust};
        bool applied = harvest_make(&harvest, why) && values_put(&harvest, out, why);
        harvest_close(&harvest);
        stamp_place_free(&place);
        return applied;
}
