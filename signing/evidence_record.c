/* evidence_record.c - the ASN.1 of RFC 4998 appendix B, and the walk up its reduced hash tree. */
#include "signing/evidence_record.h"

#include <openssl/asn1t.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "signing/limits.h"
#include "signing/refusal.h"

static const char CLAUSE[] = "RFC 4998 4.3";

enum { LISTS_MAX = 64, HASHES_MAX = LIMIT_REFERENCES + LIMIT_TOKENS };

/* ---- ASN.1, implicit tags ---- */

DEFINE_STACK_OF(ASN1_OCTET_STRING)
typedef STACK_OF(ASN1_OCTET_STRING) partial_tree;
DEFINE_STACK_OF(partial_tree)
typedef struct {
        X509_ALGOR *digest;
        STACK_OF(X509_ATTRIBUTE) * attributes;
        STACK_OF(partial_tree) * tree;
        ASN1_TYPE *stamp;
} archive_stamp;
typedef STACK_OF(archive_stamp) stamp_chain;
DEFINE_STACK_OF(archive_stamp)
DEFINE_STACK_OF(stamp_chain)
typedef struct evidence_record {
        ASN1_INTEGER *version;
        STACK_OF(X509_ALGOR) * digests;
        STACK_OF(stamp_chain) * chains;
} evidence_record;

/* clang-format off */
ASN1_ITEM_TEMPLATE(partial_tree) =
        ASN1_EX_TEMPLATE_TYPE(ASN1_TFLG_SEQUENCE_OF, 0, partial, ASN1_OCTET_STRING)
static_ASN1_ITEM_TEMPLATE_END(partial_tree)
ASN1_SEQUENCE(archive_stamp) = {
        ASN1_IMP_OPT(archive_stamp, digest, X509_ALGOR, 0),
        ASN1_IMP_SET_OF_OPT(archive_stamp, attributes, X509_ATTRIBUTE, 1),
        ASN1_IMP_SEQUENCE_OF_OPT(archive_stamp, tree, partial_tree, 2),
        ASN1_SIMPLE(archive_stamp, stamp, ASN1_ANY)
} static_ASN1_SEQUENCE_END(archive_stamp)
ASN1_ITEM_TEMPLATE(stamp_chain) =
        ASN1_EX_TEMPLATE_TYPE(ASN1_TFLG_SEQUENCE_OF, 0, chain, archive_stamp)
static_ASN1_ITEM_TEMPLATE_END(stamp_chain)
ASN1_SEQUENCE(evidence_record) = {
        ASN1_SIMPLE(evidence_record, version, ASN1_INTEGER),
        ASN1_SEQUENCE_OF(evidence_record, digests, X509_ALGOR),
        ASN1_SEQUENCE_OF(evidence_record, chains, stamp_chain)
} static_ASN1_SEQUENCE_END(evidence_record)
        /* clang-format on */

        static void record_value_free(evidence_record * record)
{
        ASN1_item_free((ASN1_VALUE *)record, ASN1_ITEM_rptr(evidence_record));
}
DEFINE_OWNER(evidence_record, record_value_free)

void evidence_record_free(struct evidence_record *record)
{
        record_value_free(record);
}

/* ---- hashing ---- */

static int hash_compare(const void *a, const void *b)
{
        return memcmp(a, b, EVIDENCE_HASH);
}

/* Sorts its argument. */
static bool sorted_hash(struct evidence_hash *hashes, size_t count, struct evidence_hash *out)
{
        qsort(hashes, count, sizeof *hashes, hash_compare);
        return EVP_Digest(hashes, count * sizeof *hashes, out->bytes, NULL, EVP_sha256(), NULL) == 1;
}

bool evidence_hash_list(const struct evidence_list *list, struct evidence_hash *out)
{
        struct evidence_hash *copy = malloc((list->count + 1) * sizeof *copy);
        if (copy == NULL)
                return false;
        memcpy(copy, list->hashes, list->count * sizeof *copy);
        bool hashed = sorted_hash(copy, list->count, out);
        free(copy);
        return hashed;
}

/* ---- writing ---- */

