/*
 * receipts.c - reads each receipt as its holder would. Its seal is judged by its
 * mathematics: whose certificate it is, `pli receipt verify` judges.
 */
#include "gateway/admin/receipts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/base64.h"
#include "gateway/core/owner.h"
#include "gateway/formats/receipt.h"

enum { PAGE = 100 };

typedef struct receipt receipt_handle;
static void octets_free(uint8_t *octets)
{
        free(octets);
}
DEFINE_OWNER(json_t, json_decref)
DEFINE_OWNER(receipt_handle, receipt_free)
DEFINE_OWNER(signing_report, signing_report_free)
DEFINE_OWNER(uint8_t, octets_free)

static bool differs(struct problem *problem, int64_t index, const char *what)
{
        return problem_set(problem, "journal-mismatch", "The receipt of journal index %" PRId64 ": %s", index, what);
}

bool receipts_begin(struct db *db, struct receipts *out, struct problem *problem)
{
        struct signing_refusal why;
        memset(out, 0, sizeof *out);
        out->db = db;
        out->rows = (struct rows){.function = "api.receipt_rows", .key = "index", .level = -1, .page_size = PAGE, .last = -1};
        if (!signing_start(&why))
                return problem_set(problem, "internal", "%s", why.sentence);
        return rows_read(db, &out->rows, &out->next, problem);
}

void receipts_end(struct receipts *receipts)
{
        rows_end(&receipts->rows);
        signing_stop();
}

/* The journal's note of that size; "" where it has none. */
static bool note_find(struct receipts *receipts, uint64_t size, struct problem *problem)
{
        const struct db_argument arguments[] = {db_integer((int64_t)size - 1), db_integer(1)};
        OWN(json_t) rows = NULL;
        if (receipts->noted == size)
                return true;
        if (!db_call_json(receipts->db, "api.checkpoint_rows", arguments, 2, &rows, problem))
                return false;
        const json_t *row = json_array_get(rows, 0);
        const char *note = json_string_value(json_object_get(row, "note"));
        bool there = row != NULL && note != NULL && (uint64_t)rows_integer(row, "size") == size && strlen(note) < NOTE_MAX;
        snprintf(receipts->note, sizeof receipts->note, "%s", there ? note : "");
        receipts->noted = size;
        return true;
}

static bool checkpoint_known(struct receipts *receipts, const struct receipt_source *source, struct problem *problem)
{
        struct checkpoint checkpoint;
        struct signing_refusal why;
        if (!checkpoint_parse(source->checkpoint, &checkpoint, &why))
                return differs(problem, (int64_t)source->index, why.sentence);
        if (!note_find(receipts, checkpoint.size, problem))
                return false;
        if (strlen(receipts->note) != source->checkpoint.size ||
            memcmp(receipts->note, source->checkpoint.data, source->checkpoint.size) != 0)
                return problem_set(problem, "journal-mismatch",
                                   "The checkpoint of size %" PRIu64 ", carried by the receipt of index %" PRIu64
                                   ", is not in the journal or was changed.",
                                   checkpoint.size, source->index);
        return true;
}

/* Its text and salt are the event's, its index is its own. */
static bool leaf_check(const struct receipt_source *source, const json_t *leaf, struct problem *problem)
{
        uint8_t salt[MERKLE_SALT];
        int64_t index = rows_integer(leaf, "index");
        const char *text = json_string_value(json_object_get(leaf, "text"));
        if (source->index != (uint64_t)index)
                return differs(problem, index, "it is another leaf's.");
        if (text == NULL || !rows_hex(leaf, "salt", salt, sizeof salt) || memcmp(salt, source->salt, sizeof salt) != 0 ||
            strlen(text) != source->text.size || memcmp(text, source->text.data, source->text.size) != 0)
                return differs(problem, index, "it carries another event.");
        return true;
}

static bool memory_read(void *context, uint64_t offset, uint8_t *buffer, size_t size)
{
        const struct signing_bytes *bytes = context;
        if (offset > bytes->size || size > bytes->size - offset)
                return false;
        memcpy(buffer, bytes->data + offset, size);
        return true;
}

static bool seal_check(struct signing_bytes xml, int64_t index, struct problem *problem)
{
        OWN(signing_report) report = NULL;
        struct signing_refusal why;
        const struct signing_request request = {.document = {&xml, xml.size, memory_read}};
        if (!signing_verify(&request, &report, &why))
                return differs(problem, index, why.sentence);
        OWN(json_t) said = json_loads(signing_report_json(report), 0, NULL);
        const json_t *signature = json_array_get(json_object_get(said, "signatures"), 0);
        bool whole = signing_report_signatures(report) == 1 && signing_report_covers_all(report, 0);
        if (!whole || !json_is_true(json_object_get(signature, "intact")))
                return differs(problem, index, "its seal is broken.");
        return true;
}

static bool content_check(struct receipts *receipts, struct signing_bytes xml, const json_t *leaf, struct problem *problem)
{
        OWN(receipt_handle) receipt = NULL;
        struct signing_refusal why;
        struct refusals refusals = {0};
        int64_t index = rows_integer(leaf, "index");
        if (!receipt_read(xml, &receipt, &why))
                return differs(problem, index, why.sentence);
        if (!leaf_check(receipt_source(receipt), leaf, problem) || !checkpoint_known(receipts, receipt_source(receipt), problem))
                return false;
        if (receipt_check(receipt, NULL, &refusals) == SIGNING_FAILED)
                return differs(problem, index, refusals.count > 0 ? refusals.list[0].sentence : "it contradicts itself.");
        return seal_check(xml, index, problem);
}

static bool row_check(struct receipts *receipts, const json_t *leaf, struct problem *problem)
{
        OWN(uint8_t) xml = NULL;
        size_t size = 0;
        int64_t index = rows_integer(leaf, "index");
        if (rows_integer(receipts->next, "event") != rows_integer(leaf, "event"))
                return differs(problem, index, "its row names another event.");
        if (json_is_true(json_object_get(receipts->next, "astray")))
                return differs(problem, index, "its row is fed to others than its event concerns.");
        if (!base64_read(json_string_value(json_object_get(receipts->next, "receipt")), &xml, &size))
                return differs(problem, index, "it cannot be read.");
        if (!content_check(receipts, (struct signing_bytes){xml, size}, leaf, problem))
                return false;
        receipts->count++;
        return rows_read(receipts->db, &receipts->rows, &receipts->next, problem);
}

bool receipts_check(struct receipts *receipts, const json_t *leaf, struct problem *problem)
{
        if (receipts->next != NULL && receipts->rows.last == rows_integer(leaf, "index"))
                return row_check(receipts, leaf, problem);
        if (json_is_true(json_object_get(leaf, "settled")))
                return differs(problem, rows_integer(leaf, "index"), "there is none.");
        return true;
}

bool receipts_check_end(const struct receipts *receipts, struct problem *problem)
{
        return receipts->next == NULL || differs(problem, receipts->rows.last, "the journal has no such leaf.");
}
