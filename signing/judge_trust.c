/* judge_trust.c - anchors, lists in the order they vouch for each other, evidence (judge_trust.h). */
#include "signing/judge_trust.h"

#include <stdlib.h>

#include "gateway/core/owner.h"
#include "signing/refusal.h"

DEFINE_OWNER(signing_trust, signing_trust_free)

struct known_list {
        struct signing_bytes bytes;
        struct signing_list shown;
};

static int earlier(const void *left, const void *right)
{
        const struct signing_list *one = &((const struct known_list *)left)->shown,
                                  *other = &((const struct known_list *)right)->shown;
        if (one->of_lists != other->of_lists)
                return one->of_lists ? -1 : 1;
        return (one->sequence > other->sequence) - (one->sequence < other->sequence);
}

static size_t lists_gather(const struct judge_trust *given, struct known_list lists[FRAME_PIECES_MAX])
{
        size_t count = 0;
        for (size_t n = 0; n < given->count; n++) {
                struct known_list list = {.bytes = {given->pieces[n].data, given->pieces[n].size}};
                if (given->pieces[n].type == FRAME_LIST && signing_list_show(list.bytes, &list.shown, NULL))
                        lists[count++] = list;
        }
        qsort(lists, count, sizeof *lists, earlier);
        return count;
}

static void lists_trust(const struct judge_trust *given, signing_trust *trust)
{
        struct known_list lists[FRAME_PIECES_MAX] = {0};
        size_t count = lists_gather(given, lists);
        bool led = count == 0 || !lists[0].shown.of_lists;
        for (size_t n = 0; n < count; n++) {
                if (!lists[n].shown.of_lists && !led)
                        return;
                bool taken = signing_trust_list(trust, lists[n].bytes, given->signers, given->at, NULL);
                led = led || taken;
        }
}

static bool evidence_trust(const struct judge_trust *given, signing_trust *trust)
{
        size_t taken = 0;
        for (size_t n = 0; n < given->count; n++)
                if (given->pieces[n].type == FRAME_EVIDENCE)
                        taken += signing_trust_evidence(trust, (struct signing_bytes){given->pieces[n].data, given->pieces[n].size},
                                                        NULL);
        return taken > 0;
}

bool judge_trust_read(const struct judge_trust *given, signing_trust **out, struct signing_refusal *why)
{
        OWN(signing_trust) trust = signing_trust_new();
        if (trust == NULL)
                return refuse(why, "MEMORY", "", "no memory for trust");
        if ((given->anchors.size > 0 && !signing_trust_anchor(trust, given->anchors, why)) ||
            (given->stampers.size > 0 && !signing_trust_stamper(trust, given->stampers, why)))
                return false;
        lists_trust(given, trust);
        (void)evidence_trust(given, trust);
        *out = TAKE(trust);
        return true;
}
