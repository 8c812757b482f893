/* Bytes as a time-stamping authority's answer whose time is read before it is judged: a time, or none, and no crash. */
#include <stdlib.h>

#include "gateway/notary/stamp_time.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        int64_t at = -1;
        bool told = stamp_time_read((struct signing_bytes){data, size}, &at);
        if (!told && at != -1)
                abort(); /* outputs are untouched on failure */
        return 0;
}
