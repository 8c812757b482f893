/* Recovery texts of any bytes: no crash; what is read prints and scans to what reads the same. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/client/recovery.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_again(char *text, const uint8_t *key, size_t size)
{
        static uint8_t again[RECOVERY_MOST];
        size_t length = 0;
        unsigned wrong;
        assert(text != NULL && recovery_read(text, again, &length, &wrong));
        assert(length == size && memcmp(again, key, size) == 0);
        free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static uint8_t key[RECOVERY_MOST];
        size_t length = 0;
        unsigned wrong = 0;
        char *text = calloc(1, size + 1);
        assert(text != NULL);
        if (size > 0)
                memcpy(text, data, size);
        if (recovery_read(text, key, &length, &wrong)) {
                read_again(recovery_lines(key, length), key, length);
                read_again(recovery_scan(key, length), key, length);
        }
        free(text);
        return 0;
}
