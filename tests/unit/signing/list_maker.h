/*
 * list_maker.h - trusted lists made for the tests, with signatures of our own
 * signer: their schemes, services and pointers are as short as they may be.
 */
#ifndef PLI_TESTS_LIST_MAKER_H
#define PLI_TESTS_LIST_MAKER_H

#include "pki.h"

#include "signing/instant.h"

struct list_text {
        char text[65536];
        size_t size;
};

__attribute__((format(printf, 2, 3))) static inline void list_add(struct list_text *list, const char *format, ...)
{
        va_list arguments;
        va_start(arguments, format);
        int size = vsnprintf(list->text + list->size, sizeof list->text - list->size, format, arguments);
        va_end(arguments);
        assert_true(size >= 0 && list->size + (size_t)size < sizeof list->text);
        list->size += (size_t)size;
}

static inline void list_day(struct list_text *list, const char *element, int day)
{
        char text[32];
        instant_show(pki_day(day), text);
        list_add(list, "<%s>%s</%s>", element, text, element);
}

static inline void list_identity(struct list_text *list, X509 *certificate)
{
        unsigned char *der = NULL, text[4096];
        int size = i2d_X509(certificate, &der);
        assert_true(size > 0 && size < 3000);
        EVP_EncodeBlock(text, der, size);
        OPENSSL_free(der);
        list_add(list,
                 "<ServiceDigitalIdentity><DigitalId><X509Certificate>%s</X509Certificate></DigitalId></ServiceDigitalIdentity>",
                 (const char *)text);
}

/* The beginning, up to where pointers stand. `next`: the day its successor is due. */
static inline void list_begin(struct list_text *list, const char *territory, unsigned sequence, bool of_lists, int next)
{
        *list = (struct list_text){0};
        list_add(list,
                 "<TrustServiceStatusList xmlns=\"http://uri.etsi.org/02231/v2#\" TSLTag=\"http://uri.etsi.org/19612/TSLTag\">"
                 "<SchemeInformation><TSLVersionIdentifier>5</TSLVersionIdentifier><TSLSequenceNumber>%u</TSLSequenceNumber>"
                 "<TSLType>http://uri.etsi.org/TrstSvc/TrustedList/TSLType/%s</TSLType><SchemeTerritory>%s</SchemeTerritory>",
                 sequence, of_lists ? "EUlistofthelists" : "EUgeneric", territory);
        list_day(list, "ListIssueDateTime", -10);
        list_add(list, "<NextUpdate>");
        list_day(list, "dateTime", next);
        list_add(list, "</NextUpdate><PointersToOtherTSL>");
}

static inline void list_pointer(struct list_text *list, const char *territory, bool of_lists, X509 *signer)
{
        list_add(list, "<OtherTSLPointer><ServiceDigitalIdentities>");
        list_identity(list, signer);
        list_add(
                list,
                "</ServiceDigitalIdentities><TSLLocation>https://listes.exemple.fr/%s.xml</TSLLocation><AdditionalInformation>"
                "<OtherInformation><TSLType>http://uri.etsi.org/TrstSvc/TrustedList/TSLType/%s</TSLType></OtherInformation>"
                "<OtherInformation><SchemeTerritory>%s</SchemeTerritory></OtherInformation></AdditionalInformation></OtherTSLPointer>",
                territory, of_lists ? "EUlistofthelists" : "EUgeneric", territory);
}

static inline void list_services(struct list_text *list)
{
        list_add(list, "</PointersToOtherTSL></SchemeInformation><TrustServiceProviderList><TrustServiceProvider><TSPServices>");
}

struct service_plan {
        const char *type, *status; /* ends of their URIs */
        int since;
        const char *extensions; /* XML, may be NULL */
};

