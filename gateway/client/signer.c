/* signer.c - opens the key that signs (signer.h). */
#include "gateway/client/signer.h"

#include <openssl/x509.h>

#include "gateway/client/catalogue.h"
#include "gateway/client/command.h"
#include "gateway/client/identity.h"
#include "gateway/client/show.h"
#include "gateway/client/token.h"
#include "gateway/core/owner.h"

DEFINE_OWNER(X509, X509_free)

static bool file_load(const struct invocation *invocation, signing_memory_key **out, struct problem *problem)
{
        struct identity identity = {0};
        struct signing_refusal why = {0};
        if (!identity_load(invocation, &identity, problem))
                return false;
        bool loaded = signing_memory_key_new(content_bytes(&identity.key), content_bytes(&identity.certificate),
                                             identity.passphrase, out, &why);
        if (!loaded)
                (void)problem_refused(problem, "key-unreadable", identity.name, &why);
        identity_free(&identity);
        return loaded;
}

const struct signing_key *signer_use(const struct signer *signer)
{
        return signer->token != NULL ? token_key_use(signer->token) : signing_memory_key_use(signer->memory);
}

/* Such a signature can be made and will not be believed: better said now than at the opening. */
static void dates_look(const struct signing_key *key)
{
        const unsigned char *at = key->certificate.data;
        OWN(X509) certificate = d2i_X509(NULL, &at, (long)key->certificate.size);
        if (certificate == NULL)
                return; /* signing says so */
        if (X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0)
                show_note("%s", words("the certificate has expired: what is signed now will not be believed"));
        else if (X509_cmp_current_time(X509_get0_notBefore(certificate)) > 0)
                show_note("%s", words("the certificate is not valid yet: what is signed now will not be believed"));
}

bool signer_open(const struct invocation *invocation, struct signer *out, struct problem *problem)
{
        const char *uri = invocation_option(invocation, "token");
        bool opened = uri != NULL ? token_load(invocation, uri, invocation_option(invocation, "certificate"), &out->token, problem)
                                  : file_load(invocation, &out->memory, problem);
        if (opened)
                dates_look(signer_use(out));
        return opened;
}

void signer_close(struct signer *signer)
{
        token_key_close(signer->token);
        if (signer->memory != NULL)
                signing_memory_key_free(signer->memory);
        *signer = (struct signer){0};
}
