/*
 * problem.c - the table of problems, and its words in both languages.
 */
#include "gateway/core/problem.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct problem_row rows[] = {
#define P(code, status, exit, clause, title_en, title_fr, next_en, next_fr)                                                        \
        {code, status, exit, clause, title_en, title_fr, next_en, next_fr},
#include "gateway/core/problem_table.h"
#undef P
};

const struct problem_row *problem_find(const char *code)
{
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
                if (strcmp(rows[i].code, code) == 0)
                        return &rows[i];
        }
        return NULL;
}

/* A text cut at its buffer's end may end inside a character, which JSON refuses: drop the unfinished one (RFC 3629 3). */
static void character_trim(char *text)
{
        size_t end = strlen(text);
        size_t start = end;
        while (start > 0 && end - start < 4 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
                start--;
        if (start == 0 || ((unsigned char)text[start - 1] & 0x80) == 0)
                return;
        unsigned char lead = (unsigned char)text[start - 1];
        size_t needed = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
        if (end - (start - 1) < needed)
                text[start - 1] = '\0';
}

bool problem_set(struct problem *out, const char *code, const char *format, ...)
{
        assert(out != NULL && code != NULL && format != NULL);
        const struct problem_row *row = problem_find(code);
        out->row = row != NULL ? row : problem_find("internal");
        va_list arguments;
        va_start(arguments, format);
        int length = vsnprintf(out->detail, sizeof out->detail, format, arguments);
        va_end(arguments);
        if (length < 0)
                out->detail[0] = '\0';
        if (length >= (int)sizeof out->detail)
                character_trim(out->detail);
        return false;
}

/* A member that is absent rather than empty; text that is no UTF-8 is left out, the code still says enough. */
static void member_set(json_t *object, const char *name, const char *text)
{
        if (text == NULL || text[0] == '\0')
                return;
        json_t *value = json_string(text);
        if (value != NULL)
                json_object_set_new(object, name, value);
}

json_t *problem_json(const struct problem *problem, const char *language, const char *instance)
{
        assert(problem != NULL && problem->row != NULL);
        const struct problem_row *row = problem->row;
        bool french = language != NULL && strncmp(language, "fr", 2) == 0;
        json_t *object = json_object();
        char type[96];
        snprintf(type, sizeof type, "urn:pli:problem:%s", row->code);
        member_set(object, "type", type);
        member_set(object, "code", row->code);
        member_set(object, "title", french ? row->title_fr : row->title_en);
        json_object_set_new(object, "status", json_integer(row->status));
        member_set(object, "detail", problem->detail);
        member_set(object, "clause", row->clause);
        member_set(object, "next", french ? row->next_fr : row->next_en);
        member_set(object, "instance", instance);
        return object;
}
