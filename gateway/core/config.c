/*
 * config.c - reads the options named in config_table.h.
 *
 * Values come from the defaults, then the file, then --set. An unknown name, a
 * name given twice in the file and a number out of its bounds are refused with
 * the line: a gateway that starts with a misread option is worse than none.
 */
#include "gateway/core/config.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"

enum option_type { OPTION_TEXT, OPTION_INTEGER };

struct option {
        const char *name;
        enum option_type type;
        size_t offset;
        const char *text; /* OPTION_TEXT: the default */
        int64_t integer, least, most;
        const char *help;
};

static const struct option options[] = {
#define CONFIG_TEXT(name, fallback, help) {#name, OPTION_TEXT, offsetof(struct config, name), fallback, 0, 0, 0, help},
#define CONFIG_INTEGER(name, fallback, least, most, help)                                                                          \
        {#name, OPTION_INTEGER, offsetof(struct config, name), NULL, fallback, least, most, help},
#include "gateway/core/config_table.h"
#undef CONFIG_TEXT
#undef CONFIG_INTEGER
};
enum { OPTION_COUNT = sizeof options / sizeof options[0], LINE_LARGEST = 4096 };

static void file_close(FILE *file)
{
        fclose(file);
}
DEFINE_OWNER(FILE, file_close)

static const struct option *option_find(const char *name)
{
        for (size_t i = 0; i < OPTION_COUNT; i++) {
                if (strcmp(options[i].name, name) == 0)
                        return &options[i];
        }
        return NULL;
}

static void option_default(const struct option *option, struct config *config)
{
        char *at = (char *)config + option->offset;
        if (option->type == OPTION_TEXT)
                memcpy(at, &option->text, sizeof option->text);
        else
                memcpy(at, &option->integer, sizeof option->integer);
}

static bool option_set_integer(const struct option *option, const char *value, char *at, struct problem *problem)
{
        char *end = NULL;
        errno = 0;
        long long n = strtoll(value, &end, 10);
        if (errno != 0 || end == value || *end != '\0')
                return problem_set(problem, "config-invalid", "%s: \"%s\" is not a whole number", option->name, value);
        if (n < option->least || n > option->most)
                return problem_set(problem, "config-invalid", "%s: %lld is outside %" PRId64 " to %" PRId64, option->name, n,
                                   option->least, option->most);
        int64_t integer = n;
        memcpy(at, &integer, sizeof integer);
        return true;
}

/* Texts live as long as the process, which reads its configuration once; the chain keeps them in reach. */
static const char *text_keep(const char *value)
{
        struct kept {
                struct kept *before;
                char text[];
        };
        static struct kept *last;
        size_t size = strlen(value) + 1;
        struct kept *kept = malloc(sizeof *kept + size);
        assert(kept != NULL);
        kept->before = last;
        memcpy(kept->text, value, size);
        last = kept;
        return kept->text;
}

static bool option_set(const struct option *option, const char *value, struct config *config, struct problem *problem)
{
        char *at = (char *)config + option->offset;
        if (option->type == OPTION_INTEGER)
                return option_set_integer(option, value, at, problem);
        const char *copy = text_keep(value);
        memcpy(at, &copy, sizeof copy);
        return true;
}

/* Without spaces at both ends; the text is changed in place. */
static char *text_trim(char *text)
{
        while (isspace((unsigned char)*text))
                text++;
        size_t size = strlen(text);
        while (size > 0 && isspace((unsigned char)text[size - 1]))
                text[--size] = '\0';
        return text;
}

/* "name = value"; *out is the option where there was one. */
static bool assignment_parse(char *line, struct config *config, const struct option **out, struct problem *problem)
{
        char *equals = strchr(line, '=');
        if (equals == NULL)
                return problem_set(problem, "config-invalid", "\"%s\" is not name = value", line);
        *equals = '\0';
        const char *name = text_trim(line);
        const struct option *option = option_find(name);
        if (option == NULL)
                return problem_set(problem, "config-invalid", "there is no option \"%s\"", name);
        if (!option_set(option, text_trim(equals + 1), config, problem))
                return false;
        *out = option;
        return true;
}

static bool at_line(const char *path, unsigned number, struct problem *problem)
{
        struct problem inner = *problem;
        return problem_set(problem, "config-invalid", "%s:%u: %s", path, number, inner.detail);
}

static bool line_read(char *line, struct config *config, bool given[OPTION_COUNT], struct problem *problem)
{
        char *text = text_trim(line);
        if (*text == '\0' || *text == '#')
                return true;
        const struct option *option = NULL;
        if (!assignment_parse(text, config, &option, problem))
                return false;
        if (given[option - options])
                return problem_set(problem, "config-invalid", "%s is given twice", option->name);
        given[option - options] = true;
        return true;
}

static bool file_read(const char *path, struct config *config, struct problem *problem)
{
        OWN(FILE) file = fopen(path, "re");
        if (file == NULL)
                return problem_set(problem, "config-invalid", "%s: %s", path, strerror(errno));
        bool given[OPTION_COUNT] = {false};
        char line[LINE_LARGEST];
        for (unsigned number = 1; fgets(line, sizeof line, file) != NULL; number++) {
                if (strlen(line) == sizeof line - 1 && line[sizeof line - 2] != '\n')
                        return problem_set(problem, "config-invalid", "%s:%u: longer than %d bytes", path, number,
                                           LINE_LARGEST - 2);
                if (!line_read(line, config, given, problem))
                        return at_line(path, number, problem);
        }
        if (ferror(file))
                return problem_set(problem, "config-invalid", "%s: %s", path, strerror(errno));
        return true;
}

/* Takes `count` arguments out of argv, at `at`. */
static void arguments_remove(int *argc, char **argv, int at, int count)
{
        for (int i = at; i + count <= *argc; i++)
                argv[i] = argv[i + count];
        *argc -= count;
}

/* The value of argv[*at], an option of that name, taken out of argv; NULL where argv[*at] is something else. */
static char *argument_take(int *argc, char **argv, int at, const char *name)
{
        size_t length = strlen(name);
        char *value = NULL;
        if (strncmp(argv[at], name, length) != 0)
                return NULL;
        if (argv[at][length] == '=') {
                value = argv[at] + length + 1;
                arguments_remove(argc, argv, at, 1);
        } else if (argv[at][length] == '\0' && at + 1 < *argc) {
                value = argv[at + 1];
                arguments_remove(argc, argv, at, 2);
        }
        return value;
}

static void show_help(const char *usage)
{
        printf("%s\n\n", usage);
        puts("Options of every program:");
        puts("  --config FILE       read this configuration file (else $PLI_CONFIG)");
        puts("  --set name=value    set one option; wins over the file");
        puts("  --help, --version");
        puts("\nWhat the file may say (name = value; # starts a comment):");
        for (size_t i = 0; i < OPTION_COUNT; i++)
                printf("  %-24s %s\n", options[i].name, options[i].help);
}

/* --help and --version before anything else is read, so that they work without a file. */
static void answer_and_exit(int argc, char **argv, const char *usage)
{
        for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
                if (strcmp(argv[i], "--help") == 0) {
                        show_help(usage);
                        exit(0);
                }
                if (strcmp(argv[i], "--version") == 0) {
                        puts("Pli " PLI_VERSION);
                        exit(0);
                }
        }
}

