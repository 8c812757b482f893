/*
 * batch.c - one time-stamp for many signatures: the hash tree of RFC 4998 4.2
 * over them, and each one's evidence record in its signature (EN 319 132-3).
 *
 * The record stands in the signature as the unsigned property that the standard
 * has for it, xadesen:SealingEvidenceRecords: a sibling of ds:Signature would be
 * content that nobody signed, and other people's verifiers know this property.
 * Levels of the tree are kept whole, so that each record costs its own path.
 */
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "signing/refusal.h"
#include "signing/sealing_group.h"
#include "signing/stamp_exchange.h"
#include "signing/stamp_place.h"
#include "signing/stamp_token.h"

static const char CLAUSE[] = "RFC 4998 4.2";

enum { LEVELS_MAX = 32, LEAVES_MAX = 1 << 24, ONE_SIGNATURE = 0 };

struct signing_batch {
        struct evidence_hash *levels[LEVELS_MAX]; /* 0: the leaves; the last has one hash */
        size_t counts[LEVELS_MAX], level_count;
        struct signing_bytes token; /* once there is an answer */
};
typedef struct token token_handle;
typedef struct evidence_record record_handle;
typedef uint8_t octets;
typedef char text;
DEFINE_OWNER(signing_batch, signing_batch_free)
DEFINE_OWNER(token_handle, token_free)
DEFINE_OWNER(record_handle, evidence_record_free)
DEFINE_OWNER(octets, free)
DEFINE_OWNER(text, free)

/* ---- one signature's leaf ---- */

/* The place with its references resolved; each must hold, as what is wrong now proves nothing later. */
static bool place_take(const struct signing_bytes *document, struct stamp_place *out, struct signing_refusal *why)
{
        struct work work = WORK_WHOLE;
        if (!stamp_place_open(document, ONE_SIGNATURE, out, why))
                return false;
        dsig_references_check(out->dsig, NULL, &work);
        for (size_t n = 0; n < out->dsig->reference_count; n++) {
                if (out->dsig->references[n].found && out->dsig->references[n].verdict == CHAIN_HOLDS)
                        continue;
                stamp_place_free(out);
                return refuse(why, "DIGEST_DIFFERS", CLAUSE, "The signed data are not at hand as they were signed.");
        }
        return true;
}

static bool group_take(const struct stamp_place *place, struct evidence_list *out, struct signing_refusal *why)
{
        struct work work = WORK_WHOLE;
        return sealing_group_make(place->dsig, &place->xades, NULL, &work, out) ||
               refuse(why, "STAMP_NO_PLACE", CLAUSE, "What the evidence record is about cannot be digested.");
}

bool signing_batch_leaf(struct signing_bytes signed_document, uint8_t leaf[SIGNING_LEAF], struct signing_refusal *why)
{
        struct stamp_place place = {0};
        struct evidence_list group;
        struct evidence_hash hash;
        if (!place_take(&signed_document, &place, why))
                return false;
        bool made = group_take(&place, &group, why);
        stamp_place_free(&place);
        if (!made)
                return false;
        made = evidence_hash_list(&group, &hash);
        free((void *)(uintptr_t)group.hashes);
        if (made)
                memcpy(leaf, hash.bytes, SIGNING_LEAF);
        return made || refuse(why, "MEMORY", "", "No memory for the batch.");
}

/* ---- the tree ---- */

void signing_batch_free(signing_batch *batch)
{
        if (batch == NULL)
                return;
        for (size_t i = 0; i < LEVELS_MAX; i++)
                free(batch->levels[i]);
        OPENSSL_free((void *)(uintptr_t)batch->token.data);
        free(batch);
}

/* Two by two; one that is left over goes up as it is. */
static bool level_add(signing_batch *batch)
{
        size_t below = batch->level_count - 1, count = batch->counts[below];
        const struct evidence_hash *hashes = batch->levels[below];
        struct evidence_hash *parents = malloc((count / 2 + 1) * sizeof *parents);
        bool good = parents != NULL;
        for (size_t i = 0; good && i + 1 < count; i += 2)
                good = evidence_hash_list(&(struct evidence_list){&hashes[i], 2}, &parents[i / 2]);
        if (!good) {
                free(parents);
                return false;
        }
        if (count % 2 == 1)
                parents[count / 2] = hashes[count - 1];
        batch->levels[batch->level_count] = parents;
        batch->counts[batch->level_count++] = (count + 1) / 2;
        return true;
}

bool signing_batch_new(const uint8_t (*leaves)[SIGNING_LEAF], size_t count, signing_batch **out, struct signing_refusal *why)
{
        if (count == 0 || count > LEAVES_MAX)
                return refuse(why, "TOO_MUCH", CLAUSE, "A batch has 1 to %d signatures.", LEAVES_MAX);
        OWN(signing_batch) batch = calloc(1, sizeof *batch);
        bool good = batch != NULL && (batch->levels[0] = malloc(count * sizeof(struct evidence_hash))) != NULL;
        if (good) {
                memcpy(batch->levels[0], leaves, count * sizeof(struct evidence_hash));
                batch->counts[0] = count;
                batch->level_count = 1;
        }
        while (good && batch->counts[batch->level_count - 1] > 1)
                good = level_add(batch);
        if (!good)
                return refuse(why, "MEMORY", "", "No memory for the batch.");
        *out = TAKE(batch);
        return true;
}

