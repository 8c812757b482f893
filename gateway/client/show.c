/* show.c - prints for people or for programs, as the terminal tells. */
#include "gateway/client/show.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "gateway/client/catalogue.h"
#include "gateway/client/command.h"
#include "signing/signing.h"

static bool for_people(void)
{
        return isatty(STDOUT_FILENO) == 1;
}

/* Text from elsewhere may carry escape sequences: a terminal must not obey them. */
static void text_put(FILE *file, const char *text)
{
        for (; *text != '\0'; text++)
                fputc((unsigned char)*text < 0x20 || *text == 0x7f ? ' ' : *text, file);
}

/* Columns a text takes on a terminal: one a code point (our languages have no wide ones). */
static size_t text_width(const char *text)
{
        size_t width = 0;
        for (; *text != '\0'; text++)
                width += ((unsigned char)*text & 0xc0) != 0x80;
        return width;
}

int show_problem(const struct invocation *invocation, const struct problem *problem)
{
        assert(problem->row != NULL);
        const struct problem_row *row = problem->row;
        bool french = catalogue_language()[0] == 'f';
        fflush(stdout);
        if (invocation != NULL && invocation_flag(invocation, "json")) {
                json_t *object = problem_json(problem, catalogue_language(), "");
                json_dumpf(object, stderr, JSON_COMPACT);
                fputc('\n', stderr);
                json_decref(object);
                return row->exit;
        }
        fprintf(stderr, "pli: %s", french ? row->title_fr : row->title_en);
        if (problem->detail[0] != '\0') {
                fputs(french ? " : " : ": ", stderr);
                text_put(stderr, problem->detail);
        }
        fprintf(stderr, " [%s]\n", row->code);
        const char *next = french ? row->next_fr : row->next_en;
        if (*next != '\0')
                fprintf(stderr, "     %s\n", next);
        return row->exit;
}

bool problem_refused(struct problem *problem, const char *code, const char *what, const struct signing_refusal *why)
{
        return problem_set(problem, code, "%s: %s%s%s%s (%s)", what, why->sentence, why->clause[0] != '\0' ? " [" : "", why->clause,
                           why->clause[0] != '\0' ? "]" : "", why->code);
}

void show_json(const json_t *object)
{
        json_dumpf(object, stdout, JSON_INDENT(2) | JSON_ENCODE_ANY);
        fputc('\n', stdout);
}

void show_pair(const char *label, const char *value)
{
        if (value == NULL || *value == '\0')
                return;
        if (!for_people()) {
                printf("%s\t", label);
        } else {
                size_t width = text_width(label);
                printf("  %s%*s  ", label, (int)(width < 24 ? 24 - width : 0), "");
        }
        text_put(stdout, value);
        putchar('\n');
}

void show_note(const char *format, ...)
{
        va_list arguments;
        va_start(arguments, format);
        vfprintf(stderr, format, arguments);
        va_end(arguments);
        fputc('\n', stderr);
}

struct show_table {
        size_t columns, rows, room;
        char **cells;
};

struct show_table *show_table_new(size_t columns, const char *const *header)
{
        struct show_table *table = calloc(1, sizeof *table);
        assert(table != NULL && columns > 0);
        table->columns = columns;
        show_table_row(table, header);
        return table;
}

void show_table_row(struct show_table *table, const char *const *cells)
{
        if (table->rows == table->room) {
                table->room = table->room > 0 ? table->room * 2 : 16;
                table->cells = reallocarray(table->cells, table->room * table->columns, sizeof *table->cells);
                assert(table->cells != NULL);
        }
        for (size_t i = 0; i < table->columns; i++) {
                char *copy = strdup(cells[i] != NULL ? cells[i] : "");
                assert(copy != NULL);
                table->cells[table->rows * table->columns + i] = copy;
        }
        table->rows++;
}

static size_t column_width(const struct show_table *table, size_t column)
{
        size_t widest = 0;
        for (size_t row = 0; row < table->rows; row++) {
                size_t width = text_width(table->cells[row * table->columns + column]);
                widest = width > widest ? width : widest;
        }
        return widest;
}

static void row_show(const struct show_table *table, size_t row, bool people)
{
        if (people && row == 0)
                fputs("\033[1m", stdout);
        for (size_t i = 0; i < table->columns; i++) {
                const char *cell = table->cells[row * table->columns + i];
                text_put(stdout, cell);
                if (i + 1 == table->columns)
                        break;
                if (people)
                        printf("%*s", (int)(column_width(table, i) - text_width(cell) + 2), "");
                else
                        putchar('\t');
        }
        fputs(people && row == 0 ? "\033[0m\n" : "\n", stdout);
}

void show_table_end(struct show_table *table)
{
        bool people = for_people();
        for (size_t row = people ? 0 : 1; row < table->rows; row++)
                row_show(table, row, people);
        for (size_t i = 0; i < table->rows * table->columns; i++)
                free(table->cells[i]);
        free(table->cells);
        free(table);
}

void show_check(bool good, const char *sentence)
{
        bool people = for_people();
        const char *colour = !people ? "" : good ? "\033[32m" : "\033[31m";
        printf("%s%s%s ", colour, good ? "✓" : "✗", people ? "\033[0m" : "");
        text_put(stdout, sentence);
        putchar('\n');
}

const char *field_text(const json_t *object, const char *key)
{
        static char numbers[4][32];
        static unsigned turn;
        const json_t *value = json_object_get(object, key);
        if (json_is_string(value))
                return json_string_value(value);
        if (json_is_boolean(value))
                return json_is_true(value) ? words("yes") : words("no");
        if (!json_is_integer(value))
                return "";
        char *number = numbers[turn++ % 4];
        snprintf(number, sizeof *numbers, "%lld", (long long)json_integer_value(value));
        return number;
}

int show_written(const struct invocation *invocation, const char *path, size_t files)
{
        if (invocation_flag(invocation, "json")) {
                json_t *object = json_pack("{s:s,s:I}", "output", path, "files", (json_int_t)files);
                show_json(object);
                json_decref(object);
        } else {
                show_pair(words("Written"), path);
        }
        return 0;
}
