/*
 * log.c - one line an event, written by one write(2) so that threads' and
 * programs' lines do not mix. The supervisor (journald) adds the hour.
 */
#include "gateway/core/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

/* A line longer than this is cut: what is wanted at length belongs in the journal, not in the log. */
enum { LINE_LARGEST = 4096 };

struct line {
        char text[LINE_LARGEST];
        size_t size;
};

static const char *const level_names[] = {"error", "warning", "info", "debug"};
static const char *log_program = "pli";
static enum log_level log_most = LOG_LEVEL_INFO;
static __thread const char *log_request_id;

void log_open(const char *program, const char *level)
{
        log_program = program;
        log_most = LOG_LEVEL_INFO;
        for (size_t i = 0; i < sizeof level_names / sizeof level_names[0]; i++) {
                if (level != NULL && strcmp(level, level_names[i]) == 0)
                        log_most = (enum log_level)i;
        }
}

void log_request(const char *id)
{
        log_request_id = id;
}

/* The last byte is kept for the line's end. */
static void line_add(struct line *line, const char *data, size_t size)
{
        if (size > sizeof line->text - 1 - line->size)
                size = sizeof line->text - 1 - line->size;
        memcpy(line->text + line->size, data, size);
        line->size += size;
}

static void line_add_text(struct line *line, const char *text)
{
        line_add(line, text, strlen(text));
}

static bool is_plain(char c)
{
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               (c != '\0' && strchr("-._:/@+", c) != NULL);
}

/* How many bytes of a character above U+009F start here; 0 where it is none (RFC 3629 4; C1 controls move terminals). */
static size_t character_size(const unsigned char *at)
{
        size_t size = at[0] >= 0xF0 && at[0] <= 0xF4  ? 4
                      : at[0] >= 0xE0 && at[0] < 0xF0 ? 3
                      : at[0] >= 0xC2 && at[0] < 0xE0 ? 2
                                                      : 0;
        for (size_t i = 1; i < size; i++) {
                if ((at[i] & 0xC0) != 0x80)
                        return 0;
        }
        return size == 2 && at[0] == 0xC2 && at[1] < 0xA0 ? 0 : size;
}

static void line_add_escaped(struct line *line, const char *text)
{
        static const char digits[] = "0123456789abcdef";
        line_add(line, "\"", 1);
        for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
                size_t wide = character_size(at);
                if (wide > 0) {
                        line_add(line, (const char *)at, wide);
                        at += wide - 1;
                } else if (*at == '"' || *at == '\\') {
                        line_add(line, (const char[]){'\\', (char)*at}, 2);
                } else if (*at < ' ' || *at > '~') {
                        line_add(line, (const char[]){'\\', 'x', digits[*at >> 4], digits[*at & 15]}, 4);
                } else {
                        line_add(line, (const char *)at, 1);
                }
        }
        line_add(line, "\"", 1);
}

static void line_add_pair(struct line *line, const char *name, const char *value)
{
        if (line->size > 0)
                line_add(line, " ", 1);
        line_add_text(line, name);
        line_add(line, "=", 1);
        bool plain = value != NULL && value[0] != '\0';
        for (const char *at = value; plain && *at != '\0'; at++)
                plain = is_plain(*at);
        if (plain)
                line_add_text(line, value);
        else
                line_add_escaped(line, value != NULL ? value : "");
}

void log_event(enum log_level level, const char *event, ...)
{
        if (level > log_most)
                return;
        struct line line = {.size = 0};
        if (log_request_id != NULL)
                line_add_pair(&line, "request", log_request_id);
        line_add_pair(&line, "level", level_names[level]);
        line_add_pair(&line, "program", log_program);
        line_add_pair(&line, "event", event);
        va_list pairs;
        va_start(pairs, event);
        for (const char *name = va_arg(pairs, const char *); name != NULL; name = va_arg(pairs, const char *)) {
                const char *value = va_arg(pairs, const char *);
                line_add_pair(&line, name, value);
        }
        va_end(pairs);
        line.text[line.size++] = '\n';
        /* Nothing can be said where standard error itself fails. */
        if (write(STDERR_FILENO, line.text, line.size) < 0)
                return;
}
