/* stamp_token.c - the RFC 3161 token in a time-stamp property (stamp_token.h). */
#include "signing/stamp_token.h"

#include <stdlib.h>

#include "gateway/core/owner.h"
#include "signing/sealing_group.h"

typedef struct evidence_record record_handle;
typedef uint8_t octets;
DEFINE_OWNER(record_handle, evidence_record_free)
DEFINE_OWNER(octets, free)

bool stamp_token_read(const struct xades_stamp *stamp, struct token **token, struct evidence_record **record,
                      struct signing_refusal *why)
{
        OWN(octets) der = NULL;
        OWN(record_handle) read = NULL;
        size_t size = 0;
        if (!xml_base64(stamp->token, LIMIT_TOKEN_BYTES, &der, &size))
                size = 0; /* said below, by what finds nothing to read */
        struct signing_bytes bytes = {der, size};
        if (xml_is(stamp->node, SEALING_SPACE, "SealingEvidenceRecords")) {
                if (!evidence_record_read(bytes, &read, why))
                        return false;
                bytes = evidence_record_token(read);
        }
        if (!token_read(bytes, token, why))
                return false;
        *record = TAKE(read);
        return true;
}

bool stamp_token_root(const struct dsig *dsig, const struct xades *xades, const struct xades_stamp *stamp,
                      const struct evidence_record *record, struct work *work, struct evidence_hash *out)
{
        struct evidence_list group;
        if (!sealing_group_make(dsig, xades, stamp->node, work, &group))
                return false;
        bool led = evidence_record_root(record, &group, out);
        free((void *)(uintptr_t)group.hashes);
        return led;
}