static const struct evidence_hash *root_of(const signing_batch *batch)
{
        return &batch->levels[batch->level_count - 1][0];
}

bool signing_batch_request(const signing_batch *batch, uint64_t nonce, const struct signing_sink *request,
                           struct signing_refusal *why)
{
        return stamp_request_write(root_of(batch)->bytes, nonce, request, why);
}

bool signing_batch_answer(signing_batch *batch, struct signing_bytes answer, uint64_t nonce, const signing_trust *trust,
                          struct signing_refusal *why)
{
        struct signing_bytes token;
        if (!stamp_answer_accept(answer, root_of(batch)->bytes, nonce, trust, &token, why))
                return false;
        OPENSSL_free((void *)(uintptr_t)batch->token.data);
        batch->token = token;
        return true;
}

/* ---- one signature's record ---- */

/* The group's own hashes, then what stands beside the way up. */
static size_t path_lists(const signing_batch *batch, size_t n, const struct evidence_list *group,
                         struct evidence_list lists[LEVELS_MAX + 1])
{
        size_t count = 0;
        lists[count++] = *group;
        for (size_t level = 0; level + 1 < batch->level_count; level++, n /= 2)
                if ((n ^ 1) < batch->counts[level])
                        lists[count++] = (struct evidence_list){&batch->levels[level][n ^ 1], 1};
        return count;
}

static char *property_text(struct signing_bytes record)
{
        OWN(text) encoded = malloc(4 * (record.size / 3 + 1) + 1);
        char *out = NULL;
        if (encoded == NULL)
                return NULL;
        EVP_EncodeBlock((unsigned char *)encoded, record.data, (int)record.size);
        int size = asprintf(&out,
                            "<e:SealingEvidenceRecords xmlns:e=\"" SEALING_SPACE
                            "\"><e:ASN1EvidenceRecord>%s</e:ASN1EvidenceRecord></e:SealingEvidenceRecords>",
                            encoded);
        return size >= 0 ? out : NULL;
}

/* What is handed out is read again, as a verifier will: its data lead to what the token is about. */
static bool result_check(struct stamp_place *place, struct signing_refusal *why)
{
        OWN(token_handle) token = NULL;
        OWN(record_handle) record = NULL;
        struct work work = WORK_WHOLE;
        struct evidence_hash root;
        dsig_references_check(place->dsig, NULL, &work);
        const struct xades_stamp *stamp = place->xades.stamp_count > 0 ? &place->xades.stamps[place->xades.stamp_count - 1] : NULL;
        if (stamp == NULL || !stamp_token_read(stamp, &token, &record, why) || record == NULL)
                return refuse(why, "STAMP_NO_PLACE", CLAUSE, "The evidence record could not be put into the signature.");
        return (stamp_token_root(place->dsig, &place->xades, stamp, record, &work, &root) &&
                token_about(token, (struct signing_bytes){root.bytes, sizeof root.bytes})) ||
               refuse(why, "BATCH_MISMATCH", CLAUSE, "The signature is not the one that the batch was made of.");
}

static bool record_put(const struct stamp_place *place, struct signing_bytes record, const struct signing_sink *out,
                       struct signing_refusal *why)
{
        OWN(text) property = property_text(record);
        uint8_t *made = NULL;
        size_t size = 0;
        struct stamp_place again = {0};
        if (property == NULL)
                return refuse(why, "MEMORY", "", "No memory for the evidence record.");
        if (!stamp_place_put(place, property, &made, &size, why) || !stamp_place_again(place, made, size, &again, why))
                return false;
        bool good =
                result_check(&again, why) && stamp_place_write(place, (struct signing_bytes){again.bytes, again.size}, out, why);
        stamp_place_free(&again);
        return good;
}

static bool place_apply(const signing_batch *batch, size_t n, const struct stamp_place *place, const struct signing_sink *out,
                        struct signing_refusal *why)
{
        struct evidence_list group, lists[LEVELS_MAX + 1];
        size_t size = 0;
        if (!group_take(place, &group, why))
                return false;
        size_t count = path_lists(batch, n, &group, lists);
        OWN(octets) record = evidence_record_write(lists, count, batch->token, &size);
        free((void *)(uintptr_t)group.hashes);
        if (record == NULL)
                return refuse(why, "MEMORY", "", "No memory for the evidence record.");
        return record_put(place, (struct signing_bytes){record, size}, out, why);
}

bool signing_batch_apply(const signing_batch *batch, size_t n, struct signing_bytes signed_document, const struct signing_sink *out,
                         struct signing_refusal *why)
{
        struct stamp_place place = {0};
        if (batch->token.data == NULL || n >= batch->counts[0])
                return refuse(why, "LEVEL_ORDER", CLAUSE, "The batch has no answer yet, or no such signature.");
        if (!place_take(&signed_document, &place, why))
                return false;
        bool applied = place_apply(batch, n, &place, out, why);
        stamp_place_free(&place);
        return applied;
}
