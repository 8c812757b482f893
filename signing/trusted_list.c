/*
 * trusted_list.c - one list: its signature, its scheme and its pointers
 * (trusted_list.h). Services are service_read.c's.
 */
#include "signing/trusted_list.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "signing/certificate.h"
#include "signing/instant.h"
#include "signing/judgement.h"
#include "signing/reason.h"
#include "signing/refusal.h"
#include "signing/service_read.h"

DEFINE_OWNER(xml_document, xml_document_free)

typedef struct list_pointer pointer_handle;
DEFINE_OWNER(pointer_handle, list_pointer_free)

#define TYPE_PREFIX "http://uri.etsi.org/TrstSvc/"
#define PIVOTS_MOST 64

void list_pointer_free(struct list_pointer *pointer)
{
        while (pointer != NULL) {
                struct list_pointer *next = pointer->next;
                certificates_free(pointer->signers);
                free(pointer->location);
                free(pointer);
                pointer = next;
        }
}

void trusted_list_close(struct trusted_list *list)
{
        service_free(list->services);
        list_pointer_free(list->pointers);
        for (char **pivot = list->pivots; pivot != NULL && *pivot != NULL; pivot++)
                free(*pivot);
        free(list->pivots);
        *list = (struct trusted_list){0};
}

/* ---- the signature (5.7.1: one, enveloped) ---- */

static bool is_signature_of_list(const xml_document *document, const xmlNode *node)
{
        return xml_is(node, DSIG_SPACE, "Signature") && node->parent == xml_root(document);
}

static bool signature_find(const xml_document *document, xmlNode **out, struct signing_refusal *why)
{
        const xmlNode *top = xml_root(document);
        size_t count = 0;
        for (xmlNode *node = xml_root(document); node != NULL; node = xml_walk(top, node)) {
                if (!xml_is(node, DSIG_SPACE, "Signature"))
                        continue;
                count++;
                *out = node;
        }
        return (count == 1 && is_signature_of_list(document, *out)) ||
               refuse(why, "LIST_SIGNATURES", "TS 119 612 5.7.1", "The trusted list has %zu signatures, not one at its end.",
                      count);
}

/* The Commission signed its lists of lists with 1,024 bits to 2018, long after TS 102 176-1 had ended them. Each such key is one
 * that the list before it pinned: it is taken until 2,048 bits were asked of everybody (TS 119 312 V1.1.1). */
#define PINNED_KEYS_END INT64_C(1569888000) /* 2019-10-01 */

static bool key_excused(const struct judgement *judgement, const struct reason *reason)
{
        return reason->code == REASON_KEY_WEAK && judgement->at < PINNED_KEYS_END &&
               EVP_PKEY_get_bits(X509_get0_pubkey(judgement->signer)) >= 1024;
}

/* Whatever lowers the verdict, but that no chain was asked for: the signer is held against the pinned certificates instead. */
static bool judgement_good(const struct judgement *judgement, struct signing_refusal *why)
{
        for (size_t n = 0; n < judgement->reason_count; n++) {
                const struct reason *reason = &judgement->reasons[n];
                const struct reason_row *row = reason_row(reason->code);
                char sentence[400];
                if (row->indication == SIGNING_PASSED || reason->code == REASON_CHAIN_UNJUDGED || key_excused(judgement, reason))
                        continue;
                reason_show(row->english, reason, sentence, sizeof sentence);
                return refuse(why, "LIST_SIGNATURE", row->clause, "The signature of the trusted list: %s", sentence);
        }
        return (judgement->value_holds && judgement->covers_all && judgement->signer != NULL) ||
               refuse(why, "LIST_SIGNATURE", "TS 119 612 5.7.1", "The signature of the trusted list does not cover all of it.");
}

