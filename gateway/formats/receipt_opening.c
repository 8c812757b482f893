/* receipt_opening.c - the minutes in the event, flattened: each list stands by itself in the receipt. */
#include "gateway/formats/receipt_opening.h"

#include <string.h>

/* Every decision of the buyer, with the deposit it is about. */
static void decisions_add(json_t *list, const json_t *deposit)
{
        size_t n;
        json_t *decision;
        json_array_foreach(json_object_get(deposit, "decisions"), n, decision)
        {
                json_t *row = json_copy(decision);
                if (json_is_object(row))
                        (void)json_object_set(row, "deposit", json_object_get(deposit, "deposit"));
                json_array_append_new(list, row);
        }
}

static size_t outcome_count(const json_t *results, const char *outcome)
{
        size_t n, count = 0;
        json_t *result;
        json_array_foreach(results, n, result)
        {
                const char *found = json_string_value(json_object_get(result, "outcome"));
                count += found != NULL && strcmp(found, outcome) == 0;
        }
        return count;
}

static size_t unlisted_count(const json_t *documents)
{
        size_t n, count = 0;
        json_t *document;
        json_array_foreach(documents, n, document) count += json_is_false(json_object_get(document, "listed"));
        return count;
}

static void count_set(json_t *row, const char *key, size_t count)
{
        if (count > 0)
                (void)json_object_set_new(row, key, json_integer((json_int_t)count));
}

/* In sum: how many documents, what the verifier and the antivirus said. */
static void report_add(json_t *row, const json_t *report)
{
        const json_t *verification = json_object_get(report, "verification"),
                     *manifest = json_object_get(report, "manifestVerification"), *antivirus = json_object_get(report, "antivirus"),
                     *documents = json_object_get(report, "documents");
        if (!json_is_object(report))
                return;
        (void)json_object_set_new(row, "documents", json_integer((json_int_t)json_array_size(documents)));
        count_set(row, "unlisted", unlisted_count(documents));
        count_set(row, "missing", json_array_size(json_object_get(report, "missing")));
        count_set(row, "infected", outcome_count(antivirus, "infected"));
        count_set(row, "unscanned", outcome_count(antivirus, "not-scanned"));
        if (json_array_size(json_object_get(verification, "signatures")) > 0)
                (void)json_object_set(row, "signature", json_object_get(verification, "indication"));
        if (json_is_object(manifest))
                (void)json_object_set(row, "manifest", json_object_get(manifest, "indication"));
}

static void envelopes_add(json_t *list, const json_t *deposit)
{
        static const char *const keys[] = {"lot", "kind", "state"};
        size_t n;
        const json_t *envelope;
        json_array_foreach(json_object_get(deposit, "envelopes"), n, envelope)
        {
                json_t *row = json_object();
                (void)json_object_set(row, "deposit", json_object_get(deposit, "deposit"));
                (void)json_object_set(row, "company", json_object_get(json_object_get(deposit, "company"), "name"));
                for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
                        if (json_is_string(json_object_get(envelope, keys[i])))
                                (void)json_object_set(row, keys[i], json_object_get(envelope, keys[i]));
                report_add(row, json_object_get(envelope, "report"));
                json_array_append_new(list, row);
        }
}

bool opening_view(json_t *view)
{
        const json_t *minutes = json_object_get(view, "minutes"), *deposit;
        json_t *members = json_object_get(minutes, "members"), *present = json_object_get(minutes, "present");
        json_t *decisions = json_array(), *openings = json_array();
        size_t n;
        json_array_foreach(json_object_get(minutes, "deposits"), n, deposit)
        {
                decisions_add(decisions, deposit);
                envelopes_add(openings, deposit);
        }
        bool set = json_object_set_new(view, ":decisions", decisions) == 0;
        return json_object_set_new(view, ":openings", openings) == 0 && set &&
               (members == NULL || json_object_set(view, ":commission", members) == 0) &&
               (present == NULL || json_object_set(view, ":present", present) == 0);
}
