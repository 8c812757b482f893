/*
 * stamps.c - time-stamps of other signatures, broken, cut short, from nobody known, or from a time to come (A17).
 */
#include "tests/conformance/own/chapters.h"

struct stamping {
        const struct ground *ground;
        struct pki_holder root, stamper;
        signing_trust *trust;
        char *stamped, *token; /* a document with its time-stamp, and that in base64 */
};

static void judge(const struct stamping *stamping, const char *name, const char *reason, char *text)
{
        sample_text(stamping->ground->samples, name, "TOTAL-PASSED", reason, text, stamping->trust);
}

static char *with_token(const struct stamping *stamping, const char *token)
{
        return swapped(stamping->stamped, stamping->token, token);
}

/* ---- tokens cut short, and with one byte changed in each part ---- */

static char *spoiled(const struct stamping *stamping, size_t size, size_t flipped)
{
        size_t length = strlen(stamping->token), whole = length / 4 * 3;
        uint8_t *der = malloc(whole + 3);
        EVP_DecodeBlock(der, (const unsigned char *)stamping->token, (int)length);
        whole -= strlen(strchrnul(stamping->token, '='));
        if (flipped < whole)
                der[flipped] ^= 0x40;
        char *token = part_base64(der, size < whole ? size : whole), *text = with_token(stamping, token);
        free(token);
        free(der);
        return text;
}

static void spoiled_judge(const struct stamping *stamping)
{
        static const size_t sizes[] = {1, 2, 3, 4, 5, 127, 128, 129, 255, 256, 257, 600};
        char name[64];
        for (size_t n = 0; n < sizeof sizes / sizeof sizes[0]; n++) {
                snprintf(name, sizeof name, "A17_token_of_%zu_bytes", sizes[n]);
                judge(stamping, name, "STAMP_WRONG", spoiled(stamping, sizes[n], SIZE_MAX));
        }
        /* Any byte changed: read otherwise, or not at all, it proves nothing; a change in what nobody signed may be harmless. */
        size_t size = strlen(stamping->token) / 4 * 3;
        for (size_t at = 0; at < size; at += 7) {
                char *text = spoiled(stamping, SIZE_MAX, at);
                struct found found = judged_text(text, stamping->trust);
                snprintf(name, sizeof name, "token with byte %zu changed", at);
                const json_t *stamp = json_array_get(json_object_get(first_signature(&found), "timestamps"), 0);
                sample_count(stamping->ground->samples, name,
                             found.readable && flag_of(&found, "intact") &&
                                     (!json_is_true(json_object_get(stamp, "trusted")) ||
                                      json_is_true(json_object_get(stamp, "intact"))));
                json_decref(found.json);
                free(text);
        }
}

/* ---- whole tokens ---- */

static void others_judge(const struct stamping *stamping)
{
        struct pki_holder stranger = past_stamper(NULL, -900, 900), gone = past_stamper(&stamping->root, -900, -100);
        char *other = past_stamped(signed_text("<offre><prix>1</prix></offre>", &stamping->ground->holder), &stamping->stamper, -1);
        char *token = between(other, "EncapsulatedTimeStamp xmlns:x=\"http://uri.etsi.org/01903/v1.3.2#\">", "<");
        judge(stamping, "A17_token_of_another_signature", "STAMP_WRONG", with_token(stamping, token));
        free(token);
        free(other);
        token = past_token(&stamping->stamper, -1, (const uint8_t[32]){0});
        judge(stamping, "A17_token_over_other_data", "STAMP_WRONG", with_token(stamping, token));
        free(token);
        judge(stamping, "A17_authority_unknown", "STAMP_UNTRUSTED", past_stamped(strdup(stamping->ground->text), &stranger, -1));
        judge(stamping, "A17_authority_gone", "STAMP_UNTRUSTED", past_stamped(strdup(stamping->ground->text), &gone, -150));
        judge(stamping, "A17_from_a_time_to_come", "-", past_stamped(strdup(stamping->ground->text), &stamping->stamper, 20));
        char *property = between(stamping->stamped, "<x:UnsignedSignatureProperties>", "</x:UnsignedSignatureProperties>");
        judge(stamping, "A17_token_twice", "-", past_property(strdup(stamping->stamped), property));
        free(property);
        pki_free(&stranger);
        pki_free(&gone);
}

void chapter_stamps(const struct ground *ground)
{
        struct stamping stamping = {.ground = ground, .root = pki_authority(NULL, "Racine des horodatages")};
        stamping.stamper = past_stamper(&stamping.root, -900, 900);
        stamping.trust = trust_in(&ground->holder);
        past_trust(stamping.trust, &stamping.root, signing_trust_stamper);
        stamping.stamped = past_stamped(strdup(ground->text), &stamping.stamper, 0);
        stamping.token = between(stamping.stamped, "EncapsulatedTimeStamp xmlns:x=\"http://uri.etsi.org/01903/v1.3.2#\">", "<");
        judge(&stamping, "stamped", "-", strdup(stamping.stamped));
        spoiled_judge(&stamping);
        others_judge(&stamping);
        free(stamping.stamped);
        free(stamping.token);
        signing_trust_free(stamping.trust);
        pki_free(&stamping.root);
        pki_free(&stamping.stamper);
}
