/* What is read is written again as it was, but for line feeds. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/base64.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        char *text = malloc(size + 1);
        uint8_t *bytes = NULL;
        size_t read = 0, kept = 0;
        assert(text != NULL);
        memcpy(text, data, size);
        text[size] = '\0';
        if (base64_read(text, &bytes, &read)) {
                for (const char *at = text; *at != '\0'; at++)
                        if (*at != '\n')
                                text[kept++] = *at;
                text[kept] = '\0';
                char *again = base64_write(bytes, read);
                assert(strcmp(text, again) == 0);
                free(again);
        }
        free(bytes);
        free(text);
        return 0;
}
