/* receipt.c - the receipt written and read back. */
#include <libxml/xmlsave.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/hex.h"
#include "gateway/core/owner.h"
#include "gateway/formats/receipt_form.h"
#include "gateway/formats/receipt_view.h"
#include "signing/refusal.h"
#include "signing/xml.h"

DEFINE_OWNER(xmlDoc, xmlFreeDoc)
DEFINE_OWNER(xmlChar, xmlFree)

#define DSIG "http://www.w3.org/2000/09/xmldsig#"

struct receipt {
        xml_document *document;
        struct receipt_source source;
        struct merkle_proof proof;
        uint8_t *decoded; /* the event where it travelled as base64 */
};

/* ---- writing ---- */

bool receipt_write(const struct receipt_source *source, const struct signing_sink *out, struct signing_refusal *why)
{
        OWN(xmlDoc) doc = NULL;
        OWN(xmlChar) text = NULL;
        int size = 0;
        if (!receipt_tree(source, &doc, why))
                return false;
        xmlDocDumpFormatMemoryEnc(doc, &text, &size, "UTF-8", 1);
        if (text == NULL || size <= 0 || size > RECEIPT_MAX || !out->write(out->context, text, (size_t)size))
                return refuse(why, "RECEIPT_TOO_LONG", "limit", "the receipt could not be written, or has more than %d bytes",
                              RECEIPT_MAX);
        return true;
}

/* ---- reading ---- */

void receipt_free(struct receipt *receipt)
{
        if (receipt == NULL)
                return;
        xml_document_free(receipt->document);
        free(receipt->decoded);
        free(receipt);
}

const struct receipt_source *receipt_source(const struct receipt *receipt)
{
        return &receipt->source;
}

const xmlNode *receipt_root(const struct receipt *receipt)
{
        return xml_root(receipt->document);
}

bool receipt_signed(const struct receipt *receipt)
{
        return xml_child(receipt_root(receipt), DSIG, "Signature") != NULL;
}

const char *receipt_time(const struct receipt *receipt)
{
        return form_text(receipt_root(receipt), "EventTime");
}

static bool number_parse(const char *text, uint64_t *out)
{
        uint64_t number = 0;
        size_t length = strlen(text);
        if (length == 0 || length > 19 || (text[0] == '0' && length > 1) || strspn(text, "0123456789") != length)
                return false;
        for (size_t i = 0; i < length; i++)
                number = number * 10 + (uint64_t)(text[i] - '0');
        *out = number;
        return true;
}

static bool proof_parse(const xmlNode *proof, struct merkle_proof *out)
{
        struct merkle_proof read = {.count = 0};
        for (const xmlNode *hash = form_find(proof, "Hash"); hash != NULL; hash = xml_next(hash, RECEIPT_SPACE, "Hash")) {
                if (read.count == MERKLE_PROOF_MAX || !hex_read(xml_text(hash), read.hashes[read.count].bytes, MERKLE_HASH))
                        return false;
                read.count++;
        }
        *out = read;
        return true;
}

static struct signing_bytes text_bytes(const char *text)
{
        return (struct signing_bytes){(const uint8_t *)text, strlen(text)};
}

static bool event_parse(struct receipt *receipt, const xmlNode *journal)
{
        const char *plain = form_text(journal, "Event");
        const xmlNode *encoded = form_find(journal, "EventBase64");
        if ((plain == NULL) == (encoded == NULL))
                return false;
        if (plain != NULL)
                receipt->source.text = text_bytes(plain);
        else if (xml_base64(encoded, RECEIPT_MAX, &receipt->decoded, &receipt->source.text.size))
                receipt->source.text.data = receipt->decoded;
        else
                return false;
        return true;
}

static bool stamp_parse(const char *text, enum receipt_stamp *out)
{
        static const char *const words[] = {"included", "pending", "none"};
        for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
                if (strcmp(text, words[i]) == 0) {
                        *out = (enum receipt_stamp)i;
                        return true;
                }
        }
        return false;
}

/* After form_check: every element named here is there and is text. */
static bool source_parse(struct receipt *receipt, struct signing_refusal *why)
{
        const xmlNode *root = receipt_root(receipt), *journal = form_find(root, "Journal"),
                      *issuer = form_find(root, "EvidenceIssuerDetails");
        struct receipt_source *source = &receipt->source;
        uint64_t tree_size = 0;
        source->issuer = form_text(issuer, "Name");
        source->address = form_text(issuer, "Address");
        source->checkpoint = text_bytes(form_text(journal, "Checkpoint"));
        source->proof = &receipt->proof;
        if (!stamp_parse(form_text(root, "TimeStamp"), &source->stamp))
                return refuse(why, "RECEIPT_MALFORMED", RECEIPT_SPACE, "TimeStamp is included, pending or none");
        if (!number_parse(form_text(journal, "Index"), &source->index) || !number_parse(form_text(journal, "TreeSize"), &tree_size))
                return refuse(why, "RECEIPT_MALFORMED", RECEIPT_SPACE, "Index or TreeSize is no number");
        if (!hex_read(form_text(journal, "Salt"), source->salt, MERKLE_SALT))
                return refuse(why, "RECEIPT_MALFORMED", RECEIPT_SPACE, "Salt is not %d bytes in hexadecimal", MERKLE_SALT);
        if (!proof_parse(form_find(journal, "Proof"), &receipt->proof))
                return refuse(why, "RECEIPT_MALFORMED", RECEIPT_SPACE, "Proof is not at most %d hashes in hexadecimal",
                              MERKLE_PROOF_MAX);
        if (!event_parse(receipt, journal))
                return refuse(why, "RECEIPT_MALFORMED", RECEIPT_SPACE, "Journal holds either Event or EventBase64");
        return true;
}

bool receipt_read(struct signing_bytes xml, struct receipt **out, struct signing_refusal *why)
{
        if (xml.size > RECEIPT_MAX)
                return refuse(why, "RECEIPT_TOO_LONG", "limit", "a receipt has at most %d bytes", RECEIPT_MAX);
        struct receipt *receipt = calloc(1, sizeof *receipt);
        if (receipt == NULL)
                return refuse(why, "MEMORY", "", "no memory to read the receipt");
        if (!xml_read(xml, &receipt->document, why) || !form_check(receipt_root(receipt), why) || !source_parse(receipt, why)) {
                receipt_free(receipt);
                return false;
        }
        *out = receipt;
        return true;
}
