/* hex.h - bytes as the lower-case hexadecimal that JSON, receipts and people carry: one value has one writing. */
#ifndef PLI_CORE_HEX_H
#define PLI_CORE_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* out has room for 2 × size characters and a NUL. */
void hex_write(const uint8_t *data, size_t size, char *out);
/* Exactly `size` bytes, or false. NULL text is refused. */
bool hex_read(const char *text, uint8_t *out, size_t size) __attribute__((warn_unused_result));

#endif
