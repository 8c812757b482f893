/*
 * revocation.c - was a certificate revoked? Its CRLs, and all evidence weighed
 * together (revocation.h).
 */
#include "signing/revocation.h"

#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "signing/instant.h"
#include "signing/issued.h"
#include "signing/responder.h"

DEFINE_OWNER(ISSUING_DIST_POINT, ISSUING_DIST_POINT_free)
DEFINE_OWNER(AUTHORITY_INFO_ACCESS, AUTHORITY_INFO_ACCESS_free)
DEFINE_OWNER(CRL_DIST_POINTS, CRL_DIST_POINTS_free)
DEFINE_OWNER(ASN1_ENUMERATED, ASN1_ENUMERATED_free)
DEFINE_OWNER(ASN1_GENERALIZEDTIME, ASN1_GENERALIZEDTIME_free)
DEFINE_OWNER(ASN1_OBJECT, ASN1_OBJECT_free)

/* The policy's row for evidence that names no nextUpdate: so old it may be at the time asked about (EN 319 102-1 5.2.5). */
enum { FRESH_WITHOUT_NEXT = 24 * 3600 };

/* ---- CRLs ---- */

static ISSUING_DIST_POINT *point_of(const X509_CRL *list, bool *broken)
{
        int critical = -1;
        ISSUING_DIST_POINT *point = X509_CRL_get_ext_d2i(list, NID_issuing_distribution_point, &critical, NULL);
        *broken = point == NULL && critical != -1;
        return point;
}

static bool extension_known(const X509_EXTENSION *extension, bool entry)
{
        int nid = OBJ_obj2nid(X509_EXTENSION_get_object((X509_EXTENSION *)(uintptr_t)extension));
        if (X509_EXTENSION_get_critical(extension) == 0)
                return true;
        return entry ? nid == NID_crl_reason || nid == NID_invalidity_date : nid == NID_issuing_distribution_point;
}

/* RFC 5280 5.2, 5.3: a list with a critical extension that is not understood tells nothing; nor does one that only tells changes.
 */
static bool list_understood(X509_CRL *list)
{
        if (X509_CRL_get_ext_by_NID(list, NID_delta_crl, -1) >= 0)
                return false;
        for (int n = 0; n < X509_CRL_get_ext_count(list); n++)
                if (!extension_known(X509_CRL_get_ext(list, n), false))
                        return false;
        STACK_OF(X509_REVOKED) *entries = X509_CRL_get_REVOKED(list);
        for (int n = 0; n < sk_X509_REVOKED_num(entries); n++) {
                const X509_REVOKED *entry = sk_X509_REVOKED_value(entries, n);
                for (int m = 0; m < X509_REVOKED_get_ext_count(entry); m++)
                        if (!extension_known(X509_REVOKED_get_ext(entry, m), true))
                                return false;
        }
        return true;
}

static bool names_share(const GENERAL_NAMES *one, const GENERAL_NAMES *other)
{
        for (int n = 0; n < sk_GENERAL_NAME_num(one); n++)
                for (int m = 0; m < sk_GENERAL_NAME_num(other); m++)
                        if (GENERAL_NAME_cmp(sk_GENERAL_NAME_value(one, n), sk_GENERAL_NAME_value(other, m)) == 0)
                                return true;
        return false;
}

/* RFC 5280 6.3.3 b 2 i: a list for one distribution point is about the certificates that name that point. */
static bool point_names(const ISSUING_DIST_POINT *point, X509 *certificate)
{
        if (point->distpoint == NULL)
                return true;
        OWN(CRL_DIST_POINTS) points = X509_get_ext_d2i(certificate, NID_crl_distribution_points, NULL, NULL);
        for (int n = 0; n < sk_DIST_POINT_num(points); n++) {
                const DIST_POINT_NAME *name = sk_DIST_POINT_value(points, n)->distpoint;
                if (name != NULL && name->type == 0 && point->distpoint->type == 0 &&
                    names_share(point->distpoint->name.fullname, name->name.fullname))
                        return true;
        }
        return false;
}

/* Is the certificate of the kind the list is about, and is all told of it? */
static bool point_covers(const ISSUING_DIST_POINT *point, X509 *certificate)
{
        bool authority = X509_check_ca(certificate) > 0;
        if (point->indirectCRL > 0 || point->onlyattr > 0 || point->onlysomereasons != NULL)
                return false;
        if ((point->onlyuser > 0 && authority) || (point->onlyCA > 0 && !authority))
                return false;
        return point_names(point, certificate);
}