bool trusted_list_check(const xml_document *document, STACK_OF(X509) * pinned, int64_t at, struct signing_refusal *why)
{
        xmlNode *signature = NULL;
        struct work work = WORK_WHOLE;
        if (!signature_find(document, &signature, why))
                return false;
        struct judgement *judgement = calloc(1, sizeof *judgement);
        if (judgement == NULL)
                return refuse(why, "MEMORY", "", "No memory for the trusted list.");
        judgement->document = document;
        judgement->signature = signature;
        judgement->at = at;
        judgement->work = &work;
        judgement_make(judgement);
        bool good = judgement_good(judgement, why);
        if (good && pinned != NULL && !certificates_has(pinned, judgement->signer))
                good = refuse(why, "LIST_UNPINNED", "TS 119 612 5.3.13",
                              "The trusted list is signed by a certificate not announced for it.");
        judgement_close(judgement);
        free(judgement);
        return good;
}

/* ---- pointers ---- */

/* The element of that name anywhere below, as AdditionalInformation nests them. */
static const char *text_below(const xmlNode *top, const char *name)
{
        for (const xmlNode *node = xml_walk(top, top); node != NULL; node = xml_walk(top, node))
                if (xml_is(node, NULL, name))
                        return xml_text(node);
        return NULL;
}

static bool type_of_lists(const char *type)
{
        return type != NULL && strncmp(type, TYPE_PREFIX, sizeof TYPE_PREFIX - 1) == 0 && strstr(type, "listofthelists") != NULL;
}

/* NULL, and *good false where there is no memory; NULL alone where the pointer is to no XML list. */
static struct list_pointer *pointer_read(const xmlNode *node, bool *good)
{
        const char *mime = text_below(node, "MimeType"), *territory = text_below(node, "SchemeTerritory");
        const char *location = xml_text(xml_child(node, TRUSTED_LIST_SPACE, "TSLLocation"));
        if (location == NULL || territory == NULL || (mime != NULL && strstr(mime, "xml") == NULL))
                return NULL;
        OWN(pointer_handle) pointer = calloc(1, sizeof *pointer);
        *good = *good && pointer != NULL;
        if (pointer == NULL)
                return NULL;
        strncpy(pointer->territory, territory, sizeof pointer->territory - 1);
        pointer->of_lists = type_of_lists(text_below(node, "TSLType"));
        pointer->location = strdup(location);
        pointer->signers = identities_read(xml_child(node, TRUSTED_LIST_SPACE, "ServiceDigitalIdentities"));
        *good = *good && pointer->location != NULL && pointer->signers != NULL;
        return *good ? TAKE(pointer) : NULL;
}

static bool pointers_read(const xmlNode *scheme, struct trusted_list *out)
{
        const xmlNode *all = xml_child(scheme, TRUSTED_LIST_SPACE, "PointersToOtherTSL");
        bool good = true;
        for (const xmlNode *node = xml_child(all, TRUSTED_LIST_SPACE, "OtherTSLPointer"); node != NULL && good;
             node = xml_next(node, TRUSTED_LIST_SPACE, "OtherTSLPointer")) {
                struct list_pointer *pointer = pointer_read(node, &good);
                if (pointer != NULL) {
                        pointer->next = out->pointers;
                        out->pointers = pointer;
                }
        }
        return good;
}

/* Pivots are told among the addresses of the scheme (the list of lists' legal notice), each an XML file. */
static bool pivots_read(const xmlNode *scheme, struct trusted_list *out)
{
        const xmlNode *all = xml_child(scheme, TRUSTED_LIST_SPACE, "SchemeInformationURI");
        size_t count = 0;
        out->pivots = calloc(PIVOTS_MOST + 1, sizeof *out->pivots);
        for (const xmlNode *node = xml_child(all, TRUSTED_LIST_SPACE, "URI");
             node != NULL && out->pivots != NULL && count < PIVOTS_MOST; node = xml_next(node, TRUSTED_LIST_SPACE, "URI")) {
                const char *text = xml_text(node);
                size_t size = text != NULL ? strlen(text) : 0;
                if (size < 4 || strcmp(text + size - 4, ".xml") != 0)
                        continue;
                if ((out->pivots[count++] = strdup(text)) == NULL)
                        return false;
        }
        return out->pivots != NULL;
}

/* ---- the scheme (5.3) ---- */

