/*
 * reason.c - the rows of reason_table.h (reason.h).
 */
#include "signing/reason.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const struct reason_row rows[REASON_COUNT] = {
#define R(code, indication, sub, clause, english, french) {#code, indication, sub, clause, english, french},
#include "signing/reason_table.h"
#undef R
};

const struct reason_row *reason_row(enum reason_code code)
{
        assert(code < REASON_COUNT);
        return &rows[code];
}

void reason_show(const char *sentence, const struct reason *reason, char *out, size_t size)
{
        const char *place = strstr(sentence, "%s");
        if (place == NULL)
                snprintf(out, size, "%s", sentence);
        else
                snprintf(out, size, "%.*s%s%s", (int)(place - sentence), sentence, reason->detail, place + 2);
}
