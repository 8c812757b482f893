/* acknowledgement.c - shows what a receipt acknowledges. */
#include "gateway/client/acknowledgement.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gateway/client/catalogue.h"
#include "gateway/client/command.h"
#include "gateway/client/show.h"
#include "gateway/formats/receipt.h"

/* "Menuiserie Duval SARL (12345678900011)" */
static void party_show(const char *label, const json_t *party, const char *organisation)
{
        char line[768];
        const char *name = field_text(party, "name"), *siret = field_text(party, "siret"),
                   *of = organisation != NULL ? field_text(party, organisation) : "";
        if (party == NULL)
                return;
        snprintf(line, sizeof line, "%s%s%s%s%s%s", name, *of != '\0' && strcmp(of, name) != 0 ? ", " : "",
                 strcmp(of, name) != 0 ? of : "", *siret != '\0' ? " (" : "", siret, *siret != '\0' ? ")" : "");
        show_pair(label, line);
}

static void documents_show(const json_t *documents)
{
        if (json_array_size(documents) == 0)
                return;
        const char *header[] = {words("Document"), words("Size"), words("Type"), words("Envelope")};
        struct show_table *table = show_table_new(4, header);
        size_t index;
        json_t *document;
        json_array_foreach(documents, index, document)
        {
                char size[32];
                const json_t *bytes = json_object_get(document, "size");
                show_table_row(table,
                               (const char *[]){field_text(document, "name"),
                                                json_is_integer(bytes) ? show_size((uint64_t)json_integer_value(bytes), size) : "",
                                                field_text(document, "mediaType"), field_text(document, "envelope")});
        }
        show_table_end(table);
}

static void envelopes_show(const json_t *envelopes)
{
        size_t index;
        json_t *envelope;
        json_array_foreach(envelopes, index, envelope)
        {
                char line[512], size[32];
                snprintf(line, sizeof line, "%s (%s), SHA-256 %s", field_text(envelope, "envelope"),
                         show_size((uint64_t)json_integer_value(json_object_get(envelope, "bytes")), size),
                         field_text(envelope, "digest"));
                show_pair(words("Envelope"), line);
        }
}

static void reasons_show(const json_t *reasons)
{
        size_t index;
        json_t *reason;
        json_array_foreach(reasons, index, reason)
        {
                char line[512];
                snprintf(line, sizeof line, "%s: %s", field_text(reason, "code"), field_text(reason, "text"));
                show_pair(words("Reason"), line);
        }
}

static const char *stamp_words(enum receipt_stamp stamp)
{
        switch (stamp) {
        case RECEIPT_STAMP_INCLUDED:
                return words("included");
        case RECEIPT_STAMP_PENDING:
                return words("pending: the fact stands, ask for the receipt again later");
        case RECEIPT_STAMP_NONE:
                break;
        }
        return words("none: this gateway has no time-stamp authority");
}

static void event_show(const json_t *event)
{
        const json_t *consultation = json_object_get(event, "consultation"), *late = json_object_get(event, "late");
        char instant[64];
        show_pair(words("Event"), field_text(event, "event"));
        party_show(words("Depositor"), json_object_get(event, "depositor"), "organisation");
        party_show(words("Buyer or body"), json_object_get(event, "body"), NULL);
        show_pair(words("Reference"), field_text(consultation, "reference"));
        show_pair(words("Consultation"), field_text(consultation, "title"));
        show_pair(words("Object"), field_text(consultation, "object"));
        show_pair(words("Deadline"), show_instant(field_text(consultation, "deadline"), instant));
        show_pair(words("Transmission begun"), show_instant(field_text(event, "started"), instant));
        show_pair(words("Received"), show_instant(field_text(event, "received"), instant));
        if (json_is_boolean(late))
                show_pair(words("On time"),
                          json_is_true(late) ? words("NO: received after the deadline (hors délai)") : words("yes"));
        show_pair(words("Recorded"), show_instant(field_text(event, "at"), instant));
        envelopes_show(json_object_get(event, "envelopes"));
        reasons_show(json_object_get(event, "reasons"));
}

static void event_json(json_t *event, const struct receipt_source *source, const json_t *more)
{
        json_object_set_new(event, "index", json_integer((json_int_t)source->index));
        if (more != NULL)
                json_object_update(event, (json_t *)(uintptr_t)more); /* only read: jansson's signature lacks the const */
        show_json(event);
}

static bool source_show(const struct invocation *invocation, const struct receipt_source *source, const json_t *more,
                        struct problem *problem)
{
        json_error_t error;
        json_t *event = json_loadb((const char *)source->text.data, source->text.size, JSON_REJECT_DUPLICATES, &error);
        char index[32];
        if (!json_is_object(event)) {
                json_decref(event);
                return problem_set(problem, "document-unreadable", "%s", words("the event in the receipt is not a JSON object"));
        }
        if (invocation_flag(invocation, "json")) {
                event_json(event, source, more);
        } else {
                event_show(event);
                snprintf(index, sizeof index, "%" PRIu64, source->index);
                show_pair(words("Journal index"), index);
                show_pair(words("Time-stamp"), stamp_words(source->stamp));
                documents_show(json_object_get(event, "documents"));
        }
        json_decref(event);
        return true;
}

bool acknowledgement_show(const struct invocation *invocation, struct signing_bytes xml, const json_t *more,
                          struct problem *problem)
{
        struct receipt *receipt = NULL;
        struct signing_refusal why = {0};
        if (!receipt_read(xml, &receipt, &why))
                return problem_refused(problem, "document-unreadable", words("receipt"), &why);
        bool shown = source_show(invocation, receipt_source(receipt), more, problem);
        receipt_free(receipt);
        return shown;
}
