/* hex.h - digests as people and JSON write them. */
#ifndef PLI_CLIENT_HEX_H
#define PLI_CLIENT_HEX_H

#include <stdint.h>

/* Lower-case hexadecimal of a SHA-256. */
void hex_of(const uint8_t digest[32], char text[65]);

#endif
