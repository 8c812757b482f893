/*
 * coverage.c - marks on nodes (coverage.h), in the field libxml2 leaves to its
 * callers: `_private`, which elements, texts and attributes share.
 */
#include "signing/coverage.h"

#include <stdio.h>
#include <string.h>

#include "signing/xades.h"

#define DSIG "http://www.w3.org/2000/09/xmldsig#"

enum mark { MARK_SEEN = 1, MARK_COVERED = 2, MARK_ACCEPTED = 4, MARK_AROUND = 8 /* holds something that is or was covered */ };

static bool marked(const xmlNode *node, unsigned marks)
{
        return ((uintptr_t)node->_private & marks) != 0;
}

static void mark_set(xmlNode *node, unsigned add, unsigned drop)
{
        node->_private = (void *)(((uintptr_t)node->_private & ~(uintptr_t)drop) | add);
}

/* The next node of any kind below `top`, in document order. */
static xmlNode *node_after(const xmlNode *top, const xmlNode *node)
{
        if (node->type == XML_ELEMENT_NODE && node->children != NULL)
                return node->children;
        while (node != top && node->next == NULL)
                node = node->parent;
        return node == top ? NULL : node->next;
}

static xmlNode *node_behind(const xmlNode *top, const xmlNode *node)
{
        while (node != top && node->next == NULL)
                node = node->parent;
        return node == top ? NULL : node->next;
}

static void marks_change(xmlNode *top, unsigned where, unsigned add, unsigned drop)
{
        for (xmlNode *node = top; node != NULL; node = node_after(top, node)) {
                if (marked(node, where))
                        mark_set(node, add, drop);
                for (xmlAttr *attribute = node->type == XML_ELEMENT_NODE ? node->properties : NULL; attribute != NULL;
                     attribute = attribute->next)
                        if (marked((xmlNode *)attribute, where))
                                mark_set((xmlNode *)attribute, add, drop);
        }
}

void coverage_begin(const xml_document *document)
{
        marks_change(xml_root(document), MARK_SEEN | MARK_COVERED, 0, MARK_SEEN | MARK_COVERED);
}

void coverage_see(const xml_document *document, xmlNode *top, xmlSecNodeSetPtr set)
{
        if (top == NULL)
                top = xml_root(document);
        for (xmlNode *node = top; node != NULL; node = node_after(top, node)) {
                if (xmlSecNodeSetContains(set, node, node->parent) == 1)
                        mark_set(node, MARK_SEEN, 0);
                for (xmlAttr *attribute = node->type == XML_ELEMENT_NODE ? node->properties : NULL; attribute != NULL;
                     attribute = attribute->next)
                        if (xmlSecNodeSetContains(set, (xmlNode *)attribute, node) == 1)
                                mark_set((xmlNode *)attribute, MARK_SEEN, 0);
        }
}

void coverage_settle(const xml_document *document, xmlNode *top, bool right)
{
        marks_change(top != NULL ? top : xml_root(document), MARK_SEEN, right ? MARK_COVERED : 0, MARK_SEEN);
        for (xmlNode *around = top != NULL ? top->parent : NULL; right && around != NULL; around = around->parent)
                mark_set(around, MARK_AROUND, 0);
}

void coverage_accept(const xml_document *document)
{
        marks_change(xml_root(document), MARK_COVERED, MARK_ACCEPTED, 0);
}

bool coverage_has(const xmlNode *node)
{
        return marked(node, MARK_COVERED);
}

/* ---- what is not covered ---- */

static bool blank(const char *text)
{
        return text == NULL || text[strspn(text, " \t\r\n")] == '\0';
}

static bool attributes_covered(const xmlNode *node, unsigned mark)
{
        for (const xmlAttr *attribute = node->properties; attribute != NULL; attribute = attribute->next)
                if (!marked((const xmlNode *)attribute, mark))
                        return false;
        return true;
}

/* A signature's own parts need no cover: SignedInfo is what is signed, properties are judged by themselves. What else stands
 * in an Object is content, and so is what stands beside properties there. */
static bool excused(const xmlNode *node)
{
        if (xml_is(node->parent, DSIG, "Signature"))
                return !xml_is(node, DSIG, "Object");
        return xml_is(node->parent, DSIG, "Object") && xml_is(node->parent->parent, DSIG, "Signature") && xades_is_qualifying(node);
}