bool config_load(int *argc, char **argv, const char *usage, struct config *out, struct problem *problem)
{
        answer_and_exit(*argc, argv, usage);
        struct config config;
        for (size_t i = 0; i < OPTION_COUNT; i++)
                option_default(&options[i], &config);
        const char *path = getenv("PLI_CONFIG");
        char *sets[OPTION_COUNT * 2];
        size_t set_count = 0;
        for (int i = 1; i < *argc && strcmp(argv[i], "--") != 0;) {
                const char *file = argument_take(argc, argv, i, "--config");
                char *set = file == NULL ? argument_take(argc, argv, i, "--set") : NULL;
                if (file != NULL)
                        path = file;
                else if (set != NULL && set_count < sizeof sets / sizeof sets[0])
                        sets[set_count++] = set;
                else if (set != NULL)
                        return problem_set(problem, "config-invalid", "more than %zu --set", sizeof sets / sizeof sets[0]);
                else
                        i++;
        }
        if (path != NULL && path[0] != '\0' && !file_read(path, &config, problem))
                return false;
        for (size_t i = 0; i < set_count; i++) {
                const struct option *option = NULL;
                if (!assignment_parse(sets[i], &config, &option, problem))
                        return false;
        }
        *out = config;
        return true;
}

void config_show_sample(void)
{
        puts("# Pli's configuration: every option with its default. A line taken out of comment changes it.");
        for (size_t i = 0; i < OPTION_COUNT; i++) {
                const struct option *option = &options[i];
                printf("\n# %s\n", option->help);
                if (option->type == OPTION_TEXT)
                        printf("#%s = %s\n", option->name, option->text);
                else
                        printf("# %" PRId64 " to %" PRId64 "\n#%s = %" PRId64 "\n", option->least, option->most, option->name,
                               option->integer);
        }
}

/* mdoc(7), to be included in a page's section OPTIONS. */
void config_show_manual(void)
{
        puts(".Bl -tag -width Ds");
        for (size_t i = 0; i < OPTION_COUNT; i++) {
                const struct option *option = &options[i];
                printf(".It Ic %s\n%s.\n", option->name, option->help);
                if (option->type == OPTION_TEXT && option->text[0] != '\0')
                        printf("Default:\n.Dq %s .\n", option->text);
                else if (option->type == OPTION_INTEGER)
                        printf("Default: %" PRId64 ", from %" PRId64 " to %" PRId64 ".\n", option->integer, option->least,
                               option->most);
        }
        puts(".El");
}
