/* Any text as a PKCS#11 URI: what is taken fits its fields and was written as a URI. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/token_uri.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct token_uri uri = {0};
        struct problem problem = {0};
        char *text = malloc(size + 1);
        assert(text != NULL);
        memcpy(text, data, size);
        text[size] = '\0';
        if (token_uri_parse(text, &uri, &problem)) {
                assert(strncmp(text, "pkcs11:", 7) == 0);
                assert(memchr(uri.token, '\0', sizeof uri.token) != NULL && memchr(uri.object, '\0', sizeof uri.object) != NULL);
                assert(uri.id_size <= sizeof uri.id);
                assert(uri.module[0] == '\0' || uri.module[0] == '/');
                assert(uri.pin_file[0] == '\0' || uri.pin_file[0] == '/');
        } else {
                assert(problem.row != NULL);
        }
        free(text);
        return 0;
}
