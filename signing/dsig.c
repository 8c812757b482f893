/*
 * dsig.c - the core of an XML signature (dsig.h).
 */
#include "signing/dsig.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "signing/refusal.h"

/* References whose target is named by its path in the report: each costs a walk over its siblings. */
enum { NAMED_MAX = 100 };

#define TYPE_MANIFEST DSIG_SPACE "Manifest"

typedef struct dsig dsig_handle;
DEFINE_OWNER(dsig_handle, dsig_free)

void dsig_free(struct dsig *dsig)
{
        if (dsig == NULL)
                return;
        for (size_t n = 0; n < dsig->reference_count; n++)
                free(dsig->references[n].file);
        free(dsig->references);
        free(dsig);
}

/* ---- names ---- */

static int hex_digit(char c)
{
        const char *digits = "0123456789abcdef", *found = c != '\0' ? strchr(digits, tolower((unsigned char)c)) : NULL;
        return found != NULL ? (int)(found - digits) : -1;
}

/* RFC 3986 2.1, once; a name that could leave its folder or names a host is no name. */
static char *file_name(const char *uri)
{
        char *name = strdup(uri), *end = name;
        for (const char *from = uri; name != NULL && *from != '\0'; from++) {
                int high = *from == '%' ? hex_digit(from[1]) : -1, low = high >= 0 ? hex_digit(from[2]) : -1;
                *end++ = low >= 0 ? (char)(high * 16 + low) : *from;
                from += low >= 0 ? 2 : 0;
        }
        if (name == NULL)
                return NULL;
        *end = '\0';
        bool bad = strlen(name) != (size_t)(end - name) || name[0] == '/' || strchr(name, '\\') != NULL ||
                   strstr(name, "://") != NULL || strncmp(name, "../", 3) == 0 || strstr(name, "/../") != NULL ||
                   strncmp(name, "file:", 5) == 0;
        if (!bad)
                return name;
        free(name);
        return NULL;
}

/* '#xpointer(id('x'))' or '#x' (XMLDSig 4.4.3.2); NULL where it is neither. The caller frees it. */
static char *fragment_id(const char *uri, bool *comments)
{
        static const char head[] = "#xpointer(id(";
        size_t size = strlen(uri);
        *comments = strncmp(uri, head, sizeof head - 1) == 0;
        if (!*comments)
                return strchr(uri, '(') == NULL ? strdup(uri + 1) : NULL;
        const char *id = uri + sizeof head - 1;
        size_t length = size - (sizeof head - 1);
        bool quoted = length > 4 && (*id == '\'' || *id == '"') && id[length - 3] == *id && strcmp(id + length - 2, "))") == 0;
        return quoted ? strndup(id + 1, length - 4) : NULL;
}

/* ---- reading ---- */

static void target_find(const xml_document *document, struct reference *reference)
{
        const char *uri = reference->uri;
        if (uri == NULL || (uri[0] != '\0' && uri[0] != '#')) {
                reference->file = file_name(uri != NULL ? uri : "");
                return;
        }
        reference->same_document = true;
        reference->comments = strcmp(uri, "#xpointer(/)") == 0;
        if (uri[0] == '\0' || reference->comments) {
                reference->found = true;
                return;
        }
        char *id = fragment_id(uri, &reference->comments);
        enum xml_found found = id != NULL ? xml_by_id(document, id, &reference->target) : XML_MISSING;
        free(id);
        reference->found = found == XML_UNIQUE;
        reference->ambiguous = found == XML_AMBIGUOUS;
}

static bool is_digest(const xmlNode *node)
{
        uint8_t *value = NULL;
        size_t size = 0;
        bool read = xml_base64(node, EVP_MAX_MD_SIZE, &value, &size);
        free(value);
        return read;
}

/* <sequence><element ref="ds:Transforms" minOccurs="0"/><element ref="ds:DigestMethod"/><element ref="ds:DigestValue"/></sequence>
 */
