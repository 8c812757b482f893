/*
 * criterion.c - conditions on certificates (criterion.h).
 */
#include "signing/criterion.h"

#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "signing/xml.h"

DEFINE_OWNER(CERTIFICATEPOLICIES, CERTIFICATEPOLICIES_free)
DEFINE_OWNER(EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free)

enum kind { KIND_NEVER, KIND_ALL, KIND_ANY, KIND_NONE, KIND_KEY_USAGE, KIND_POLICY, KIND_EXTENDED_USE, KIND_ATTRIBUTE };

/* The last three compare one object identifier each; a set of them is a KIND_ALL of such. */
struct criterion {
        enum kind kind;
        uint32_t mask, bits;
        ASN1_OBJECT *object;
        struct criterion *inside, *next;
};
typedef struct criterion criterion_handle;

DEFINE_OWNER(criterion_handle, criterion_free)

enum { DEPTH_MOST = 8 };

void criterion_free(struct criterion *criterion)
{
        while (criterion != NULL) {
                struct criterion *next = criterion->next;
                criterion_free(criterion->inside);
                ASN1_OBJECT_free(criterion->object);
                free(criterion);
                criterion = next;
        }
}

static struct criterion *criterion_new(enum kind kind)
{
        struct criterion *criterion = calloc(1, sizeof *criterion);
        if (criterion != NULL)
                criterion->kind = kind;
        return criterion;
}

/* ---- reading ---- */

static uint32_t usage_bit(const char *name)
{
        static const struct {
                const char *name;
                uint32_t bit;
        } bits[] = {{"digitalSignature", KU_DIGITAL_SIGNATURE},
                    {"nonRepudiation", KU_NON_REPUDIATION},
                    {"keyEncipherment", KU_KEY_ENCIPHERMENT},
                    {"dataEncipherment", KU_DATA_ENCIPHERMENT},
                    {"keyAgreement", KU_KEY_AGREEMENT},
                    {"keyCertSign", KU_KEY_CERT_SIGN},
                    {"crlSign", KU_CRL_SIGN},
                    {"encipherOnly", KU_ENCIPHER_ONLY},
                    {"decipherOnly", KU_DECIPHER_ONLY}};
        for (size_t n = 0; name != NULL && n < sizeof bits / sizeof bits[0]; n++)
                if (strcmp(bits[n].name, name) == 0)
                        return bits[n].bit;
        return 0;
}

/* <KeyUsage><KeyUsageBit name="nonRepudiation">true</KeyUsageBit>…</KeyUsage> */
static struct criterion *usage_read(const xmlNode *node)
{
        struct criterion *criterion = criterion_new(KIND_KEY_USAGE);
        for (const xmlNode *bit = xml_child(node, NULL, NULL); bit != NULL && criterion != NULL; bit = xml_next(bit, NULL, NULL)) {
                const char *text = xml_text(bit);
                uint32_t mask = usage_bit(xml_attribute(bit, "name"));
                if (mask == 0 || text == NULL)
                        criterion->kind = KIND_NEVER;
                criterion->mask |= mask;
                if (text != NULL && (strcmp(text, "true") == 0 || strcmp(text, "1") == 0))
                        criterion->bits |= mask;
        }
        return criterion;
}

/* "1.2.3", "urn:oid:1.2.3" */
static ASN1_OBJECT *object_read(const char *text)
{
        char plain[128] = "";
        if (text == NULL)
                return NULL;
        text += strspn(text, " \t\r\n");
        if (strncasecmp(text, "urn:oid:", 8) == 0)
                text += 8;
        size_t size = strspn(text, "0123456789.");
        if (size == 0 || size >= sizeof plain || text[size + strspn(text + size, " \t\r\n")] != '\0')
                return NULL;
        memcpy(plain, text, size);
        return OBJ_txt2obj(plain, 1);
}

/* Every Identifier (TS 101 903 ObjectIdentifierType) below the node has to fit. */
static struct criterion *objects_read(const xmlNode *node, enum kind kind)
{
        OWN(criterion_handle) all = criterion_new(KIND_ALL);
        for (const xmlNode *at = xml_walk(node, node); at != NULL && all != NULL; at = xml_walk(node, at)) {
                if (!xml_is(at, NULL, "Identifier"))
                        continue;
                ASN1_OBJECT *object = object_read(xml_text(at));
                struct criterion *one = criterion_new(object != NULL ? kind : KIND_NEVER);
                if (one == NULL) {
                        ASN1_OBJECT_free(object);
                        return NULL;
                }
                one->object = object;
                one->next = all->inside;
                all->inside = one;
        }
        if (all != NULL && all->inside == NULL)
                all->kind = KIND_NEVER;
        return TAKE(all);
}

