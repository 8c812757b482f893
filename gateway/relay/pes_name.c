/* pes_name.c - names and commands made of a PES's own facts. */
#include "gateway/relay/pes_name.h"

#include <stdio.h>
#include <string.h>

#include "gateway/formats/text.h"

static const char *fact(const json_t *item, const char *name)
{
        const json_t *pes = json_object_get(json_object_get(item, "filing"), "pes");
        const char *text = json_string_value(json_object_get(pes, name));
        return text != NULL ? text : "";
}

bool pes_name_write(const json_t *item, char out[PES_NAME])
{
        const char *date = json_string_value(json_object_get(item, "date"));
        const char *type = fact(item, "type"), *siret = fact(item, "siret");
        if (date == NULL || !text_matches(date, "0-9", 8, 8) || !text_matches(type, "A-Z0-9", 1, 32) ||
            !text_matches(siret, "0-9", 14, 14))
                return false;
        return snprintf(out, PES_NAME, "%s_%s_%s_%03" JSON_INTEGER_FORMAT ".xml", type, siret, date + 2,
                        json_integer_value(json_object_get(item, "item"))) < PES_NAME;
}

static bool value_put(const char *value, char *out, size_t *used)
{
        size_t length = strlen(value);
        if (!text_matches(value, "A-Za-z0-9._-", 0, 100) || *used + length >= PES_SITE)
                return false;
        memcpy(out + *used, value, length);
        *used += length;
        return true;
}

bool pes_site_write(const char *rules, const json_t *item, char out[PES_SITE])
{
        static const char *const names[] = {"type", "code", "post", "budget", "name"};
        size_t used = 0;
        for (const char *at = rules; *at != '\0';) {
                size_t length = 0;
                for (size_t i = 0; *at == '{' && length == 0 && i < sizeof names / sizeof *names; i++) {
                        size_t size = strlen(names[i]);
                        if (strncmp(at + 1, names[i], size) != 0 || at[size + 1] != '}')
                                continue;
                        if (!value_put(fact(item, names[i]), out, &used))
                                return false;
                        length = size + 2;
                }
                if (length == 0 && used + 1 >= PES_SITE)
                        return false;
                if (length == 0)
                        out[used++] = *at;
                at += length > 0 ? length : 1;
        }
        out[used] = '\0';
        return true;
}
