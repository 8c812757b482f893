/*
 * service_read.c - trust services out of a trusted list's XML (service_read.h).
 */
#include "signing/service_read.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "signing/certificate.h"
#include "signing/criterion.h"
#include "signing/instant.h"
#include "signing/limits.h"
#include "signing/trusted_list.h"
#include "signing/xml.h"

typedef struct service service_handle;
DEFINE_OWNER(service_handle, service_free)

#define SPACE TRUSTED_LIST_SPACE
#define ETSI "http://uri.etsi.org/TrstSvc/"

/* A word of a table, by the end of its URI after `mark`. */
struct word {
        const char *name;
        unsigned value;
};

static unsigned word_of(const char *uri, const char *mark, const struct word *words, size_t count)
{
        const char *at = uri != NULL && strncmp(uri, ETSI, sizeof ETSI - 1) == 0 ? strstr(uri, mark) : NULL;
        for (size_t n = 0; at != NULL && n < count; n++)
                if (strcmp(words[n].name, at + strlen(mark)) == 0)
                        return words[n].value;
        return 0;
}

#define WORD_OF(uri, mark, words) word_of(uri, mark, words, sizeof(words) / sizeof(words)[0])

static const struct word types[] = {
        {"CA/QC", SERVICE_CA_QC},
        {"CA/PKC", SERVICE_CA},
        {"NationalRootCA-QC", SERVICE_CA},
        {"TSA", SERVICE_STAMPER},
        {"TSA/QTST", SERVICE_STAMPER_Q},
        {"TSA/TSS-QC", SERVICE_STAMPER_Q},
        {"TSA/TSS-AdESQCandQES", SERVICE_STAMPER_Q},
        {"Certstatus/OCSP", SERVICE_OCSP},
        {"Certstatus/OCSP/QC", SERVICE_OCSP},
};

/* 5.5.4; those before 2016-07-01 too. Whatever else it says, the service is not vouched for. */
static const struct word granting[] = {
        {"granted", 1},    {"recognisedatnationallevel", 1}, {"undersupervision", 1},
        {"accredited", 1}, {"setbynationallaw", 1},          {"supervisionincessation", 1},
};

static const struct word qualifiers[] = {
        {"QCStatement", QUALIFIER_QC},
        {"NotQualified", QUALIFIER_NOT_QUALIFIED},
        {"QCWithSSCD", QUALIFIER_QSCD},
        {"QCWithQSCD", QUALIFIER_QSCD},
        {"QCQSCDManagedOnBehalf", QUALIFIER_QSCD},
        {"QCNoSSCD", QUALIFIER_NO_QSCD},
        {"QCNoQSCD", QUALIFIER_NO_QSCD},
        {"QCSSCDStatusAsInCert", QUALIFIER_QSCD_AS_IN_CERTIFICATE},
        {"QCQSCDStatusAsInCert", QUALIFIER_QSCD_AS_IN_CERTIFICATE},
        {"QCForESig", QUALIFIER_FOR_SIGNATURE},
        {"QCForESeal", QUALIFIER_FOR_SEAL},
        {"QCForWSA", QUALIFIER_FOR_WEBSITE},
        {"QCForLegalPerson", QUALIFIER_FOR_LEGAL_PERSON},
};

/* ---- identities ---- */

STACK_OF(X509) * identities_read(const xmlNode *node)
{
        STACK_OF(X509) *set = certificates_new();
        for (const xmlNode *at = node; at != NULL && set != NULL; at = xml_walk(node, at)) {
                uint8_t *der = NULL;
                size_t size = 0;
                if (xml_is(at, SPACE, "X509Certificate") && xml_base64(at, LIMIT_CERTIFICATE_BYTES, &der, &size) &&
                    !certificates_add(set, (struct signing_bytes){der, size}))
                        size = 0; /* no certificate: it identifies nobody */
                free(der);
        }
        return set;
}

/* A key identifier of another length was made another way, and cannot be held against a key. */
static void keys_read(const xmlNode *node, struct service *service)
{
        for (const xmlNode *at = node; at != NULL; at = xml_walk(node, at)) {
                uint8_t *value = NULL;
                size_t size = 0;
                if (xml_is(at, SPACE, "X509SKI") && xml_base64(at, SHA_DIGEST_LENGTH, &value, &size) && size == SHA_DIGEST_LENGTH &&
                    service->key_count < SERVICE_KEYS_MAX)
                        memcpy(service->keys[service->key_count++], value, size);
                free(value);
        }
}

/* ---- extensions of a service (5.5.9) ---- */

static bool rule_read(const xmlNode *element, struct service_period *period)
{
        struct qualification_rule *rule = calloc(1, sizeof *rule);
        if (rule == NULL)
                return false;
        rule->next = period->rules;
        period->rules = rule;
        const xmlNode *all = xml_child(element, NULL, "Qualifiers");
        for (const xmlNode *one = xml_child(all, NULL, "Qualifier"); one != NULL; one = xml_next(one, NULL, "Qualifier")) {
                unsigned bit = WORD_OF(xml_attribute(one, "uri"), "/SvcInfoExt/", qualifiers);
                rule->qualifiers |= bit != 0 ? bit : QUALIFIER_UNKNOWN;
        }
        rule->criteria = criterion_read(xml_child(element, NULL, "CriteriaList"));
        return rule->criteria != NULL;
}

