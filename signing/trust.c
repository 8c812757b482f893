/*
 * trust.c - what the caller of signing_verify() trusts and knows (trust.h).
 */
#include "signing/trust.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <stdlib.h>

#include "gateway/core/owner.h"
#include "signing/limits.h"
#include "signing/list_of_lists.h"
#include "signing/refusal.h"

DEFINE_OWNER(BIO, BIO_free)
DEFINE_OWNER(signing_trust, signing_trust_free)

struct evidence evidence_new(void)
{
        return (struct evidence){sk_X509_CRL_new_null(), sk_OCSP_BASICRESP_new_null()};
}

void evidence_free(struct evidence *evidence)
{
        sk_X509_CRL_pop_free(evidence->lists, X509_CRL_free);
        sk_OCSP_BASICRESP_pop_free(evidence->answers, OCSP_BASICRESP_free);
        *evidence = (struct evidence){0};
}

bool evidence_empty(const struct evidence *evidence)
{
        return sk_X509_CRL_num(evidence->lists) <= 0 && sk_OCSP_BASICRESP_num(evidence->answers) <= 0;
}

static bool list_add(struct evidence *evidence, X509_CRL *list)
{
        if (list == NULL || sk_X509_CRL_push(evidence->lists, list) > 0)
                return list != NULL;
        X509_CRL_free(list);
        return false;
}

static bool answer_add(struct evidence *evidence, OCSP_BASICRESP *answer)
{
        if (answer == NULL || sk_OCSP_BASICRESP_push(evidence->answers, answer) > 0)
                return answer != NULL;
        OCSP_BASICRESP_free(answer);
        return false;
}

/* An OCSPResponse, or the BasicOCSPResponse some signatures embed alone. */
static bool der_add(struct evidence *evidence, struct signing_bytes der)
{
        const unsigned char *at = der.data;
        if (list_add(evidence, d2i_X509_CRL(NULL, &at, (long)der.size)))
                return true;
        at = der.data;
        OCSP_RESPONSE *response = d2i_OCSP_RESPONSE(NULL, &at, (long)der.size);
        OCSP_BASICRESP *basic = response != NULL ? OCSP_response_get1_basic(response) : NULL;
        OCSP_RESPONSE_free(response);
        at = der.data;
        return answer_add(evidence, basic != NULL ? basic : d2i_OCSP_BASICRESP(NULL, &at, (long)der.size));
}

bool evidence_add(struct evidence *evidence, struct signing_bytes bytes)
{
        if (bytes.size == 0 || bytes.size > LIMIT_EVIDENCE_BYTES)
                return false;
        if (bytes.data[0] == 0x30)
                return der_add(evidence, bytes);
        OWN(BIO) in = BIO_new_mem_buf(bytes.data, (int)bytes.size);
        int count = 0;
        for (X509_CRL *next; in != NULL && (next = PEM_read_bio_X509_CRL(in, NULL, NULL, NULL)) != NULL; count++)
                if (!list_add(evidence, next))
                        return false;
        return count > 0;
}

signing_trust *signing_trust_new(void)
{
        OWN(signing_trust) trust = calloc(1, sizeof *trust);
        if (trust == NULL)
                return NULL;
        *trust = (struct signing_trust){.anchors = certificates_new(),
                                        .stampers = certificates_new(),
                                        .others = certificates_new(),
                                        .evidence = evidence_new()};
        bool whole = trust->anchors != NULL && trust->stampers != NULL && trust->others != NULL && trust->evidence.lists != NULL &&
                     trust->evidence.answers != NULL;
        return whole ? TAKE(trust) : NULL;
}

void signing_trust_free(signing_trust *trust)
{
        if (trust == NULL)
                return;
        certificates_free(trust->anchors);
        certificates_free(trust->stampers);
        certificates_free(trust->others);
        evidence_free(&trust->evidence);
        service_free(trust->services);
        list_of_lists_free(trust->pointed);
        free(trust);
}

bool trust_judges(const struct signing_trust *trust, enum service_role role)
{
        return trust != NULL && (trust->services != NULL || sk_X509_num(trust->anchors) > 0 ||
                                 (role == SERVICE_FOR_STAMPS && sk_X509_num(trust->stampers) > 0));
}

bool signing_trust_anchor(signing_trust *trust, struct signing_bytes certificates, struct signing_refusal *why)
{
        return certificates_read(trust->anchors, certificates) ||
               refuse(why, "CERTIFICATE_UNREADABLE", "RFC 5280 4.1", "The trust anchors hold no readable certificate.");
}

bool signing_trust_stamper(signing_trust *trust, struct signing_bytes certificates, struct signing_refusal *why)
{
        return certificates_read(trust->stampers, certificates) ||
               refuse(why, "CERTIFICATE_UNREADABLE", "RFC 5280 4.1", "The anchors for time-stamps hold no readable certificate.");
}

bool signing_trust_evidence(signing_trust *trust, struct signing_bytes evidence, struct signing_refusal *why)
{
        return certificates_read(trust->others, evidence) || evidence_add(&trust->evidence, evidence) ||
               refuse(why, "EVIDENCE_UNREADABLE", "RFC 5280 5.1",
                      "The evidence is neither a certificate, nor a CRL, nor an OCSP answer.");
}