static bool reference_read(const xml_document *document, xmlNode *node, struct reference *out)
{
        const xmlNode *child = xml_child(node, NULL, NULL);
        if (xml_is(child, DSIG_SPACE, "Transforms"))
                child = xml_next(child, NULL, NULL);
        const xmlNode *method = child;
        if (!xml_is(method, DSIG_SPACE, "DigestMethod"))
                return false;
        child = xml_next(child, NULL, NULL);
        if (!xml_is(child, DSIG_SPACE, "DigestValue") || !is_digest(child) || xml_next(child, NULL, NULL) != NULL)
                return false;
        *out = (struct reference){.node = node, .uri = xml_attribute(node, "URI"), .type = xml_attribute(node, "Type")};
        out->digest = algorithm_find(xml_attribute(method, "Algorithm"), ALGORITHM_DIGEST);
        target_find(document, out);
        return true;
}

static bool references_add(struct dsig *dsig, xmlNode *first, size_t manifest, struct signing_refusal *why)
{
        for (xmlNode *node = first; node != NULL; node = xml_next(node, NULL, NULL)) {
                if (!xml_is(node, DSIG_SPACE, "Reference"))
                        return refuse(why, "FORMAT", "XMLDSig 4.4", "<%.60s> stands where a Reference is expected.",
                                      (const char *)node->name);
                if (dsig->reference_count == LIMIT_REFERENCES)
                        return refuse(why, "TOO_MUCH", "limit LIMIT_REFERENCES", "The signature has more than %d references.",
                                      LIMIT_REFERENCES);
                struct reference *grown = reallocarray(dsig->references, dsig->reference_count + 1, sizeof *grown);
                if (grown == NULL)
                        return refuse(why, "MEMORY", "", "No memory to read the signature.");
                dsig->references = grown;
                if (!reference_read(dsig->document, node, &grown[dsig->reference_count]))
                        return refuse(why, "FORMAT", "XMLDSig 4.4.3",
                                      "A Reference lacks its digest in base64, or holds what it may not.");
                grown[dsig->reference_count++].manifest = manifest;
        }
        return true;
}

/* XMLDSig 5.1: a manifest's entries are ours to judge; xmlsec would ignore a wrong one. */
static bool manifests_read(struct dsig *dsig, struct signing_refusal *why)
{
        for (size_t n = 0, direct = dsig->reference_count; n < direct; n++) {
                const struct reference *reference = &dsig->references[n];
                xmlNode *manifest = reference->target;
                if (!xml_is(manifest, DSIG_SPACE, "Manifest") && reference->type != NULL &&
                    strcmp(reference->type, TYPE_MANIFEST) == 0)
                        manifest = xml_child(manifest, DSIG_SPACE, "Manifest");
                if (xml_is(manifest, DSIG_SPACE, "Manifest") && !references_add(dsig, xml_child(manifest, NULL, NULL), n + 1, why))
                        return false;
        }
        return true;
}

/* Text between the parts belongs to none of them, and nothing signs it. */
static bool text_within(const xmlNode *node)
{
        for (const xmlNode *child = node->children; child != NULL; child = child->next)
                if (child->type == XML_TEXT_NODE && child->content[strspn((const char *)child->content, " \t\r\n")] != '\0')
                        return true;
        return false;
}

/* <element name="Signature"><sequence><element ref="ds:SignedInfo"/><element ref="ds:SignatureValue"/>
 * <element ref="ds:KeyInfo" minOccurs="0"/><element ref="ds:Object" minOccurs="0" maxOccurs="unbounded"/></sequence> */
static bool parts_read(struct dsig *dsig)
{
        xmlNode *child = xml_child(dsig->node, NULL, NULL);
        dsig->info = child;
        dsig->value = child = xml_next(child, NULL, NULL);
        child = xml_next(child, NULL, NULL);
        if (xml_is(child, DSIG_SPACE, "KeyInfo")) {
                dsig->key_info = child;
                child = xml_next(child, NULL, NULL);
        }
        for (; child != NULL; child = xml_next(child, NULL, NULL))
                if (!xml_is(child, DSIG_SPACE, "Object"))
                        return false;
        return !text_within(dsig->node) && xml_is(dsig->info, DSIG_SPACE, "SignedInfo") &&
               xml_is(dsig->value, DSIG_SPACE, "SignatureValue") && xml_text(dsig->value) != NULL;
}

