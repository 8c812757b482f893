/* receipt_view.c - from the event's text to what the receipt says of it. */
#include <jansson.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/hex.h"
#include "gateway/core/owner.h"
#include "gateway/formats/receipt_form.h"
#include "gateway/formats/receipt_view.h"
#include "gateway/formats/receipt_opening.h"
#include "gateway/formats/text.h"
#include "signing/refusal.h"

DEFINE_OWNER(json_t, json_decref)
DEFINE_OWNER(xmlDoc, xmlFreeDoc)

static const char *const stamp_words[] = {"included", "pending", "none"};

static json_t *hex_json(const uint8_t *data, size_t size)
{
        char text[2 * MERKLE_HASH + 1] = "";
        hex_write(data, size, text);
        return json_string(text);
}

struct transfer {
        json_int_t attempts, interruptions, bytes;
        const char *first;
};

/* "opened" is the deposit's own beginning: no bytes, but an instant. */
static void attempt_add(struct transfer *sum, const json_t *attempt)
{
        const char *outcome = json_string_value(json_object_get(attempt, "outcome"));
        const char *started = json_string_value(json_object_get(attempt, "started"));
        json_int_t count = json_integer_value(json_object_get(attempt, "bytes"));
        bool opened = outcome != NULL && strcmp(outcome, "opened") == 0, stored = outcome != NULL && strcmp(outcome, "stored") == 0;
        sum->attempts += opened ? 0 : 1;
        sum->interruptions += opened || stored ? 0 : 1;
        if (stored && count > 0 && sum->bytes <= INT64_MAX - count)
                sum->bytes += count;
        if (started != NULL && (sum->first == NULL || strcmp(started, sum->first) < 0))
                sum->first = started;
}

/* Summed up for people; each attempt stands in the event's text. Not stored = interrupted (Conseil d'État n° 449250). */
static json_t *transfer_view(const json_t *attempts)
{
        struct transfer sum = {.first = NULL};
        for (size_t i = 0; i < json_array_size(attempts); i++)
                attempt_add(&sum, json_array_get(attempts, i));
        if (json_array_size(attempts) == 0)
                return NULL;
        return json_pack("{s:I, s:I, s:I, s:s?}", "attempts", sum.attempts, "interruptions", sum.interruptions, "bytes", sum.bytes,
                         "first", sum.first);
}

/* An acte's own names stand at the event's top. */
static json_t *filing_view(const json_t *event)
{
        json_t *number = json_object_get(event, "number"), *object = json_object_get(event, "object"),
               *act = json_object_get(event, "act");
        return number == NULL && object == NULL && act == NULL
                       ? NULL
                       : json_pack("{s:O?, s:O?, s:O?}", "act", act, "number", number, "object", object);
}

/* What this fact is about besides its subject. */
static json_t *relation_view(const json_t *event)
{
        static const char *const keys[] = {"deposit", "replacedBy", "withdrawn", "cursor", "formerDeadline"};
        json_t *relation = json_object();
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
                if (json_object_get(event, keys[i]) != NULL)
                        (void)json_object_set(relation, keys[i], json_object_get(event, keys[i]));
        return relation;
}

/* A deposit's company stands in an object of its own; the register is flat. */
static void deposits_add(json_t *list, const json_t *deposits)
{
        size_t i;
        json_t *deposit;
        json_array_foreach(deposits, i, deposit)
        {
                json_t *row = json_copy(deposit), *company = json_object_get(deposit, "company");
                if (json_is_object(row) && json_is_object(company))
                        (void)json_object_update(row, company);
                json_array_append_new(list, row);
        }
}

/* The register as it was when the opening began ("deposits") or ended ("minutes", in its three parts). */
static json_t *register_view(const json_t *event)
{
        const json_t *minutes = json_object_get(event, "minutes");
        json_t *list = json_array();
        deposits_add(list, json_object_get(event, "deposits"));
        deposits_add(list, json_object_get(minutes, "deposits"));
        deposits_add(list, json_object_get(minutes, "withdrawn"));
        deposits_add(list, json_object_get(minutes, "replaced"));
        return list;
}

static json_t *proof_view(const struct merkle_proof *proof)
{
        json_t *list = json_array();
        for (size_t i = 0; i < proof->count; i++)
                json_array_append_new(list, hex_json(proof->hashes[i].bytes, MERKLE_HASH));
        return list;
}

