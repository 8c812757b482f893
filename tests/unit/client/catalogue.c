/* Every sentence that our sources say is in the table, in both languages, with the same arguments. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/client/catalogue.h"
#include "gateway/client/command.h"

static bool is_known(const char *english)
{
        for (size_t i = 0; i < catalogue_count; i++)
                if (strcmp(catalogue[i].english, english) == 0)
                        return true;
        return false;
}

/* The conversions of a format, in order: "%s%zu". */
static void conversions(const char *format, char *out, size_t room)
{
        size_t used = 0;
        for (; *format != '\0'; format++) {
                if (*format != '%')
                        continue;
                if (format[1] == '%') {
                        format++;
                        continue;
                }
                size_t length = strcspn(format + 1, "diouxXeEfgGcsp") + 2;
                assert_true(used + length < room);
                memcpy(out + used, format, length);
                used += length;
                format += length - 1;
        }
        out[used] = '\0';
}

static void both_languages_take_the_same_arguments(void **state)
{
        (void)state;
        for (size_t i = 0; i < catalogue_count; i++) {
                char english[64], french[64];
                assert_true(catalogue[i].english[0] != '\0' && catalogue[i].french[0] != '\0');
                conversions(catalogue[i].english, english, sizeof english);
                conversions(catalogue[i].french, french, sizeof french);
                assert_string_equal(english, french);
        }
}

static void no_sentence_stands_twice(void **state)
{
        (void)state;
        for (size_t i = 0; i < catalogue_count; i++)
                for (size_t j = 0; j < i; j++)
                        assert_string_not_equal(catalogue[i].english, catalogue[j].english);
}

static char *file_text(const char *folder, const char *name)
{
        char path[512];
        snprintf(path, sizeof path, "%s/%s", folder, name);
        FILE *file = fopen(path, "re");
        assert_non_null(file);
        char *text = NULL;
        size_t size = 0;
        ssize_t read = getdelim(&text, &size, '\0', file);
        assert_true(read > 0);
        fclose(file);
        return text;
}

/* A C text without its quotes and escapes. */
static void unquote(const char *from, size_t length, char *out)
{
        for (size_t i = 0; i < length; i++) {
                if (from[i] == '\\' && i + 1 < length)
                        i++;
                *out++ = from[i];
        }
        *out = '\0';
}

static unsigned sentences_check(const char *name, const char *text, const regex_t *pattern)
{
        unsigned found = 0;
        regmatch_t match[2];
        for (const char *at = text; regexec(pattern, at, 2, match, 0) == 0; at += match[0].rm_eo, found++) {
                char sentence[1024];
                unquote(at + match[1].rm_so, (size_t)(match[1].rm_eo - match[1].rm_so), sentence);
                if (!is_known(sentence))
                        fail_msg("%s: \"%s\" is not in catalogue_table.c", name, sentence);
        }
        return found;
}

static void every_sentence_of_our_sources_is_in_the_table(void **state)
{
        (void)state;
        const char *folder = "gateway/client";
        DIR *sources = opendir(folder);
        regex_t pattern;
        unsigned found = 0;
        if (sources == NULL) {
                print_message("skipped: not run from the project's folder\n");
                skip();
        }
        assert_int_equal(regcomp(&pattern, "words\\([[:space:]]*\"((\\\\.|[^\"\\\\])*)\"\\)", REG_EXTENDED), 0);
        for (const struct dirent *entry; (entry = readdir(sources)) != NULL;) {
                size_t length = strlen(entry->d_name);
                if (length < 3 || strcmp(entry->d_name + length - 2, ".c") != 0)
                        continue;
                char *text = file_text(folder, entry->d_name);
                found += sentences_check(entry->d_name, text, &pattern);
                free(text);
        }
        regfree(&pattern);
        closedir(sources);
        assert_true(found > 100);
}

static void every_summary_of_the_commands_is_in_the_table(void **state)
{
        (void)state;
        for (size_t i = 0; i < command_count; i++) {
                if (!is_known(commands[i].summary))
                        fail_msg("%s", commands[i].summary);
                for (const struct option_row *option = commands[i].options; option->name != NULL; option++)
                        if (!is_known(option->summary))
                                fail_msg("%s --%s: %s", commands[i].words, option->name, option->summary);
        }
        for (const struct option_row *option = common_options; option->name != NULL; option++)
                if (!is_known(option->summary))
                        fail_msg("--%s: %s", option->name, option->summary);
}

static void the_locale_chooses_the_language(void **state)
{
        (void)state;
        static const struct {
                const char *locale, *language;
        } cases[] = {{NULL, "fr"},          {"", "fr"},           {"C", "fr"},
                     {"C.UTF-8", "fr"},     {"POSIX", "fr"},      {"fr_FR.UTF-8", "fr"},
                     {"en_GB.UTF-8", "en"}, {"de_DE.UTF-8", "en"}};
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
                assert_string_equal(catalogue_language_of(cases[i].locale), cases[i].language);
        assert_false(catalogue_language_set("de"));
        assert_true(catalogue_language_set("en"));
        assert_string_equal(words("yes"), "yes");
        assert_true(catalogue_language_set("fr"));
        assert_string_equal(words("yes"), "oui");
        assert_string_equal(words("a sentence nobody knows"), "a sentence nobody knows");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(both_languages_take_the_same_arguments),
                cmocka_unit_test(no_sentence_stands_twice),
                cmocka_unit_test(every_sentence_of_our_sources_is_in_the_table),
                cmocka_unit_test(every_summary_of_the_commands_is_in_the_table),
                cmocka_unit_test(the_locale_chooses_the_language),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
