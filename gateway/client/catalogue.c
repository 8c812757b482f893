/* catalogue.c - finds a sentence in the language of this run. */
#include "gateway/client/catalogue.h"

#include <stdlib.h>
#include <string.h>

static const char *language;

bool catalogue_language_set(const char *wanted)
{
        if (strcmp(wanted, "fr") != 0 && strcmp(wanted, "en") != 0)
                return false;
        language = strcmp(wanted, "fr") == 0 ? "fr" : "en";
        return true;
}

const char *catalogue_language_of(const char *locale)
{
        if (locale == NULL || *locale == '\0' || strncmp(locale, "fr", 2) == 0 || strncmp(locale, "POSIX", 5) == 0)
                return "fr";
        return locale[0] == 'C' && (locale[1] == '\0' || locale[1] == '.') ? "fr" : "en";
}

const char *catalogue_language(void)
{
        static const char *const variables[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
        const char *locale = NULL;
        for (size_t i = 0; language == NULL && (locale == NULL || *locale == '\0') && i < sizeof variables / sizeof *variables; i++)
                locale = getenv(variables[i]);
        if (language == NULL)
                language = catalogue_language_of(locale);
        return language;
}

const char *words(const char *english)
{
        if (catalogue_language()[0] == 'e')
                return english;
        for (size_t i = 0; i < catalogue_count; i++)
                if (strcmp(catalogue[i].english, english) == 0)
                        return catalogue[i].french;
        return english;
}
