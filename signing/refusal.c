/* refusal.c - fills a signing_refusal. */
#include "signing/refusal.h"

#include <stdarg.h>
#include <stdio.h>

static void control_bytes_replace(char *text)
{
        for (; *text != '\0'; text++)
                if ((unsigned char)*text < 0x20 || *text == 0x7f)
                        *text = '?';
}

bool refuse(struct signing_refusal *why, const char *code, const char *clause, const char *format, ...)
{
        if (why == NULL)
                return false;
        snprintf(why->code, sizeof why->code, "%s", code);
        snprintf(why->clause, sizeof why->clause, "%s", clause);
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(why->sentence, sizeof why->sentence, format, arguments);
        va_end(arguments);
        control_bytes_replace(why->sentence);
        return false;
}
