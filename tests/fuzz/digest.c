/* Content-Digest fields of any text: no crash, and 32 bytes or nothing. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/front/digest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        uint8_t found[32] = {0}, untouched[32] = {0};
        char *text = calloc(1, size + 1);
        assert(text != NULL);
        if (size > 0)
                memcpy(text, data, size);
        if (digest_parse(text, found))
                assert(strstr(text, "sha-256=:") != NULL);
        else
                assert(memcmp(found, untouched, sizeof(found)) == 0);
        free(text);
        return 0;
}
