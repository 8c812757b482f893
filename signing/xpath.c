/*
 * xpath.c - XPath transforms under a budget (xpath.h).
 *
 * `not(ancestor-or-self::ds:Signature)`, nine of ten expressions found in the
 * wild, is quadratic when evaluated for each node; it is recognised and done as
 * the removal of subtrees. Anything else is evaluated while the budget lasts.
 */
#include "signing/xpath.h"

#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>
#include <libxml/xpointer.h>
#include <stdlib.h>
#include <string.h>
#include <xmlsec/nodeset.h>

#include "gateway/core/owner.h"
#include "signing/work.h"
#include "signing/xml.h"

#define DSIG "http://www.w3.org/2000/09/xmldsig#"
#define XPATH "http://www.w3.org/TR/1999/REC-xpath-19991116"
#define FILTER "http://www.w3.org/2002/06/xmldsig-filter2"

DEFINE_OWNER(xmlXPathContext, xmlXPathFreeContext)
DEFINE_OWNER(xmlXPathObject, xmlXPathFreeObject)

/* ---- evaluation under the budget ---- */

static void silent(void *context, xmlErrorPtr error)
{
        (void)context, (void)error;
}

static bool prefixes_register(xmlXPathContext *context, xmlNode *expression)
{
        xmlNs **all = xmlGetNsList(expression->doc, expression);
        bool good = true;
        for (xmlNs **each = all; each != NULL && *each != NULL; each++)
                if ((*each)->prefix != NULL)
                        good = good && xmlXPathRegisterNs(context, (*each)->prefix, (*each)->href) == 0;
        xmlFree(all);
        return good;
}

/* The nodes `text` selects in `doc`; NULL where it is wrong, selects no nodes or costs too much. */
static xmlNodeSet *nodes_select(xmlDoc *doc, xmlNode *expression, const char *text, struct work *work)
{
        OWN(xmlXPathContext) context = xmlXPtrNewContext(doc, expression, NULL);
        if (context == NULL || !prefixes_register(context, expression))
                return NULL;
        context->error = silent;
        context->node = xmlDocGetRootElement(doc);
        context->opLimit = work->xpath > 0 ? (unsigned long)work->xpath : 1;
        OWN(xmlXPathObject) result = xmlXPathEval((const xmlChar *)text, context);
        if (!work_take(work, &work->xpath, context->opCount < context->opLimit ? context->opCount : work->xpath) ||
            result == NULL) {
                work->exhausted = work->exhausted || context->opCount >= context->opLimit;
                return NULL;
        }
        if (result->type != XPATH_NODESET)
                return NULL;
        xmlNodeSet *nodes = result->nodesetval != NULL ? TAKE(result->nodesetval) : xmlXPathNodeSetCreate(NULL);
        uint64_t selected = nodes != NULL ? (uint64_t)nodes->nodeNr : 0;
        if (!work_take(work, &work->canonical, selected * xml_elements(xmlDocGetRootElement(doc)))) {
                xmlXPathFreeNodeSet(nodes);
                return NULL;
        }
        return nodes;
}

static xmlSecNodeSetPtr set_of(xmlDoc *doc, xmlNodeSet *nodes, xmlSecNodeSetType type)
{
        xmlSecNodeSetPtr set = nodes != NULL ? xmlSecNodeSetCreate(doc, nodes, type) : NULL;
        if (set == NULL && nodes != NULL)
                xmlXPathFreeNodeSet(nodes);
        return set;
}

static int set_add(xmlSecTransformPtr transform, xmlSecNodeSetPtr set, xmlSecNodeSetOp operation)
{
        if (set == NULL)
                return -1;
        transform->outNodes = xmlSecNodeSetAdd(transform->inNodes, set, operation);
        return transform->outNodes != NULL ? 0 : -1;
}

/* ---- the expression everybody writes ---- */

static char *squeeze(const char *text)
{
        char *out = malloc(strlen(text) + 1), *end = out;
        for (; out != NULL && *text != '\0'; text++)
                if (strchr(" \t\r\n", *text) == NULL)
                        *end++ = *text;
        if (out != NULL)
                *end = '\0';
        return out;
}

/* not(ancestor-or-self::PREFIX:Signature), PREFIX being XMLDSig's. */
static bool removes_signatures(xmlNode *expression, const char *text)
{
        static const char head[] = "not(ancestor-or-self::", tail[] = ":Signature)";
        char *tight = squeeze(text);
        size_t size = tight != NULL ? strlen(tight) : 0;
        bool same = false;
        if (size > sizeof head + sizeof tail - 2 && memcmp(tight, head, sizeof head - 1) == 0 &&
            strcmp(tight + size - (sizeof tail - 1), tail) == 0) {
                tight[size - (sizeof tail - 1)] = '\0';
                const xmlNs *space = xmlSearchNs(expression->doc, expression, (const xmlChar *)tight + sizeof head - 1);
                same = space != NULL && strcmp((const char *)space->href, DSIG) == 0;
        }
        free(tight);
        return same;
}

