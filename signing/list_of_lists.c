/*
 * list_of_lists.c - trusted lists taken into trust (list_of_lists.h).
 */
#include "signing/list_of_lists.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "signing/refusal.h"

typedef struct trusted_list list_handle;
DEFINE_OWNER(xml_document, xml_document_free)

struct list_ask {
        struct signing_bytes signers;
        int64_t at;
};

void list_of_lists_free(struct list_of_lists *all)
{
        if (all == NULL)
                return;
        list_pointer_free(all->pointers);
        while (all->taken != NULL) {
                struct listed *following = all->taken->following;
                free(all->taken);
                all->taken = following;
        }
        free(all);
}

/* ---- who may have signed it ---- */

static const struct list_pointer *pointer_to(const struct list_of_lists *all, const struct trusted_list *list)
{
        const struct list_pointer *pointer = all->pointers;
        while (pointer != NULL && (pointer->of_lists != list->of_lists || strcmp(pointer->territory, list->territory) != 0))
                pointer = pointer->next;
        return pointer;
}

/* Those announced for it; before there is a list of lists, or for one it does not know, those the caller names. NULL with *good:
 * nobody has said anything, the caller vouches. */
static STACK_OF(X509) *
        pinned_for(const struct list_of_lists *all, const struct trusted_list *list, struct signing_bytes signers, bool *good)
{
        const struct list_pointer *pointer = pointer_to(all, list);
        if (all->pointers == NULL && signers.size == 0)
                return NULL;
        STACK_OF(X509) *pinned = certificates_new();
        *good = pinned != NULL && (pointer != NULL     ? certificates_join(pinned, pointer->signers)
                                   : signers.size == 0 ? true
                                                       : certificates_read(pinned, signers));
        return pinned;
}

static bool list_verify(const struct list_of_lists *all, struct signing_bytes bytes, const struct list_ask *ask,
                        struct trusted_list *out, struct signing_refusal *why)
{
        OWN(xml_document) document = NULL;
        bool good = true;
        if (!trusted_list_open(bytes, &document, out, why))
                return false;
        STACK_OF(X509) *pinned = pinned_for(all, out, ask->signers, &good);
        if (!good)
                refuse(why, "CERTIFICATE_UNREADABLE", "RFC 5280 4.1",
                       "The signers of the trusted list are no readable certificates.");
        good = good && trusted_list_check(document, pinned, ask->at, why) && trusted_list_fill(document, out, why);
        certificates_free(pinned);
        return good;
}

/* ---- taking it ---- */

static struct listed *listed_find(const struct list_of_lists *all, const struct trusted_list *list)
{
        struct listed *taken = all->taken;
        while (taken != NULL && (taken->of_lists != list->of_lists || strcmp(taken->territory, list->territory) != 0))
                taken = taken->following;
        return taken;
}

static void services_drop(signing_trust *trust, const char *territory)
{
        for (struct service **at = &trust->services; *at != NULL;) {
                struct service *service = *at;
                if (strcmp(service->territory, territory) != 0) {
                        at = &service->next;
                        continue;
                }
                *at = service->next;
                service->next = NULL;
                service_free(service);
        }
}

static void services_join(signing_trust *trust, struct service *services)
{
        struct service **end = &services;
        while (*end != NULL)
                end = &(*end)->next;
        *end = trust->services;
        trust->services = services;
}

static bool list_number(struct list_of_lists *all, const struct trusted_list *list, struct signing_refusal *why)
{
        struct listed *taken = listed_find(all, list);
        if (taken != NULL && taken->sequence > list->sequence)
                return refuse(why, "LIST_ROLLED_BACK", "TS 119 612 5.3.2",
                              "The trusted list of %s has number %" PRIu64 ", older than number %" PRIu64 " taken before.",
                              list->territory, list->sequence, taken->sequence);
        if (taken == NULL && (taken = calloc(1, sizeof *taken)) == NULL)
                return refuse(why, "MEMORY", "", "No memory for the trusted list.");
        if (taken->territory[0] == '\0') {
                memcpy(taken->territory, list->territory, sizeof taken->territory);
                taken->of_lists = list->of_lists;
                taken->following = all->taken;
                all->taken = taken;
        }
        taken->sequence = list->sequence;
        taken->next = list->next;
        return true;
}

/* Takes the list's parts over. */
static bool list_take(signing_trust *trust, struct trusted_list *list, struct signing_refusal *why)
{
        if (!list_number(trust->pointed, list, why))
                return false;
        if (list->of_lists) {
                list_pointer_free(trust->pointed->pointers);
                trust->pointed->pointers = TAKE(list->pointers);
        } else {
                services_drop(trust, list->territory);
                services_join(trust, TAKE(list->services));
        }
        return true;
}

bool signing_trust_list(signing_trust *trust, struct signing_bytes list, struct signing_bytes signers, int64_t at,
                        struct signing_refusal *why)
{
        __attribute__((cleanup(trusted_list_close))) list_handle read = {0};
        if (trust->pointed == NULL && (trust->pointed = calloc(1, sizeof *trust->pointed)) == NULL)
                return refuse(why, "MEMORY", "", "No memory for the trusted list.");
        const struct list_ask ask = {signers, at};
        return list_verify(trust->pointed, list, &ask, &read, why) && list_take(trust, &read, why);
}

bool signing_list_show(struct signing_bytes list, struct signing_list *out, struct signing_refusal *why)
{
        __attribute__((cleanup(trusted_list_close))) list_handle read = {0};
        OWN(xml_document) document = NULL;
        if (!trusted_list_open(list, &document, &read, why))
                return false;
        struct signing_list shown = {.of_lists = read.of_lists, .sequence = read.sequence, .next = read.next};
        memcpy(shown.territory, read.territory, sizeof read.territory);
        *out = shown;
        return true;
}

bool signing_list_pointers(struct signing_bytes list, void (*each)(void *context, const struct signing_pointer *pointer),
                           void *context, struct signing_refusal *why)
{
        __attribute__((cleanup(trusted_list_close))) list_handle read = {0};
        OWN(xml_document) document = NULL;
        if (!trusted_list_open(list, &document, &read, why) || !trusted_list_fill(document, &read, why))
                return false;
        for (char **pivot = read.pivots; *pivot != NULL; pivot++)
                each(context, &(struct signing_pointer){"", *pivot, true, true});
        for (const struct list_pointer *one = read.pointers; one != NULL; one = one->next)
                each(context, &(struct signing_pointer){one->territory, one->location, one->of_lists, false});
        return true;
}

bool signing_is_list(struct signing_bytes document)
{
        return trusted_list_is(document);
}

bool lists_overdue(const struct signing_trust *trust, int64_t at, char *out, size_t size)
{
        size_t used = 0;
        out[0] = '\0';
        const struct listed *taken = trust != NULL && trust->pointed != NULL ? trust->pointed->taken : NULL;
        for (; taken != NULL && used + 12 < size; taken = taken->following)
                if (taken->next < at)
                        used += (size_t)snprintf(out + used, size - used, "%s%s", used > 0 ? ", " : "", taken->territory);
        return used > 0;
}
