/* recovery.c - base32 in checked lines, so that a slip of the typing hand is told by its line. */
#include "gateway/client/recovery.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 25, LINE_CHARACTERS = 40, GROUP = 5, CHECK = 2, LINES_MOST = (RECOVERY_MOST + LINE_BYTES - 1) / LINE_BYTES };

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
static const char scan_head[] = "PLI1:";

/* ---- base32 without padding ---- */

static size_t base32_write(const uint8_t *data, size_t size, char *out)
{
        size_t length = (size * 8 + 4) / 5;
        for (size_t i = 0; i < length; i++) {
                size_t bit = i * 5, byte = bit / 8;
                unsigned pair = (unsigned)data[byte] << 8 | (byte + 1 < size ? data[byte + 1] : 0u);
                out[i] = alphabet[pair >> (11 - bit % 8) & 31];
        }
        return length;
}

/* The value of a character as people type it; -1: none. */
static int base32_value(char letter)
{
        static const char typed[] = "018", meant[] = "OIB";
        const char *slip = letter != '\0' ? strchr(typed, letter) : NULL;
        int upper = toupper((unsigned char)(slip != NULL ? meant[slip - typed] : letter));
        const char *at = upper != '\0' ? strchr(alphabet, upper) : NULL;
        return at != NULL ? (int)(at - alphabet) : -1;
}

/* All of `text`; the bits left over at the end must be zero, so that one value has one writing. */
static bool base32_read(const char *text, size_t length, uint8_t *out, size_t *size)
{
        unsigned bits = 0, held = 0;
        size_t n = 0;
        for (size_t i = 0; i < length; i++) {
                int value = base32_value(text[i]);
                if (value < 0)
                        return false;
                held = held << 5 | (unsigned)value;
                bits += 5;
                if (bits >= 8) {
                        bits -= 8;
                        out[n++] = (uint8_t)(held >> bits);
                        held &= (1u << bits) - 1;
                }
        }
        *size = n;
        return bits < 5 && held == 0;
}

/* Ten bits of SHA-256 over the line's number and bytes. */
static void check_write(unsigned number, const uint8_t *data, size_t size, char out[CHECK + 1])
{
        uint8_t bytes[LINE_BYTES + 1] = {(uint8_t)number}, digest[32];
        memcpy(bytes + 1, data, size);
        if (EVP_Digest(bytes, size + 1, digest, NULL, EVP_sha256(), NULL) != 1)
                abort();
        out[0] = alphabet[digest[0] >> 3];
        out[1] = alphabet[digest[1] >> 3];
        out[2] = '\0';
}

/* ---- printing ---- */

static void line_write(FILE *out, unsigned number, const uint8_t *data, size_t size)
{
        char letters[LINE_CHARACTERS], check[CHECK + 1];
        size_t length = base32_write(data, size, letters);
        fprintf(out, "%02u", number);
        for (size_t i = 0; i < length; i++)
                fprintf(out, "%s%c", i % GROUP == 0 ? " " : "", letters[i]);
        check_write(number, data, size, check);
        fprintf(out, " %s\n", check);
}

char *recovery_lines(const uint8_t *key, size_t size)
{
        char *text = NULL;
        size_t length = 0;
        FILE *out = size <= RECOVERY_MOST ? open_memstream(&text, &length) : NULL;
        if (out == NULL)
                return NULL;
        for (size_t at = 0; at < size; at += LINE_BYTES)
                line_write(out, (unsigned)(at / LINE_BYTES) + 1, key + at, size - at < LINE_BYTES ? size - at : LINE_BYTES);
        fclose(out);
        return text;
}

char *recovery_scan(const uint8_t *key, size_t size)
{
        char *text = size <= RECOVERY_MOST ? malloc(sizeof scan_head + size * 8 / 5 + 2) : NULL;
        if (text == NULL)
                return NULL;
        memcpy(text, scan_head, sizeof scan_head - 1);
        size_t length = base32_write(key, size, text + sizeof scan_head - 1);
        text[sizeof scan_head - 1 + length] = '\0';
        return text;
}

/* ---- reading back ---- */

/* Without spaces; false where the line is longer than any that was printed. */
static bool line_squeeze(const char *line, size_t length, char *out, size_t room, size_t *used)
{
        *used = 0;
        for (size_t i = 0; i < length; i++) {
                if (isspace((unsigned char)line[i]))
                        continue;
                if (*used == room)
                        return false;
                out[(*used)++] = line[i];
        }
        return true;
}

static bool line_read(const char *letters, size_t length, unsigned number, uint8_t *out, size_t *size)
{
        char head[16], check[CHECK + 1];
        int digits = snprintf(head, sizeof head, "%02u", number);
        if (length < (size_t)digits + CHECK + 1 || memcmp(letters, head, (size_t)digits) != 0)
                return false;
        letters += digits;
        length -= (size_t)digits + CHECK;
        if (length > LINE_CHARACTERS || !base32_read(letters, length, out, size))
                return false;
        check_write(number, out, *size, check);
        return base32_value(letters[length]) == base32_value(check[0]) &&
               base32_value(letters[length + 1]) == base32_value(check[1]);
}

static bool lines_read(const char *text, uint8_t out[RECOVERY_MOST], size_t *size, unsigned *wrong)
{
        size_t total = 0;
        unsigned number = 0;
        bool ended = false;
        while (*text != '\0') {
                char letters[LINE_CHARACTERS + CHECK + 4];
                uint8_t bytes[LINE_BYTES];
                size_t length = strcspn(text, "\n"), used = 0, read = 0;
                bool fits = line_squeeze(text, length, letters, sizeof letters, &used);
                text += length + (text[length] == '\n');
                if (fits && used == 0)
                        continue;
                *wrong = ++number;
                /* Only the last line is shorter. */
                if (ended || !fits || number > LINES_MOST || !line_read(letters, used, number, bytes, &read) ||
                    read > RECOVERY_MOST - total)
                        return false;
                ended = read < LINE_BYTES;
                memcpy(out + total, bytes, read);
                total += read;
        }
        *wrong = number + 1;
        *size = total;
        return total > 0;
}

static bool scan_read(const char *text, uint8_t out[RECOVERY_MOST], size_t *size)
{
        size_t length = strcspn(text, " \t\r\n");
        return text[length + strspn(text + length, " \t\r\n")] == '\0' && length <= (size_t)RECOVERY_MOST * 8 / 5 &&
               base32_read(text, length, out, size) && *size > 0;
}

bool recovery_read(const char *text, uint8_t out[RECOVERY_MOST], size_t *size, unsigned *wrong)
{
        text += strspn(text, " \t\r\n");
        *wrong = 0;
        if (strncasecmp(text, scan_head, sizeof scan_head - 1) == 0)
                return scan_read(text + sizeof scan_head - 1, out, size);
        return lines_read(text, out, size, wrong);
}
