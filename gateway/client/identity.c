/* identity.c - loads a key and its certificate, asking for the passphrase it needs. */
#include "gateway/client/identity.h"

#include <string.h>

#include "gateway/client/catalogue.h"
#include "gateway/client/command.h"
#include "gateway/client/secret.h"

enum { IDENTITY_FILE_MOST = 1 << 20 };

static bool identity_files(const struct invocation *invocation, struct identity *identity, struct problem *problem)
{
        const char *p12 = invocation_option(invocation, "p12");
        const char *key = invocation_option(invocation, "key"), *certificate = invocation_option(invocation, "certificate");
        identity->name = p12 != NULL ? p12 : key;
        if (identity->name == NULL)
                return problem_set(problem, "usage", "%s", words("which key? Give --key and --certificate, or --p12"));
        if (!content_read(identity->name, IDENTITY_FILE_MOST, &identity->key, problem))
                return false;
        if (p12 != NULL)
                return true;
        if (certificate == NULL)
                return problem_set(problem, "usage", "%s", words("which certificate? Give --certificate with --key"));
        return content_read(certificate, IDENTITY_FILE_MOST, &identity->certificate, problem);
}

bool identity_load(const struct invocation *invocation, struct identity *out, struct problem *problem)
{
        struct identity identity = {0};
        bool loaded = identity_files(invocation, &identity, problem);
        bool locked = loaded && (identity.certificate.data == NULL || strstr((const char *)identity.key.data, "ENCRYPTED") != NULL);
        if (locked)
                loaded = secret_read(invocation, identity.name, &identity.passphrase, problem);
        if (loaded)
                *out = identity;
        else
                identity_free(&identity);
        return loaded;
}

void identity_free(struct identity *identity)
{
        content_free(&identity->key);
        content_free(&identity->certificate);
        secret_free(identity->passphrase);
        *identity = (struct identity){0};
}
