/* refusal.c - fills a signing_refusal. */
#include "signing/refusal.h"

#include <libxml/xmlstring.h>
#include <stdarg.h>
#include <stdio.h>

/* The sentence may quote the input and is cut at its room's end: what is left must still be printable UTF-8. */
static void sentence_clean(char *text)
{
        bool utf8 = xmlCheckUTF8((const unsigned char *)text) == 1;
        for (; *text != '\0'; text++) {
                unsigned char byte = (unsigned char)*text;
                if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !utf8))
                        *text = '?';
        }
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
        sentence_clean(why->sentence);
        return false;
}
