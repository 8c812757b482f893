/*
 * catalogue.h - every sentence `pli` says, in English and French.
 *
 * The English text stands in the code, so that the compiler checks its
 * arguments; catalogue_table.c gives the French one. A unit test reads our own
 * sources and finds every words("…") in the table.
 */
#ifndef PLI_CLIENT_CATALOGUE_H
#define PLI_CLIENT_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>

struct catalogue_row {
        const char *english, *french;
};
extern const struct catalogue_row catalogue[];
extern const size_t catalogue_count;

/* "fr" or "en"; false for any other. */
bool catalogue_language_set(const char *language);
/* The language of this run: --lang, else the locale of the environment, else French. */
const char *catalogue_language(void);
/* What a locale ("fr_FR.UTF-8", "C", NULL) asks for. */
const char *catalogue_language_of(const char *locale);

/* The sentence in this run's language; the English one where the table lacks it. */
const char *words(const char *english) __attribute__((format_arg(1)));

#endif
