/* kept_until.c - how long the last time-stamp of a signature can be relied on. */
#include <time.h>

#include "gateway/core/owner.h"
#include "signing/refusal.h"
#include "signing/stamp_place.h"
#include "signing/stamp_token.h"

enum { FIRST_SIGNATURE = 0 };

typedef struct token token_handle;
typedef struct evidence_record record_handle;
DEFINE_OWNER(token_handle, token_free)
DEFINE_OWNER(record_handle, evidence_record_free)

static bool signer_end(const struct token *token, int64_t *until)
{
        struct tm parts;
        if (ASN1_TIME_to_tm(X509_get0_notAfter(token_signer(token)), &parts) != 1)
                return false;
        *until = (int64_t)timegm(&parts);
        return true;
}

static bool last_end(const struct stamp_place *place, int64_t *until, struct signing_refusal *why)
{
        OWN(token_handle) token = NULL;
        OWN(record_handle) record = NULL;
        const struct xades *xades = &place->xades;
        if (xades->stamp_count == 0)
                return refuse(why, "LEVEL_ORDER", "EN 319 132-1 5.5", "The signature has no time-stamp.");
        return stamp_token_read(&xades->stamps[xades->stamp_count - 1], &token, &record, why) && token_check(token, NULL, why) &&
               (signer_end(token, until) ||
                refuse(why, "STAMP_SIGNER", "RFC 3161 2.3", "The end of the time-stamp's certificate cannot be read."));
}

bool signing_kept_until(struct signing_bytes document, int64_t *until, struct signing_refusal *why)
{
        struct stamp_place place = {0};
        if (!stamp_place_open(&document, FIRST_SIGNATURE, &place, why))
                return false;
        bool told = last_end(&place, until, why);
        stamp_place_free(&place);
        return told;
}
