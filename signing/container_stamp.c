/*
 * container_stamp.c - time-stamp tokens that stand alone in a container (container_stamp.h).
 */
#include "signing/container_stamp.h"

#include <openssl/objects.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "signing/algorithm.h"
#include "signing/dsig.h"
#include "signing/path.h"
#include "signing/token.h"
#include "signing/xml.h"

#define ASIC "http://uri.etsi.org/02918/v1.2.1#" /* EN 319 162-1 annex A */

enum { MANIFEST_MAX = 1 << 20, TOKENS_MAX = 64 };

typedef struct token token_handle;
typedef uint8_t octets;
DEFINE_OWNER(token_handle, token_free)
DEFINE_OWNER(octets, free)
DEFINE_OWNER(xml_document, xml_document_free)
DEFINE_OWNER(EVP_MD_CTX, EVP_MD_CTX_free)

struct judging {
        const signing_container *container;
        const struct signing_request *request;
        signing_report *report;
        bool good; /* the report could be written */
};

static void told(struct judging *judging, enum reason_code code, const char *detail)
{
        judging->good = judging->good && report_container(judging->report, code, detail);
}

/* ---- an entry's digest ---- */

static bool digest_write(void *context, const uint8_t *data, size_t size)
{
        return EVP_DigestUpdate(context, data, size) == 1;
}

static bool entry_digest(const struct judging *judging, size_t entry, const EVP_MD *method, uint8_t digest[EVP_MAX_MD_SIZE],
                         unsigned *size)
{
        OWN(EVP_MD_CTX) state = EVP_MD_CTX_new();
        const struct signing_sink sink = {state, digest_write};
        return state != NULL && method != NULL && EVP_DigestInit_ex(state, method, NULL) == 1 &&
               container_entry_copy(judging->container, entry, &sink, NULL) && EVP_DigestFinal_ex(state, digest, size) == 1;
}

/* ---- a token ---- */

static void evidence_take(void *context, struct signing_bytes der)
{
        if (!evidence_add(context, der))
                return; /* unreadable evidence proves nothing either way */
}

static bool path_good(const struct token *token, const signing_trust *trust, const struct evidence *own, int64_t at,
                      char detail[256])
{
        const struct path_request request = {.leaf = token_signer(token),
                                             .anchors = sk_X509_num(trust->stampers) > 0 ? trust->stampers : trust->anchors,
                                             .helpers = {token_certificates(token), trust->others, NULL},
                                             .evidence = {own, &trust->evidence},
                                             .at = at,
                                             .stamper = true,
                                             .trust = trust};
        enum path_outcome outcome = path_check(&request, detail);
        return outcome == PATH_GOOD || outcome == PATH_GOOD_REVOCATION_UNJUDGED;
}

/* EN 319 102-1 5.4: its authority at its own time, and now, as nothing proves the token older. */
static bool trusted(struct judging *judging, struct token *token)
{
        const signing_trust *trust = judging->request->trust;
        char detail[256] = "no trust anchor was given";
        struct evidence own = evidence_new();
        const struct token_inside inside = {&own, NULL, evidence_take};
        bool good = trust != NULL && own.lists != NULL && own.answers != NULL;
        if (good)
                token_inside(token, &inside);
        good = good && token_strong(token, judging->request->at) && path_good(token, trust, &own, token_time(token), detail) &&
               path_good(token, trust, &own, judging->request->at, detail);
        if (!good)
                told(judging, REASON_STAMP_UNTRUSTED, detail);
        evidence_free(&own);
        return good;
}

/* The token of entry `entry` should be about the entry `about`; that covers what `covers` says. */
static void token_judge(struct judging *judging, size_t entry, size_t about, bool covered, const char *covers)
{
        OWN(octets) der = NULL;
        OWN(token_handle) token = NULL;
        uint8_t digest[EVP_MAX_MD_SIZE];
        unsigned digest_size = 0;
        size_t size = 0;
        struct signing_refusal why = {0};
        struct report_stamp stamp = {.name = container_entry_name(judging->container, entry), .covers = covers};
        bool right = container_entry_read(judging->container, entry, LIMIT_TOKEN_BYTES, &der, &size, &why) &&
                     token_read((struct signing_bytes){der, size}, &token, &why) && token_check(token, NULL, &why);
        if (token != NULL)
                stamp.at = token_time(token);
        if (!right)
                told(judging, REASON_STAMP_ALONE_BROKEN, why.sentence);
        else if (!covered || !entry_digest(judging, about, EVP_get_digestbynid(token_digest(token)), digest, &digest_size) ||
                 !token_about(token, (struct signing_bytes){digest, digest_size}))
                told(judging, REASON_STAMP_ALONE_WRONG, stamp.name);
        else
                stamp.intact = true;
        stamp.trusted = stamp.intact && trusted(judging, token);
        if (stamp.intact)
                told(judging, REASON_STAMP_ALONE, stamp.name);
        judging->good = judging->good && report_stamp(judging->report, &stamp);
}

