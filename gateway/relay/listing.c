/* listing.c - "-rw-r--r-- 1 user group 1234 Jan 01 10:00 name", "size=1234;type=file; name". */
#include "gateway/relay/listing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { LINE = 1024, FIELDS = 8 };

static bool name_keep(const char *name, struct listing_entry *out)
{
        size_t length = strlen(name);
        if (length == 0 || length >= sizeof out->name || strchr(name, '/') != NULL || strcmp(name, ".") == 0 ||
            strcmp(name, "..") == 0)
                return false;
        memcpy(out->name, name, length + 1);
        return true;
}

static bool size_read(const char *text, uint64_t *size)
{
        char *end;
        if (*text < '0' || *text > '9')
                return false;
        unsigned long long value = strtoull(text, &end, 10);
        *size = value;
        return *end == '\0';
}

/* Eight fields, then one space and the name, which may hold spaces itself. */
static bool long_read(char *line, struct listing_entry *out)
{
        char *fields[FIELDS], *at = line;
        for (size_t i = 0; i < FIELDS; i++) {
                at += strspn(at, " \t");
                fields[i] = at;
                at += strcspn(at, " \t");
                if (*at == '\0')
                        return false;
                *at++ = '\0';
        }
        snprintf(out->stamp, sizeof out->stamp, "%.10s %.10s %.10s", fields[5], fields[6], fields[7]);
        return line[0] == '-' && strlen(fields[0]) >= 10 && size_read(fields[4], &out->size) && name_keep(at, out);
}

static bool facts_read(char *line, struct listing_entry *out)
{
        char *name = strstr(line, "; ");
        bool file = false, sized = false;
        if (name == NULL)
                return false;
        *name = '\0';
        char *rest = NULL;
        for (char *fact = strtok_r(line, ";", &rest); fact != NULL; fact = strtok_r(NULL, ";", &rest)) {
                if (strncasecmp(fact, "type=", 5) == 0)
                        file = strcasecmp(fact + 5, "file") == 0;
                else if (strncasecmp(fact, "size=", 5) == 0)
                        sized = size_read(fact + 5, &out->size);
                else if (strncasecmp(fact, "modify=", 7) == 0)
                        snprintf(out->stamp, sizeof out->stamp, "%.30s", fact + 7);
        }
        return file && sized && name_keep(name + 2, out);
}

bool listing_line_read(const char *line, size_t size, struct listing_entry *out)
{
        char copy[LINE];
        struct listing_entry read = {.size = 0};
        while (size > 0 && (line[size - 1] == '\r' || line[size - 1] == '\n'))
                size--;
        if (size == 0 || size >= sizeof copy || memchr(line, '\0', size) != NULL)
                return false;
        memcpy(copy, line, size);
        copy[size] = '\0';
        bool well = strchr("-dlbcps", copy[0]) != NULL && strchr(copy, '=') != copy + 4 ? long_read(copy, &read)
                                                                                        : facts_read(copy, &read);
        if (well)
                *out = read;
        return well;
}

bool listing_name_unfinished(const char *name)
{
        static const char *const endings[] = {".part", ".partial", ".tmp", ".filepart"};
        size_t length = strlen(name);
        for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
                size_t size = strlen(endings[i]);
                if (length >= size && strcasecmp(name + length - size, endings[i]) == 0)
                        return true;
        }
        return name[0] == '.';
}
