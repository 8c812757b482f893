/* Any bytes as a container: opened or refused; what opens is read to its end. */
#include <stdint.h>
#include <stdlib.h>

#include "signing/container.h"
#include "signing/source.h"

enum { READ_MAX = 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        const struct signing_bytes bytes = {data, size};
        signing_container *container = NULL;
        struct signing_refusal why = {0};
        if (!signing_container_open(source_memory(&bytes), &container, &why))
                return why.code[0] != '\0' ? 0 : (abort(), 0);
        for (size_t n = 0; n < container_entries(container); n++) {
                uint8_t *content = NULL;
                size_t length = 0;
                if (container_entry_read(container, n, READ_MAX, &content, &length, &why) &&
                    length != container_entry_size(container, n))
                        abort();
                free(content);
        }
        signing_container_free(container);
        return 0;
}
