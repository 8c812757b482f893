/* party.c - the caller's own name and roles. */
#include "gateway/front/party.h"

#include "gateway/core/config.h"
#include "gateway/front/role.h"

enum answer party_show(struct request *request)
{
        const struct party *party = &request->party;
        bool known = party->id[0] != '\0';
        return http_answer_json(request, 200,
                                json_pack("{s:o, s:o, s:o, s:s}", "name", known ? json_string(party->name) : json_null(), "body",
                                          party->body[0] != '\0' ? json_string(party->body) : json_null(), "roles",
                                          role_names(party->roles), "certificateName", request->config->certificate_name));
}