static bool info_read(struct dsig *dsig, struct signing_refusal *why)
{
        const xmlNode *canonical = xml_child(dsig->info, NULL, NULL), *method = xml_next(canonical, NULL, NULL);
        if (!xml_is(canonical, DSIG_SPACE, "CanonicalizationMethod") || !xml_is(method, DSIG_SPACE, "SignatureMethod"))
                return refuse(why, "FORMAT", "XMLDSig 4.4", "SignedInfo lacks its canonicalization or signature method.");
        dsig->canonical = algorithm_find(xml_attribute(canonical, "Algorithm"), ALGORITHM_CANONICAL);
        dsig->method = algorithm_find(xml_attribute(method, "Algorithm"), ALGORITHM_SIGNATURE);
        xmlNode *first = xml_next(method, NULL, NULL);
        if (first == NULL)
                return refuse(why, "FORMAT", "XMLDSig 4.4", "The signature has no Reference: it signs nothing.");
        return references_add(dsig, first, 0, why) && manifests_read(dsig, why);
}

bool dsig_open(const xml_document *document, xmlNode *signature, struct dsig **out, struct signing_refusal *why)
{
        OWN(dsig_handle) dsig = calloc(1, sizeof *dsig);
        if (dsig == NULL)
                return refuse(why, "MEMORY", "", "No memory to read the signature.");
        *dsig = (struct dsig){.document = document, .node = signature, .id = xml_attribute(signature, "Id")};
        if (!parts_read(dsig))
                return refuse(why, "FORMAT", "XMLDSig 4.2",
                              "The parts of the signature are not those, or not in the order, of the standard.");
        if (!info_read(dsig, why))
                return false;
        *out = TAKE(dsig);
        return true;
}

/* ---- judging ---- */

struct sight {
        const xml_document *document;
        xmlNode *top;
        bool seen;
};

static void sight_see(void *context, xmlSecNodeSetPtr nodes)
{
        struct sight *sight = context;
        sight->seen = true;
        coverage_see(sight->document, sight->top, nodes);
}

static void inside_check(const xml_document *document, struct reference *reference, bool named, struct work *work)
{
        struct sight sight = {document, reference->target, false};
        const struct chain_input input = {.document = document,
                                          .top = reference->target,
                                          .comments = reference->comments,
                                          .work = work,
                                          .view = sight_see,
                                          .view_context = &sight};
        reference->verdict = chain_reference(&input, reference->node);
        if (named)
                coverage_name(document, reference->target, reference->covers);
        else
                snprintf(reference->covers, sizeof reference->covers, "element with the Id %.200s", reference->uri);
        if (sight.seen)
                coverage_settle(document, reference->target, reference->verdict == CHAIN_HOLDS);
}

static void file_check(struct reference *reference, const struct files *files, struct work *work)
{
        struct file file;
        if (files == NULL || reference->file == NULL || !files->find(files, reference->file, &file))
                return;
        reference->found = true;
        const struct chain_input input = {.file = &file, .work = work};
        reference->verdict = chain_reference(&input, reference->node);
        snprintf(reference->covers, sizeof reference->covers, "file %.240s", reference->file);
}

void dsig_references_check(struct dsig *dsig, const struct files *files, struct work *work)
{
        coverage_begin(dsig->document);
        for (size_t n = 0; n < dsig->reference_count; n++) {
                struct reference *reference = &dsig->references[n];
                /* What a wrong manifest lists is not signed. */
                if (reference->manifest > 0 && dsig->references[reference->manifest - 1].verdict != CHAIN_HOLDS)
                        continue;
                if (!reference->same_document)
                        file_check(reference, files, work);
                else if (reference->found)
                        inside_check(dsig->document, reference, n < NAMED_MAX, work);
        }
}

enum chain_verdict dsig_value_check(const struct dsig *dsig, EVP_PKEY *key, struct work *work)
{
        return chain_signature(&(const struct chain_input){.document = dsig->document, .work = work}, dsig->node, key);
}

const struct reference *dsig_reference_to(const struct dsig *dsig, const xmlNode *target)
{
        for (size_t n = 0; n < dsig->reference_count; n++)
                if (dsig->references[n].target == target && dsig->references[n].manifest == 0 &&
                    dsig->references[n].verdict == CHAIN_HOLDS)
                        return &dsig->references[n];
        return NULL;
}
