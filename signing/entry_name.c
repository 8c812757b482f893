/* entry_name.c - which names a container's entries may bear: those that every reader and file system understands alike. */
#include <libxml/xmlstring.h>
#include <string.h>

#include "signing/container.h"
#include "signing/refusal.h"

enum { NAME_MAX_BYTES = 1024 };

static bool component_relative(const char *start, size_t length)
{
        return length == 0 || (length == 1 && start[0] == '.') || (length == 2 && start[0] == '.' && start[1] == '.');
}

/* Empty, "." and ".." components; a folder's name ends with one slash. */
static bool path_relative(const char *name)
{
        for (const char *start = name;;) {
                size_t length = strcspn(start, "/");
                if (component_relative(start, length))
                        return true;
                if (start[length] == '\0' || start[length + 1] == '\0')
                        return false;
                start += length + 1;
        }
}

static bool control_byte(const char *name)
{
        for (; *name != '\0'; name++)
                if ((unsigned char)*name < 0x20 || *name == 0x7f)
                        return true;
        return false;
}

bool container_name_check(const char *name, struct signing_refusal *why)
{
        const char *wrong = NULL;
        if (name[0] == '\0' || strlen(name) > NAME_MAX_BYTES)
                wrong = "is empty or too long";
        else if (xmlCheckUTF8((const unsigned char *)name) != 1)
                wrong = "is not UTF-8";
        else if (control_byte(name))
                wrong = "holds a control character";
        else if (strchr(name, '\\') != NULL)
                wrong = "holds a backslash";
        else if (name[0] == '/' || name[1] == ':')
                wrong = "is an absolute path";
        else if (path_relative(name))
                wrong = "holds an empty, \".\" or \"..\" component";
        if (wrong == NULL)
                return true;
        return refuse(why, "CONTAINER_NAME", "EN 319 162-1 4.2, APPNOTE 4.4.17", "entry \"%.120s\": its name %s", name, wrong);
}

/* ASCII and the accented letters of Latin-1 (U+00C0 to U+00DE), which are what French names use. */
static unsigned folded(const unsigned char *at, unsigned char before)
{
        if (*at >= 'A' && *at <= 'Z')
                return *at + 0x20u;
        if (before == 0xc3 && *at >= 0x80 && *at <= 0x9e && *at != 0x97)
                return *at + 0x20u;
        return *at;
}

bool container_name_same(const char *a, const char *b)
{
        const unsigned char *left = (const unsigned char *)a, *right = (const unsigned char *)b;
        unsigned char before = 0;
        while (*left != '\0' && folded(left, before) == folded(right, before)) {
                before = *left;
                left++;
                right++;
        }
        return *left == '\0' && *right == '\0';
}
