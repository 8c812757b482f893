/* file_uri.c - a file's name as a URI (file_uri.h). */
#include "signing/file_uri.h"

#include <stdlib.h>
#include <string.h>

char *file_uri(const char *name)
{
        static const char digits[] = "0123456789ABCDEF";
        char *uri = malloc(3 * strlen(name) + 1), *at = uri;
        for (; uri != NULL && *name != '\0'; name++) {
                unsigned char byte = (unsigned char)*name;
                if (byte < 0x80 && strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/", byte) != NULL) {
                        *at++ = (char)byte;
                        continue;
                }
                *at++ = '%';
                *at++ = digits[byte >> 4];
                *at++ = digits[byte & 15];
        }
        if (uri != NULL)
                *at = '\0';
        return uri;
}
