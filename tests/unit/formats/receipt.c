/* A receipt says what its event says, proves it, and any change of it is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <libxml/xmlschemas.h>

#include "gateway/formats/receipt.h"

enum { LEAVES = 130, LEVELS = 9 };
#define ORIGIN "pli.example/journal"

/* The key of RFC 8032 7.1 TEST 1. */
static const char pem[] = "-----BEGIN PRIVATE KEY-----\n"
                          "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
                          "-----END PRIVATE KEY-----\n";

static const char deposit[] =
        "{\"at\": \"2026-03-14T10:59:58.250001Z\", \"body\": {\"name\": \"Commune de Saint-Exemple\", \"siret\": \"21000000000017\"}, \"fact\": "
        "\"deposit.committed\", \"late\": false, \"event\": \"SubmissionAcceptance\", \"channel\": \"procurement\", \"subject\": {\"id\": "
        "\"6f1f9d0e-3c0b-4d6a-9a41-0d1fbd0c1c11\", \"type\": \"deposit\"}, \"started\": \"2026-03-14T10:57:01.000001Z\", \"received\": "
        "\"2026-03-14T10:59:58.200000Z\", \"depositor\": {\"name\": \"Ana Duval\", \"organisation\": \"Menuiserie Duval & Fils <SARL>\", \"siret\": "
        "\"32000000000019\", \"certificate\": \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}, \"consultation\": {\"id\": "
        "\"0a3c\", \"reference\": \"2026-12\", \"title\": \"Préau de l'école\", \"object\": \"Travaux\\nde charpente\", \"deadline\": "
        "\"2026-03-14T11:00:00.000000Z\"}, \"documents\": [{\"name\": \"offre.pdf\", \"mediaType\": \"application/pdf\", \"size\": 1234567, "
        "\"envelope\": \"offre\", \"lot\": \"1\", \"kind\": \"offre\"}, {\"name\": \"prix.xml\", \"mediaType\": \"application/xml\", \"size\": 0}], "
        "\"envelopes\": [{\"envelope\": \"offre\", \"lot\": \"1\", \"kind\": \"offre\", \"bytes\": 1300000, \"digest\": "
        "\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\", \"manifest\": "
        "\"cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc\"}], \"transfer\": [{\"outcome\": \"opened\", \"started\": "
        "\"2026-03-14T10:57:01.000001Z\"}, {\"outcome\": \"reset\", \"bytes\": 17, \"started\": \"2026-03-14T10:57:02.000000Z\"}, {\"outcome\": "
        "\"stored\", \"bytes\": 1300000, \"started\": \"2026-03-14T10:58:00.000000Z\"}]}";
static const char acknowledged[] = "{\"at\":\"2026-03-15T00:00:00.000000Z\",\"event\":\"urn:pli:event:CursorAcknowledged\"}";
static const char rejected[] =
        "{\"at\": \"2026-03-15T00:00:00.000000Z\", \"event\": \"SubmissionRejection\", \"act\": "
        "\"001-210000000-20260301-D12-DE\", \"number\": \"D12\", \"object\": \"Tarifs\", \"reasons\": [{\"code\": \"acte-number\", "
        "\"text\": \"Déjà pris\"}]}";
static const char opened[] =
        "{\"at\": \"2026-03-15T00:00:00.000000Z\", \"event\": \"urn:pli:event:OpeningFinished\", \"fact\": \"opening.finished\", \"minutes\": "
        "{\"started\": \"2026-03-14T12:00:00.000000Z\", \"startedBy\": \"Farid Adjoint\", \"finished\": \"2026-03-15T00:00:00.000000Z\", "
        "\"quorum\": 2, \"members\": [{\"x\": 1, \"name\": \"Farid Adjoint\", \"present\": true, \"at\": \"2026-03-14T12:00:00.000000Z\"}, {\"x\": "
        "2, \"name\": \"Hugo Directeur\", \"present\": false}], \"deposits\": [{\"deposit\": \"d1\", \"company\": {\"name\": \"Menuiserie Duval "
        "SARL\", \"siret\": \"32000000000019\"}, \"received\": \"2026-03-14T10:59:58.200000Z\", \"late\": false, \"state\": \"opened\"}], "
        "\"replaced\": [{\"deposit\": \"d0\", \"company\": {\"name\": \"Menuiserie Duval SARL\"}, \"state\": \"replaced\"}]}}";
