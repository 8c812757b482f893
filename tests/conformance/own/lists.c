/*
 * lists.c - trusted lists of the wrong hand, changed, from before, or that no longer vouch (A24).
 */
#include "tests/conformance/own/chapters.h"
#include "tests/unit/signing/list_maker.h"

struct scheme {
        const struct ground *ground;
        struct pki_holder leader, authority, signer;
        struct list_text list;
};

static struct sink_memory list_made(struct scheme *scheme, unsigned sequence, int next, const struct service_plan *plans)
{
        list_begin(&scheme->list, "FR", sequence, false, next);
        list_services(&scheme->list);
        list_service(&scheme->list, scheme->authority.certificate, plans);
        return list_end(&scheme->list, &scheme->leader);
}

static bool given(signing_trust *trust, struct sink_memory *list, const struct pki_holder *pinned, struct signing_refusal *why)
{
        struct holder holder = past_holder(pinned);
        *why = (struct signing_refusal){0};
        bool taken = signing_trust_list(trust, sink_bytes(list), holder.certificate, pki_day(0), why);
        past_holder_free(&holder);
        free(list->data);
        return taken;
}

static const struct service_plan granted[] = {{"CA/QC", "granted", -1000, NULL}, {0}};
static const struct service_plan withdrawn[] = {{"CA/QC", "withdrawn", -30, NULL}, {"CA/QC", "granted", -1000, NULL}, {0}};
static const struct service_plan unknown[] = {
        {"CA/QC", "granted", -1000, "<Extension Critical=\"true\"><inconnue xmlns=\"urn:exemple\"/></Extension>"}, {0}};

/* What of the list is refused. */
static void refusals_judge(struct scheme *scheme)
{
        struct samples *samples = scheme->ground->samples;
        signing_trust *trust = signing_trust_new();
        struct signing_refusal why;
        struct sink_memory list = list_made(scheme, 7, 30, granted);
        sample_count(samples, "A24 a list of a hand that is not pinned",
                     !given(trust, &list, &scheme->authority, &why) && strcmp(why.code, "LIST_UNPINNED") == 0);
        list = list_made(scheme, 7, 30, granted);
        memcpy(memmem(list.data, list.size, "granted", 7), "grandes", 7);
        sample_count(samples, "A24 a list that was changed",
                     !given(trust, &list, &scheme->leader, &why) && strcmp(why.code, "LIST_SIGNATURE") == 0);
        list = list_made(scheme, 7, 30, granted);
        sample_count(samples, "A24 a right list", given(trust, &list, &scheme->leader, &why));
        list = list_made(scheme, 6, 30, granted);
        sample_count(samples, "A24 a list from before", !given(trust, &list, &scheme->leader, &why));
        signing_trust_free(trust);
}

/* What it is worth: a signature made under its service, judged. */
static void worth_judge(struct scheme *scheme, const char *name, const char *verdict, const char *reason,
                        const struct service_plan *plans, int next)
{
        signing_trust *trust = signing_trust_new();
        struct signing_refusal why;
        struct sink_memory list = list_made(scheme, 7, next, plans);
        assert_true(given(trust, &list, &scheme->leader, &why));
        sample_text(scheme->ground->samples, name, verdict, reason, past_signed(&scheme->signer), trust);
        signing_trust_free(trust);
}

void chapter_lists(const struct ground *ground)
{
        struct scheme *scheme = calloc(1, sizeof *scheme);
        const struct pki_extension use[] = {{NID_key_usage, "critical,nonRepudiation", NULL}, {0}};
        assert_non_null(scheme);
        scheme->ground = ground;
        scheme->leader = pki_authority(NULL, "Liste nationale");
        scheme->authority = pki_authority(NULL, "AC Qualifiée");
        scheme->signer = pki_issue(&scheme->authority, "Camille Duval", -100, 900, use);
        refusals_judge(scheme);
        worth_judge(scheme, "A24_granted", "TOTAL-PASSED", "-", granted, 30);
        worth_judge(scheme, "A24_overdue", "TOTAL-PASSED", "LIST_OVERDUE", granted, -1);
        worth_judge(scheme, "A24_withdrawn", "INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND", "SERVICE_NOT_GRANTED", withdrawn, 30);
        worth_judge(scheme, "A24_extension_that_matters", "INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND", "SERVICE_NOT_GRANTED",
                    unknown, 30);
        pki_free(&scheme->leader);
        pki_free(&scheme->authority);
        pki_free(&scheme->signer);
        free(scheme);
}
