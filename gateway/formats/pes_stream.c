/* pes_stream.c - libxml2's push parser behind a look at each byte: encodings are ours, and no start tag grows without bound. */
#include "gateway/formats/pes_stream.h"

#include <ctype.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <stdlib.h>
#include <string.h>

#include "signing/refusal.h"

enum { DECLARATION = 256, BLOCK = 4096 };

/* Where a byte lies, as far as it matters: only start tags are counted. */
enum place { PLACE_TEXT, PLACE_OPENED, PLACE_TAG, PLACE_BANG, PLACE_COMMENT, PLACE_CDATA, PLACE_INSTRUCTION };

struct pes_stream {
        struct pes_handler handler;
        xmlSAXHandler sax;
        xmlParserCtxt *parser;
        struct signing_refusal why;
        bool refused;
        const char *names[PES_DEPTH + 1];
        size_t depth;
        /* of the element that starts */
        const xmlChar **attributes;
        int attribute_count;
        const char *space;
        /* the beginning, kept until the encoding is known */
        uint8_t head[DECLARATION];
        size_t head_size;
        bool begun, has_c1;
        enum pes_encoding encoding;
        /* the look at the bytes */
        enum place place;
        char quote;
        size_t tag_bytes, tag_attributes, run; /* run: of '-', ']' or '?' before a '>' ends what it ends */
};

static bool stream_refuse(struct pes_stream *stream, const char *code, const char *clause, const char *sentence)
{
        if (!stream->refused)
                refuse(&stream->why, code, clause, "%s", sentence);
        stream->refused = true;
        return false;
}

/* ---- callbacks of libxml2 ---- */

static struct pes_stream *stream_of(void *context)
{
        return ((xmlParserCtxt *)context)->_private;
}

static void element_start(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *space, int namespace_count,
                          const xmlChar **namespaces, int attribute_count, int default_count, const xmlChar **attributes)
{
        (void)prefix, (void)namespace_count, (void)namespaces, (void)default_count;
        struct pes_stream *stream = stream_of(context);
        if (stream->refused)
                return;
        if (stream->depth == PES_DEPTH) {
                stream_refuse(stream, "pes-malformed", "64 levels", "Elements lie more than 64 deep.");
                xmlStopParser(context);
                return;
        }
        stream->names[++stream->depth] = (const char *)name; /* the parser's dictionary keeps it */
        stream->attributes = attributes;
        stream->attribute_count = attribute_count;
        stream->space = space != NULL ? (const char *)space : "";
        if (stream->handler.start != NULL)
                stream->handler.start(stream->handler.context, stream, (const char *)name);
        stream->attribute_count = 0;
}

static void element_end(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *space)
{
        (void)prefix, (void)space;
        struct pes_stream *stream = stream_of(context);
        if (stream->refused || stream->depth == 0)
                return;
        if (stream->handler.end != NULL)
                stream->handler.end(stream->handler.context, stream, (const char *)name);
        stream->depth--;
}

static void text_pass(void *context, const xmlChar *data, int size)
{
        struct pes_stream *stream = stream_of(context);
        if (!stream->refused && stream->handler.text != NULL && size > 0)
                stream->handler.text(stream->handler.context, stream, (const char *)data, (size_t)size);
}

static void doctype_refuse(void *context, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
        (void)name, (void)external, (void)system;
        stream_refuse(stream_of(context), "pes-malformed", "XML 1.0 2.8", "The file declares a DOCTYPE.");
        xmlStopParser(context);
}

struct pes_stream *pes_stream_new(const struct pes_handler *handler)
{
        struct pes_stream *stream = calloc(1, sizeof *stream);
        if (stream == NULL)
                abort();
        stream->handler = *handler;
        stream->sax = (xmlSAXHandler){.initialized = XML_SAX2_MAGIC,
                                      .startElementNs = element_start,
                                      .endElementNs = element_end,
                                      .characters = text_pass,
                                      .ignorableWhitespace = text_pass,
                                      .cdataBlock = text_pass,
                                      .internalSubset = doctype_refuse,
                                      .externalSubset = doctype_refuse};
        stream->parser = xmlCreatePushParserCtxt(&stream->sax, NULL, NULL, 0, NULL);
        if (stream->parser == NULL)
                abort();
        stream->parser->_private = stream;
        xmlCtxtUseOptions(stream->parser, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOENT |
                                                  XML_PARSE_HUGE | XML_PARSE_IGNORE_ENC);
        return stream;
}

