/*
 * encoding.c - the byte order mark and the XML declaration (encoding.h).
 */
#include "signing/encoding.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "signing/limits.h"
#include "signing/refusal.h"

static const char *const known[] = {"UTF-8", "US-ASCII", "ISO-8859-1", "ISO-8859-15", "windows-1252"};

static bool blank(uint8_t c)
{
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void spaces_pass(struct signing_bytes *text)
{
        while (text->size > 0 && blank(text->data[0])) {
                text->data++;
                text->size--;
        }
}

static bool refused(struct signing_refusal *why)
{
        return refuse(why, "ENCODING", "XML 1.0 4.3.3", "The document is in an encoding that is not read here; use UTF-8.");
}

/* ---- UTF-16 (RFC 2781) ---- */

static size_t code_put(uint32_t code, uint8_t *out)
{
        if (code < 0x80) {
                out[0] = (uint8_t)code;
                return 1;
        }
        size_t size = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
        for (size_t n = size - 1; n > 0; n--, code >>= 6)
                out[n] = (uint8_t)(0x80 | (code & 0x3f));
        out[0] = (uint8_t)((0xf00u >> size) | code);
        return size;
}

static uint32_t unit_at(struct signing_bytes bytes, size_t at, bool little)
{
        return little ? bytes.data[at] | (uint32_t)bytes.data[at + 1] << 8 : bytes.data[at + 1] | (uint32_t)bytes.data[at] << 8;
}

/* Of two bytes each, in pairs where one does not suffice; a lone surrogate or a NUL is no character. */
static bool units_convert(struct signing_bytes bytes, bool little, uint8_t *out, size_t *size)
{
        for (size_t at = 0; at + 1 < bytes.size; at += 2) {
                uint32_t code = unit_at(bytes, at, little);
                if (code >= 0xd800 && code < 0xdc00 && at + 3 < bytes.size) {
                        uint32_t low = unit_at(bytes, at += 2, little);
                        code = low >= 0xdc00 && low < 0xe000 ? 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00) : 0;
                }
                if (code == 0 || (code >= 0xd800 && code < 0xe000))
                        return false;
                *size += code_put(code, out + *size);
        }
        return bytes.size % 2 == 0;
}

static bool wide_settle(struct signing_bytes bytes, struct encoded *out, struct signing_refusal *why)
{
        bool little = bytes.data[0] == 0xff;
        size_t size = 0;
        if (bytes.size > LIMIT_XML_BYTES)
                return refuse(why, "TOO_MUCH", "limit LIMIT_XML_BYTES", "The XML document is larger than %d bytes.",
                              LIMIT_XML_BYTES);
        uint8_t *made = malloc(bytes.size / 2 * 3 + 1); /* a unit takes three bytes at most, a pair four */
        if (made == NULL)
                return refuse(why, "MEMORY", "", "No memory to read the document.");
        if (!units_convert((struct signing_bytes){bytes.data + 2, bytes.size - 2}, little, made, &size)) {
                free(made);
                return refused(why);
        }
        *out = (struct encoded){.text = {made, size}, .made = made};
        return true;
}

/* ---- the declaration ---- */

/* name = "value", as the declaration has up to three of; false at its end or at what is none. */
static bool pair_read(const char **at, const char *end, struct signing_bytes *name, struct signing_bytes *value)
{
        const char *from = *at;
        while (from < end && blank((uint8_t)*from))
                from++;
        const char *equals = memchr(from, '=', (size_t)(end - from));
        if (equals == NULL)
                return false;
        size_t size = (size_t)(equals - from);
        while (size > 0 && blank((uint8_t)from[size - 1]))
                size--;
        const char *quote = equals + 1;
        while (quote < end && blank((uint8_t)*quote))
                quote++;
        const char *close =
                quote < end && (*quote == '"' || *quote == '\'') ? memchr(quote + 1, *quote, (size_t)(end - quote - 1)) : NULL;
        if (close == NULL)
                return false;
        *name = (struct signing_bytes){(const uint8_t *)from, size};
        *value = (struct signing_bytes){(const uint8_t *)quote + 1, (size_t)(close - quote - 1)};
        *at = close + 1;
        return true;
}

static bool bytes_are(struct signing_bytes bytes, const char *text)
{
        return bytes.size == strlen(text) && strncasecmp((const char *)bytes.data, text, bytes.size) == 0;
}

/* What it says of itself; nothing where it says nothing. */
static struct signing_bytes declared(struct signing_bytes text)
{
        const char *at = (const char *)text.data, *end = NULL;
        struct signing_bytes name, value;
        if (text.size > 5 && memcmp(at, "<?xml", 5) == 0 && blank((uint8_t)at[5]))
                end = memmem(at, text.size, "?>", 2);
        for (at += 5; end != NULL && at < end && pair_read(&at, end, &name, &value);)
                if (bytes_are(name, "encoding"))
                        return value;
        return (struct signing_bytes){NULL, 0};
}

static bool name_settle(struct signing_bytes said, bool marked, struct encoded *out)
{
        out->name = out->made != NULL ? "UTF-16" : "UTF-8";
        out->declared = said.data != NULL;
        if (!out->declared)
                return true;
        if (out->made != NULL)
                return bytes_are(said, "UTF-16");
        for (size_t n = 0; n < sizeof known / sizeof known[0]; n++)
                if (bytes_are(said, known[n])) {
                        out->name = known[n];
                        return !marked || n == 0;
                }
        return false;
}

bool encoding_settle(struct signing_bytes bytes, struct encoded *out, struct signing_refusal *why)
{
        struct encoded found = {.text = bytes};
        bool marked = bytes.size >= 3 && memcmp(bytes.data, "\xEF\xBB\xBF", 3) == 0;
        if (bytes.size >= 2 && (memcmp(bytes.data, "\xFF\xFE", 2) == 0 || memcmp(bytes.data, "\xFE\xFF", 2) == 0)) {
                if (!wide_settle(bytes, &found, why))
                        return false;
        } else if (marked) {
                found.text = (struct signing_bytes){bytes.data + 3, bytes.size - 3};
        }
        /* White space before the declaration is a fault of XML that trusted lists have; nothing is signed there. */
        spaces_pass(&found.text);
        bool good = found.text.size > 0 || refuse(why, "EMPTY", "XML 1.0 2.1", "The document is empty.");
        good = good && (found.text.data[0] == '<' || refuse(why, "MALFORMED", "XML 1.0 2.1", "The document is not XML."));
        good = good &&
               ((memchr(found.text.data, '\0', found.text.size) == NULL && name_settle(declared(found.text), marked, &found)) ||
                refused(why));
        if (good)
                *out = found;
        else
                free(found.made);
        return good;
}
