/*
 * dispatch.c - identity and rights.
 */
#include "gateway/front/dispatch.h"

#include <stdio.h>
#include <string.h>

#include "gateway/core/db.h"
#include "gateway/core/log.h"
#include "gateway/core/owner.h"
#include "gateway/front/instant.h"
#include "gateway/front/role.h"

DEFINE_OWNER(json_t, json_decref)

static void text_copy(char *out, size_t room, const json_t *value)
{
        const char *text = json_string_value(value);
        snprintf(out, room, "%s", text != NULL ? text : "");
}

/* A connection, and the sessions resumed from it, may outlive the certificate that opened it. */
static bool certificate_ended(const struct peer *peer)
{
        enum { SECONDS = 19 }; /* as far as both say: "2026-11-24T12:00:00" */
        char now[40];
        instant_text(instant_here(), now);
        return peer->until[0] != '\0' && strncmp(now, peer->until, SECONDS) > 0;
}

bool dispatch_identify(struct request *request, const struct peer *peer, struct problem *problem)
{
        if (!peer->verified)
                return true;
        if (certificate_ended(peer))
                return problem_set(problem, "certificate-required", "the certificate ended at %s", peer->until);
        const struct db_argument argument = db_bytes(peer->certificate_sha256, sizeof(peer->certificate_sha256));
        OWN(json_t) found = NULL;
        if (!db_call_json(request->db, "api.identify", &argument, 1, &found, problem))
                return false;
        text_copy(request->party.id, sizeof(request->party.id), json_object_get(found, "id"));
        text_copy(request->party.name, sizeof(request->party.name), json_object_get(found, "name"));
        text_copy(request->party.body, sizeof(request->party.body), json_object_get(found, "body"));
        size_t index;
        json_t *role;
        json_array_foreach(json_object_get(found, "roles"), index, role) request->party.roles |= role_of(json_string_value(role));
        return true;
}

/* A filing or a letter: for whoever may not see it, it is not there. */
static bool thing_of_body(const struct route *route)
{
        return strncmp(route->path, "/api/v1/filings/{", 17) == 0 || strncmp(route->path, "/api/v1/letters/{", 17) == 0;
}

void dispatch_refused(struct request *request, const struct route *route)
{
        struct problem problem = {0};
        const char *subject = request->variables[0];
        if (subject == NULL || strlen(subject) != 36 || strspn(subject, "0123456789abcdefABCDEF-") != 36 ||
            request->party.id[0] == '\0')
                return;
        const struct db_argument arguments[] = {db_text(request->party.id), db_text(subject), db_text(route->method),
                                                db_text(route->path)};
        if (!db_call(request->db, "api.access_refused", arguments, 4, &problem))
                log_event(LOG_LEVEL_WARNING, problem.row->code, "detail", problem.detail, NULL);
}

bool dispatch_allow(const struct request *request, const struct peer *peer, const struct route *route, struct problem *problem)
{
        if (route->roles == ANYONE)
                return true;
        if (!peer->certified)
                return problem_set(problem, "certificate-required", "no client certificate was shown");
        if (!peer->verified)
                return problem_set(problem, "certificate-required",
                                   "the certificate leads to no authority accepted here, or is not valid now");
        if (request->party.id[0] == '\0')
                return problem_set(problem, "certificate-required", "the certificate is not enrolled");
        if ((request->party.roles & route->roles) == 0 && thing_of_body(route))
                return problem_set(problem, "not-found", "nothing of yours is at this address");
        if ((request->party.roles & route->roles) == 0)
                return problem_set(problem, "forbidden", "%s %s is not for the roles of %s", route->method, route->path,
                                   request->party.name);
        return true;
}
