/*
 * scan.c - tag by tag through the bytes, in step with any parser for as long as
 * the document is well-formed; at the first fault a parser stops too.
 */
#include "signing/scan.h"

#include <string.h>

#include "signing/limits.h"
#include "signing/refusal.h"

struct scan {
        const char *at, *end;
        unsigned depth, elements;
        struct signing_refusal *why;
};

static bool scan_starts(const struct scan *scan, const char *text)
{
        size_t size = strlen(text);
        return (size_t)(scan->end - scan->at) >= size && memcmp(scan->at, text, size) == 0;
}

/* Behind the next `text`, or at the end: the parser will then find the document cut short. */
static void scan_past(struct scan *scan, const char *text)
{
        const char *found = memmem(scan->at, (size_t)(scan->end - scan->at), text, strlen(text));
        scan->at = found != NULL ? found + strlen(text) : scan->end;
}

/* <!-- --> and <![CDATA[ ]]> pass; any other declaration is a DOCTYPE or inside one. */
static bool scan_declaration(struct scan *scan)
{
        if (scan_starts(scan, "<!--")) {
                scan->at += 4;
                scan_past(scan, "-->");
                return true;
        }
        if (scan_starts(scan, "<![CDATA[")) {
                scan->at += 9;
                scan_past(scan, "]]>");
                return true;
        }
        return refuse(scan->why, "DOCTYPE", "EN 319 132-1 4.1", "A document type declaration is not allowed in a signed document.");
}

/* One start tag, from its '<' to its '>' outside quotes. */
static bool scan_tag(struct scan *scan)
{
        const char *start = scan->at;
        unsigned attributes = 0;
        char quote = '\0';
        for (scan->at++; scan->at < scan->end && (quote != '\0' || *scan->at != '>'); scan->at++) {
                if (scan->at - start > LIMIT_TAG_BYTES)
                        return refuse(scan->why, "TOO_MUCH", "limit LIMIT_TAG_BYTES", "A start tag is longer than %d bytes.",
                                      LIMIT_TAG_BYTES);
                if (quote == '\0' && (*scan->at == '"' || *scan->at == '\'')) {
                        quote = *scan->at;
                        attributes++;
                } else if (*scan->at == quote) {
                        quote = '\0';
                }
        }
        if (attributes > LIMIT_ATTRIBUTES)
                return refuse(scan->why, "TOO_MUCH", "limit LIMIT_ATTRIBUTES", "An element has more than %d attributes.",
                              LIMIT_ATTRIBUTES);
        if (scan->at < scan->end && scan->at[-1] != '/')
                scan->depth++;
        scan->elements++;
        if (scan->depth > LIMIT_DEPTH)
                return refuse(scan->why, "TOO_MUCH", "limit LIMIT_DEPTH", "Elements lie more than %d deep.", LIMIT_DEPTH);
        if (scan->elements > LIMIT_ELEMENTS)
                return refuse(scan->why, "TOO_MUCH", "limit LIMIT_ELEMENTS", "The document has more than %d elements.",
                              LIMIT_ELEMENTS);
        return true;
}

static bool scan_markup(struct scan *scan)
{
        switch (scan->at + 1 < scan->end ? scan->at[1] : '\0') {
        case '!':
                return scan_declaration(scan);
        case '?':
                scan_past(scan, "?>");
                return true;
        case '/':
                scan->depth -= scan->depth > 0;
                scan_past(scan, ">");
                return true;
        default:
                return scan_tag(scan);
        }
}

bool scan_check(struct signing_bytes bytes, struct signing_refusal *why)
{
        struct scan scan = {.at = (const char *)bytes.data, .why = why};
        scan.end = scan.at + bytes.size;
        if (bytes.size > LIMIT_XML_BYTES)
                return refuse(why, "TOO_MUCH", "limit LIMIT_XML_BYTES", "The XML document is larger than %d bytes.",
                              LIMIT_XML_BYTES);
        while (scan.at < scan.end && (scan.at = memchr(scan.at, '<', (size_t)(scan.end - scan.at))) != NULL)
                if (!scan_markup(&scan))
                        return false;
        return true;
}

bool scan_end_tag(struct signing_bytes bytes, uint64_t element, size_t *offset)
{
        struct scan scan = {.at = (const char *)bytes.data};
        unsigned wanted = 0;
        scan.end = scan.at + bytes.size;
        while (scan.at < scan.end && (scan.at = memchr(scan.at, '<', (size_t)(scan.end - scan.at))) != NULL) {
                const char *tag = scan.at;
                uint64_t before = scan.elements;
                if (wanted > 0 && scan.depth == wanted && scan.end - tag > 1 && tag[1] == '/') {
                        *offset = (size_t)(tag - (const char *)bytes.data);
                        return true;
                }
                if (!scan_markup(&scan))
                        return false;
                if (scan.elements > before && before == element) {
                        if (scan.at < scan.end && scan.at[-1] == '/')
                                return false;
                        wanted = scan.depth;
                }
        }
        return false;
}