/* ---- ASiC-S ---- */

static bool only_business(const signing_container *container, size_t *out)
{
        size_t count = 0;
        for (size_t n = 0; n < container_entries(container); n++)
                if (container_entry_business(container, n) && count++ == 0)
                        *out = n;
        return count == 1;
}

static size_t simple_judge(struct judging *judging)
{
        size_t entry = 0, about = 0;
        if (!container_entry_find(judging->container, "META-INF/timestamp.tst", &entry))
                return 0;
        bool one = only_business(judging->container, &about);
        token_judge(judging, entry, about, one, one ? container_entry_name(judging->container, about) : "");
        return 1;
}

/* ---- ASiC-E ---- */

static bool ends(const char *name, const char *tail)
{
        size_t size = strlen(name), length = strlen(tail);
        return size >= length && strcmp(name + size - length, tail) == 0;
}

/* <DataObjectReference URI="…"><ds:DigestMethod/><ds:DigestValue/></DataObjectReference> */
static bool object_holds(const struct judging *judging, const xmlNode *object)
{
        const char *name = xml_attribute(object, "URI");
        const struct algorithm *method =
                algorithm_find(xml_attribute(xml_child(object, DSIG_SPACE, "DigestMethod"), "Algorithm"), ALGORITHM_DIGEST);
        OWN(octets) wanted = NULL;
        uint8_t digest[EVP_MAX_MD_SIZE];
        size_t entry = 0, wanted_size = 0;
        unsigned size = 0;
        return name != NULL && method != NULL && algorithm_strong(method, judging->request->at) &&
               container_entry_find(judging->container, name, &entry) &&
               xml_base64(xml_child(object, DSIG_SPACE, "DigestValue"), EVP_MAX_MD_SIZE, &wanted, &wanted_size) &&
               entry_digest(judging, entry, EVP_get_digestbyname(method->digest), digest, &size) && size == wanted_size &&
               memcmp(digest, wanted, size) == 0;
}

static size_t manifest_judge(struct judging *judging, size_t about)
{
        OWN(octets) bytes = NULL;
        OWN(xml_document) document = NULL;
        size_t size = 0, entry = 0, objects = 0;
        bool right = true;
        if (!container_entry_read(judging->container, about, MANIFEST_MAX, &bytes, &size, NULL) ||
            !xml_read((struct signing_bytes){bytes, size}, &document, NULL) || !xml_is(xml_root(document), ASIC, "ASiCManifest"))
                return 0;
        const char *name = xml_attribute(xml_child(xml_root(document), ASIC, "SigReference"), "URI");
        if (name == NULL || !ends(name, ".tst") || !container_entry_find(judging->container, name, &entry))
                return 0;
        for (const xmlNode *object = xml_child(xml_root(document), ASIC, "DataObjectReference");
             object != NULL && objects < TOKENS_MAX; object = xml_next(object, ASIC, "DataObjectReference")) {
                right = right && object_holds(judging, object);
                objects++;
        }
        token_judge(judging, entry, about, right && objects > 0, container_entry_name(judging->container, about));
        return 1;
}

bool container_stamps_judge(const signing_container *container, const struct signing_request *request, signing_report *report,
                            size_t *count)
{
        struct judging judging = {container, request, report, true};
        *count = simple_judge(&judging);
        for (size_t n = 0; n < container_entries(container) && *count < TOKENS_MAX; n++) {
                const char *name = container_entry_name(container, n);
                if (strncmp(name, "META-INF/", 9) == 0 && strstr(name, "ASiCManifest") != NULL && ends(name, ".xml"))
                        *count += manifest_judge(&judging, n);
        }
        return judging.good;
}