static X509_ALGOR *sha256_new(void)
{
        X509_ALGOR *algorithm = X509_ALGOR_new();
        if (algorithm != NULL && X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_sha256), V_ASN1_UNDEF, NULL) == 1)
                return algorithm;
        X509_ALGOR_free(algorithm);
        return NULL;
}

static partial_tree *list_new(const struct evidence_list *list)
{
        partial_tree *out = sk_ASN1_OCTET_STRING_new_null();
        for (size_t i = 0; out != NULL && i < list->count; i++) {
                ASN1_OCTET_STRING *hash = ASN1_OCTET_STRING_new();
                if (hash == NULL || ASN1_OCTET_STRING_set(hash, list->hashes[i].bytes, EVIDENCE_HASH) != 1 ||
                    sk_ASN1_OCTET_STRING_push(out, hash) <= 0) {
                        ASN1_OCTET_STRING_free(hash);
                        sk_ASN1_OCTET_STRING_pop_free(out, ASN1_OCTET_STRING_free);
                        return NULL;
                }
        }
        return out;
}

static bool tree_fill(archive_stamp *stamp, const struct evidence_list *lists, size_t count)
{
        stamp->tree = sk_partial_tree_new_null();
        for (size_t i = 0; stamp->tree != NULL && i < count; i++) {
                partial_tree *list = list_new(&lists[i]);
                if (list == NULL || sk_partial_tree_push(stamp->tree, list) <= 0) {
                        sk_ASN1_OCTET_STRING_pop_free(list, ASN1_OCTET_STRING_free);
                        return false;
                }
        }
        return stamp->tree != NULL;
}

static bool token_fill(archive_stamp *stamp, struct signing_bytes token)
{
        const unsigned char *at = token.data;
        ASN1_TYPE_free(stamp->stamp);
        stamp->stamp = d2i_ASN1_TYPE(NULL, &at, (long)token.size);
        return stamp->stamp != NULL;
}

/* The record's single chain with its single, still empty, time-stamp; both are the record's. */
static archive_stamp *stamp_add(evidence_record *record)
{
        stamp_chain *chain = sk_archive_stamp_new_null();
        archive_stamp *stamp = (archive_stamp *)ASN1_item_new(ASN1_ITEM_rptr(archive_stamp));
        if (chain != NULL && stamp != NULL && sk_stamp_chain_push(record->chains, chain) > 0) {
                if (sk_archive_stamp_push(chain, stamp) > 0)
                        return stamp;
        } else {
                sk_archive_stamp_free(chain);
        }
        ASN1_item_free((ASN1_VALUE *)stamp, ASN1_ITEM_rptr(archive_stamp));
        return NULL;
}

uint8_t *evidence_record_write(const struct evidence_list *lists, size_t count, struct signing_bytes token, size_t *size)
{
        OWN(evidence_record) record = (evidence_record *)ASN1_item_new(ASN1_ITEM_rptr(evidence_record));
        X509_ALGOR *algorithm = sha256_new();
        unsigned char *der = NULL;
        if (record == NULL || algorithm == NULL || sk_X509_ALGOR_push(record->digests, algorithm) <= 0) {
                X509_ALGOR_free(algorithm);
                return NULL;
        }
        archive_stamp *stamp = ASN1_INTEGER_set(record->version, 1) == 1 ? stamp_add(record) : NULL;
        if (stamp == NULL || !tree_fill(stamp, lists, count) || !token_fill(stamp, token))
                return NULL;
        int length = ASN1_item_i2d((const ASN1_VALUE *)record, &der, ASN1_ITEM_rptr(evidence_record));
        uint8_t *out = length > 0 ? malloc((size_t)length) : NULL;
        if (out != NULL) {
                memcpy(out, der, (size_t)length);
                *size = (size_t)length;
        }
        OPENSSL_free(der);
        return out;
}

/* ---- reading ---- */

static const archive_stamp *stamp_of(const evidence_record *record)
{
        return sk_archive_stamp_value(sk_stamp_chain_value(record->chains, 0), 0);
}

static bool list_check(const partial_tree *list)
{
        int count = sk_ASN1_OCTET_STRING_num(list);
        for (int i = 0; i < count; i++)
                if (ASN1_STRING_length(sk_ASN1_OCTET_STRING_value(list, i)) != EVIDENCE_HASH)
                        return false;
        return count > 0 && count <= HASHES_MAX;
}

