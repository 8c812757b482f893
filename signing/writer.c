/* writer.c - libxml2's text writer with one remembered failure. */
#include "signing/writer.h"

#include <inttypes.h>
#include <libxml/xmlwriter.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

#include "signing/refusal.h"

enum { BASE64_BLOCK = 768 };

struct writer {
        xmlBuffer *buffer;
        xmlTextWriter *text;
        bool failed;
};

void writer_free(struct writer *writer)
{
        if (writer == NULL)
                return;
        if (writer->text != NULL)
                xmlFreeTextWriter(writer->text);
        if (writer->buffer != NULL)
                xmlBufferFree(writer->buffer);
        free(writer);
}

struct writer *writer_new(void)
{
        struct writer *writer = calloc(1, sizeof *writer);
        if (writer == NULL)
                return NULL;
        writer->buffer = xmlBufferCreate();
        if (writer->buffer != NULL)
                writer->text = xmlNewTextWriterMemory(writer->buffer, 0);
        writer->failed = writer->text == NULL || xmlTextWriterStartDocument(writer->text, NULL, "UTF-8", NULL) < 0;
        return writer;
}

static bool writing(const struct writer *writer)
{
        return writer != NULL && !writer->failed;
}

void writer_start(struct writer *writer, const char *name)
{
        if (writing(writer))
                writer->failed = xmlTextWriterStartElement(writer->text, (const xmlChar *)name) < 0;
}

void writer_end(struct writer *writer)
{
        if (writing(writer))
                writer->failed = xmlTextWriterEndElement(writer->text) < 0;
}

void writer_attribute(struct writer *writer, const char *name, const char *value)
{
        if (writing(writer))
                writer->failed = xmlTextWriterWriteAttribute(writer->text, (const xmlChar *)name, (const xmlChar *)value) < 0;
}

void writer_attribute_number(struct writer *writer, const char *name, uint64_t value)
{
        char text[24];
        snprintf(text, sizeof text, "%" PRIu64, value);
        writer_attribute(writer, name, text);
}

void writer_text(struct writer *writer, const char *text)
{
        if (writing(writer))
                writer->failed = xmlTextWriterWriteString(writer->text, (const xmlChar *)text) < 0;
}

/* Our own blocks, as libxml2's base64 breaks lines with a carriage return, which XML would have to escape. */
void writer_base64(struct writer *writer, struct signing_bytes bytes)
{
        for (size_t at = 0; at < bytes.size; at += BASE64_BLOCK) {
                size_t size = bytes.size - at < BASE64_BLOCK ? bytes.size - at : BASE64_BLOCK;
                unsigned char text[BASE64_BLOCK / 3 * 4 + 1];
                EVP_EncodeBlock(text, bytes.data + at, (int)size);
                writer_text(writer, (const char *)text);
        }
}

void writer_leaf(struct writer *writer, const char *name, const char *text)
{
        writer_start(writer, name);
        writer_text(writer, text);
        writer_end(writer);
}

void writer_leaf_base64(struct writer *writer, const char *name, struct signing_bytes bytes)
{
        writer_start(writer, name);
        writer_base64(writer, bytes);
        writer_end(writer);
}

void writer_leaf_algorithm(struct writer *writer, const char *name, const char *uri)
{
        writer_start(writer, name);
        writer_attribute(writer, "Algorithm", uri);
        writer_end(writer);
}

bool writer_finish(struct writer *writer, struct signing_bytes *out, struct signing_refusal *why)
{
        if (!writing(writer) || xmlTextWriterEndDocument(writer->text) < 0 || xmlTextWriterFlush(writer->text) < 0)
                return refuse(why, "MEMORY", "", "no memory to write XML");
        *out = (struct signing_bytes){xmlBufferContent(writer->buffer), (size_t)xmlBufferLength(writer->buffer)};
        return true;
}
