/* Heads of any text, one "name:value" a line: what is let in has one host and one framing. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gateway/front/gate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t headers_cut(char *text, struct gate_header *headers)
{
        size_t count = 0;
        for (char *line = strsep(&text, "\n"); line != NULL && count < GATE_HEADERS; line = strsep(&text, "\n")) {
                char *value = line;
                headers[count].name = strsep(&value, ":");
                headers[count++].value = value != NULL ? value : "";
        }
        return count;
}

static size_t times(const struct gate_header *headers, size_t count, const char *name)
{
        size_t found = 0;
        for (size_t i = 0; i < count; i++)
                found += strcasecmp(headers[i].name, name) == 0;
        return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct gate_header headers[GATE_HEADERS];
        struct problem problem = {0};
        char *text = calloc(1, size + 1);
        assert(text != NULL);
        if (size > 0)
                memcpy(text, data, size);
        size_t count = headers_cut(text, headers);
        if (gate_check(headers, count, "localhost", &problem)) {
                assert(times(headers, count, "Host") == 1);
                assert(times(headers, count, "Content-Length") + times(headers, count, "Transfer-Encoding") <= 1);
        } else {
                assert(problem.row != NULL && problem.row->status >= 400);
        }
        free(text);
        return 0;
}
