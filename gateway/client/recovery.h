/*
 * recovery.h - a locked private key (the DER of an encrypted PKCS#8) as text
 * that can be printed, typed back by hand or scanned. Pure.
 *
 * Lines:   "NN AAAAA BBBBB CCCCC DDDDD EEEEE FFFFF GGGGG HHHHH XX": NN counts from 01, then 40 characters of base32 (RFC 4648 6),
 *          less on the last line, and two more that check this line and its number.
 * Scanned: "PLI1:" and the base32 of all.
 * Read back: case, spaces and blank lines do not count; 0, 1 and 8, which base32 has not, are read as O, I and B.
 */
#ifndef PLI_CLIENT_RECOVERY_H
#define PLI_CLIENT_RECOVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RECOVERY_MOST = 4096 }; /* bytes; an RSA key of 3072 bits takes under 2,000 */

/* Each malloc'ed, a string; NULL where there are more than RECOVERY_MOST bytes. */
char *recovery_lines(const uint8_t *key, size_t size) __attribute__((warn_unused_result));
char *recovery_scan(const uint8_t *key, size_t size) __attribute__((warn_unused_result));

/* Either of the two back into bytes. False: *wrong is the first line (from 1) that is not as it was printed, 0 for a scanned text.
 */
bool recovery_read(const char *text, uint8_t out[RECOVERY_MOST], size_t *size, unsigned *wrong) __attribute__((warn_unused_result));

#endif
