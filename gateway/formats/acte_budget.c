/* acte_budget.c - see acte_budget.h. */
#include "gateway/formats/acte_budget.h"

#include <libxml/c14n.h>
#include <libxml/tree.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "gateway/core/owner.h"
#include "signing/xml.h"

#define BUDGET_NAMESPACE "http://www.minefi.gouv.fr/cp/demat/docbudgetaire"

DEFINE_OWNER(xml_document, xml_document_free)

enum { INDENT = 3, DEPTH_MAX = 200 };

static bool is_blank(const xmlNode *node)
{
        return node->type == XML_TEXT_NODE && xmlIsBlankNode(node) == 1;
}

static bool has_elements(const xmlNode *node)
{
        for (const xmlNode *child = node->children; child != NULL; child = child->next)
                if (child->type == XML_ELEMENT_NODE || child->type == XML_COMMENT_NODE || child->type == XML_PI_NODE)
                        return true;
        return false;
}

static bool has_text(const xmlNode *node)
{
        for (const xmlNode *child = node->children; child != NULL; child = child->next)
                if (child->type == XML_TEXT_NODE && !is_blank(child))
                        return true;
        return false;
}

static void blanks_drop(xmlNode *node)
{
        for (xmlNode *child = node->children, *next; child != NULL; child = next) {
                next = child->next;
                if (is_blank(child)) {
                        xmlUnlinkNode(child);
                        xmlFreeNode(child);
                }
        }
}

static xmlNode *blank_new(int depth)
{
        char text[INDENT * DEPTH_MAX + 2] = "\n";
        int spaces = INDENT * (depth < DEPTH_MAX ? depth : DEPTH_MAX);
        memset(text + 1, ' ', (size_t)spaces);
        text[1 + spaces] = '\0';
        return xmlNewText((const xmlChar *)text);
}

static int depth_of(const xmlNode *node)
{
        int depth = 0;
        for (; node->parent != NULL && node->parent->type == XML_ELEMENT_NODE; node = node->parent)
                depth++;
        return depth;
}

/* Each child on a line of its own; elements that hold text stay as they are. */
static void element_indent(xmlNode *node)
{
        if (!has_elements(node) || has_text(node))
                return;
        int depth = depth_of(node);
        blanks_drop(node);
        for (xmlNode *child = node->children; child != NULL; child = child->next)
                xmlAddPrevSibling(child, blank_new(depth + 1));
        xmlAddChild(node, blank_new(depth));
}

static void digest_hex(const EVP_MD *method, const void *data, size_t size, char out[2 * EVP_MAX_MD_SIZE + 1])
{
        uint8_t digest[EVP_MAX_MD_SIZE];
        unsigned length = 0;
        out[0] = '\0';
        if (EVP_Digest(data, size, digest, &length, method, NULL) != 1)
                return;
        for (unsigned i = 0; i < length; i++)
                snprintf(out + 2 * (size_t)i, 3, "%02x", digest[i]);
}

static bool seal_check(xmlDoc *document, const char *md5, const char *sha1)
{
        xmlChar *canonical = NULL;
        char found[2 * EVP_MAX_MD_SIZE + 1];
        int size = xmlC14NDocDumpMemory(document, NULL, XML_C14N_1_0, NULL, 0, &canonical);
        if (size < 0)
                return false;
        digest_hex(EVP_md5(), canonical, (size_t)size, found);
        bool same = strcasecmp(found, md5) == 0;
        digest_hex(EVP_sha1(), canonical, (size_t)size, found);
        same = same && strcasecmp(found, sha1) == 0;
        xmlFree(canonical);
        return same;
}

bool acte_budget_check(const char *name, struct signing_bytes file, struct refusals *why)
{
        OWN(xml_document) document = NULL;
        struct signing_refusal inside = {0};
        char md5[64] = "", sha1[64] = "";
        if (!xml_read(file, &document, &inside))
                return refusals_add(why, "budget-xml", inside.clause, "%s: %.150s", name, inside.sentence);
        xmlNode *root = xml_root(document);
        if (!xml_is(root, BUDGET_NAMESPACE, "DocumentBudgetaire"))
                return refusals_add(why, "budget-xml", "docbudgetaire DocumentBudgetaire", "%s is no budget document.", name);
        xmlNode *seal = xml_child(root, BUDGET_NAMESPACE, "Scellement");
        const char *first = xml_attribute(seal, "md5"), *second = xml_attribute(seal, "sha1");
        if (first == NULL || second == NULL)
                return refusals_add(why, "budget-unsealed", "docbudgetaire Scellement",
                                    "%s is not sealed: seal it with the tool that made it.", name);
        snprintf(md5, sizeof md5, "%s", first);
        snprintf(sha1, sizeof sha1, "%s", second);
        xmlUnlinkNode(seal);
        xmlFreeNode(seal);
        for (xmlNode *at = root; at != NULL; at = xml_walk(root, at))
                element_indent(at);
        return seal_check(xml_tree(document), md5, sha1) ||
               refusals_add(why, "budget-seal", "docbudgetaire Scellement", "%s was changed after it was sealed.", name);
}
