/*
 * qualification.c - qualified or not (qualification.h).
 */
#include "signing/qualification.h"

#include "signing/criterion.h"
#include "signing/instant.h"
#include "signing/statement.h"

/* Regulation 910/2014 applies; lists write it as midnight in Brussels. */
#define EIDAS INT64_C(1467324000) /* 2016-06-30T22:00:00Z */

/* What holds of a certificate at one time. */
struct standing {
        bool known, qualified, device, for_signature, for_seal;
};

static unsigned qualifiers_for(const struct service_period *period, X509 *certificate)
{
        unsigned all = 0;
        for (const struct qualification_rule *rule = period->rules; rule != NULL; rule = rule->next)
                if (criterion_fits(rule->criteria, certificate))
                        all |= rule->qualifiers;
        return all;
}

/* TS 119 615 4.4.4 steps on "qualified": the list overrules the certificate; a list at odds with itself settles nothing. */
static bool qualified(const struct statements *own, unsigned qualifiers, bool eidas)
{
        if ((qualifiers & QUALIFIER_NOT_QUALIFIED) != 0)
                return false;
        return (qualifiers & QUALIFIER_QC) != 0 || own->compliance || (!eidas && (own->policy || own->policy_device));
}

/* 4.5.4: the device. */
static bool device(const struct statements *own, unsigned qualifiers, bool eidas)
{
        if ((qualifiers & QUALIFIER_NO_QSCD) != 0)
                return false;
        return (qualifiers & QUALIFIER_QSCD) != 0 || own->device || (!eidas && own->policy_device);
}

/* For what: the list's qualifiers, else QcType, else signatures, which were all there was. */
static void purpose(const struct statements *own, unsigned qualifiers, struct standing *out)
{
        const unsigned all = QUALIFIER_FOR_SIGNATURE | QUALIFIER_FOR_SEAL | QUALIFIER_FOR_WEBSITE | QUALIFIER_FOR_LEGAL_PERSON;
        if ((qualifiers & all) != 0) {
                out->for_signature = (qualifiers & QUALIFIER_FOR_SIGNATURE) != 0;
                out->for_seal = (qualifiers & (QUALIFIER_FOR_SEAL | QUALIFIER_FOR_LEGAL_PERSON)) != 0;
        } else {
                out->for_seal = own->for_seal;
                out->for_signature = own->for_signature || (!own->for_seal && !own->for_website);
        }
}

static struct standing standing_by(const struct service_period *period, X509 *certificate, const struct statements *own, int64_t at)
{
        struct standing out = {.known = true};
        unsigned qualifiers = qualifiers_for(period, certificate);
        out.qualified = qualified(own, qualifiers, at >= EIDAS);
        out.device = device(own, qualifiers, at >= EIDAS);
        purpose(own, qualifiers, &out);
        if (period->scoped) {
                out.for_signature = out.for_signature && period->for_signatures;
                out.for_seal = out.for_seal && period->for_seals;
        }
        return out;
}

/* Over all services that bear the issuer's certificate: where they disagree, the least of it. */
static struct standing standing_at(const struct signing_trust *trust, X509 *certificate, X509 *issuer, int64_t at)
{
        const struct statements own = statements_of(certificate);
        struct standing all = {0};
        for (const struct service *service = service_of(trust->services, issuer); service != NULL;
             service = service_of(service->next, issuer)) {
                const struct service_period *period = service_at(service, at);
                if (period == NULL || !period->granted || period->type != SERVICE_CA_QC)
                        continue;
                struct standing one = standing_by(period, certificate, &own, at);
                if (!all.known) {
                        all = one;
                        continue;
                }
                all.qualified = all.qualified && one.qualified;
                all.device = all.device && one.device;
                all.for_signature = all.for_signature && one.for_signature;
                all.for_seal = all.for_seal && one.for_seal;
        }
        return all;
}

struct qualification qualification_of(const struct signing_trust *trust, X509 *certificate, X509 *issuer, int64_t signed_at)
{
        struct qualification out = {.judged = trust != NULL && trust->services != NULL};
        int64_t issued = 0;
        if (!out.judged || issuer == NULL || !instant_of_asn1(X509_get0_notBefore(certificate), &issued))
                return out;
        const struct standing first = standing_at(trust, certificate, issuer, issued);
        const struct standing last = standing_at(trust, certificate, issuer, signed_at);
        bool signature = first.for_signature && last.for_signature, seal = first.for_seal && last.for_seal;
        out.purpose = signature && !seal ? PURPOSE_SIGNATURE : seal && !signature ? PURPOSE_SEAL : PURPOSE_UNKNOWN;
        out.qualified = first.qualified && last.qualified && out.purpose != PURPOSE_UNKNOWN;
        out.device = out.qualified && last.device;
        return out;
}

const char *qualification_name(const struct qualification *qualification, enum signing_indication indication)
{
        static const char *const names[2][3][3] = {
                {{"ADES", "ADES", "ADES"}, {"ADESIG", "ADESIG_QC", "QESIG"}, {"ADESEAL", "ADESEAL_QC", "QESEAL"}},
                {{"INDETERMINATE_ADES", "INDETERMINATE_ADES", "INDETERMINATE_ADES"},
                 {"INDETERMINATE_ADESIG", "INDETERMINATE_ADESIG_QC", "INDETERMINATE_QESIG"},
                 {"INDETERMINATE_ADESEAL", "INDETERMINATE_ADESEAL_QC", "INDETERMINATE_QESEAL"}}};
        if (!qualification->judged)
                return NULL;
        if (indication == SIGNING_FAILED)
                return "NOT_ADES";
        return names[indication != SIGNING_PASSED][qualification->purpose][qualification->qualified + qualification->device];
}
