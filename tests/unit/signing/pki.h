/*
 * pki.h - certificates, CRLs and OCSP answers for the tests of trust, made anew
 * in each run. Times are days from the start of the test: OpenSSL dates an OCSP
 * answer by the clock.
 */
#ifndef PLI_TESTS_PKI_H
#define PLI_TESTS_PKI_H

#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

#include <time.h>

#include "material.h"

#define PKI_DAY 86400

static inline int64_t pki_day(int days)
{
        static int64_t start;
        if (start == 0)
                start = (int64_t)time(NULL);
        return start + (int64_t)days * PKI_DAY;
}

struct pki_holder {
        EVP_PKEY *key;
        X509 *certificate;
};

struct pki_extension {
        int nid; /* 0: `name` is an object identifier and the value DER in hex */
        const char *value;
        const char *name;
};

static inline void pki_time(ASN1_TIME *time, int days)
{
        assert_non_null(ASN1_TIME_set(time, (time_t)pki_day(days)));
}

static inline void pki_extend(X509 *certificate, X509 *issuer, const struct pki_extension *extension)
{
        X509V3_CTX context;
        X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
        X509_EXTENSION *made = extension->nid != 0 ? X509V3_EXT_nconf_nid(NULL, &context, extension->nid, extension->value)
                                                   : X509V3_EXT_nconf(NULL, &context, extension->name, extension->value);
        assert_non_null(made);
        assert_int_equal(X509_add_ext(certificate, made, -1), 1);
        X509_EXTENSION_free(made);
}

/* A certificate for `key` valid from `from` to `to` days, issued by `issuer` (NULL: by itself). Extensions end with an empty one.
 */
static inline struct pki_holder pki_issue_for(EVP_PKEY *key, const struct pki_holder *issuer, const char *name, int from, int to,
                                              const struct pki_extension *extensions)
{
        static long serial = 1000;
        struct pki_holder made = {key, X509_new()};
        const struct pki_holder *by = issuer != NULL ? issuer : &made;
        assert_non_null(made.key);
        X509_set_version(made.certificate, 2);
        ASN1_INTEGER_set(X509_get_serialNumber(made.certificate), ++serial);
        pki_time(X509_getm_notBefore(made.certificate), from);
        pki_time(X509_getm_notAfter(made.certificate), to);
        X509_set_pubkey(made.certificate, made.key);
        X509_NAME_add_entry_by_txt(X509_get_subject_name(made.certificate), "CN", MBSTRING_UTF8, (const unsigned char *)name, -1,
                                   -1, 0);
        X509_set_issuer_name(made.certificate, X509_get_subject_name(by->certificate));
        for (; extensions != NULL && extensions->value != NULL; extensions++)
                pki_extend(made.certificate, by->certificate, extensions);
        assert_true(X509_sign(made.certificate, by->key, EVP_sha256()) > 0);
        return made;
}

static inline struct pki_holder pki_issue(const struct pki_holder *issuer, const char *name, int from, int to,
                                          const struct pki_extension *extensions)
{
        return pki_issue_for(EVP_EC_gen("P-256"), issuer, name, from, to, extensions);
}

static inline struct pki_holder pki_authority_from(const struct pki_holder *issuer, const char *name, int from)
{
        const struct pki_extension extensions[] = {
                {NID_basic_constraints, "critical,CA:TRUE", NULL}, {NID_key_usage, "critical,keyCertSign,cRLSign", NULL}, {0}};
        return pki_issue(issuer, name, from, 3000, extensions);
}

static inline struct pki_holder pki_authority(const struct pki_holder *issuer, const char *name)
{
        return pki_authority_from(issuer, name, -1000);
}

static inline struct pki_holder pki_signer(const struct pki_holder *issuer, const char *name)
{
        const struct pki_extension extensions[] = {{NID_key_usage, "critical,nonRepudiation", NULL},
                                                   {NID_crl_distribution_points, "URI:http://listes.exemple.fr/ca.crl", NULL},
                                                   {0}};
        return pki_issue(issuer, name, -100, 900, extensions);
}

