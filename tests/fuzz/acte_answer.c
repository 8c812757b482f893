/* Any bytes as an answer of the State; the first line, if it looks like one, is the file's name. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "gateway/formats/acte_answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        char name[256] = "";
        const uint8_t *end = size > 0 && data[0] != '<' ? memchr(data, '\n', size) : NULL;
        if (end != NULL) {
                size_t length = (size_t)(end - data);
                snprintf(name, sizeof name, "%.*s", (int)(length < sizeof name ? length : sizeof name - 1), (const char *)data);
                size -= length + 1;
                data = end + 1;
        }
        json_t *answer = NULL;
        struct signing_refusal why = {.code = ""};
        if (acte_answer_read(name, (struct signing_bytes){data, size}, &answer, &why))
                assert(json_string_value(json_object_get(answer, "kind")) != NULL);
        else
                assert(answer == NULL && why.code[0] != '\0');
        json_decref(answer);
        return 0;
}
