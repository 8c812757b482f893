/* The server_name extension of a ClientHello, of any bytes. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "gateway/edge/tls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        char name[256];
        if (tls_name_parse(data, size, name))
                assert(strlen(name) + 5 == size);
        return 0;
}
