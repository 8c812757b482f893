/* refusals.c - the list of reasons of a refused form. */
#include "gateway/formats/refusals.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A sentence cut at its room's end must not end inside a character. */
static void tail_trim(char *text, size_t room, int wanted)
{
        if (wanted < 0 || (size_t)wanted < room)
                return;
        size_t end = strlen(text);
        while (end > 0 && ((unsigned char)text[end - 1] & 0xC0) == 0x80)
                end--;
        if (end > 0 && ((unsigned char)text[end - 1] & 0x80) != 0)
                end--;
        text[end] = '\0';
}

static void refusal_write(struct signing_refusal *refusal, const char *code, const char *clause, const char *format, va_list arguments)
{
        snprintf(refusal->code, sizeof refusal->code, "%s", code);
        snprintf(refusal->clause, sizeof refusal->clause, "%s", clause);
        int wanted = vsnprintf(refusal->sentence, sizeof refusal->sentence, format, arguments);
        tail_trim(refusal->sentence, sizeof refusal->sentence, wanted);
}

bool refusals_add(struct refusals *refusals, const char *code, const char *clause, const char *format, ...)
{
        if (refusals->count == REFUSALS_MAX)
                return false;
        va_list arguments;
        va_start(arguments, format);
        refusal_write(&refusals->list[refusals->count++], code, clause, format, arguments);
        va_end(arguments);
        return false;
}

bool refusal_set(struct signing_refusal *refusal, const char *code, const char *clause, const char *format, ...)
{
        va_list arguments;
        va_start(arguments, format);
        refusal_write(refusal, code, clause, format, arguments);
        va_end(arguments);
        return false;
}

json_t *refusals_json(const struct refusals *refusals)
{
        json_t *list = json_array();
        for (size_t i = 0; i < refusals->count; i++) {
                const struct signing_refusal *one = &refusals->list[i];
                json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "code", one->code, "clause", one->clause, "text", one->sentence));
        }
        return list;
}
