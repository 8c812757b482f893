/* sequence.c - strict reading of element sequences. */
#include "signing/sequence.h"

#include <stdlib.h>
#include <string.h>

#include "signing/xml.h"

/* The next element; text that is not white space stops there and breaks the sequence. */
static const xmlNode *element_from(const xmlNode *node, bool *broken)
{
        for (; node != NULL && node->type != XML_ELEMENT_NODE; node = node->next)
                if ((node->type == XML_TEXT_NODE && !xmlIsBlankNode(node)) || node->type == XML_CDATA_SECTION_NODE)
                        *broken = true;
        return node;
}

struct sequence sequence_of(const xmlNode *parent)
{
        struct sequence sequence = {.broken = parent == NULL};
        if (parent != NULL)
                sequence.next = element_from(parent->children, &sequence.broken);
        return sequence;
}

const xmlNode *sequence_maybe(struct sequence *sequence, const char *space, const char *name)
{
        const xmlNode *node = sequence->next;
        if (sequence->broken || !xml_is(node, space, name))
                return NULL;
        sequence->next = element_from(node->next, &sequence->broken);
        return node;
}

const xmlNode *sequence_take(struct sequence *sequence, const char *space, const char *name)
{
        const xmlNode *node = sequence_maybe(sequence, space, name);
        if (node == NULL)
                sequence->broken = true;
        return node;
}

bool sequence_text(struct sequence *sequence, const char *space, const char *name, char *out, size_t size)
{
        const char *text = xml_text(sequence_take(sequence, space, name));
        if (text == NULL || strlen(text) >= size) {
                sequence->broken = true;
                return false;
        }
        memcpy(out, text, strlen(text) + 1);
        return true;
}

bool sequence_algorithm(struct sequence *sequence, const char *space, const char *name, const char *uri)
{
        const char *value = xml_attribute(sequence_take(sequence, space, name), "Algorithm");
        if (value != NULL && strcmp(value, uri) == 0)
                return true;
        sequence->broken = true;
        return false;
}

bool sequence_base64(struct sequence *sequence, const char *space, const char *name, uint8_t *out, size_t most, size_t *size)
{
        uint8_t *data = NULL;
        if (!xml_base64(sequence_take(sequence, space, name), most, &data, size)) {
                sequence->broken = true;
                return false;
        }
        memcpy(out, data, *size);
        free(data);
        return true;
}

bool sequence_base64_exactly(struct sequence *sequence, const char *space, const char *name, uint8_t *out, size_t size)
{
        size_t got = 0;
        if (!sequence_base64(sequence, space, name, out, size, &got) || got != size)
                sequence->broken = true;
        return !sequence->broken;
}

bool sequence_done(const struct sequence *sequence)
{
        return !sequence->broken && sequence->next == NULL;
}

bool attribute_number(const xmlNode *node, const char *name, uint64_t most, uint64_t *out)
{
        const char *text = xml_attribute(node, name);
        uint64_t value = 0;
        if (text == NULL || text[0] == '\0' || (text[0] == '0' && text[1] != '\0'))
                return false;
        for (; *text != '\0'; text++) {
                if (*text < '0' || *text > '9' || __builtin_mul_overflow(value, 10, &value) ||
                    __builtin_add_overflow(value, (uint64_t)(*text - '0'), &value) || value > most)
                        return false;
        }
        *out = value;
        return true;
}