void pes_stream_free(struct pes_stream *stream)
{
        if (stream == NULL)
                return;
        xmlFreeDoc(stream->parser->myDoc);
        xmlFreeParserCtxt(stream->parser);
        free(stream);
}

/* ---- the look at the bytes ---- */

static bool tag_count(struct pes_stream *stream, char byte)
{
        if (++stream->tag_bytes > PES_TAG_BYTES)
                return stream_refuse(stream, "pes-malformed", "64 KiB a tag", "A tag is longer than 64 KiB.");
        if (byte == '=' && ++stream->tag_attributes > PES_ATTRIBUTES)
                return stream_refuse(stream, "pes-malformed", "64 attributes", "An element has more than 64 attributes.");
        return true;
}

/* "-->", "]]>" and "?>" end what they end. */
static void ending_look(struct pes_stream *stream, char byte, char mark, size_t marks)
{
        if (byte == mark)
                stream->run++;
        else if (byte == '>' && stream->run >= marks)
                stream->place = PLACE_TEXT;
        else
                stream->run = 0;
}

static bool byte_look(struct pes_stream *stream, char byte)
{
        switch (stream->place) {
        case PLACE_TEXT:
                if (byte == '<')
                        stream->place = PLACE_OPENED;
                return true;
        case PLACE_OPENED:
                stream->tag_bytes = stream->tag_attributes = stream->run = 0;
                stream->quote = '\0';
                stream->place = byte == '!' ? PLACE_BANG : byte == '?' ? PLACE_INSTRUCTION : byte == '>' ? PLACE_TEXT : PLACE_TAG;
                return true;
        case PLACE_TAG:
                if (stream->quote != '\0')
                        stream->quote = byte == stream->quote ? '\0' : stream->quote;
                else if (byte == '"' || byte == '\'')
                        stream->quote = byte;
                else if (byte == '>')
                        stream->place = PLACE_TEXT;
                return tag_count(stream, stream->quote == '\0' ? byte : ' ');
        case PLACE_BANG:
                if (byte == 'D')
                        return stream_refuse(stream, "pes-malformed", "XML 1.0 2.8", "The file declares a DOCTYPE.");
                stream->place = byte == '[' ? PLACE_CDATA : byte == '-' ? PLACE_COMMENT : PLACE_TEXT;
                return true;
        case PLACE_COMMENT:
                ending_look(stream, byte, '-', 2);
                return true;
        case PLACE_CDATA:
                ending_look(stream, byte, ']', 2);
                return true;
        case PLACE_INSTRUCTION:
                ending_look(stream, byte, '?', 1);
                return true;
        }
        return true;
}

/* ---- encodings ---- */

/* The eight characters by which ISO-8859-15 differs from ISO-8859-1. */
static unsigned latin9(uint8_t byte)
{
        switch (byte) {
        case 0xA4:
                return 0x20AC;
        case 0xA6:
                return 0x160;
        case 0xA8:
                return 0x161;
        case 0xB4:
                return 0x17D;
        case 0xB8:
                return 0x17E;
        case 0xBC:
                return 0x152;
        case 0xBD:
                return 0x153;
        case 0xBE:
                return 0x178;
        default:
                return byte;
        }
}

static size_t character_write(const struct pes_stream *stream, uint8_t byte, char out[3])
{
        unsigned point = stream->encoding == PES_ENCODING_ISO_8859_15 ? latin9(byte) : byte;
        if (byte < 0x80 || stream->encoding == PES_ENCODING_UTF8) {
                out[0] = (char)byte;
                return 1;
        }
        if (point < 0x800) {
                out[0] = (char)(0xC0 | point >> 6);
                out[1] = (char)(0x80 | (point & 0x3F));
                return 2;
        }
        out[0] = (char)(0xE0 | point >> 12);
        out[1] = (char)(0x80 | (point >> 6 & 0x3F));
        out[2] = (char)(0x80 | (point & 0x3F));
        return 3;
}

static bool block_parse(struct pes_stream *stream, const char *data, size_t size)
{
        if (xmlParseChunk(stream->parser, data, (int)size, 0) == 0 && !stream->refused)
                return true;
        const xmlError *error = xmlCtxtGetLastError(stream->parser);
        if (!stream->refused)
                refuse(&stream->why, "pes-malformed", "XML 1.0 2.1", "The file is not well-formed XML, line %d: %.*s.",
                       error != NULL ? error->line : 0,
                       error != NULL && error->message != NULL ? (int)strcspn(error->message, "\n") : 0,
                       error != NULL && error->message != NULL ? error->message : "");
        stream->refused = true;
        return false;
}