static inline void list_period(struct list_text *list, const char *element, X509 *identity, const struct service_plan *plan)
{
        list_add(list,
                 "<%s><ServiceTypeIdentifier>http://uri.etsi.org/TrstSvc/Svctype/%s</ServiceTypeIdentifier><ServiceName>"
                 "<Name xml:lang=\"fr\">Service Exemple</Name></ServiceName>",
                 element, plan->type);
        list_identity(list, identity);
        list_add(list, "<ServiceStatus>http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/%s</ServiceStatus>", plan->status);
        list_day(list, "StatusStartingTime", plan->since);
        if (plan->extensions != NULL)
                list_add(list, "<ServiceInformationExtensions>%s</ServiceInformationExtensions>", plan->extensions);
        list_add(list, "</%s>", element);
}

/* plans: the present one, then the past ones, newest first; ends with an empty one. */
static inline void list_service(struct list_text *list, X509 *identity, const struct service_plan *plans)
{
        list_add(list, "<TSPService>");
        list_period(list, "ServiceInformation", identity, &plans[0]);
        list_add(list, "<ServiceHistory>");
        for (size_t n = 1; plans[n].type != NULL; n++)
                list_period(list, "ServiceHistoryInstance", identity, &plans[n]);
        list_add(list, "</ServiceHistory></TSPService>");
}

/* A Qualifications extension with one qualifier for certificates with that key usage bit. */
#define LIST_QUALIFIER(name, bit)                                                                                                  \
        "<Extension Critical=\"true\"><q:Qualifications xmlns:q=\"http://uri.etsi.org/TrstSvc/SvcInfoExt/"                         \
        "eSigDir-1999-93-EC-TrustedList/#\"><q:QualificationElement><q:Qualifiers><q:Qualifier "                                   \
        "uri=\"http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/" name "\"/></q:Qualifiers><q:CriteriaList assert=\"all\">"      \
        "<q:KeyUsage><q:KeyUsageBit name=\"" bit "\">true</q:KeyUsageBit></q:KeyUsage></q:CriteriaList></q:QualificationElement>"  \
        "</q:Qualifications></Extension>"
#define LIST_SCOPE(name)                                                                                                           \
        "<Extension Critical=\"true\"><AdditionalServiceInformation><URI xml:lang=\"en\">"                                         \
        "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/" name "</URI></AdditionalServiceInformation></Extension>"

static inline signing_memory_key *pki_key(const struct pki_holder *holder)
{
        unsigned char *der = NULL;
        int size = i2d_X509(holder->certificate, &der);
        BIO *bio = BIO_new(BIO_s_mem());
        signing_memory_key *key = NULL;
        struct signing_refusal why = {0};
        assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, holder->key, NULL, NULL, 0, NULL, NULL), 1);
        struct signing_bytes pem = bytes_of_bio(bio);
        if (!signing_memory_key_new(pem, (struct signing_bytes){der, (size_t)size}, NULL, &key, &why))
                fail_msg("%s: %s", why.code, why.sentence);
        free((void *)(uintptr_t)pem.data);
        OPENSSL_free(der);
        return key;
}

static inline struct sink_memory pki_sign(const struct pki_holder *signer, struct signing_bytes document)
{
        struct sink_memory out = memory_sink();
        const struct signing_sink sink = sink_memory(&out);
        struct signing_refusal why = {0};
        signing_memory_key *key = pki_key(signer);
        if (!signing_sign_enveloped(document, signing_memory_key_use(key), pki_day(0), &sink, &why))
                fail_msg("%s: %s", why.code, why.sentence);
        signing_memory_key_free(key);
        return out;
}

/* Ends the list and has it signed. */
static inline struct sink_memory list_end(struct list_text *list, const struct pki_holder *signer)
{
        list_add(list, "%s</TrustServiceStatusList>",
                 strstr(list->text, "<TSPServices>") != NULL ? "</TSPServices></TrustServiceProvider></TrustServiceProviderList>"
                                                             : "</PointersToOtherTSL></SchemeInformation>");
        return pki_sign(signer, (struct signing_bytes){(const uint8_t *)list->text, list->size});
}

#endif
