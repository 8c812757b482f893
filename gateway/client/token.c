/* token.c - what the token is asked with. */
#include "gateway/client/token.h"

#include "gateway/client/input.h"

enum { CERTIFICATES_MOST = 1 << 20 };

bool token_load(const struct invocation *invocation, const char *uri, const char *certificates, struct token_key **out,
                struct problem *problem)
{
        struct content content = {0};
        if (certificates != NULL && !content_read(certificates, CERTIFICATES_MOST, &content, problem))
                return false;
        const struct token_request request = {
                .uri = uri, .pin_file = invocation_option(invocation, "passphrase-file"), .certificates = content_bytes(&content)};
        bool loaded = token_key_open(&request, out, problem);
        content_free(&content);
        return loaded;
}
