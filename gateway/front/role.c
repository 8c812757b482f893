/* role.c - the one table of names. */
#include "gateway/front/role.h"

#include <string.h>

static const struct {
        enum role role;
        const char *name;
} roles[] = {
        {COMPANY, "company"}, {BUYER, "buyer"},       {MEMBER, "member"},   {FILER, "filer"},
        {STATE, "state"},     {OPERATOR, "operator"}, {AUDITOR, "auditor"}, {VENDOR, "vendor"},
};
enum { ROLES = sizeof(roles) / sizeof(roles[0]) };

enum role role_of(const char *name)
{
        for (size_t i = 0; name != NULL && i < ROLES; i++)
                if (strcmp(roles[i].name, name) == 0)
                        return roles[i].role;
        return ANYONE;
}

json_t *role_names(unsigned set)
{
        json_t *names = json_array();
        for (size_t i = 0; i < ROLES; i++)
                if ((set & roles[i].role) != 0)
                        json_array_append_new(names, json_string(roles[i].name));
        return names;
}