static const char unprintable[] =
        "{\"at\":\"2026-03-15T00:00:00.000000Z\",\"event\":\"SubmissionAcceptance\",\"consultation\":{\"title\":\"a\xef\xbf\xbf\\u0001z\"}}";

struct store {
        struct merkle_hash nodes[LEVELS][LEAVES];
        uint64_t size;
};
struct buffer {
        uint8_t data[65536];
        size_t size;
};

static struct note_signer *signer;
static const struct note_key *key;

static bool store_read(void *context, unsigned level, uint64_t index, struct merkle_hash *out)
{
        struct store *store = context;
        if (level >= LEVELS || index >= LEAVES)
                return false;
        *out = store->nodes[level][index];
        return true;
}

static void store_append(struct store *store, const struct merkle_hash *leaf)
{
        const struct merkle_reader reader = {store, store_read};
        struct merkle_node added[MERKLE_PROOF_MAX];
        size_t count = 0;
        assert_true(merkle_append(store->size++, leaf, &reader, added, &count));
        for (size_t i = 0; i < count; i++)
                store->nodes[added[i].level][added[i].index] = added[i].hash;
}

static bool buffer_write(void *context, const uint8_t *data, size_t size)
{
        struct buffer *buffer = context;
        if (size > sizeof buffer->data - buffer->size)
                return false;
        memcpy(buffer->data + buffer->size, data, size);
        buffer->size += size;
        return true;
}

/* Writes the receipt of `text` as leaf `index` of a journal of `size`. */
static void receipt_make(const char *text, uint64_t index, uint64_t size, struct buffer *out)
{
        static struct store store;
        struct receipt_source source = {.text = {(const uint8_t *)text, strlen(text)},
                                        .index = index,
                                        .issuer = "Pli de Saint-Exemple",
                                        .address = "https://pli.example",
                                        .stamp = RECEIPT_STAMP_INCLUDED};
        struct merkle_proof proof;
        struct signing_refusal why = {.code = ""};
        const struct merkle_reader reader = {&store, store_read};
        memset(&store, 0, sizeof store);
        memset(source.salt, 0x5a, sizeof source.salt);
        for (uint64_t i = 0; i < size; i++) {
                struct merkle_hash leaf = {{(uint8_t)i, 1}};
                if (i == index)
                        merkle_commitment(source.salt, text, strlen(text), &leaf);
                store_append(&store, &leaf);
        }
        struct checkpoint checkpoint = {.origin = ORIGIN, .size = size};
        char note[NOTE_MAX];
        assert_true(merkle_root(size, &reader, &checkpoint.root));
        assert_true(merkle_inclusion(index, size, &reader, &proof));
        assert_true(checkpoint_sign(&checkpoint, signer, note, &why));
        source.proof = &proof;
        source.checkpoint = (struct signing_bytes){(const uint8_t *)note, strlen(note)};
        out->size = 0;
        bool written = receipt_write(&source, &(struct signing_sink){out, buffer_write}, &why);
        if (!written)
                fail_msg("%s: %s", why.code, why.sentence);
}

static bool buffer_read(const struct buffer *buffer, struct receipt **out)
{
        struct signing_refusal why;
        return receipt_read((struct signing_bytes){buffer->data, buffer->size}, out, &why);
}

/* SIGNING_UNJUDGED: not even readable. */
static enum signing_indication judge(const struct buffer *buffer, struct refusals *findings)
{
        struct receipt *receipt = NULL;
        if (!buffer_read(buffer, &receipt))
                return SIGNING_UNJUDGED;
        enum signing_indication indication = receipt_check(receipt, key, findings);
        receipt_free(receipt);
        return indication;
}

static char *buffer_find(struct buffer *buffer, const char *text)
{
        char *at = memmem(buffer->data, buffer->size, text, strlen(text));
        assert_non_null(at);
        return at;
}

static void buffer_replace(struct buffer *buffer, const char *old, const char *new)
{
        char *at = buffer_find(buffer, old), *end = (char *)buffer->data + buffer->size;
        size_t rest = (size_t)(end - (at + strlen(old)));
        assert_true(buffer->size + strlen(new) < sizeof buffer->data);
        memmove(at + strlen(new), at + strlen(old), rest);
        memcpy(at, new, strlen(new));
        buffer->size = buffer->size + strlen(new) - strlen(old);
}

