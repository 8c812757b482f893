/* trust_options.c - the trust that the options of a command give (trust.h). */
#include "gateway/client/command.h"
#include "gateway/client/trust.h"

static bool list_trust(const struct invocation *invocation, const char *option, enum trust_kind kind, signing_trust *trust,
                       struct problem *problem)
{
        const char *path;
        for (size_t i = 0; (path = invocation_listed(invocation, option, i)) != NULL; i++)
                if (!trust_read(trust, kind, path, problem))
                        return false;
        return true;
}

bool trust_given(const struct invocation *invocation, signing_trust **out, struct problem *problem)
{
        if (!invocation_flag(invocation, "trust") && !invocation_flag(invocation, "stamp-trust") &&
            !invocation_flag(invocation, "evidence"))
                return true;
        signing_trust *trust = signing_trust_new();
        if (trust != NULL && list_trust(invocation, "trust", TRUST_ANCHOR, trust, problem) &&
            list_trust(invocation, "stamp-trust", TRUST_STAMPER, trust, problem) &&
            list_trust(invocation, "evidence", TRUST_EVIDENCE, trust, problem)) {
                *out = trust;
                return true;
        }
        signing_trust_free(trust);
        return problem->row != NULL ? false : problem_set(problem, "internal", "no memory");
}
