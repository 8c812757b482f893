/* stamp_exchange.c - asks for a time-stamp, and judges the answer (stamp_exchange.h). */
#include "signing/stamp_exchange.h"

#include <openssl/ts.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "signing/limits.h"
#include "signing/path.h"
#include "signing/refusal.h"
#include "signing/token.h"
#include "signing/trust.h"

typedef struct token token_handle;
typedef unsigned char der_bytes;
static void der_free(der_bytes *der)
{
        OPENSSL_free(der);
}
DEFINE_OWNER(der_bytes, der_free)
DEFINE_OWNER(token_handle, token_free)
DEFINE_OWNER(TS_REQ, TS_REQ_free)
DEFINE_OWNER(TS_MSG_IMPRINT, TS_MSG_IMPRINT_free)
DEFINE_OWNER(TS_RESP, TS_RESP_free)
DEFINE_OWNER(X509_ALGOR, X509_ALGOR_free)
DEFINE_OWNER(ASN1_INTEGER, ASN1_INTEGER_free)

static TS_REQ *request_make(const uint8_t digest[STAMP_DIGEST], uint64_t nonce)
{
        OWN(TS_REQ) request = TS_REQ_new();
        OWN(TS_MSG_IMPRINT) imprint = TS_MSG_IMPRINT_new();
        OWN(X509_ALGOR) algorithm = X509_ALGOR_new();
        OWN(ASN1_INTEGER) number = ASN1_INTEGER_new();
        if (request == NULL || imprint == NULL || algorithm == NULL || number == NULL)
                return NULL;
        bool made = X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_sha256), V_ASN1_NULL, NULL) == 1 &&
                    TS_MSG_IMPRINT_set_algo(imprint, algorithm) == 1 &&
                    TS_MSG_IMPRINT_set_msg(imprint, (unsigned char *)(uintptr_t)digest, STAMP_DIGEST) == 1 &&
                    ASN1_INTEGER_set_uint64(number, nonce) == 1 && TS_REQ_set_version(request, 1) == 1 &&
                    TS_REQ_set_msg_imprint(request, imprint) == 1 && TS_REQ_set_nonce(request, number) == 1 &&
                    TS_REQ_set_cert_req(request, 1) == 1;
        return made ? TAKE(request) : NULL;
}

bool stamp_request_write(const uint8_t digest[STAMP_DIGEST], uint64_t nonce, const struct signing_sink *out,
                         struct signing_refusal *why)
{
        OWN(TS_REQ) made = request_make(digest, nonce);
        OWN(der_bytes) der = NULL;
        int size = made != NULL ? i2d_TS_REQ(made, &der) : -1;
        return (size > 0 && out->write(out->context, der, (size_t)size)) ||
               refuse(why, "SINK_FAILED", "", "The request could not be written.");
}

static bool answer_read(struct signing_bytes answer, der_bytes **out, size_t *out_size, struct signing_refusal *why)
{
        const unsigned char *at = answer.data;
        OWN(TS_RESP) response = answer.size <= LIMIT_TOKEN_BYTES ? d2i_TS_RESP(NULL, &at, (long)answer.size) : NULL;
        if (response == NULL)
                return refuse(why, "STAMP_UNREADABLE", "RFC 3161 2.4.2", "The authority's answer is not a time-stamp response.");
        int64_t status = ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(response)));
        if ((status != TS_STATUS_GRANTED && status != TS_STATUS_GRANTED_WITH_MODS) || TS_RESP_get_token(response) == NULL)
                return refuse(why, "STAMP_NOT_GRANTED", "RFC 3161 2.4.2",
                              "The authority did not grant the time-stamp (status %lld).", (long long)status);
        unsigned char *der = NULL;
        int size = i2d_PKCS7(TS_RESP_get_token(response), &der);
        if (size <= 0)
                return refuse(why, "STAMP_UNREADABLE", "RFC 3161 2.4.2", "The authority's answer holds no readable token.");
        *out = der;
        *out_size = (size_t)size;
        return true;
}

static bool authority_trusted(const struct token *token, const signing_trust *trust, struct signing_refusal *why)
{
        char detail[256];
        if (!trust_judges(trust, SERVICE_FOR_STAMPS))
                return true;
        const struct path_request request = {.leaf = token_signer(token),
                                             .anchors = sk_X509_num(trust->stampers) > 0 ? trust->stampers : trust->anchors,
                                             .helpers = {token_certificates(token), trust->others, NULL},
                                             .evidence = {&trust->evidence, NULL},
                                             .at = token_time(token),
                                             .stamper = true,
                                             .trust = trust};
        enum path_outcome outcome = path_check(&request, detail);
        return outcome == PATH_GOOD || outcome == PATH_GOOD_REVOCATION_UNJUDGED ||
               refuse(why, "STAMP_UNTRUSTED", "EN 319 102-1 5.4", "The time-stamping authority is not trusted; %s", detail);
}

static bool token_accept(struct signing_bytes der, const uint8_t digest[STAMP_DIGEST], uint64_t nonce, const signing_trust *trust,
                         struct signing_refusal *why)
{
        OWN(token_handle) token = NULL;
        uint64_t answered = 0;
        if (!token_read(der, &token, why))
                return false;
        if (token_digest(token) != NID_sha256 || !token_about(token, (struct signing_bytes){digest, STAMP_DIGEST}))
                return refuse(why, "STAMP_IMPRINT", "RFC 3161 2.4.2",
                              "The time-stamp was made over other data than this signature.");
        if (!token_nonce(token, &answered) || answered != nonce)
                return refuse(why, "STAMP_NONCE", "RFC 3161 2.4.2", "The time-stamp answers another request.");
        return token_check(token, NULL, why) && authority_trusted(token, trust, why);
}

bool stamp_answer_accept(struct signing_bytes answer, const uint8_t digest[STAMP_DIGEST], uint64_t nonce,
                         const signing_trust *trust, struct signing_bytes *token, struct signing_refusal *why)
{
        OWN(der_bytes) der = NULL;
        size_t size = 0;
        if (!answer_read(answer, &der, &size, why) || !token_accept((struct signing_bytes){der, size}, digest, nonce, trust, why))
                return false;
        *token = (struct signing_bytes){TAKE(der), size};
        return true;
}
