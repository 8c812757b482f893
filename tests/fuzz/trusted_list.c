/*
 * Bytes as a trusted list: read, pointed through, taken into trust or refused
 * with a reason. The scheme and services are read before any signature too, as
 * no fuzzer signs.
 */
#include <assert.h>
#include <string.h>

#include "signing/qualification.h"
#include "signing/service_read.h"
#include "signing/signing.h"
#include "signing/trusted_list.h"
#include "signing/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void pointer_see(void *context, const struct signing_pointer *pointer)
{
        size_t *seen = context;
        assert(pointer->territory != NULL && pointer->location != NULL && strlen(pointer->territory) < 8);
        (*seen)++;
}

/* What an unsigned list would say, and what it would make of its own first certificates. */
static void services_see(struct signing_bytes bytes)
{
        struct trusted_list list = {0};
        xml_document *document = NULL;
        struct signing_refusal why = {0};
        if (!trusted_list_open(bytes, &document, &list, &why)) {
                assert(document == NULL && why.code[0] != '\0');
                return;
        }
        bool filled = trusted_list_fill(document, &list, &why);
        assert(filled);
        const struct signing_trust trust = {.services = list.services};
        for (const struct service *service = list.services; service != NULL; service = service->next) {
                if (sk_X509_num(service->identities) <= 0)
                        continue;
                X509 *certificate = sk_X509_value(service->identities, 0);
                const struct qualification found = qualification_of(&trust, certificate, certificate, list.issued);
                assert(found.judged && (found.qualified || !found.device));
                assert(qualification_name(&found, SIGNING_PASSED) != NULL);
        }
        trusted_list_close(&list);
        xml_document_free(document);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        const struct signing_bytes bytes = {data, size};
        struct signing_refusal why = {0};
        size_t seen = 0;
        bool started = signing_start(&why);
        assert(started);
        services_see(bytes);
        if (!signing_list_pointers(bytes, pointer_see, &seen, &why))
                assert(seen == 0);
        signing_trust *trust = signing_trust_new();
        why = (struct signing_refusal){0};
        bool taken = trust != NULL && signing_trust_list(trust, bytes, (struct signing_bytes){0}, INT64_C(1767225600), &why);
        assert(taken == (why.code[0] == '\0') && (taken || signing_is_list(bytes) || why.code[0] != '\0'));
        signing_trust_free(trust);
        return 0;
}
