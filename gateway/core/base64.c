/* base64.c - see RFC 4648 3.5 (canonical encoding) for the checks at the end. */
#include "gateway/core/base64.h"

#include <stdlib.h>
#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int value_of(char c)
{
        const char *at = c != '\0' ? strchr(alphabet, c) : NULL;
        return at != NULL ? (int)(at - alphabet) : -1;
}

/* The bytes before the padding; `digits` counts characters of the alphabet, `rest` is what no byte has taken. */
static bool digits_read(const char **text, uint8_t *out, size_t *size, size_t *digits, unsigned *rest)
{
        unsigned bits = 0;
        for (; **text != '\0' && **text != '='; (*text)++) {
                int value = value_of(**text);
                if (**text == '\n')
                        continue;
                if (value < 0)
                        return false;
                bits = (bits << 6 | (unsigned)value) & 0xFFFFFF;
                (*digits)++;
                unsigned spare = (unsigned)(*digits * 6 % 8);
                if (spare < 6)
                        out[(*size)++] = (uint8_t)(bits >> spare);
                *rest = bits & ((1U << spare) - 1);
        }
        return true;
}

static bool padding_read(const char *text, size_t digits)
{
        size_t padding = 0;
        for (; *text != '\0'; text++) {
                if (*text == '=')
                        padding++;
                else if (*text != '\n')
                        return false;
        }
        return digits % 4 != 1 && padding == (4 - digits % 4) % 4;
}

bool base64_read(const char *text, uint8_t **out, size_t *size)
{
        if (text == NULL)
                return false;
        uint8_t *bytes = malloc(strlen(text) / 4 * 3 + 4);
        size_t written = 0, digits = 0;
        unsigned rest = 0;
        if (bytes == NULL)
                abort();
        if (!digits_read(&text, bytes, &written, &digits, &rest) || !padding_read(text, digits) || rest != 0) {
                free(bytes);
                return false;
        }
        *out = bytes;
        *size = written;
        return true;
}

bool base64_read_exactly(const char *text, uint8_t *out, size_t size)
{
        uint8_t *bytes = NULL;
        size_t read = 0;
        if (!base64_read(text, &bytes, &read))
                return false;
        if (read == size)
                memcpy(out, bytes, size);
        explicit_bzero(bytes, read);
        free(bytes);
        return read == size;
}

char *base64_write(const void *data, size_t size)
{
        const uint8_t *in = data;
        char *text = malloc((size + 2) / 3 * 4 + 1), *at = text;
        if (text == NULL)
                abort();
        for (size_t i = 0; i < size; i += 3) {
                unsigned left = size - i < 3 ? (unsigned)(size - i) : 3;
                unsigned bits = (unsigned)in[i] << 16 | (left > 1 ? (unsigned)in[i + 1] << 8 : 0) | (left > 2 ? in[i + 2] : 0);
                for (unsigned n = 0; n < 4; n++)
                        *at++ = n <= left ? alphabet[bits >> (18 - 6 * n) & 63] : '=';
        }
        *at = '\0';
        return text;
}