static xmlNodeSet *signatures_of(xmlDoc *doc, struct work *work)
{
        xmlNodeSet *nodes = xmlXPathNodeSetCreate(NULL);
        xmlNode *top = xmlDocGetRootElement(doc);
        uint64_t elements = 0, signatures = 0;
        for (xmlNode *node = top; node != NULL && nodes != NULL; node = xml_walk(top, node), elements++)
                if (xml_is(node, DSIG, "Signature")) {
                        signatures++;
                        xmlXPathNodeSetAddUnique(nodes, node);
                }
        if (work_take(work, &work->canonical, elements * signatures))
                return nodes;
        xmlXPathFreeNodeSet(nodes);
        return NULL;
}

/* ---- the two transforms ---- */

static xmlNode *expression_of(xmlSecTransformPtr transform, const char *space)
{
        return xml_child(transform->hereNode, space, "XPath");
}

static int xpath_execute(xmlSecTransformPtr transform, int last, xmlSecTransformCtxPtr context)
{
        struct work *work = context->userData;
        xmlNode *expression = expression_of(transform, DSIG);
        const char *text = xml_text(expression);
        (void)last;
        if (text == NULL || transform->inNodes == NULL)
                return -1;
        xmlDoc *doc = transform->inNodes->doc;
        if (removes_signatures(expression, text))
                return set_add(transform, set_of(doc, signatures_of(doc, work), xmlSecNodeSetTreeInvert),
                               xmlSecNodeSetIntersection);
        char *whole = NULL;
        if (asprintf(&whole, "(//. | //@* | //namespace::*)[boolean(%s)]", text) < 0)
                return -1;
        xmlNodeSet *nodes = nodes_select(doc, expression, whole, work);
        free(whole);
        return set_add(transform, set_of(doc, nodes, xmlSecNodeSetNormal), xmlSecNodeSetIntersection);
}

static bool operation_of(const xmlNode *expression, xmlSecNodeSetOp *out)
{
        const char *filter = xml_attribute(expression, "Filter");
        if (filter == NULL)
                return false;
        if (strcmp(filter, "intersect") == 0)
                *out = xmlSecNodeSetIntersection;
        else if (strcmp(filter, "subtract") == 0)
                *out = xmlSecNodeSetSubtraction;
        else if (strcmp(filter, "union") == 0)
                *out = xmlSecNodeSetUnion;
        else
                return false;
        return true;
}

static int filter_execute(xmlSecTransformPtr transform, int last, xmlSecTransformCtxPtr context)
{
        xmlNode *expression = expression_of(transform, FILTER);
        (void)last;
        if (expression == NULL || transform->inNodes == NULL)
                return -1;
        xmlDoc *doc = transform->inNodes->doc;
        for (; expression != NULL; expression = xml_next(expression, FILTER, "XPath")) {
                xmlSecNodeSetOp operation;
                const char *text = xml_text(expression);
                if (text == NULL || !operation_of(expression, &operation))
                        return -1;
                xmlNodeSet *nodes = nodes_select(doc, expression, text, context->userData);
                if (set_add(transform, set_of(doc, nodes, xmlSecNodeSetTree), operation) < 0)
                        return -1;
        }
        return 0;
}

xmlSecTransformId xpath_klass(void)
{
        static const xmlSecTransformKlass klass = {.klassSize = sizeof klass,
                                                   .objSize = sizeof(xmlSecTransform),
                                                   .name = BAD_CAST "xpath",
                                                   .href = BAD_CAST XPATH,
                                                   .usage = xmlSecTransformUsageDSigTransform,
                                                   .getDataType = xmlSecTransformDefaultGetDataType,
                                                   .pushXml = xmlSecTransformDefaultPushXml,
                                                   .popXml = xmlSecTransformDefaultPopXml,
                                                   .execute = xpath_execute};
        return &klass;
}

xmlSecTransformId xpath_filter_klass(void)
{
        static const xmlSecTransformKlass klass = {.klassSize = sizeof klass,
                                                   .objSize = sizeof(xmlSecTransform),
                                                   .name = BAD_CAST "xpath-filter2",
                                                   .href = BAD_CAST FILTER,
                                                   .usage = xmlSecTransformUsageDSigTransform,
                                                   .getDataType = xmlSecTransformDefaultGetDataType,
                                                   .pushXml = xmlSecTransformDefaultPushXml,
                                                   .popXml = xmlSecTransformDefaultPopXml,
                                                   .execute = filter_execute};
        return &klass;
}
