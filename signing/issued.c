/* issued.c - a table of what was found right, one place for each hash (issued.h). */
#include "signing/issued.h"

#include <openssl/evp.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "signing/instant.h"

enum { PLACES = 1024, MARK = 32 };

/* "Right" is all a place can say: its mark is of the key and of what was signed. */
struct place {
        uint8_t mark[MARK];
        bool filled;
};
static struct place places[PLACES];
static X509_STORE_CTX_verify_fn verify_whole; /* OpenSSL's own */

typedef unsigned char octets;
static void octets_free(octets *der)
{
        OPENSSL_free(der);
}
DEFINE_OWNER(octets, octets_free)

/* The key with its parameters (the same bits are another key on another curve), then what was signed. */
static bool mark_make(X509 *issuer, const uint8_t object[MARK], uint8_t mark[MARK])
{
        OWN(octets) key = NULL;
        uint8_t both[2 * MARK];
        int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(issuer), &key);
        memcpy(both + MARK, object, MARK);
        return size > 0 && EVP_Digest(key, (size_t)size, both, NULL, EVP_sha256(), NULL) == 1 &&
               EVP_Digest(both, sizeof both, mark, NULL, EVP_sha256(), NULL) == 1;
}

static struct place *place_of(const uint8_t mark[MARK])
{
        return &places[(mark[0] | (size_t)mark[1] << 8) % PLACES];
}

static bool remembered(const uint8_t mark[MARK])
{
        const struct place *place = place_of(mark);
        return place->filled && memcmp(place->mark, mark, MARK) == 0;
}

static void remember(const uint8_t mark[MARK])
{
        struct place *place = place_of(mark);
        memcpy(place->mark, mark, MARK);
        place->filled = true;
}

static bool certificate_mark(X509 *certificate, X509 *issuer, uint8_t mark[MARK])
{
        uint8_t object[MARK];
        return X509_digest(certificate, EVP_sha256(), object, NULL) == 1 && mark_make(issuer, object, mark);
}

bool issued_certificate(X509 *certificate, X509 *issuer)
{
        uint8_t mark[MARK];
        bool marked = certificate_mark(certificate, issuer, mark);
        if (marked && remembered(mark))
                return true;
        if (X509_verify(certificate, X509_get0_pubkey(issuer)) != 1)
                return false;
        if (marked)
                remember(mark);
        return true;
}

bool issued_list(X509_CRL *list, X509 *issuer)
{
        uint8_t object[MARK], mark[MARK];
        bool marked = X509_CRL_digest(list, EVP_sha256(), object, NULL) == 1 && mark_make(issuer, object, mark);
        if (marked && remembered(mark))
                return true;
        if (X509_CRL_verify(list, X509_get0_pubkey(issuer)) != 1)
                return false;
        if (marked)
                remember(mark);
        return true;
}

/* ---- paths ---- */

static bool link_known(const STACK_OF(X509) * chain, int n)
{
        uint8_t mark[MARK];
        return certificate_mark(sk_X509_value(chain, n), sk_X509_value(chain, n + 1), mark) && remembered(mark);
}

static void link_remember(const STACK_OF(X509) * chain, int n)
{
        uint8_t mark[MARK];
        if (certificate_mark(sk_X509_value(chain, n), sk_X509_value(chain, n + 1), mark))
                remember(mark);
}

static bool valid_at(X509 *certificate, int64_t at)
{
        int64_t begin = 0, end = 0;
        return instant_of_asn1(X509_get0_notBefore(certificate), &begin) &&
               instant_of_asn1(X509_get0_notAfter(certificate), &end) && begin <= at && at < end;
}

/* OpenSSL's last step but the policies: signatures and dates. A chain of one has no link to know, and goes its way. */
static int path_verify(X509_STORE_CTX *context)
{
        const STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(context);
        int64_t at = (int64_t)X509_VERIFY_PARAM_get_time(X509_STORE_CTX_get0_param(context));
        int links = sk_X509_num(chain) - 1;
        bool known = links > 0 && valid_at(sk_X509_value(chain, links), at);
        for (int n = 0; known && n < links; n++)
                known = valid_at(sk_X509_value(chain, n), at) && link_known(chain, n);
        if (known)
                return 1;
        int outcome = verify_whole(context);
        for (int n = 0; outcome == 1 && X509_STORE_CTX_get_error(context) == X509_V_OK && n < links; n++)
                link_remember(chain, n);
        return outcome;
}

void issued_watch(X509_STORE_CTX *context)
{
        X509_STORE_CTX_verify_fn own = X509_STORE_CTX_get_verify(context);
        if (own == NULL || own == path_verify)
                return;
        verify_whole = own;
        X509_STORE_CTX_set_verify(context, path_verify);
}

void issued_clear(void)
{
        memset(places, 0, sizeof places);
}
