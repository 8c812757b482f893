/* Range fields of any text: no crash, and a part lies inside the content. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/front/byte_range.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        uint64_t whole = 0, first = 0, last = 0;
        if (size < sizeof(uint32_t))
                return 0;
        memcpy(&whole, data, sizeof(uint32_t));
        char *text = calloc(1, size);
        assert(text != NULL);
        memcpy(text, data + sizeof(uint32_t), size - sizeof(uint32_t));
        if (byte_range_choose(text, NULL, "\"a\"", whole, &first, &last) == RANGE_PART)
                assert(first <= last && last < whole);
        else
                assert(first == 0 && last == 0);
        free(text);
        return 0;
}
