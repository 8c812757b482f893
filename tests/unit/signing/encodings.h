/*
 * encodings.h - a document in the encodings that are read besides UTF-8.
 */
#ifndef PLI_TESTS_ENCODINGS_H
#define PLI_TESTS_ENCODINGS_H

#include "tests/unit/signing/forgery.h"

#include <iconv.h>

static inline struct signing_bytes encoded_text(const char *text, const char *to)
{
        size_t left = strlen(text), room = 4 * left + 8, size = room;
        char *in = (char *)(uintptr_t)text, *out = malloc(room), *at = out;
        iconv_t state = iconv_open(to, "UTF-8");
        assert_true(state != (iconv_t)-1);
        assert_true(iconv(state, &in, &left, &at, &size) != (size_t)-1);
        iconv_close(state);
        return (struct signing_bytes){(const uint8_t *)out, room - size};
}

static const struct {
        const char *name, *to, *declared;
} encodings[] = {
        {"UTF-16 as it comes", "UTF-16", "UTF-16"},
        {"ISO-8859-1", "ISO-8859-1", "ISO-8859-1"},
        {"ISO-8859-15", "ISO-8859-15", "iso-8859-15"},
        {"windows-1252", "WINDOWS-1252", "windows-1252"},
};

#endif