static bool is_sha256(const X509_ALGOR *algorithm)
{
        const ASN1_OBJECT *object = NULL;
        X509_ALGOR_get0(&object, NULL, NULL, algorithm);
        return OBJ_obj2nid(object) == NID_sha256;
}

/* Of the kind this library makes and follows. */
static bool shape_check(const evidence_record *record, struct signing_refusal *why)
{
        if (ASN1_INTEGER_get(record->version) != 1 || sk_stamp_chain_num(record->chains) != 1 ||
            sk_archive_stamp_num(sk_stamp_chain_value(record->chains, 0)) != 1)
                return refuse(why, "EVIDENCE_RECORD_KIND", CLAUSE, "The evidence record is not of one time-stamp.");
        const archive_stamp *stamp = stamp_of(record);
        int lists = sk_partial_tree_num(stamp->tree);
        bool sha256 = stamp->digest != NULL
                              ? is_sha256(stamp->digest)
                              : sk_X509_ALGOR_num(record->digests) == 1 && is_sha256(sk_X509_ALGOR_value(record->digests, 0));
        if (!sha256 || lists < 1 || lists > LISTS_MAX || stamp->stamp->type != V_ASN1_SEQUENCE)
                return refuse(why, "EVIDENCE_RECORD_KIND", CLAUSE,
                              "The evidence record's tree is not one of SHA-256 that is followed here.");
        for (int i = 0; i < lists; i++)
                if (!list_check(sk_partial_tree_value(stamp->tree, i)))
                        return refuse(why, "EVIDENCE_RECORD_KIND", CLAUSE, "List %d of the evidence record is no list of hashes.",
                                      i);
        return true;
}

bool evidence_record_read(struct signing_bytes der, struct evidence_record **out, struct signing_refusal *why)
{
        const unsigned char *at = der.data;
        OWN(evidence_record) record = NULL;
        if (der.size > 0 && der.size <= LIMIT_TOKEN_BYTES)
                record = (evidence_record *)ASN1_item_d2i(NULL, &at, (long)der.size, ASN1_ITEM_rptr(evidence_record));
        if (record == NULL || at != der.data + der.size)
                return refuse(why, "EVIDENCE_RECORD_UNREADABLE", "RFC 4998 3.1", "This is no evidence record that is read here.");
        if (!shape_check(record, why))
                return false;
        *out = TAKE(record);
        return true;
}

struct signing_bytes evidence_record_token(const struct evidence_record *record)
{
        const ASN1_STRING *token = stamp_of(record)->stamp->value.sequence;
        return (struct signing_bytes){ASN1_STRING_get0_data(token), (size_t)ASN1_STRING_length(token)};
}

/* Hashes a list, with `below` among it where that is not NULL. `room` takes a list and one more. */
static bool level_hash(const partial_tree *list, const struct evidence_hash *below, struct evidence_hash *room,
                       struct evidence_hash *out)
{
        size_t count = (size_t)sk_ASN1_OCTET_STRING_num(list);
        for (size_t i = 0; i < count; i++)
                memcpy(room[i].bytes, ASN1_STRING_get0_data(sk_ASN1_OCTET_STRING_value(list, (int)i)), EVIDENCE_HASH);
        if (below != NULL)
                room[count++] = *below;
        return sorted_hash(room, count, out);
}

bool evidence_record_root(const struct evidence_record *record, const struct evidence_list *objects, struct evidence_hash *out)
{
        const archive_stamp *stamp = stamp_of(record);
        struct evidence_hash wanted, hash, *room = malloc((HASHES_MAX + 1) * sizeof *room);
        const partial_tree *first = sk_partial_tree_value(stamp->tree, 0);
        bool good = room != NULL && (size_t)sk_ASN1_OCTET_STRING_num(first) == objects->count &&
                    evidence_hash_list(objects, &wanted) && level_hash(first, NULL, room, &hash) &&
                    hash_compare(&wanted, &hash) == 0;
        for (int i = 1; good && i < sk_partial_tree_num(stamp->tree); i++) {
                struct evidence_hash below = hash;
                good = level_hash(sk_partial_tree_value(stamp->tree, i), &below, room, &hash);
        }
        free(room);
        if (good)
                *out = hash;
        return good;
}
