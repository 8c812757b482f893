/*
 * service.c - trust services and their history (service.h).
 */
#include "signing/service.h"

#include <stdlib.h>
#include <string.h>

#include "signing/certificate.h"
#include "signing/criterion.h"

static void rules_free(struct qualification_rule *rule)
{
        while (rule != NULL) {
                struct qualification_rule *next = rule->next;
                criterion_free(rule->criteria);
                free(rule);
                rule = next;
        }
}

static void periods_free(struct service_period *period)
{
        while (period != NULL) {
                struct service_period *next = period->next;
                rules_free(period->rules);
                free(period);
                period = next;
        }
}

void service_free(struct service *service)
{
        while (service != NULL) {
                struct service *next = service->next;
                periods_free(service->periods);
                certificates_free(service->identities);
                free(service->name);
                free(service);
                service = next;
        }
}

const struct service_period *service_at(const struct service *service, int64_t at)
{
        const struct service_period *period = service->periods;
        while (period != NULL && period->since > at)
                period = period->next;
        return period;
}

static bool type_serves(enum service_type type, enum service_role role)
{
        switch (role) {
        case SERVICE_FOR_SIGNERS:
                return type == SERVICE_CA_QC || type == SERVICE_CA;
        case SERVICE_FOR_STAMPS: /* a time-stamp that is not qualified proves nothing to a list */
                return type == SERVICE_STAMPER_Q;
        case SERVICE_FOR_ANSWERS:
                return type == SERVICE_OCSP;
        }
        return false;
}

bool service_good(const struct service *service, enum service_role role, int64_t at)
{
        const struct service_period *period = service_at(service, at);
        return period != NULL && period->granted && type_serves(period->type, role);
}

bool service_has(const struct service *service, X509 *certificate)
{
        uint8_t digest[SHA_DIGEST_LENGTH];
        if (certificates_has(service->identities, certificate))
                return true;
        if (service->key_count == 0 || X509_pubkey_digest(certificate, EVP_sha1(), digest, NULL) != 1)
                return false;
        for (size_t n = 0; n < service->key_count; n++)
                if (memcmp(service->keys[n], digest, sizeof digest) == 0)
                        return true;
        return false;
}

const struct service *service_of(const struct service *services, X509 *certificate)
{
        while (services != NULL && !service_has(services, certificate))
                services = services->next;
        return services;
}
