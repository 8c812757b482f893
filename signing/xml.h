/*
 * xml.h - hostile XML in, safe tree out; and a small way to read it.
 *
 * No DOCTYPE, no entity but the five predefined, no network, bounded size, depth,
 * attributes and namespaces (limits.h); the encodings of encoding.h. Text is UTF-8. Nodes and strings are borrowed from the
 * document. Users write DEFINE_OWNER(xml_document, xml_document_free) and OWN(xml_document).
 */
#ifndef PLI_SIGNING_XML_H
#define PLI_SIGNING_XML_H

#include <libxml/tree.h>

#include "signing/signing.h"

typedef struct xml_document xml_document;

bool xml_read(struct signing_bytes bytes, xml_document **out, struct signing_refusal *why) __attribute__((warn_unused_result));
void xml_document_free(xml_document *document);
xmlDoc *xml_tree(const xml_document *document);
xmlNode *xml_root(const xml_document *document);
/* The most namespace declarations in scope of one element. */
unsigned xml_namespaces(const xml_document *document);

/* The element whose Id, ID, id or xml:id attribute is `id`; two of them is ambiguous (signature wrapping). */
enum xml_found { XML_MISSING, XML_UNIQUE, XML_AMBIGUOUS };
enum xml_found xml_by_id(const xml_document *document, const char *id, xmlNode **out) __attribute__((warn_unused_result));

/* NULL matches any namespace or name. The readers take NULL nodes and answer false or NULL. */
bool xml_is(const xmlNode *node, const char *space, const char *name);
xmlNode *xml_child(const xmlNode *parent, const char *space, const char *name);
xmlNode *xml_next(const xmlNode *sibling, const char *space, const char *name);
/* The next element of the subtree of `top` in document order after `node` (start with top): a walk without recursion. */
xmlNode *xml_walk(const xmlNode *top, const xmlNode *node);
bool xml_inside(const xmlNode *node, const xmlNode *ancestor);
/* Elements from `node` downwards, itself included. */
uint64_t xml_elements(const xmlNode *node);

/* The one run of text an element holds; "" where empty; NULL where there are children, comments or instructions. */
const char *xml_text(const xmlNode *node);
const char *xml_attribute(const xmlNode *node, const char *name);
/* Its text read as base64, white space allowed (XML Schema Part 2 3.2.16). *out is malloc'ed. */
bool xml_base64(const xmlNode *node, size_t most, uint8_t **out, size_t *size) __attribute__((warn_unused_result));

#endif
