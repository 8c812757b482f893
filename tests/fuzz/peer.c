/* The edge's message, of any bytes. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "gateway/front/peer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct peer peer;
        if (!peer_parse((const char *)data, size, &peer))
                return 0;
        assert(peer.certified || !peer.verified);
        assert(strlen(peer.name) < sizeof(peer.name) && peer.evidence[0] == '{');
        return 0;
}