static inline void pki_free(struct pki_holder *holder)
{
        EVP_PKEY_free(holder->key);
        X509_free(holder->certificate);
}

/* ---- CRLs ---- */

struct pki_list {
        const struct pki_holder *issuer;
        X509 *revoked; /* or NULL */
        int revoked_at, issued, next;
        int reason;                           /* -1: none said */
        const struct pki_extension extension; /* one more, or empty */
};

static inline X509_CRL *pki_list(const struct pki_list *plan)
{
        X509_CRL *list = X509_CRL_new();
        ASN1_TIME *time = ASN1_TIME_new();
        X509_CRL_set_version(list, 1);
        X509_CRL_set_issuer_name(list, X509_get_subject_name(plan->issuer->certificate));
        pki_time(time, plan->issued);
        X509_CRL_set1_lastUpdate(list, time);
        pki_time(time, plan->next);
        X509_CRL_set1_nextUpdate(list, time);
        if (plan->revoked != NULL) {
                X509_REVOKED *entry = X509_REVOKED_new();
                X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(plan->revoked));
                pki_time(time, plan->revoked_at);
                X509_REVOKED_set_revocationDate(entry, time);
                if (plan->reason >= 0) {
                        ASN1_ENUMERATED *reason = ASN1_ENUMERATED_new();
                        ASN1_ENUMERATED_set(reason, plan->reason);
                        assert_int_equal(X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, reason, 0, 0), 1);
                        ASN1_ENUMERATED_free(reason);
                }
                X509_CRL_add0_revoked(list, entry);
        }
        if (plan->extension.value != NULL) {
                X509V3_CTX context;
                X509V3_set_ctx(&context, plan->issuer->certificate, NULL, NULL, list, 0);
                X509_EXTENSION *made = X509V3_EXT_nconf(NULL, &context, plan->extension.name, plan->extension.value);
                assert_non_null(made);
                X509_CRL_add_ext(list, made, -1);
                X509_EXTENSION_free(made);
        }
        X509_CRL_sort(list);
        assert_true(X509_CRL_sign(list, plan->issuer->key, EVP_sha256()) > 0);
        ASN1_TIME_free(time);
        return list;
}

/* ---- OCSP ---- */

struct pki_answer {
        const struct pki_holder *responder;
        X509 *subject, *issuer;
        int status, reason, revoked_at, issued, next;
        bool by_key, bare; /* bare: without the responder's certificate */
};

static inline OCSP_BASICRESP *pki_answer(const struct pki_answer *plan)
{
        OCSP_BASICRESP *answer = OCSP_BASICRESP_new();
        OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha256(), plan->subject, plan->issuer);
        ASN1_TIME *revoked = ASN1_TIME_new(), *issued = ASN1_GENERALIZEDTIME_new(), *next = ASN1_GENERALIZEDTIME_new();
        unsigned long flags = (plan->by_key ? OCSP_RESPID_KEY : 0) | (plan->bare ? OCSP_NOCERTS : 0);
        ASN1_GENERALIZEDTIME_set(issued, (time_t)pki_day(plan->issued));
        ASN1_GENERALIZEDTIME_set(next, (time_t)pki_day(plan->next));
        pki_time(revoked, plan->revoked_at);
        assert_non_null(OCSP_basic_add1_status(answer, id, plan->status, plan->reason, revoked, issued, next));
        assert_int_equal(OCSP_basic_sign(answer, plan->responder->certificate, plan->responder->key, EVP_sha256(), NULL, flags), 1);
        OCSP_CERTID_free(id);
        ASN1_TIME_free(revoked);
        ASN1_GENERALIZEDTIME_free(issued);
        ASN1_GENERALIZEDTIME_free(next);
        return answer;
}

#endif
