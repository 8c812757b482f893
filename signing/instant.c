/*
 * instant.c - moments read and shown (instant.h).
 */
#include "signing/instant.h"

#include <ctype.h>
#include <string.h>
#include <time.h>

bool instant_of_asn1(const ASN1_TIME *time, int64_t *out)
{
        struct tm fields;
        if (time == NULL || ASN1_TIME_to_tm(time, &fields) != 1)
                return false;
        *out = (int64_t)timegm(&fields);
        return true;
}

/* Exactly `digits` decimal digits; moves on. */
static bool number(const char **text, int digits, int most, int *out)
{
        int value = 0;
        for (int n = 0; n < digits; n++, (*text)++) {
                if (!isdigit((unsigned char)**text))
                        return false;
                value = value * 10 + (**text - '0');
        }
        *out = value;
        return value <= most;
}

static bool letter(const char **text, char wanted)
{
        if (**text != wanted)
                return false;
        (*text)++;
        return true;
}

/* "Z", "+02:00" or nothing: seconds to take away. */
static bool zone(const char **text, int64_t *seconds)
{
        int hours = 0, minutes = 0, sign = **text == '-' ? -1 : 1;
        *seconds = 0;
        if (letter(text, 'Z') || (**text != '+' && **text != '-'))
                return true;
        (*text)++;
        if (!number(text, 2, 14, &hours) || !letter(text, ':') || !number(text, 2, 59, &minutes))
                return false;
        *seconds = sign * (hours * 3600 + minutes * 60);
        return true;
}

static bool date(const char **text, struct tm *fields)
{
        bool good = number(text, 4, 9999, &fields->tm_year) && letter(text, '-') && number(text, 2, 12, &fields->tm_mon) &&
                    letter(text, '-') && number(text, 2, 31, &fields->tm_mday) && fields->tm_mon > 0 && fields->tm_mday > 0;
        fields->tm_year -= 1900;
        fields->tm_mon -= 1;
        return good;
}

bool instant_of_text(const char *text, int64_t *out)
{
        struct tm fields = {0};
        int64_t east = 0;
        if (text == NULL)
                return false;
        text += strspn(text, " \t\r\n");
        if (!date(&text, &fields) || !letter(&text, 'T') || !number(&text, 2, 24, &fields.tm_hour) || !letter(&text, ':') ||
            !number(&text, 2, 59, &fields.tm_min) || !letter(&text, ':') || !number(&text, 2, 60, &fields.tm_sec))
                return false;
        if (letter(&text, '.'))
                text += strspn(text, "0123456789");
        if (!zone(&text, &east) || text[strspn(text, " \t\r\n")] != '\0')
                return false;
        *out = (int64_t)timegm(&fields) - east;
        return true;
}

void instant_show(int64_t at, char out[32])
{
        struct tm fields;
        time_t seconds = (time_t)at;
        if (gmtime_r(&seconds, &fields) == NULL || strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &fields) == 0)
                out[0] = '\0';
}
