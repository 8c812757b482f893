/*
 * xml.c - hostile XML in, safe tree out (xml.h).
 */
#include "signing/xml.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/SAX2.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "signing/encoding.h"
#include "signing/limits.h"
#include "signing/refusal.h"
#include "signing/scan.h"

struct identity {
        const char *value;
        xmlNode *node;
};

struct xml_document {
        xmlDoc *doc;
        struct identity *identities; /* sorted by value */
        size_t identity_count;
        unsigned namespaces;
};

DEFINE_OWNER(xml_document, xml_document_free)
DEFINE_OWNER(xmlParserCtxt, xmlFreeParserCtxt)

void xml_document_free(xml_document *document)
{
        if (document == NULL)
                return;
        xmlFreeDoc(document->doc);
        free(document->identities);
        free(document);
}

xmlDoc *xml_tree(const xml_document *document)
{
        return document->doc;
}

xmlNode *xml_root(const xml_document *document)
{
        return xmlDocGetRootElement(document->doc);
}

unsigned xml_namespaces(const xml_document *document)
{
        return document->namespaces;
}

/* The second lock behind scan.c: stopping alone would leave a document without a
 * root, so the context is marked as not well-formed too. */
static void doctype_refuse(void *context, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
        xmlParserCtxt *parser = context;
        (void)name, (void)external, (void)system;
        parser->wellFormed = 0;
        xmlStopParser(parser);
}

/* For who writes the document again. */
static void encoding_keep(xmlDoc *doc, const char *name)
{
        xmlFree((xmlChar *)(uintptr_t)doc->encoding);
        doc->encoding = xmlStrdup(BAD_CAST name);
}

/* The parser is told the encoding, and what the document declares is not read a second time (encoding.h). UTF-8 is its own. */
static bool doc_parse(const struct encoded *encoded, xmlDoc **out, struct signing_refusal *why)
{
        const struct signing_bytes bytes = encoded->text;
        const char *encoding = strcmp(encoded->name, "UTF-8") == 0 || encoded->made != NULL ? NULL : encoded->name;
        const int options = XML_PARSE_IGNORE_ENC | XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOENT |
                            XML_PARSE_NOCDATA | XML_PARSE_COMPACT | XML_PARSE_HUGE;
        OWN(xmlParserCtxt) parser = xmlNewParserCtxt();
        if (parser == NULL)
                return refuse(why, "MEMORY", "", "No memory to read the document.");
        parser->sax->internalSubset = doctype_refuse;
        parser->sax->externalSubset = doctype_refuse;
        xmlDoc *doc = xmlCtxtReadMemory(parser, (const char *)bytes.data, (int)bytes.size, NULL, encoding, options);
        if (doc != NULL && encoded->declared)
                encoding_keep(doc, encoded->name);
        if (doc != NULL && parser->wellFormed == 1 && parser->nsWellFormed == 1 && doc->intSubset == NULL &&
            xmlDocGetRootElement(doc) != NULL) {
                *out = doc;
                return true;
        }
        xmlFreeDoc(doc);
        const char *message = parser->lastError.message != NULL ? parser->lastError.message : "not well-formed";
        return refuse(why, "MALFORMED", "XML 1.0 2.1", "The document is not well-formed XML, line %d: %.*s.",
                      parser->lastError.line, (int)strcspn(message, "\n"), message);
}

/* ---- what the tree must also keep to ---- */

static int identity_compare(const void *left, const void *right)
{
        const struct identity *a = left, *b = right;
        return strcmp(a->value, b->value);
}

static bool identity_is(const xmlAttr *attribute)
{
        const char *name = (const char *)attribute->name;
        return strcmp(name, "Id") == 0 || strcmp(name, "ID") == 0 || strcmp(name, "id") == 0;
}

static const char *attribute_text(const xmlAttr *attribute)
{
        if (attribute->children == NULL)
                return "";
        return attribute->children->next == NULL && attribute->children->content != NULL
                       ? (const char *)attribute->children->content
                       : NULL;
}

static bool identities_add(xml_document *document, xmlNode *node, size_t *room)
{
        for (const xmlAttr *attribute = node->properties; attribute != NULL; attribute = attribute->next) {
                const char *value = identity_is(attribute) ? attribute_text(attribute) : NULL;
                if (value == NULL)
                        continue;
                if (document->identity_count == *room) {
                        size_t more = *room == 0 ? 64 : *room * 2;
                        struct identity *grown = reallocarray(document->identities, more, sizeof *grown);
                        if (grown == NULL)
                                return false;
                        document->identities = grown;
                        *room = more;
                }
                document->identities[document->identity_count++] = (struct identity){value, node};
        }
        return true;
}

/* One walk over all elements: namespaces in scope, Ids. */
static bool tree_check(xml_document *document, struct signing_refusal *why)
{
        unsigned scope[LIMIT_DEPTH + 2] = {0};
        size_t depth = 1, room = 0;
        const xmlNode *top = xml_root(document);
        for (xmlNode *node = xml_root(document), *next; node != NULL; node = next) {
                scope[depth] = scope[depth - 1];
                for (const xmlNs *declared = node->nsDef; declared != NULL; declared = declared->next)
                        scope[depth]++;
                if (scope[depth] > LIMIT_NAMESPACES)
                        return refuse(why, "TOO_MUCH", "limit LIMIT_NAMESPACES",
                                      "More than %d namespaces are in scope of an element.", LIMIT_NAMESPACES);
                if (scope[depth] > document->namespaces)
                        document->namespaces = scope[depth];
                if (!identities_add(document, node, &room))
                        return refuse(why, "MEMORY", "", "No memory to read the document.");
                next = xml_walk(top, node);
                if (next != NULL && next->parent == node)
                        depth++;
                else
                        for (const xmlNode *left = node; next != NULL && left->parent != next->parent; left = left->parent)
                                depth--;
                if (depth > LIMIT_DEPTH)
                        return refuse(why, "TOO_MUCH", "limit LIMIT_DEPTH", "Elements lie more than %d deep.", LIMIT_DEPTH);
        }
        if (document->identity_count > 0)
                qsort(document->identities, document->identity_count, sizeof *document->identities, identity_compare);
        return true;
}

