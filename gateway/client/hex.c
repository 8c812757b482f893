/* hex.c - digests in hexadecimal. */
#include "gateway/client/hex.h"

#include <stdio.h>

void hex_of(const uint8_t digest[32], char text[65])
{
        for (unsigned i = 0; i < 32; i++)
                snprintf(text + 2 * i, 3, "%02x", digest[i]);
}
