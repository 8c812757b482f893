/* byte_range.c - see byte_range.h. */
#include "gateway/front/byte_range.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { DIGITS_MOST = 18 };

/* A number and what follows it; NULL where there is none. */
static const char *number_read(const char *text, uint64_t *number)
{
        size_t digits = strspn(text, "0123456789");
        if (digits == 0 || digits > DIGITS_MOST)
                return NULL;
        *number = strtoull(text, NULL, 10);
        return text + digits;
}

static bool is_end(const char *text)
{
        return text != NULL && text[strspn(text, " \t")] == '\0';
}

/* "-500": the last 500 bytes. */
static enum byte_range suffix_choose(const char *text, uint64_t size, uint64_t *first, uint64_t *last)
{
        uint64_t wanted;
        if (!is_end(number_read(text, &wanted)))
                return RANGE_WHOLE;
        if (wanted == 0 || size == 0)
                return RANGE_UNSATISFIABLE;
        *first = wanted < size ? size - wanted : 0;
        *last = size - 1;
        return RANGE_PART;
}

enum byte_range byte_range_choose(const char *field, const char *condition, const char *tag, uint64_t size, uint64_t *first,
                                  uint64_t *last)
{
        uint64_t from, to = UINT64_MAX;
        /* RFC 9110 13.1.5: a date, a weak tag or another tag: the client has a part of something else. */
        if (field == NULL || strncasecmp(field, "bytes=", 6) != 0 || (condition != NULL && strcmp(condition, tag) != 0))
                return RANGE_WHOLE;
        const char *at = field + 6 + strspn(field + 6, " \t");
        if (*at == '-')
                return suffix_choose(at + 1, size, first, last);
        at = number_read(at, &from);
        if (at == NULL || *at != '-')
                return RANGE_WHOLE;
        at++;
        if (!is_end(at) && (!is_end(number_read(at, &to)) || to < from))
                return RANGE_WHOLE;
        if (from >= size)
                return RANGE_UNSATISFIABLE;
        *first = from;
        *last = to < size ? to : size - 1;
        return RANGE_PART;
}
