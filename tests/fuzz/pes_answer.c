/* Any bytes as a file of the DGFiP; the first line, if it looks like one, is the file's name. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/formats/pes_answer.h"

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
        struct pes_answer *answer = pes_answer_new(name);
        json_t *facts = NULL;
        struct signing_refusal why = {.code = ""};
        for (size_t at = 0; at < size; at += 100)
                if (!pes_answer_write(answer, data + at, size - at < 100 ? size - at : 100))
                        break;
        bool known = pes_answer_finish(answer, &facts, &why);
        assert(json_string_value(json_object_get(facts, "kind")) != NULL && known == (why.code[0] == '\0'));
        char *text = json_dumps(facts, JSON_COMPACT);
        assert(text != NULL);
        free(text);
        json_decref(facts);
        return 0;
}