static bool bytes_parse(struct pes_stream *stream, const uint8_t *data, size_t size)
{
        char block[BLOCK * 3];
        while (size > 0 && !stream->refused) {
                size_t filled = 0, n = 0;
                for (; n < size && n < BLOCK; n++) {
                        if (!byte_look(stream, (char)data[n]))
                                return false;
                        stream->has_c1 =
                                stream->has_c1 || (data[n] >= 0x80 && data[n] < 0xA0 && stream->encoding != PES_ENCODING_UTF8);
                        filled += character_write(stream, data[n], block + filled);
                }
                if (!block_parse(stream, block, filled))
                        return false;
                data += n;
                size -= n;
        }
        return !stream->refused;
}

/* What encoding="…" says in the first line; none is UTF-8 (XML 1.0 4.3.3). */
static bool encoding_read(struct pes_stream *stream)
{
        static const struct {
                const char *name;
                enum pes_encoding encoding;
        } known[] = {{"ISO-8859-1", PES_ENCODING_ISO_8859_1},
                     {"ISO-8859-15", PES_ENCODING_ISO_8859_15},
                     {"US-ASCII", PES_ENCODING_ISO_8859_1},
                     {"UTF-8", PES_ENCODING_UTF8}};
        char head[DECLARATION + 1], name[24] = "";
        memcpy(head, stream->head, stream->head_size);
        head[stream->head_size] = '\0';
        char *end = strstr(head, "?>");
        if (strncmp(head, "<?xml", 5) != 0 || end == NULL)
                return true;
        *end = '\0';
        const char *said = strstr(head, "encoding");
        said = said != NULL ? strpbrk(said, "\"'") : NULL;
        if (said == NULL)
                return true;
        size_t length = strcspn(said + 1, "\"'");
        if (length < sizeof name)
                memcpy(name, said + 1, length);
        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
                if (strcasecmp(name, known[i].name) == 0) {
                        stream->encoding = known[i].encoding;
                        return true;
                }
        return stream_refuse(stream, "pes-encoding", "PES V2: ISO-8859-1", "The file declares an encoding that is not taken.");
}

static bool head_parse(struct pes_stream *stream)
{
        stream->begun = true;
        return encoding_read(stream) && bytes_parse(stream, stream->head, stream->head_size);
}

bool pes_stream_write(struct pes_stream *stream, const uint8_t *data, size_t size)
{
        if (!stream->begun) {
                size_t room = DECLARATION - stream->head_size, kept = size < room ? size : room;
                memcpy(stream->head + stream->head_size, data, kept);
                stream->head_size += kept;
                data += kept;
                size -= kept;
                if (stream->head_size < DECLARATION)
                        return true;
                if (!head_parse(stream))
                        return false;
        }
        return bytes_parse(stream, data, size);
}

bool pes_stream_finish(struct pes_stream *stream, struct signing_refusal *why)
{
        if (!stream->begun)
                (void)head_parse(stream);
        if (!stream->refused && (xmlParseChunk(stream->parser, NULL, 0, 1) != 0 || stream->parser->wellFormed != 1))
                stream_refuse(stream, "pes-malformed", "XML 1.0 2.1", "The file ends before its last element.");
        if (stream->refused)
                *why = stream->why;
        return !stream->refused;
}

/* ---- what a callback may ask ---- */

size_t pes_stream_depth(const struct pes_stream *stream)
{
        return stream->depth;
}

const char *pes_stream_above(const struct pes_stream *stream, size_t n)
{
        return n < stream->depth ? stream->names[stream->depth - n] : "";
}

const char *pes_stream_space(const struct pes_stream *stream)
{
        return stream->space;
}

bool pes_stream_attribute(const struct pes_stream *stream, const char *name, char *out, size_t size)
{
        for (int i = 0; i < stream->attribute_count; i++) {
                const xmlChar **attribute = stream->attributes + (ptrdiff_t)i * 5; /* name, prefix, namespace, value, its end */
                if (attribute[1] != NULL || strcmp((const char *)attribute[0], name) != 0)
                        continue;
                size_t length = (size_t)(attribute[4] - attribute[3]);
                length = length < size ? length : size - 1;
                while (length > 0 && length == size - 1 && (attribute[3][length] & 0xC0) == 0x80)
                        length--; /* not inside a character */
                memcpy(out, attribute[3], length);
                out[length] = '\0';
                return true;
        }
        return false;
}

enum pes_encoding pes_stream_encoding(const struct pes_stream *stream)
{
        return stream->encoding;
}

bool pes_stream_has_c1(const struct pes_stream *stream)
{
        return stream->has_c1;
}
