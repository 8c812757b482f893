/* share_key.c - opens the key, and shares with it. */
#include "gateway/client/share_key.h"

#include <openssl/crypto.h>
#include <stdio.h>

#include "gateway/client/catalogue.h"
#include "gateway/client/command.h"
#include "gateway/client/token.h"
#include "gateway/core/base64.h"

static bool member_token_load(const struct invocation *invocation, const char *uri, struct token_key **out, struct problem *problem)
{
        const char *certificates = invocation_option(invocation, "member-certificate");
        if (certificates == NULL)
                certificates = invocation_option(invocation, "certificate");
        return token_load(invocation, uri, certificates, out, problem);
}

/* --member-key and --member-certificate, as if they were --key and --certificate. */
static bool file_load(const struct invocation *invocation, struct identity *out, struct problem *problem)
{
        const char *key = invocation_option(invocation, "member-key"),
                   *certificate = invocation_option(invocation, "member-certificate");
        if (key == NULL)
                return identity_load(invocation, out, problem);
        if (certificate == NULL)
                return problem_set(problem, "usage", "%s", words("which certificate? Give --certificate with --key"));
        struct given_option options[] = {
                {"key", key}, {"certificate", certificate}, {"passphrase-file", invocation_option(invocation, "passphrase-file")}};
        struct invocation other = *invocation;
        other.options = options;
        other.option_count = options[2].value != NULL ? 3 : 2;
        return identity_load(&other, out, problem);
}

bool share_key_open(const struct invocation *invocation, struct share_key *out, struct problem *problem)
{
        const char *uri = invocation_option(invocation, "member-token");
        *out = (struct share_key){0};
        return uri != NULL ? member_token_load(invocation, uri, &out->token, problem)
                           : file_load(invocation, &out->identity, problem);
}

void share_key_close(struct share_key *key)
{
        token_key_close(key->token);
        identity_free(&key->identity);
        *key = (struct share_key){0};
}

const char *share_key_name(const struct share_key *key)
{
        return key->token != NULL ? "pkcs11" : key->identity.name;
}

bool share_key_unwrap(const struct share_key *key, const char *manifest_text, uint8_t share[SIGNING_SHARE],
                      struct signing_refusal *why)
{
        struct content xml = {0};
        signing_manifest *manifest = NULL;
        if (!base64_read(manifest_text, &xml.data, &xml.size)) {
                snprintf(why->sentence, sizeof why->sentence, "base64");
                return false;
        }
        bool unwrapped = signing_manifest_read(content_bytes(&xml), &manifest, why);
        if (unwrapped && key->token != NULL)
                unwrapped = token_key_unwrap(key->token, manifest, share, why);
        else if (unwrapped)
                unwrapped = signing_share_unwrap(manifest, content_bytes(&key->identity.key),
                                                 content_bytes(&key->identity.certificate), key->identity.passphrase, share, why);
        signing_manifest_free(manifest);
        content_free(&xml);
        return unwrapped;
}

char *share_key_text(const struct share_key *key, const char *manifest, struct signing_refusal *why)
{
        uint8_t share[SIGNING_SHARE];
        char *text = share_key_unwrap(key, manifest, share, why) ? base64_write(share, sizeof share) : NULL;
        OPENSSL_cleanse(share, sizeof share);
        return text;
}