static int key_make(void **state)
{
        (void)state;
        struct signing_refusal why;
        assert_true(note_signer_new((struct signing_bytes){(const uint8_t *)pem, strlen(pem)}, ORIGIN, &signer, &why));
        key = note_signer_key(signer);
        return 0;
}
static int key_free(void **state)
{
        (void)state;
        note_signer_free(signer);
        return 0;
}

static void schema_check(const struct buffer *buffer)
{
        xmlSchemaParserCtxt *parser = xmlSchemaNewParserCtxt("gateway/formats/receipt.xsd");
        xmlSchema *schema = xmlSchemaParse(parser);
        assert_non_null(schema);
        xmlDoc *doc = xmlReadMemory((const char *)buffer->data, (int)buffer->size, NULL, NULL, XML_PARSE_NONET);
        xmlSchemaValidCtxt *valid = xmlSchemaNewValidCtxt(schema);
        assert_int_equal(xmlSchemaValidateDoc(valid, doc), 0);
        xmlSchemaFreeValidCtxt(valid);
        xmlFreeDoc(doc);
        xmlSchemaFree(schema);
        xmlSchemaFreeParserCtxt(parser);
}

static const char *const texts[] = {deposit, acknowledged, rejected, opened, unprintable};

static void every_kind_of_event_passes_and_obeys_the_schema(void **state)
{
        (void)state;
        struct buffer buffer;
        struct refusals findings;
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
                receipt_make(texts[i], i, 7, &buffer);
                schema_check(&buffer);
                enum signing_indication indication = judge(&buffer, &findings);
                if (indication != SIGNING_PASSED)
                        fail_msg("%d %s: %.*s", (int)indication, findings.list[0].sentence, (int)buffer.size, (char *)buffer.data);
        }
}

static void the_law_s_five_fields_are_there(void **state)
{
        (void)state;
        struct buffer buffer;
        receipt_make(deposit, 0, 1, &buffer);
        buffer_find(&buffer, "<Organisation>Menuiserie Duval &amp; Fils &lt;SARL&gt;</Organisation>");
        buffer_find(&buffer, "<Name>Commune de Saint-Exemple</Name>");
        buffer_find(&buffer, "<Title>Préau de l'école</Title>");
        buffer_find(&buffer, "<SubmissionTime>2026-03-14T10:59:58.200000Z</SubmissionTime>");
        buffer_find(&buffer, "<Name>prix.xml</Name>");
        buffer_find(&buffer, "<ERDSEventId>http://uri.etsi.org/19522/Event/SubmissionAcceptance</ERDSEventId>");
        buffer_find(&buffer, "<EvidenceIdentifier>" ORIGIN "#0</EvidenceIdentifier>");
        buffer_find(&buffer, "<Attempts>2</Attempts>");
        buffer_find(&buffer, "<Interruptions>1</Interruptions>");
        buffer_find(&buffer, "<Late>false</Late>");
}

static void the_minutes_of_an_opening_are_a_commission_and_a_register(void **state)
{
        (void)state;
        static struct buffer buffer, page;
        struct receipt *receipt = NULL;
        const struct signing_sink sink = {&page, buffer_write};
        receipt_make(opened, 0, 1, &buffer);
        buffer_find(&buffer, "<StartedBy>Farid Adjoint</StartedBy>");
        buffer_find(&buffer, "<Present>false</Present>");
        buffer_find(&buffer, "<Identifier>d1</Identifier>");
        buffer_find(&buffer, "<State>replaced</State>");
        assert_true(buffer_read(&buffer, &receipt));
        assert_true(receipt_show_html(receipt, NULL, "fr", &sink));
        buffer_find(&page, "<h1>Constat d&#39;ouverture des plis</h1>");
        buffer_find(&page, "<td>remplacé</td>");
        receipt_free(receipt);
}

static void every_leaf_of_every_size_passes(void **state)
{
        (void)state;
        struct buffer buffer;
        struct refusals findings;
        for (uint64_t size = 1; size <= LEAVES; size += size < 20 ? 1 : 11)
                for (uint64_t index = 0; index < size; index++) {
                        receipt_make(acknowledged, index, size, &buffer);
                        assert_int_equal(judge(&buffer, &findings), SIGNING_PASSED);
                }
}

