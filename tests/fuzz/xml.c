/*
 * Bytes as an XML document: refused with a reason, or a tree that keeps to every
 * bound and can be walked, searched by Id and read.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "signing/limits.h"
#include "signing/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void node_read(const xml_document *document, const xmlNode *node)
{
        xmlNode *found = NULL;
        uint8_t *bytes = NULL;
        size_t length = 0;
        const char *id = xml_attribute(node, "Id");
        if (id != NULL)
                assert(xml_by_id(document, id, &found) != XML_MISSING);
        if (xml_text(node) != NULL && xml_base64(node, 4096, &bytes, &length)) {
                assert(length <= 4096);
                free(bytes);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        xml_document *document = NULL;
        struct signing_refusal why = {0};
        if (!xml_read((struct signing_bytes){data, size}, &document, &why)) {
                assert(document == NULL && why.code[0] != '\0' && why.sentence[0] != '\0');
                return 0;
        }
        uint64_t count = 0;
        assert(xml_namespaces(document) <= LIMIT_NAMESPACES && xml_tree(document)->intSubset == NULL);
        for (const xmlNode *node = xml_root(document); node != NULL; node = xml_walk(xml_root(document), node), count++)
                node_read(document, node);
        assert(count == xml_elements(xml_root(document)) && count <= LIMIT_ELEMENTS);
        xml_document_free(document);
        return 0;
}