static bool scheme_read(const xmlNode *scheme, struct trusted_list *out)
{
        const char *version = xml_text(xml_child(scheme, TRUSTED_LIST_SPACE, "TSLVersionIdentifier"));
        const char *sequence = xml_text(xml_child(scheme, TRUSTED_LIST_SPACE, "TSLSequenceNumber"));
        const char *territory = xml_text(xml_child(scheme, TRUSTED_LIST_SPACE, "SchemeTerritory"));
        const xmlNode *next = xml_child(scheme, TRUSTED_LIST_SPACE, "NextUpdate");
        const xmlNode *day = xml_child(next, TRUSTED_LIST_SPACE, "dateTime");
        char *end = NULL;
        if (version == NULL || sequence == NULL || territory == NULL || next == NULL ||
            strlen(territory) >= sizeof out->territory || territory[0] == '\0' || sequence[0] < '0' || sequence[0] > '9')
                return false;
        memcpy(out->territory, territory, strlen(territory) + 1);
        out->sequence = strtoull(sequence, &end, 10);
        out->of_lists = type_of_lists(xml_text(xml_child(scheme, TRUSTED_LIST_SPACE, "TSLType")));
        return *end == '\0' && (strcmp(version, "4") == 0 || strcmp(version, "5") == 0 || strcmp(version, "6") == 0) &&
               instant_of_text(xml_text(xml_child(scheme, TRUSTED_LIST_SPACE, "ListIssueDateTime")), &out->issued) &&
               (day == NULL || instant_of_text(xml_text(day), &out->next));
}

bool trusted_list_open(struct signing_bytes bytes, xml_document **document, struct trusted_list *out, struct signing_refusal *why)
{
        OWN(xml_document) read = NULL;
        struct trusted_list list = {0};
        if (!xml_read(bytes, &read, why))
                return false;
        const xmlNode *root = xml_root(read);
        if (!xml_is(root, TRUSTED_LIST_SPACE, "TrustServiceStatusList"))
                return refuse(why, "LIST_MALFORMED", "TS 119 612 5.2", "The document is not a trusted list.");
        if (!scheme_read(xml_child(root, TRUSTED_LIST_SPACE, "SchemeInformation"), &list))
                return refuse(why, "LIST_MALFORMED", "TS 119 612 5.3",
                              "The trusted list lacks its version, number, territory or dates, or is of a version not known here.");
        *out = list;
        *document = TAKE(read);
        return true;
}

bool trusted_list_fill(const xml_document *document, struct trusted_list *list, struct signing_refusal *why)
{
        const xmlNode *root = xml_root(document);
        const xmlNode *scheme = xml_child(root, TRUSTED_LIST_SPACE, "SchemeInformation");
        return (pointers_read(scheme, list) && pivots_read(scheme, list) &&
                services_read(xml_child(root, TRUSTED_LIST_SPACE, "TrustServiceProviderList"), list->territory, &list->services)) ||
               refuse(why, "MEMORY", "", "No memory for the trusted list.");
}

/* Behind `mark`; NULL: it is not there. */
static const uint8_t *skip_past(const uint8_t *at, const uint8_t *end, const char *mark)
{
        const uint8_t *found = memmem(at, (size_t)(end - at), mark, strlen(mark));
        return found != NULL ? found + strlen(mark) : NULL;
}

/* The first tag, behind declarations and comments. */
static const uint8_t *tag_first(const uint8_t *at, const uint8_t *end)
{
        while (at != NULL && (at = skip_past(at, end, "<")) != NULL) {
                if (end - at >= 3 && memcmp(at, "!--", 3) == 0)
                        at = skip_past(at, end, "-->");
                else if (end - at >= 1 && *at == '?')
                        at = skip_past(at, end, "?>");
                else
                        return at;
        }
        return NULL;
}

bool trusted_list_is(struct signing_bytes bytes)
{
        static const char name[] = "TrustServiceStatusList";
        if (bytes.size == 0)
                return false;
        const uint8_t *end = bytes.data + (bytes.size < 4096 ? bytes.size : 4096);
        const uint8_t *at = tag_first(bytes.data, end), *start = at;
        for (; at != NULL && at < end && strchr(" \t\r\n/>", *at) == NULL; at++)
                if (*at == ':')
                        start = at + 1;
        return at != NULL && (size_t)(at - start) == sizeof name - 1 && memcmp(start, name, sizeof name - 1) == 0;
}