static enum revocation_state reason_state(const X509_REVOKED *entry)
{
        OWN(ASN1_ENUMERATED) reason = X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, NULL, NULL);
        return reason != NULL && ASN1_ENUMERATED_get(reason) == CRL_REASON_CERTIFICATE_HOLD ? REVOCATION_HELD : REVOCATION_REVOKED;
}

/* X.509 9.5.2.8, expiredCertsOnCRL (2.5.29.60): the list goes on telling of what expired since that date. */
static int64_t list_forgets(X509_CRL *list, int64_t issued)
{
        OWN(ASN1_OBJECT) wanted = OBJ_txt2obj("2.5.29.60", 1);
        int at = wanted != NULL ? X509_CRL_get_ext_by_OBJ(list, wanted, -1) : -1;
        if (at < 0)
                return issued;
        const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(X509_CRL_get_ext(list, at));
        const unsigned char *data = ASN1_STRING_get0_data(value);
        OWN(ASN1_GENERALIZEDTIME) since = d2i_ASN1_GENERALIZEDTIME(NULL, &data, ASN1_STRING_length(value));
        int64_t out = issued;
        return instant_of_asn1(since, &out) && out < issued ? out : issued;
}

static bool list_signed(X509_CRL *list, const struct revocation_query *query)
{
        uint32_t usage = X509_get_key_usage(query->issuer);
        return (usage == UINT32_MAX || (usage & KU_CRL_SIGN) != 0) && issued_list(list, query->issuer);
}

static bool list_weak(const X509_CRL *list, int64_t at)
{
        int digest = NID_undef;
        return OBJ_find_sigid_algs(X509_CRL_get_signature_nid(list), &digest, NULL) == 1 && digest != NID_undef &&
               !certificate_digest_strong(digest, at);
}

static bool list_times(X509_CRL *list, struct revocation_statement *out)
{
        const ASN1_TIME *next = X509_CRL_get0_nextUpdate(list);
        return instant_of_asn1(X509_CRL_get0_lastUpdate(list), &out->issued) && (next == NULL || instant_of_asn1(next, &out->next));
}

static struct revocation_statement list_statement(X509_CRL *list, const struct revocation_query *query)
{
        struct revocation_statement out = {0};
        X509_REVOKED *entry = NULL;
        bool broken = false;
        if (X509_NAME_cmp(X509_CRL_get_issuer(list), X509_get_issuer_name(query->certificate)) != 0)
                return out;
        OWN(ISSUING_DIST_POINT) point = point_of(list, &broken);
        if (point != NULL && point->indirectCRL <= 0 && point->onlysomereasons == NULL && !point_covers(point, query->certificate))
                return out; /* about others of the same issuer */
        out.state = REVOCATION_UNUSABLE;
        if (broken || (point != NULL && !point_covers(point, query->certificate)) || !list_understood(list) ||
            !list_times(list, &out))
                return out;
        out.state = REVOCATION_UNENTITLED;
        if (!list_signed(list, query))
                return out;
        out.forgets = list_forgets(list, out.issued);
        out.proven = proof_of_list(query->proofs, list, query->at);
        out.until = query->proofs != NULL ? query->relied : INT64_MAX;
        out.weak = list_weak(list, out.proven);
        out.state = REVOCATION_GOOD;
        if (X509_CRL_get0_by_cert(list, &entry, query->certificate) != 1)
                return out; /* absent, or "removeFromCRL" */
        out.state =
                instant_of_asn1(X509_REVOKED_get0_revocationDate(entry), &out.since) ? reason_state(entry) : REVOCATION_UNUSABLE;
        return out;
}

/* ---- all of it together ---- */

static bool fresh(const struct revocation_statement *statement, int64_t at)
{
        return statement->next != 0 ? statement->next >= at : statement->issued >= at - FRESH_WITHOUT_NEXT;
}

static bool in_scope(const struct revocation_statement *statement, X509 *certificate)
{
        int64_t begin = 0, end = 0;
        return instant_of_asn1(X509_get0_notBefore(certificate), &begin) &&
               instant_of_asn1(X509_get0_notAfter(certificate), &end) && statement->issued >= begin && statement->forgets <= end;
}

struct revocation_finding revocation_weigh(const struct revocation_query *query, const struct revocation_statement *statement)
{
        struct revocation_finding out = {
                .state = statement->state, .since = statement->since, .issued = statement->issued, .ends = INT64_MAX};
        if (out.state < REVOCATION_GOOD)
                return out;
        if (out.state > REVOCATION_GOOD && statement->since > query->at) { /* only later */
                out.ends = out.state == REVOCATION_REVOKED ? statement->since : INT64_MAX;
                out.state = REVOCATION_GOOD;
        } else if (out.state == REVOCATION_GOOD && !in_scope(statement, query->certificate)) {
                out.state = REVOCATION_OUT_OF_SCOPE;
        } else if (out.state == REVOCATION_GOOD && !fresh(statement, query->at)) {
                out.state = REVOCATION_STALE;
        }
        /* Nobody is spared a revocation for want of proof; only what is good has to be proven so. */
        if (out.state == REVOCATION_GOOD && statement->weak)
                out.state = REVOCATION_WEAK;
        else if (out.state == REVOCATION_GOOD && statement->proven > statement->until)
                out.state = REVOCATION_UNPROVEN;
        return out;
}

