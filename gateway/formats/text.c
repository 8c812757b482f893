/* text.c - shapes of text. */
#include "gateway/formats/text.h"

#include <libxml/xmlstring.h>
#include <string.h>

static bool character_allowed(char c, const char *allowed)
{
        for (const char *at = allowed; *at != '\0'; at++) {
                if (at[1] == '-' && at[2] != '\0') {
                        if (c >= at[0] && c <= at[2])
                                return true;
                        at += 2;
                } else if (c == *at) {
                        return true;
                }
        }
        return false;
}

bool text_matches(const char *text, const char *allowed, size_t least, size_t most)
{
        size_t size = 0;
        for (; text[size] != '\0'; size++) {
                if (size == most || !character_allowed(text[size], allowed))
                        return false;
        }
        return size >= least;
}

static unsigned digits_read(const char *text, size_t count)
{
        unsigned value = 0;
        for (size_t i = 0; i < count; i++)
                value = value * 10 + (unsigned)(text[i] - '0');
        return value;
}

static unsigned days_of(unsigned year, unsigned month)
{
        static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
        bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        return month == 2 && leap ? 29 : days[month - 1];
}

bool text_is_date(const char *text)
{
        static const char shape[] = "0000-00-00";
        if (strlen(text) != sizeof shape - 1)
                return false;
        for (size_t i = 0; i < sizeof shape - 1; i++) {
                bool digit = text[i] >= '0' && text[i] <= '9';
                if (shape[i] == '-' ? text[i] != '-' : !digit)
                        return false;
        }
        unsigned year = digits_read(text, 4), month = digits_read(text + 5, 2), day = digits_read(text + 8, 2);
        return year > 0 && month >= 1 && month <= 12 && day >= 1 && day <= days_of(year, month);
}

size_t text_length(const char *text)
{
        size_t length = 0;
        for (; *text != '\0'; text++)
                length += ((unsigned char)*text & 0xC0) != 0x80;
        return length;
}

bool text_is_xml(const char *text)
{
        for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
                if (*at < 0x20 && *at != '\t' && *at != '\n' && *at != '\r')
                        return false;
                if (at[0] == 0xEF && at[1] == 0xBF && (at[2] == 0xBE || at[2] == 0xBF)) /* U+FFFE, U+FFFF */
                        return false;
        }
        return true;
}

bool text_is_utf8(const char *text)
{
        return xmlCheckUTF8((const unsigned char *)text) == 1;
}

bool text_copy(char *out, size_t room, const char *text)
{
        size_t size = strlen(text);
        if (size >= room)
                return false;
        memcpy(out, text, size + 1);
        return true;
}
