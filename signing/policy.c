/*
 * policy.c - signature policies by identifier and digest (policy.h).
 */
#include "signing/policy.h"

#include <stdio.h>
#include <string.h>

#include "gateway/core/owner.h"

DEFINE_OWNER(EVP_MD_CTX, EVP_MD_CTX_free)

/* The DGFiP's policies for PES V2. Files in use carry several digests of one policy, as its document was issued anew
 * under the same identifier: any of the set is right. Base64 without its padding, which files in use leave out. */
static const struct known_policy {
        const char *id, *digests[4];
} known_policies[] = {
        {"1.2.250.1.131.1.5.18.21.1.4", {"Jkdb+aba0Hz6+ZPKmKNhPByzQ+Q"}},
        {"1.2.250.1.131.1.5.18.21.1.7",
         {"roF9+cfRHNPtVJolhdqfIqGMVuUXX8aR4rpiquf0u5E", "pYtFgzn09kQWZywqdIGVd1fFI07tjKmEAyQHr0l/YAk",
          "GbP1WjbTrHp6h9zlsz5RN7AqkJbnDNDOAQzgm1qzIJ4"}},
};

enum outcome { POLICY_RIGHT, POLICY_UNJUDGED, POLICY_DIGEST_UNKNOWN, POLICY_DIGEST_WRONG };

struct policy {
        const char *id;
        char digest[128]; /* base64 without white space and padding */
        const struct algorithm *method;
        const xmlNode *node; /* SignaturePolicyId */
};

static void digest_read(const char *text, char *out, size_t size)
{
        size_t used = 0;
        for (; text != NULL && *text != '\0' && used + 1 < size; text++)
                if (strchr(" \t\r\n=", *text) == NULL)
                        out[used++] = *text;
        out[used] = '\0';
}

static bool policy_read(const struct xades *xades, struct policy *out)
{
        static const char urn[] = "urn:oid:";
        const xmlNode *properties = xml_child(xades->signed_properties, xades->space, "SignedSignatureProperties");
        out->node = xml_child(xml_child(properties, NULL, "SignaturePolicyIdentifier"), NULL, "SignaturePolicyId");
        const xmlNode *hash = xml_child(out->node, NULL, "SigPolicyHash");
        out->id = xades->policy;
        if (out->id == NULL || out->id[0] == '\0')
                return false; /* none, or implied by what is signed (5.2.9 SignaturePolicyImplied) */
        out->id += strspn(out->id, " \t\r\n");
        out->id += strncmp(out->id, urn, sizeof urn - 1) == 0 ? sizeof urn - 1 : 0;
        out->method = algorithm_find(xml_attribute(xml_child(hash, NULL, "DigestMethod"), "Algorithm"), ALGORITHM_DIGEST);
        digest_read(xml_text(xml_child(hash, NULL, "DigestValue")), out->digest, sizeof out->digest);
        return true;
}

static enum outcome known_judge(const struct policy *policy)
{
        for (const struct known_policy *row = known_policies;
             row < known_policies + sizeof known_policies / sizeof known_policies[0]; row++) {
                size_t size = strlen(row->id);
                if (strncmp(policy->id, row->id, size) != 0 || strspn(policy->id + size, " \t\r\n") != strlen(policy->id + size))
                        continue;
                for (size_t n = 0; n < sizeof row->digests / sizeof row->digests[0] && row->digests[n] != NULL; n++)
                        if (strcmp(row->digests[n], policy->digest) == 0)
                                return POLICY_RIGHT;
                return POLICY_DIGEST_UNKNOWN;
        }
        return POLICY_UNJUDGED;
}

/* ---- the document itself ---- */

static bool digest_write(void *context, const uint8_t *data, size_t size)
{
        return EVP_DigestUpdate(context, data, size) == 1;
}

static bool document_find(const struct judgement *judgement, const struct policy *policy, struct file *out)
{
        const xmlNode *qualifiers = xml_child(policy->node, NULL, "SigPolicyQualifiers");
        const xmlNode *qualifier = xml_child(qualifiers, NULL, "SigPolicyQualifier");
        const char *uri = xml_text(xml_child(qualifier, NULL, "SPURI"));
        const char *slash = uri != NULL ? strrchr(uri, '/') : NULL;
        return !judgement->contained && judgement->files != NULL && slash != NULL && slash[1] != '\0' &&
               judgement->files->find(judgement->files, slash + 1, out);
}

/* A policy in ASN.1 is digested in part (TR 102 272 6), one with Transforms after them: neither is judged here. */
static enum outcome document_judge(const struct policy *policy, const struct file *file)
{
        OWN(EVP_MD_CTX) state = EVP_MD_CTX_new();
        unsigned char digest[EVP_MAX_MD_SIZE], text[2 * EVP_MAX_MD_SIZE];
        char plain[sizeof text];
        unsigned size = 0;
        const EVP_MD *method = policy->method != NULL ? EVP_get_digestbyname(policy->method->digest) : NULL;
        const struct signing_sink sink = {state, digest_write};
        if (xml_child(policy->node, NULL, "Transforms") != NULL || state == NULL || method == NULL ||
            EVP_DigestInit_ex2(state, method, NULL) != 1 || !file->copy(file, &sink) ||
            EVP_DigestFinal_ex(state, digest, &size) != 1)
                return POLICY_UNJUDGED;
        EVP_EncodeBlock(text, digest, (int)size);
        digest_read((const char *)text, plain, sizeof plain);
        return strcmp(plain, policy->digest) == 0 ? POLICY_RIGHT : POLICY_DIGEST_WRONG;
}

void policy_judge(struct judgement *judgement)
{
        struct policy policy = {0};
        struct file file;
        if (!policy_read(&judgement->xades, &policy))
                return;
        enum outcome outcome = known_judge(&policy);
        if (outcome != POLICY_RIGHT && document_find(judgement, &policy, &file))
                outcome = document_judge(&policy, &file);
        if (outcome == POLICY_DIGEST_WRONG)
                reason_add(judgement, REASON_POLICY_DIGEST_WRONG, "%s", policy.id);
        else if (outcome == POLICY_DIGEST_UNKNOWN)
                reason_add(judgement, REASON_POLICY_DIGEST_UNKNOWN, "%s", policy.id);
        else if (outcome == POLICY_UNJUDGED)
                reason_add(judgement, REASON_POLICY_UNJUDGED, "%s", policy.id);
}
