/*
 * path.c - pure text.
 */
#include "gateway/front/path.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static int hex_value(char c)
{
        if (c >= '0' && c <= '9')
                return c - '0';
        if (c >= 'a' && c <= 'f')
                return c - 'a' + 10;
        return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* RFC 3629 4, and no control characters (C0, DEL, C1). The bytes of one character, or 0. */
static size_t character_size(const unsigned char *at, size_t left)
{
        if (at[0] < 0x80)
                return at[0] >= 0x20 && at[0] != 0x7f;
        size_t size = at[0] >= 0xf0 && at[0] <= 0xf4  ? 4
                      : at[0] >= 0xe0 && at[0] < 0xf0 ? 3
                      : at[0] >= 0xc2 && at[0] < 0xe0 ? 2
                                                      : 0;
        if (size == 0 || size > left)
                return 0;
        uint32_t code = at[0] & (0xffu >> (size + 1));
        for (size_t i = 1; i < size; i++) {
                if ((at[i] & 0xc0) != 0x80)
                        return 0;
                code = code << 6 | (at[i] & 0x3fu);
        }
        bool overlong = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
        bool surrogate = code >= 0xd800 && code <= 0xdfff;
        return overlong || surrogate || code > 0x10ffff || code < 0xa0 ? 0 : size;
}

static bool is_text(const char *text, size_t size)
{
        const unsigned char *at = (const unsigned char *)text;
        while (size > 0) {
                size_t taken = character_size(at, size);
                if (taken == 0)
                        return false;
                at += taken;
                size -= taken;
        }
        return true;
}

bool path_decode(const char *text, size_t size, char *out, size_t room)
{
        size_t written = 0;
        for (size_t i = 0; i < size; i++) {
                char c = text[i];
                if (c == '%') {
                        int high = size - i > 2 ? hex_value(text[i + 1]) : -1;
                        int low = size - i > 2 ? hex_value(text[i + 2]) : -1;
                        if (high < 0 || low < 0)
                                return false;
                        c = (char)(high << 4 | low);
                        i += 2;
                }
                if (written + 1 >= room)
                        return false;
                out[written++] = c;
        }
        out[written] = '\0';
        return is_text(out, written);
}

static char *segment_decode(const char *segment, size_t size)
{
        char decoded[PATH_VARIABLE_BYTES];
        return size > 0 && path_decode(segment, size, decoded, sizeof(decoded)) ? strdup(decoded) : NULL;
}

/* One segment of both; true where they agree. */
static bool segment_match(const char *pattern, size_t pattern_size, const char *segment, size_t size, char **variable)
{
        if (pattern_size > 0 && pattern[0] == '{') {
                *variable = segment_decode(segment, size);
                return *variable != NULL;
        }
        return pattern_size == size && memcmp(pattern, segment, size) == 0;
}

bool path_match(const char *pattern, const char *path, char *variables[PATH_VARIABLES])
{
        char *found[PATH_VARIABLES] = {NULL};
        size_t count = 0;
        while (*pattern == '/' && *path == '/') {
                pattern++;
                path++;
                size_t pattern_size = strcspn(pattern, "/"), size = strcspn(path, "/");
                bool rest = pattern_size == 1 && pattern[0] == '*';
                char *variable = NULL;
                if (!rest && !segment_match(pattern, pattern_size, path, size, &variable))
                        break;
                assert(variable == NULL || count < PATH_VARIABLES);
                if (variable != NULL)
                        found[count++] = variable;
                pattern += pattern_size;
                path += rest ? strlen(path) : size;
        }
        if (*pattern != '\0' || *path != '\0') {
                path_variables_free(found);
                return false;
        }
        memcpy(variables, found, sizeof(found));
        return true;
}

void path_variables_free(char *variables[PATH_VARIABLES])
{
        for (size_t i = 0; i < PATH_VARIABLES; i++) {
                free(variables[i]);
                variables[i] = NULL;
        }
}
