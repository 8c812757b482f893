/* token_uri.c - reads PKCS#11 URIs (token_uri.h). */
#include "gateway/core/token_uri.h"

#include <string.h>

static int hex_digit(char c)
{
        return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

/* RFC 3986 2.1; false where it does not fit or is cut. */
static bool decode(const char *from, size_t length, uint8_t *out, size_t room, size_t *size)
{
        size_t used = 0;
        for (size_t n = 0; n < length; n++) {
                uint8_t byte = (uint8_t)from[n];
                if (from[n] == '%') {
                        int high = n + 2 < length ? hex_digit(from[n + 1]) : -1;
                        int low = high >= 0 ? hex_digit(from[n + 2]) : -1;
                        if (low < 0)
                                return false;
                        byte = (uint8_t)(high << 4 | low);
                        n += 2;
                }
                if (used == room)
                        return false;
                out[used++] = byte;
        }
        *size = used;
        return true;
}

static bool text_set(char out[TOKEN_TEXT], const char *value, size_t length)
{
        char decoded[TOKEN_TEXT] = "";
        size_t size = 0;
        if (!decode(value, length, (uint8_t *)decoded, TOKEN_TEXT - 1, &size) || strlen(decoded) != size || size == 0)
                return false;
        memcpy(out, decoded, sizeof decoded);
        return true;
}

/* "file:/etc/pli/pin", "file:///etc/pli/pin" or the path alone. */
static bool pin_file_set(struct token_uri *uri, const char *value, size_t length)
{
        if (!text_set(uri->pin_file, value, length))
                return false;
        const char *path = uri->pin_file;
        if (strncmp(path, "file:", 5) == 0)
                path += 5;
        if (strncmp(path, "//", 2) == 0)
                path += 2;
        memmove(uri->pin_file, path, strlen(path) + 1);
        return uri->pin_file[0] == '/';
}

static bool attribute_set(struct token_uri *uri, bool query, const char *text, size_t length)
{
        const char *equals = memchr(text, '=', length);
        if (equals == NULL)
                return false;
        const size_t name = (size_t)(equals - text), size = length - name - 1;
        const char *value = equals + 1;
#define NAMED(wanted) (name == sizeof(wanted) - 1 && memcmp(text, wanted, name) == 0)
        if (query)
                return NAMED("module-path")  ? text_set(uri->module, value, size) && uri->module[0] == '/'
                       : NAMED("pin-source") ? pin_file_set(uri, value, size)
                                             : false;
        if (NAMED("id"))
                return decode(value, size, uri->id, sizeof uri->id, &uri->id_size) && uri->id_size > 0;
        if (NAMED("type"))
                return size == 7 && memcmp(value, "private", 7) == 0;
        return NAMED("token")    ? text_set(uri->token, value, size)
               : NAMED("serial") ? text_set(uri->serial, value, size)
               : NAMED("object") ? text_set(uri->object, value, size)
                                 : false;
#undef NAMED
}

static bool attributes_read(struct token_uri *uri, bool query, const char *text, size_t length, struct problem *problem)
{
        const char separator = query ? '&' : ';';
        for (const char *end = text + length; text < end;) {
                const char *next = memchr(text, separator, (size_t)(end - text));
                size_t size = (size_t)((next != NULL ? next : end) - text);
                if (!attribute_set(uri, query, text, size)) {
                        const char *equals = memchr(text, '=', size);
                        int shown = (int)(equals != NULL ? equals - text : (long)size);
                        return problem_set(problem, "token-unusable", "the PKCS#11 URI's \"%.*s\" is not taken",
                                           shown < 40 ? shown : 40, text);
                }
                text += size + (next != NULL);
        }
        return true;
}

bool token_uri_parse(const char *text, struct token_uri *out, struct problem *problem)
{
        static const char scheme[] = "pkcs11:";
        struct token_uri uri = {0};
        if (strncmp(text, scheme, sizeof scheme - 1) != 0)
                return problem_set(problem, "token-unusable", "a token is named by a URI \"pkcs11:token=…;object=…\"");
        text += sizeof scheme - 1;
        const char *query = strchr(text, '?');
        size_t length = query != NULL ? (size_t)(query - text) : strlen(text);
        if (!attributes_read(&uri, false, text, length, problem) ||
            (query != NULL && !attributes_read(&uri, true, query + 1, strlen(query + 1), problem)))
                return false;
        *out = uri;
        return true;
}