static bool rules_read(const xmlNode *qualifications, struct service_period *period)
{
        for (const xmlNode *element = xml_child(qualifications, NULL, "QualificationElement"); element != NULL;
             element = xml_next(element, NULL, "QualificationElement"))
                if (!rule_read(element, period))
                        return false;
        return true;
}

static void scope_read(const xmlNode *information, struct service_period *period)
{
        static const struct word scopes[] = {{"ForeSignatures", 1}, {"ForeSeals", 2}, {"ForWebSiteAuthentication", 4}};
        unsigned scope = WORD_OF(xml_text(xml_child(information, SPACE, "URI")), "/SvcInfoExt/", scopes);
        period->scoped = period->scoped || scope != 0;
        period->for_signatures = period->for_signatures || scope == 1;
        period->for_seals = period->for_seals || scope == 2;
}

/* 5.5.9: a service with a critical extension that is not understood is not to be relied on. */
static bool extension_read(const xmlNode *extension, struct service_period *period)
{
        const char *critical = xml_attribute(extension, "Critical");
        bool matters = critical != NULL && (strcmp(critical, "true") == 0 || strcmp(critical, "1") == 0);
        for (const xmlNode *node = xml_child(extension, NULL, NULL); node != NULL; node = xml_next(node, NULL, NULL)) {
                if (xml_is(node, NULL, "Qualifications") && !rules_read(node, period))
                        return false;
                if (xml_is(node, SPACE, "AdditionalServiceInformation"))
                        scope_read(node, period);
                else if (matters && !xml_is(node, NULL, "Qualifications") && !xml_is(node, NULL, "ExpiredCertsRevocationInfo") &&
                         !xml_is(node, NULL, "TakenOverBy"))
                        period->granted = false;
        }
        return true;
}

/* ---- a service and its history ---- */

/* Newest first; of two that begin together the one written first, as the current one is. */
static void period_put(struct service *service, struct service_period *period)
{
        struct service_period **at = &service->periods;
        while (*at != NULL && (*at)->since >= period->since)
                at = &(*at)->next;
        period->next = *at;
        *at = period;
}

/* A ServiceInformation or ServiceHistoryInstance; one without a beginning vouches for nothing. */
static bool period_read(const xmlNode *node, struct service *service)
{
        int64_t since = 0;
        if (!instant_of_text(xml_text(xml_child(node, SPACE, "StatusStartingTime")), &since))
                return true;
        struct service_period *period = calloc(1, sizeof *period);
        if (period == NULL)
                return false;
        period->since = since;
        period->type = (enum service_type)WORD_OF(xml_text(xml_child(node, SPACE, "ServiceTypeIdentifier")), "/Svctype/", types);
        period->granted = WORD_OF(xml_text(xml_child(node, SPACE, "ServiceStatus")), "/Svcstatus/", granting) != 0;
        period_put(service, period);
        const xmlNode *extensions = xml_child(node, SPACE, "ServiceInformationExtensions");
        for (const xmlNode *one = xml_child(extensions, SPACE, "Extension"); one != NULL; one = xml_next(one, SPACE, "Extension"))
                if (!extension_read(one, period))
                        return false;
        return true;
}

static bool periods_read(const xmlNode *node, const xmlNode *information, struct service *service)
{
        const xmlNode *history = xml_child(node, SPACE, "ServiceHistory");
        if (!period_read(information, service))
                return false;
        for (const xmlNode *one = xml_child(history, SPACE, "ServiceHistoryInstance"); one != NULL;
             one = xml_next(one, SPACE, "ServiceHistoryInstance"))
                if (!period_read(one, service))
                        return false;
        return true;
}

static bool service_read(const xmlNode *node, const char *territory, struct service **out)
{
        const xmlNode *information = xml_child(node, SPACE, "ServiceInformation");
        const char *name = xml_text(xml_child(xml_child(information, SPACE, "ServiceName"), SPACE, "Name"));
        OWN(service_handle) service = calloc(1, sizeof *service);
        if (service == NULL)
                return false;
        strncpy(service->territory, territory, sizeof service->territory - 1);
        service->name = strdup(name != NULL ? name : "");
        service->identities = identities_read(xml_child(information, SPACE, "ServiceDigitalIdentity"));
        keys_read(xml_child(information, SPACE, "ServiceDigitalIdentity"), service);
        if (service->name == NULL || service->identities == NULL || !periods_read(node, information, service))
                return false;
        service->next = *out;
        *out = TAKE(service);
        return true;
}

bool services_read(const xmlNode *providers, const char *territory, struct service **out)
{
        OWN(service_handle) all = NULL;
        for (const xmlNode *provider = xml_child(providers, SPACE, "TrustServiceProvider"); provider != NULL;
             provider = xml_next(provider, SPACE, "TrustServiceProvider")) {
                const xmlNode *services = xml_child(provider, SPACE, "TSPServices");
                for (const xmlNode *node = xml_child(services, SPACE, "TSPService"); node != NULL;
                     node = xml_next(node, SPACE, "TSPService"))
                        if (!service_read(node, territory, &all))
                                return false;
        }
        *out = TAKE(all);
        return true;
}