/* A good answer lifts a hold that is older than it; nothing lifts a revocation. */
static void finding_join(struct revocation_finding *best, struct revocation_finding one)
{
        bool both = best->state >= REVOCATION_GOOD && best->state <= REVOCATION_HELD && one.state >= REVOCATION_GOOD &&
                    one.state <= REVOCATION_HELD;
        int64_t ends = one.ends < best->ends ? one.ends : best->ends;
        if (both ? one.issued > best->issued : one.state > best->state)
                *best = one;
        best->ends = ends;
}

struct revocation_finding revocation_check(const struct revocation_query *query)
{
        struct revocation_finding best = {.ends = INT64_MAX};
        for (size_t source = 0; source < 2; source++) {
                const struct evidence *evidence = query->evidence[source];
                for (int n = 0; evidence != NULL && n < sk_X509_CRL_num(evidence->lists); n++) {
                        struct revocation_statement statement = list_statement(sk_X509_CRL_value(evidence->lists, n), query);
                        struct revocation_finding one = revocation_weigh(query, &statement);
                        one.list = sk_X509_CRL_value(evidence->lists, n);
                        finding_join(&best, one);
                }
                for (int n = 0; evidence != NULL && n < sk_OCSP_BASICRESP_num(evidence->answers); n++) {
                        struct revocation_statement statement =
                                responder_statement(sk_OCSP_BASICRESP_value(evidence->answers, n), query);
                        struct revocation_finding one = revocation_weigh(query, &statement);
                        one.answer = sk_OCSP_BASICRESP_value(evidence->answers, n);
                        finding_join(&best, one);
                }
        }
        return best;
}

/* ---- where it is to be had ---- */

static bool uri_show(const GENERAL_NAME *name, char *out, size_t size)
{
        if (name == NULL || name->type != GEN_URI)
                return false;
        snprintf(out, size, "%.*s", ASN1_STRING_length(name->d.uniformResourceIdentifier),
                 (const char *)ASN1_STRING_get0_data(name->d.uniformResourceIdentifier));
        return true;
}

static bool responder_place(X509 *certificate, char *out, size_t size)
{
        OWN(AUTHORITY_INFO_ACCESS) access = X509_get_ext_d2i(certificate, NID_info_access, NULL, NULL);
        for (int n = 0; n < sk_ACCESS_DESCRIPTION_num(access); n++) {
                const ACCESS_DESCRIPTION *one = sk_ACCESS_DESCRIPTION_value(access, n);
                if (OBJ_obj2nid(one->method) == NID_ad_OCSP && uri_show(one->location, out, size))
                        return true;
        }
        return false;
}

static bool list_place(X509 *certificate, char *out, size_t size)
{
        OWN(CRL_DIST_POINTS) points = X509_get_ext_d2i(certificate, NID_crl_distribution_points, NULL, NULL);
        for (int n = 0; n < sk_DIST_POINT_num(points); n++) {
                const DIST_POINT_NAME *name = sk_DIST_POINT_value(points, n)->distpoint;
                for (int m = 0; name != NULL && name->type == 0 && m < sk_GENERAL_NAME_num(name->name.fullname); m++)
                        if (uri_show(sk_GENERAL_NAME_value(name->name.fullname, m), out, size))
                                return true;
        }
        return false;
}

void revocation_place(X509 *certificate, char *out, size_t size)
{
        if (!responder_place(certificate, out, size) && !list_place(certificate, out, size))
                out[0] = '\0';
}

/* EN 319 412-1 5.2: validity assured, short term. */
static bool short_lived(X509 *certificate)
{
        OWN(ASN1_OBJECT) assured = OBJ_txt2obj("0.4.0.194121.2.1", 1);
        return assured != NULL && X509_get_ext_by_OBJ(certificate, assured, -1) >= 0;
}

bool revocation_expected(X509 *certificate)
{
        char place[8];
        revocation_place(certificate, place, sizeof place);
        return place[0] != '\0' && !short_lived(certificate) && X509_get_ext_by_NID(certificate, NID_id_pkix_OCSP_noCheck, -1) < 0;
}
