/*
 * Bytes as an evidence record (RFC 4998): refused with a reason, or read; what is
 * read has a token and is about no object it does not name, and written again with
 * what it holds it is read again.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "signing/evidence_record.h"
#include "signing/refusal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An object's own hash in the first list is what leads to the token: of the bytes' every 32, and of none. */
static void roots_try(const struct evidence_record *record, struct signing_bytes der)
{
        struct evidence_hash object, root;
        const struct evidence_list one = {&object, 1}, nothing = {&object, 0};
        memset(&object, 0xa5, sizeof object);
        bool foreign = evidence_record_root(record, &one, &root);
        assert(!foreign);
        foreign = evidence_record_root(record, &nothing, &root);
        assert(!foreign);
        for (size_t at = 0; at + EVIDENCE_HASH <= der.size && at < 512; at++) {
                memcpy(object.bytes, der.data + at, EVIDENCE_HASH);
                if (evidence_record_root(record, &one, &root))
                        assert(memmem(der.data, der.size, object.bytes, EVIDENCE_HASH) != NULL);
        }
}

/* One made of its token is one of this library's kind. */
static void written_again(const struct evidence_record *record)
{
        struct evidence_hash object, root;
        const struct evidence_list list = {&object, 1};
        struct evidence_record *again = NULL;
        struct signing_refusal why = {0};
        size_t size = 0;
        memset(&object, 7, sizeof object);
        uint8_t *der = evidence_record_write(&list, 1, evidence_record_token(record), &size);
        if (der == NULL)
                return;
        if (evidence_record_read((struct signing_bytes){der, size}, &again, &why)) {
                bool own = evidence_record_root(again, &list, &root);
                assert(own);
        }
        evidence_record_free(again);
        free(der);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        const struct signing_bytes der = {data, size};
        struct evidence_record *record = NULL;
        struct signing_refusal why = {0};
        if (!evidence_record_read(der, &record, &why)) {
                assert(record == NULL && why.code[0] != '\0');
                return 0;
        }
        assert(evidence_record_token(record).size > 0);
        roots_try(record, der);
        written_again(record);
        evidence_record_free(record);
        return 0;
}
