/* wanted.c - places and questions out of certificates (wanted.h). */
#include "signing/wanted.h"

#include <openssl/ocsp.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"

DEFINE_OWNER(AUTHORITY_INFO_ACCESS, AUTHORITY_INFO_ACCESS_free)
DEFINE_OWNER(CRL_DIST_POINTS, CRL_DIST_POINTS_free)
DEFINE_OWNER(OCSP_REQUEST, OCSP_REQUEST_free)
DEFINE_OWNER(OCSP_CERTID, OCSP_CERTID_free)

enum { URL_MAX = 1000, REQUEST_MAX = 2048 };

void wanted_add(struct wanted *wanted, X509 *certificate, X509 *issuer)
{
        if (wanted->count == WANTED_MAX)
                return;
        wanted->certificates[wanted->count] = certificate;
        wanted->issuers[wanted->count++] = issuer;
}

/* HTTP alone, in printable ASCII: what else a certificate may name (LDAP, files) is asked for by nobody. */
static bool url_read(const GENERAL_NAME *name, char url[URL_MAX + 1])
{
        if (name == NULL || name->type != GEN_URI)
                return false;
        const ASN1_IA5STRING *text = name->d.uniformResourceIdentifier;
        size_t size = (size_t)ASN1_STRING_length(text);
        if (size > URL_MAX)
                return false;
        memcpy(url, ASN1_STRING_get0_data(text), size);
        url[size] = '\0';
        for (size_t n = 0; n < size; n++)
                if (url[n] <= ' ' || url[n] > '~')
                        return false;
        return strncmp(url, "http://", 7) == 0 || strncmp(url, "https://", 8) == 0;
}

/* RFC 6960 4.1, without a nonce: an answer is kept and used again. SHA-1 names the issuer, as RFC 5019 2.1.1 has it. */
static bool request_write(X509 *certificate, X509 *issuer, char out[REQUEST_MAX * 4 / 3 + 4])
{
        OWN(OCSP_REQUEST) request = OCSP_REQUEST_new();
        OWN(OCSP_CERTID) id = OCSP_cert_to_id(EVP_sha1(), certificate, issuer);
        unsigned char der[REQUEST_MAX], *at = der;
        if (request == NULL || id == NULL || OCSP_request_add0_id(request, id) == NULL)
                return false;
        (void)TAKE(id); /* the request's */
        int size = i2d_OCSP_REQUEST(request, NULL);
        if (size <= 0 || size > REQUEST_MAX || i2d_OCSP_REQUEST(request, &at) != size)
                return false;
        EVP_EncodeBlock((unsigned char *)out, der, size);
        return true;
}

static bool responders_add(json_t *all, X509 *certificate, X509 *issuer)
{
        OWN(AUTHORITY_INFO_ACCESS) access = X509_get_ext_d2i(certificate, NID_info_access, NULL, NULL);
        char url[URL_MAX + 1], request[REQUEST_MAX * 4 / 3 + 4];
        for (int n = 0; n < sk_ACCESS_DESCRIPTION_num(access); n++) {
                const ACCESS_DESCRIPTION *one = sk_ACCESS_DESCRIPTION_value(access, n);
                if (OBJ_obj2nid(one->method) == NID_ad_OCSP && url_read(one->location, url) &&
                    request_write(certificate, issuer, request))
                        return json_array_append_new(
                                       all, json_pack("{s:s, s:s, s:s}", "kind", "ocsp", "url", url, "request", request)) == 0;
        }
        return true;
}

static bool lists_add(json_t *all, X509 *certificate)
{
        OWN(CRL_DIST_POINTS) points = X509_get_ext_d2i(certificate, NID_crl_distribution_points, NULL, NULL);
        char url[URL_MAX + 1];
        for (int n = 0; n < sk_DIST_POINT_num(points); n++) {
                const DIST_POINT_NAME *name = sk_DIST_POINT_value(points, n)->distpoint;
                for (int m = 0; name != NULL && name->type == 0 && m < sk_GENERAL_NAME_num(name->name.fullname); m++)
                        if (url_read(sk_GENERAL_NAME_value(name->name.fullname, m), url))
                                return json_array_append_new(all, json_pack("{s:s, s:s}", "kind", "crl", "url", url)) == 0;
        }
        return true;
}

json_t *wanted_json(const struct wanted *wanted)
{
        json_t *all = json_array();
        bool good = all != NULL;
        for (size_t n = 0; good && n < wanted->count; n++)
                good = responders_add(all, wanted->certificates[n], wanted->issuers[n]) && lists_add(all, wanted->certificates[n]);
        if (good)
                return all;
        json_decref(all);
        return NULL;
}
