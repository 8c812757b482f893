/* keys.c - the notary's public keys as the rows of the published history. */
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <time.h>

#include "gateway/core/base64.h"
#include "gateway/core/db.h"
#include "gateway/core/owner.h"
#include "gateway/core/hex.h"
#include "gateway/notary/keys.h"

DEFINE_OWNER(json_t, json_decref)
DEFINE_OWNER(X509, X509_free)
typedef char json_words;
static void words_free(json_words *words)
{
        free(words);
}
DEFINE_OWNER(json_words, words_free)

enum { SHA256_SIZE = 32, TIME_ROOM = 32 };

static json_t *journal_row(const struct note_signer *signer)
{
        const struct note_key *key = note_signer_key(signer);
        char id[2 * sizeof key->id + 1], text[NOTE_KEY_TEXT_MAX];
        hex_write(key->id, sizeof key->id, id);
        note_key_show(key, text);
        return json_pack("{s:s, s:s, s:s, s:s}", "use", "journal", "id", id, "name", key->name, "value", text);
}

static void instant_write(const ASN1_TIME *when, char out[TIME_ROOM])
{
        struct tm parts;
        out[0] = '\0';
        if (ASN1_TIME_to_tm(when, &parts) == 1)
                (void)strftime(out, TIME_ROOM, "%Y-%m-%dT%H:%M:%SZ", &parts);
}

static json_t *seal_row(const struct seal *seal)
{
        struct signing_bytes der = seal_certificate(seal);
        const unsigned char *at = der.data;
        uint8_t digest[SHA256_SIZE];
        char id[2 * SHA256_SIZE + 1], from[TIME_ROOM], to[TIME_ROOM];
        OWN(X509) certificate = d2i_X509(NULL, &at, (long)der.size);
        OWN(json_words) encoded = base64_write(der.data, der.size);
        if (certificate == NULL || encoded == NULL || EVP_Digest(der.data, der.size, digest, NULL, EVP_sha256(), NULL) != 1)
                return NULL;
        hex_write(digest, sizeof digest, id);
        instant_write(X509_get0_notBefore(certificate), from);
        instant_write(X509_get0_notAfter(certificate), to);
        return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "use", "seal", "id", id, "name", seal_issuer(seal), "value", encoded,
                         "validFrom", from, "validTo", to);
}

bool keys_settle(struct db *db, const struct journal_signers *signers, const struct seal *seal, struct problem *problem)
{
        OWN(json_t) keys = json_array();
        int failed = json_array_append_new(keys, journal_row(signers->current));
        if (signers->previous != NULL)
                failed |= json_array_append_new(keys, journal_row(signers->previous));
        failed |= json_array_append_new(keys, seal_row(seal));
        OWN(json_words) list = json_dumps(keys, JSON_COMPACT);
        if (failed != 0 || list == NULL)
                return problem_set(problem, "internal", "The notary's keys cannot be named.");
        const struct db_argument arguments[] = {db_text(list)};
        return db_call(db, "api.key_settle", arguments, 1, problem);
}
