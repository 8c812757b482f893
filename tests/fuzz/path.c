/* Paths of any text against every route: no crash, and variables that are text. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/front/path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static const char *const patterns[] = {"/", "/api/v1/consultations/{c}/documents/{n}",
                                               "/api/v1/deposits/{d}/envelopes/{e}/chunks/{n}", "/tile/*", "/ui/{n}"};
        char *text = calloc(1, size + 1), *out = malloc(size + 1);
        assert(text != NULL && out != NULL);
        if (size > 0)
                memcpy(text, data, size);
        for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
                char *variables[PATH_VARIABLES] = {NULL};
                if (!path_match(patterns[i], text, variables))
                        continue;
                for (size_t n = 0; n < PATH_VARIABLES && variables[n] != NULL; n++)
                        assert(strlen(variables[n]) < PATH_VARIABLE_BYTES && strpbrk(variables[n], "\r\n\x7f") == NULL);
                path_variables_free(variables);
        }
        if (path_decode(text, strlen(text), out, size + 1))
                assert(strlen(out) <= strlen(text));
        free(out);
        free(text);
        return 0;
}