static bool text_read(const struct encoded *encoded, xml_document **out, struct signing_refusal *why)
{
        if (!scan_check(encoded->text, why))
                return false;
        OWN(xml_document) document = calloc(1, sizeof *document);
        if (document == NULL)
                return refuse(why, "MEMORY", "", "No memory to read the document.");
        if (!doc_parse(encoded, &document->doc, why) || !tree_check(document, why))
                return false;
        *out = TAKE(document);
        return true;
}

bool xml_read(struct signing_bytes bytes, xml_document **out, struct signing_refusal *why)
{
        struct encoded encoded;
        if (!encoding_settle(bytes, &encoded, why))
                return false;
        bool good = text_read(&encoded, out, why);
        free(encoded.made);
        return good;
}

enum xml_found xml_by_id(const xml_document *document, const char *id, xmlNode **out)
{
        const struct identity wanted = {.value = id};
        const struct identity *all = document->identities, *end = all + document->identity_count;
        const struct identity *hit =
                all == NULL ? NULL : bsearch(&wanted, all, document->identity_count, sizeof *all, identity_compare);
        if (hit == NULL)
                return XML_MISSING;
        while (hit > all && strcmp(hit[-1].value, id) == 0)
                hit--;
        for (const struct identity *other = hit + 1; other < end && strcmp(other->value, id) == 0; other++)
                if (other->node != hit->node)
                        return XML_AMBIGUOUS;
        *out = hit->node;
        return XML_UNIQUE;
}

/* ---- reading ---- */

bool xml_is(const xmlNode *node, const char *space, const char *name)
{
        if (node == NULL || node->type != XML_ELEMENT_NODE || (name != NULL && strcmp((const char *)node->name, name) != 0))
                return false;
        return space == NULL || (node->ns != NULL && node->ns->href != NULL && strcmp((const char *)node->ns->href, space) == 0);
}

static xmlNode *first_of(xmlNode *node, const char *space, const char *name)
{
        while (node != NULL && !xml_is(node, space, name))
                node = node->next;
        return node;
}

xmlNode *xml_child(const xmlNode *parent, const char *space, const char *name)
{
        return parent == NULL ? NULL : first_of(parent->children, space, name);
}

xmlNode *xml_next(const xmlNode *sibling, const char *space, const char *name)
{
        return sibling == NULL ? NULL : first_of(sibling->next, space, name);
}

xmlNode *xml_walk(const xmlNode *top, const xmlNode *node)
{
        xmlNode *next = xml_child(node, NULL, NULL);
        while (next == NULL && node != top && node != NULL) {
                next = xml_next(node, NULL, NULL);
                node = node->parent;
        }
        return next;
}

bool xml_inside(const xmlNode *node, const xmlNode *ancestor)
{
        while (node != NULL && node != ancestor)
                node = node->parent;
        return node != NULL;
}

uint64_t xml_elements(const xmlNode *node)
{
        uint64_t count = 0;
        for (const xmlNode *each = node; each != NULL; each = xml_walk(node, each))
                count++;
        return count;
}

const char *xml_text(const xmlNode *node)
{
        if (node == NULL)
                return NULL;
        const xmlNode *child = node->children;
        if (child == NULL)
                return "";
        return child->next == NULL && (child->type == XML_TEXT_NODE || child->type == XML_CDATA_SECTION_NODE)
                       ? (const char *)child->content
                       : NULL;
}

const char *xml_attribute(const xmlNode *node, const char *name)
{
        const xmlAttr *attribute = node == NULL ? NULL : xmlHasNsProp(node, (const xmlChar *)name, NULL);
        return attribute == NULL ? NULL : attribute_text(attribute);
}

/* The text without its white space, in a buffer of its own. */
static char *compact(const char *text, size_t *size)
{
        char *out = malloc(strlen(text) + 1), *end = out;
        if (out == NULL)
                return NULL;
        for (; *text != '\0'; text++)
                if (strchr(" \t\r\n", *text) == NULL)
                        *end++ = *text;
        *end = '\0';
        *size = (size_t)(end - out);
        return out;
}

bool xml_base64(const xmlNode *node, size_t most, uint8_t **out, size_t *size)
{
        const char *text = xml_text(node);
        if (text == NULL || strlen(text) > most * 3 / 2 + 4096)
                return false;
        size_t length = 0;
        char *clean = compact(text, &length);
        uint8_t *bytes = malloc(length + 1);
        int got = -1;
        if (clean != NULL && bytes != NULL && length > 0 && length % 4 == 0)
                got = EVP_DecodeBlock(bytes, (const unsigned char *)clean, (int)length);
        if (got >= 0)
                got -= (clean[length - 1] == '=') + (clean[length - 2] == '=');
        free(clean);
        if (got < 0 || (size_t)got > most) {
                free(bytes);
                return false;
        }
        *out = bytes;
        *size = (size_t)got;
        return true;
}