static struct criterion *list_read(const xmlNode *list, unsigned depth);

/* NULL: no memory. */
static struct criterion *part_read(const xmlNode *part, unsigned depth)
{
        if (xml_is(part, NULL, "KeyUsage"))
                return usage_read(part);
        if (xml_is(part, NULL, "PolicySet"))
                return objects_read(part, KIND_POLICY);
        if (xml_is(part, NULL, "ExtendedKeyUsage"))
                return objects_read(part, KIND_EXTENDED_USE);
        if (xml_is(part, NULL, "CertSubjectDNAttribute"))
                return objects_read(part, KIND_ATTRIBUTE);
        if (xml_is(part, NULL, "CriteriaList"))
                return list_read(part, depth + 1);
        return criterion_new(KIND_NEVER);
}

static enum kind assertion_of(const xmlNode *list)
{
        const char *text = xml_attribute(list, "assert");
        if (text == NULL)
                return KIND_ALL; /* otherCriteriaList */
        return strcmp(text, "all") == 0          ? KIND_ALL
               : strcmp(text, "atLeastOne") == 0 ? KIND_ANY
               : strcmp(text, "none") == 0       ? KIND_NONE
                                                 : KIND_NEVER;
}

static struct criterion *list_read(const xmlNode *list, unsigned depth)
{
        OWN(criterion_handle) all = criterion_new(depth < DEPTH_MOST ? assertion_of(list) : KIND_NEVER);
        if (all == NULL || depth >= DEPTH_MOST)
                return TAKE(all);
        for (const xmlNode *part = xml_child(list, NULL, NULL); part != NULL; part = xml_next(part, NULL, NULL)) {
                if (xml_is(part, NULL, "Description"))
                        continue;
                struct criterion *one =
                        xml_is(part, NULL, "otherCriteriaList") ? list_read(part, depth + 1) : part_read(part, depth);
                if (one == NULL)
                        return NULL;
                one->next = all->inside;
                all->inside = one;
        }
        return TAKE(all);
}

struct criterion *criterion_read(const xmlNode *list)
{
        return list_read(list, 0);
}

/* ---- fitting ---- */

static bool policy_fits(const ASN1_OBJECT *object, X509 *certificate)
{
        OWN(CERTIFICATEPOLICIES) policies = X509_get_ext_d2i(certificate, NID_certificate_policies, NULL, NULL);
        for (int n = 0; n < sk_POLICYINFO_num(policies); n++)
                if (OBJ_cmp(sk_POLICYINFO_value(policies, n)->policyid, object) == 0)
                        return true;
        return false;
}

static bool extended_use_fits(const ASN1_OBJECT *object, X509 *certificate)
{
        OWN(EXTENDED_KEY_USAGE) uses = X509_get_ext_d2i(certificate, NID_ext_key_usage, NULL, NULL);
        for (int n = 0; n < sk_ASN1_OBJECT_num(uses); n++)
                if (OBJ_cmp(sk_ASN1_OBJECT_value(uses, n), object) == 0)
                        return true;
        return false;
}

static bool usage_fits(const struct criterion *criterion, X509 *certificate)
{
        uint32_t usage = X509_get_key_usage(certificate);
        return usage != UINT32_MAX && (usage & criterion->mask) == criterion->bits;
}

static bool list_fits(const struct criterion *list, X509 *certificate)
{
        for (const struct criterion *part = list->inside; part != NULL; part = part->next) {
                bool fits = criterion_fits(part, certificate);
                if (fits != (list->kind == KIND_ALL))
                        return list->kind == KIND_ANY;
        }
        return list->kind != KIND_ANY;
}

bool criterion_fits(const struct criterion *criterion, X509 *certificate)
{
        switch (criterion->kind) {
        case KIND_ALL:
        case KIND_ANY:
        case KIND_NONE:
                return list_fits(criterion, certificate);
        case KIND_KEY_USAGE:
                return usage_fits(criterion, certificate);
        case KIND_POLICY:
                return policy_fits(criterion->object, certificate);
        case KIND_EXTENDED_USE:
                return extended_use_fits(criterion->object, certificate);
        case KIND_ATTRIBUTE:
                return X509_NAME_get_index_by_OBJ(X509_get_subject_name(certificate), criterion->object, -1) >= 0;
        case KIND_NEVER:
                break;
        }
        return false;
}