/* Elements that only hold signatures (EN 319 162-1 A.5, OpenDocument 1.2 part 3 5) say nothing themselves. */
static bool wrapper(const xmlNode *node)
{
        return node->parent != NULL && node->parent->type == XML_DOCUMENT_NODE &&
               (xml_is(node, NULL, "XAdESSignatures") || xml_is(node, NULL, "document-signatures"));
}

/* An element, text or instruction that says something and is not covered. */
static bool hole(const xmlNode *node, unsigned mark)
{
        switch (node->type) {
        case XML_ELEMENT_NODE:
                return !marked(node, mark) || !attributes_covered(node, mark);
        case XML_TEXT_NODE:
        case XML_CDATA_SECTION_NODE:
                return !marked(node, mark) && !blank((const char *)node->content);
        case XML_COMMENT_NODE:
                return false;
        default:
                return !marked(node, mark);
        }
}

/* Is the whole of a signature element left aside? Another signature is; of the one
 * judged (or, for the document as a whole, of any) the enclosed objects are content. */
static bool aside(const xmlNode *node, const xmlNode *signature)
{
        if (xml_is(node, DSIG, "Signature"))
                return signature != NULL && node != signature && !xml_inside(signature, node);
        return excused(node);
}

struct search {
        const xmlNode *signature;
        unsigned mark;
        void (*each)(void *context, const char *path);
        void *context;
        unsigned found, enough; /* a path costs a walk over siblings: nobody reads more than some of them */
};

static void hole_report(struct search *search, const xmlNode *node)
{
        search->found++;
        if (search->each == NULL)
                return;
        xmlChar *path = xmlGetNodePath(node);
        if (path != NULL)
                search->each(search->context, (const char *)path);
        xmlFree(path);
}

static void holes_find(const xmlNode *top, struct search *search)
{
        for (const xmlNode *node = top, *next; node != NULL && search->found < search->enough; node = next) {
                bool skip = aside(node, search->signature);
                if (!skip && !wrapper(node) && !xml_is(node, DSIG, "Signature") &&
                    !(xml_is(node, DSIG, "Object") && xml_is(node->parent, DSIG, "Signature")) && hole(node, search->mark)) {
                        hole_report(search, node);
                        skip = !marked(node, MARK_AROUND);
                }
                next = skip ? node_behind(top, node) : node_after(top, node);
        }
}

static void list_add(void *context, const char *path)
{
        char *holes = context;
        size_t used = strlen(holes);
        snprintf(holes + used, COVERAGE_TEXT - used, "%s%s", used > 0 ? ", " : "", path);
}

bool coverage_complete(const xml_document *document, const xmlNode *signature, char holes[COVERAGE_TEXT])
{
        holes[0] = '\0';
        struct search search = {.signature = signature, .mark = MARK_COVERED, .each = list_add, .context = holes, .enough = 3};
        holes_find(xml_root(document), &search);
        return search.found == 0;
}

static bool text_covered(const xmlNode *node)
{
        return node != NULL && node->type == XML_TEXT_NODE && marked(node, MARK_COVERED) && !blank((const char *)node->content);
}

bool coverage_comment(const xml_document *document, char path[COVERAGE_TEXT])
{
        const xmlNode *top = xml_root(document);
        for (const xmlNode *node = top; node != NULL; node = node_after(top, node)) {
                if (node->type != XML_COMMENT_NODE || marked(node, MARK_COVERED) ||
                    (!text_covered(node->prev) && !text_covered(node->next)))
                        continue;
                xmlChar *shown = xmlGetNodePath(node->parent);
                snprintf(path, COVERAGE_TEXT, "%.200s", shown != NULL ? (const char *)shown : "");
                xmlFree(shown);
                return true;
        }
        return false;
}

void coverage_unsigned(const xml_document *document, void (*each)(void *context, const char *path), void *context)
{
        struct search search = {.mark = MARK_ACCEPTED, .each = each, .context = context, .enough = COVERAGE_UNSIGNED};
        holes_find(xml_root(document), &search);
}

void coverage_name(const xml_document *document, const xmlNode *top, char name[COVERAGE_TEXT])
{
        struct search search = {.mark = MARK_SEEN | MARK_COVERED, .enough = 1};
        const xmlNode *whole = top != NULL ? top : xml_root(document);
        holes_find(whole, &search);
        xmlChar *path = top != NULL ? xmlGetNodePath(top) : NULL;
        snprintf(name, COVERAGE_TEXT, "%s%.200s%s", top != NULL ? "element " : "document", path != NULL ? (const char *)path : "",
                 search.found > 0 ? ", in part" : "");
        xmlFree(path);
}
