/* clamd's answer is from another program: only its exact words make a document clean. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/antivirus.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        char *answer = malloc(size + 1);
        assert(answer != NULL);
        memcpy(answer, data, size);
        answer[size] = '\0';
        struct antivirus_result result = antivirus_parse(answer);
        assert((result.outcome == ANTIVIRUS_CLEAN) == (strcmp(answer, "stream: OK") == 0));
        assert((result.outcome == ANTIVIRUS_INFECTED) == (result.signature[0] != '\0'));
        free(answer);
        return 0;
}
