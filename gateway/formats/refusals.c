/* refusals.c - the list of reasons of a refused form. */
#include "gateway/formats/refusals.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "signing/refusal.h"

/* A sentence cut at its room's end may end inside a character: that last one goes. */
static void tail_trim(char *text)
{
        size_t size = strlen(text), start = size;
        while (start > 0 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
                start--;
        if (start == 0)
                return;
        unsigned char lead = (unsigned char)text[start - 1];
        size_t wanted = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        if (size - (start - 1) < wanted)
                text[start - 1] = '\0';
}

bool refusals_add(struct refusals *refusals, const char *code, const char *clause, const char *format, ...)
{
        if (refusals->count == REFUSALS_MAX)
                return false;
        char sentence[sizeof refusals->list[0].sentence];
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(sentence, sizeof sentence, format, arguments);
        va_end(arguments);
        tail_trim(sentence);
        return refuse(&refusals->list[refusals->count++], code, clause, "%s", sentence);
}

json_t *refusals_json(const struct refusals *refusals)
{
        json_t *list = json_array();
        for (size_t i = 0; i < refusals->count; i++) {
                const struct signing_refusal *one = &refusals->list[i];
                json_array_append_new(
                        list, json_pack("{s:s, s:s, s:s}", "code", one->code, "clause", one->clause, "text", one->sentence));
        }
        return list;
}