static json_t *base64_json(struct signing_bytes bytes)
{
        char *text = malloc(bytes.size / 3 * 4 + 8);
        if (text == NULL)
                return NULL;
        EVP_EncodeBlock((unsigned char *)text, bytes.data, (int)bytes.size);
        json_t *value = json_string(text);
        free(text);
        return value;
}

/* The exact text as XML text where XML can carry it, else as base64. */
static bool event_view(struct signing_bytes text, json_t *journal)
{
        OWN(json_t) plain = json_stringn((const char *)text.data, text.size);
        if (plain != NULL && strlen(json_string_value(plain)) == text.size && text_is_xml(json_string_value(plain)))
                return json_object_set(journal, "event", plain) == 0;
        return json_object_set_new(journal, "encoded", base64_json(text)) == 0;
}

static bool journal_view(const struct receipt_source *source, const struct checkpoint *checkpoint, json_t *view)
{
        json_t *journal =
                json_pack("{s:I, s:I, s:o, s:o, s:o}", "index", (json_int_t)source->index, "size", (json_int_t)checkpoint->size,
                          "salt", hex_json(source->salt, MERKLE_SALT), "proof", proof_view(source->proof), "checkpoint",
                          json_stringn((const char *)source->checkpoint.data, source->checkpoint.size));
        return json_object_set_new(view, ":journal", journal) == 0 && event_view(source->text, journal);
}

/* The names of EN 319 522-3 are told by their last part; ours are URNs already. */
static json_t *event_name(const json_t *view)
{
        const char *name = json_string_value(json_object_get(view, "event"));
        if (name == NULL)
                return NULL;
        return strchr(name, ':') != NULL ? json_string(name) : json_sprintf(RECEIPT_EVENT "%s", name);
}

static bool grouped_set(json_t *view)
{
        json_t *transfer = transfer_view(json_object_get(view, "transfer")), *filing = filing_view(view);
        bool set = json_object_set_new(view, ":register", register_view(view)) == 0 && opening_view(view) &&
                   json_object_set_new(view, ":relation", relation_view(view)) == 0;
        bool kept = json_object_set_new(view, ":transfer", transfer != NULL ? transfer : json_null()) == 0;
        return json_object_set_new(view, ":filing", filing != NULL ? filing : json_null()) == 0 && kept && set;
}

static bool computed_set(json_t *view, const struct receipt_source *source, const struct checkpoint *checkpoint)
{
        return grouped_set(view) &&
               json_object_set_new(view, ":identifier",
                                   json_sprintf("%s#%llu", checkpoint->origin, (unsigned long long)source->index)) == 0 &&
               json_object_set_new(view, ":event", event_name(view)) == 0 &&
               json_object_set_new(view, ":issuer", json_pack("{s:s, s:s?}", "name", source->issuer, "address", source->address)) ==
                       0 &&
               json_object_set_new(view, ":stamp", json_string(stamp_words[source->stamp])) == 0 &&
               journal_view(source, checkpoint, view);
}

static bool view_make(const struct receipt_source *source, json_t **out, struct signing_refusal *why)
{
        struct checkpoint checkpoint;
        json_error_t error;
        if (source->text.size > RECEIPT_MAX / 2)
                return refuse(why, "RECEIPT_TOO_LONG", "limit", "the event's text has more than %d bytes", RECEIPT_MAX / 2);
        if (!checkpoint_parse(source->checkpoint, &checkpoint, why))
                return false;
        OWN(json_t) view = json_loadb((const char *)source->text.data, source->text.size, JSON_REJECT_DUPLICATES, &error);
        if (!json_is_object(view))
                return refuse(why, "RECEIPT_EVENT", "RFC 8259", "the event is not one JSON object: %s",
                              view == NULL ? error.text : "another value");
        if (!computed_set(view, source, &checkpoint))
                return refuse(why, "RECEIPT_EVENT", RECEIPT_SPACE, "the event lacks its name, or a name is not UTF-8");
        *out = TAKE(view);
        return true;
}

bool receipt_tree(const struct receipt_source *source, xmlDoc **out, struct signing_refusal *why)
{
        OWN(json_t) view = NULL;
        if (!view_make(source, &view, why))
                return false;
        OWN(xmlDoc) doc = form_write(view);
        if (doc == NULL)
                return refuse(why, "RECEIPT_EVENT", RECEIPT_SPACE, "the event lacks its name or its time");
        *out = TAKE(doc);
        return true;
}