/* Flips every bit between two marks: each result is refused or fails. */
static void flips_are_refused(const char *from, const char *to)
{
        static struct buffer whole, bent;
        struct refusals findings;
        receipt_make(deposit, 42, 100, &whole);
        size_t start = (size_t)(buffer_find(&whole, from) - (char *)whole.data) + strlen(from);
        size_t end = (size_t)(buffer_find(&whole, to) - (char *)whole.data);
        assert_true(end > start);
        for (size_t bit = start * 8; bit < end * 8; bit++) {
                memcpy(&bent, &whole, sizeof bent);
                bent.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
                if (judge(&bent, &findings) == SIGNING_PASSED)
                        fail_msg("bit %zu after %s", bit - start * 8, from);
        }
}

static void every_flipped_bit_of_text_salt_proof_and_checkpoint_is_refused(void **state)
{
        (void)state;
        flips_are_refused("<Event>", "</Event>");
        flips_are_refused("<Salt>", "</Salt>");
        flips_are_refused("<Hash>", "</Hash>");
        flips_are_refused("<Checkpoint>", "</Checkpoint>");
        flips_are_refused("<Index>", "</Index>");
        flips_are_refused("<TreeSize>", "</TreeSize>");
        flips_are_refused("<EvidenceIdentifier>", "</EvidenceIdentifier>");
        flips_are_refused("<SubmissionTime>", "</SubmissionTime>");
        flips_are_refused("<Documents>", "</Documents>");
}

static void a_field_that_the_event_does_not_say_is_named(void **state)
{
        (void)state;
        static const struct {
                const char *old, *new, *sentence;
        } changes[] = {
                {"<Late>false</Late>", "<Late>true</Late>", "Receipt/Late says \"true\", the event says \"false\""},
                {"<Late>false</Late>", "", "Receipt lacks Late, which the event says"},
                {"<Title>Préau de l'école</Title>", "<Title>Autre</Title>",
                 "Consultation/Title says \"Autre\", the event says \"Préau de l'école\""},
                {"<SenderDetails>", "<EventReasons><EventReason/></EventReasons><SenderDetails>", NULL},
                {"<EvidenceIssuerDetails>", "<EventReasons><EventReason/></EventReasons><EvidenceIssuerDetails>",
                 "Receipt has EventReasons, which the event does not say"},
                {"<Size>0</Size>", "<Size>1</Size>", "Document/Size says \"1\", the event says \"0\""},
                {"<Size>0</Size>", "<Size>0</Size><Size>0</Size>", NULL},
                {"<Documents>", "<Documents><Document/>", "Document lacks Name, which the event says"},
                {"<Index>3</Index>", "<Index>03</Index>", NULL},
                {"<TreeSize>7</TreeSize>", "<TreeSize>8</TreeSize>", "Journal/TreeSize says \"8\", the event says \"7\""},
                {"<Proof>", "<!-- -->\n<Proof>", NULL},
                {"<Proof>", "<Proof x=\"\">", NULL},
                {"</Receipt>", "<Extra/></Receipt>", NULL},
                {"</Receipt>", "text</Receipt>", NULL},
                {"version=\"1\"", "version=\"2\"", NULL},
                {"urn:pli:receipt:1", "urn:pli:receipt:2", NULL},
                {"<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<!DOCTYPE Receipt>", NULL},
        };
        struct buffer buffer;
        struct refusals findings;
        for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
                receipt_make(deposit, 3, 7, &buffer);
                buffer_replace(&buffer, changes[i].old, changes[i].new);
                enum signing_indication indication = judge(&buffer, &findings);
                assert_int_equal(indication, changes[i].sentence != NULL ? SIGNING_FAILED : SIGNING_UNJUDGED);
                if (changes[i].sentence != NULL)
                        assert_string_equal(findings.list[0].sentence, changes[i].sentence);
        }
}

static void all_reasons_are_told_not_only_the_first(void **state)
{
        (void)state;
        struct buffer buffer;
        struct refusals findings;
        receipt_make(deposit, 3, 7, &buffer);
        buffer_replace(&buffer, "<Salt>5a", "<Salt>5b");
        buffer_replace(&buffer, "<Late>false</Late>", "<Late>true</Late>");
        buffer_replace(&buffer, "<Name>Ana Duval</Name>", "<Name>Eve</Name>");
        assert_int_equal(judge(&buffer, &findings), SIGNING_FAILED);
        assert_int_equal(findings.count, 3);
        assert_string_equal(findings.list[0].code, "RECEIPT_PROOF");
        assert_string_equal(findings.list[1].code, "RECEIPT_FIELD");
}

