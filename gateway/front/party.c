/* party.c - the caller's own name and roles. */
#include "gateway/front/party.h"

#include "gateway/core/config.h"

static json_t *roles_new(unsigned roles)
{
        static const struct {
                enum role role;
                const char *name;
        } rows[] = {
                {COMPANY, "company"}, {BUYER, "buyer"},       {MEMBER, "member"},   {FILER, "filer"},
                {STATE, "state"},     {OPERATOR, "operator"}, {AUDITOR, "auditor"}, {VENDOR, "vendor"},
        };
        json_t *names = json_array();
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
                if ((roles & rows[i].role) != 0)
                        json_array_append_new(names, json_string(rows[i].name));
        return names;
}

enum answer party_show(struct request *request)
{
        const struct party *party = &request->party;
        bool known = party->id[0] != '\0';
        return http_answer_json(request, 200,
                                json_pack("{s:o, s:o, s:o, s:s}", "name", known ? json_string(party->name) : json_null(), "body",
                                          party->body[0] != '\0' ? json_string(party->body) : json_null(), "roles",
                                          roles_new(party->roles), "certificateName", request->config->certificate_name));
}