static void another_journal_s_key_is_refused_and_none_is_indeterminate(void **state)
{
        (void)state;
        struct buffer buffer;
        struct receipt *receipt = NULL;
        struct refusals findings;
        struct note_key other = *key;
        receipt_make(deposit, 3, 7, &buffer);
        assert_true(buffer_read(&buffer, &receipt));
        snprintf(other.name, sizeof other.name, "autre.example");
        assert_int_equal(receipt_check(receipt, &other, &findings), SIGNING_FAILED);
        assert_int_equal(receipt_check(receipt, NULL, &findings), SIGNING_INDETERMINATE);
        assert_string_equal(findings.list[0].code, "JOURNAL_KEY_MISSING");
        assert_false(receipt_signed(receipt));
        receipt_free(receipt);
}

static void events_that_are_none_are_not_written(void **state)
{
        (void)state;
        static const char *const bad[] = {"",
                                          "[]",
                                          "{",
                                          "{} {}",
                                          "{\"at\":1}",
                                          "{\"event\":\"x\"}",
                                          "{\"event\":1,\"at\":\"\"}",
                                          "{\"event\":\"x\",\"at\":\"\",\"at\":\"\"}"};
        struct merkle_proof proof = {.count = 0};
        struct checkpoint checkpoint = {.origin = ORIGIN, .size = 1};
        char note[NOTE_MAX];
        struct signing_refusal why;
        struct buffer buffer = {.size = 0};
        assert_true(checkpoint_sign(&checkpoint, signer, note, &why));
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
                struct receipt_source source = {.text = {(const uint8_t *)bad[i], strlen(bad[i])},
                                                .proof = &proof,
                                                .issuer = "Pli",
                                                .checkpoint = {(const uint8_t *)note, strlen(note)}};
                assert_false(receipt_write(&source, &(struct signing_sink){&buffer, buffer_write}, &why));
                assert_string_equal(why.code, "RECEIPT_EVENT");
        }
        assert_int_equal(buffer.size, 0);
}

static void the_page_speaks_both_languages_and_escapes(void **state)
{
        (void)state;
        static struct buffer buffer, page;
        struct receipt *receipt = NULL;
        struct refusals findings = {.count = 0};
        const struct signing_sink sink = {&page, buffer_write};
        receipt_make(deposit, 3, 7, &buffer);
        assert_true(buffer_read(&buffer, &receipt));
        assert_true(receipt_show_html(receipt, NULL, "fr", &sink));
        buffer_find(&page, "<h1>Accusé de réception d&#39;un pli</h1>");
        buffer_find(&page, "Menuiserie Duval &amp; Fils &lt;SARL&gt;");
        buffer_find(&page, "<dt>Reçu le (dernier octet)</dt><dd>2026-03-14 10:59:58.200000 UTC</dd>");
        page.size = 0;
        refusals_add(&findings, "RECEIPT_PROOF", "RFC 9162", "<b>");
        assert_true(receipt_show_html(receipt, &findings, "en", &sink));
        buffer_find(&page, "<h1>Acknowledgement of receipt of a tender</h1>");
        buffer_find(&page, "RECEIPT_PROOF (RFC 9162): &lt;b&gt;");
        receipt_free(receipt);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_kind_of_event_passes_and_obeys_the_schema),
                cmocka_unit_test(the_law_s_five_fields_are_there),
                cmocka_unit_test(the_minutes_of_an_opening_are_a_commission_and_a_register),
                cmocka_unit_test(every_leaf_of_every_size_passes),
                cmocka_unit_test(every_flipped_bit_of_text_salt_proof_and_checkpoint_is_refused),
                cmocka_unit_test(a_field_that_the_event_does_not_say_is_named),
                cmocka_unit_test(all_reasons_are_told_not_only_the_first),
                cmocka_unit_test(another_journal_s_key_is_refused_and_none_is_indeterminate),
                cmocka_unit_test(events_that_are_none_are_not_written),
                cmocka_unit_test(the_page_speaks_both_languages_and_escapes),
        };
        return cmocka_run_group_tests(tests, key_make, key_free);
}
