/* pes_attachment.c - base64 in groups of four, through zlib, to the sink. */
#include "gateway/formats/pes_attachment.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { GZIP_WINDOW = 15 + 16, BLOCK = 16 * 1024 };

struct pes_attachment {
        const struct signing_sink *sink;
        uint64_t most, size;
        z_stream inflater;
        bool ended; /* of the gzip file */
        enum pes_attachment_end fault;
        uint8_t group[4];
        unsigned group_size, padding;
        uint8_t packed[BLOCK];
        size_t packed_size;
};

struct pes_attachment *pes_attachment_open(uint64_t most, const struct signing_sink *sink)
{
        struct pes_attachment *attachment = calloc(1, sizeof *attachment);
        if (attachment == NULL || inflateInit2(&attachment->inflater, GZIP_WINDOW) != Z_OK)
                abort();
        attachment->sink = sink;
        attachment->most = most;
        return attachment;
}

static void fault(struct pes_attachment *attachment, enum pes_attachment_end end)
{
        if (attachment->fault == PES_ATTACHMENT_WHOLE)
                attachment->fault = end;
}

static void expanded_take(struct pes_attachment *attachment, const uint8_t *data, size_t size)
{
        attachment->size += size;
        if (attachment->size > attachment->most)
                fault(attachment, PES_ATTACHMENT_BOMB);
        else if (attachment->sink != NULL && size > 0 && !attachment->sink->write(attachment->sink->context, data, size))
                fault(attachment, PES_ATTACHMENT_SINK);
}

static void packed_expand(struct pes_attachment *attachment)
{
        uint8_t out[BLOCK];
        z_stream *inflater = &attachment->inflater;
        inflater->next_in = attachment->packed;
        inflater->avail_in = (unsigned)attachment->packed_size;
        attachment->packed_size = 0;
        while (attachment->fault == PES_ATTACHMENT_WHOLE && inflater->avail_in > 0) {
                if (attachment->ended) {
                        fault(attachment, PES_ATTACHMENT_GZIP);
                        return;
                }
                inflater->next_out = out;
                inflater->avail_out = sizeof out;
                int state = inflate(inflater, Z_NO_FLUSH);
                if (state != Z_OK && state != Z_STREAM_END && state != Z_BUF_ERROR)
                        fault(attachment, PES_ATTACHMENT_GZIP);
                attachment->ended = state == Z_STREAM_END;
                expanded_take(attachment, out, sizeof out - inflater->avail_out);
        }
}

/* What inflate still holds once its input is used up. */
static void rest_expand(struct pes_attachment *attachment)
{
        uint8_t out[BLOCK];
        z_stream *inflater = &attachment->inflater;
        while (attachment->fault == PES_ATTACHMENT_WHOLE && !attachment->ended) {
                inflater->next_out = out;
                inflater->avail_out = sizeof out;
                int state = inflate(inflater, Z_SYNC_FLUSH);
                attachment->ended = state == Z_STREAM_END;
                if (sizeof out - inflater->avail_out == 0)
                        break;
                expanded_take(attachment, out, sizeof out - inflater->avail_out);
        }
}

static void octet_add(struct pes_attachment *attachment, unsigned octet)
{
        attachment->packed[attachment->packed_size++] = (uint8_t)octet;
        if (attachment->packed_size == sizeof attachment->packed)
                packed_expand(attachment);
}

static void group_expand(struct pes_attachment *attachment)
{
        const uint8_t *group = attachment->group;
        unsigned bits = (unsigned)group[0] << 18 | (unsigned)group[1] << 12 | (unsigned)group[2] << 6 | group[3];
        octet_add(attachment, bits >> 16 & 0xFF);
        if (attachment->padding < 2)
                octet_add(attachment, bits >> 8 & 0xFF);
        if (attachment->padding < 1)
                octet_add(attachment, bits & 0xFF);
        attachment->group_size = 0;
}

static int value_of(char c)
{
        static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        if (c >= 'A' && c <= 'Z')
                return c - 'A';
        if (c >= 'a' && c <= 'z')
                return c - 'a' + 26;
        const char *found = c != '\0' ? strchr(letters + 52, c) : NULL;
        return found != NULL ? (int)(found - letters) : -1;
}

void pes_attachment_write(struct pes_attachment *attachment, const char *text, size_t size)
{
        for (size_t i = 0; i < size && attachment->fault == PES_ATTACHMENT_WHOLE; i++) {
                if (text[i] == ' ' || text[i] == '\n' || text[i] == '\r' || text[i] == '\t')
                        continue;
                int value = value_of(text[i]);
                bool pads = text[i] == '=' && attachment->group_size >= 2;
                if ((value < 0 && !pads) || (value >= 0 && attachment->padding > 0)) {
                        fault(attachment, PES_ATTACHMENT_BASE64);
                        return;
                }
                attachment->padding += pads;
                attachment->group[attachment->group_size++] = (uint8_t)(pads ? 0 : value);
                if (attachment->group_size == 4)
                        group_expand(attachment);
        }
}

uint64_t pes_attachment_size(const struct pes_attachment *attachment)
{
        return attachment->size;
}

enum pes_attachment_end pes_attachment_close(struct pes_attachment *attachment)
{
        if (attachment->group_size != 0)
                fault(attachment, PES_ATTACHMENT_BASE64);
        packed_expand(attachment);
        rest_expand(attachment);
        if (!attachment->ended)
                fault(attachment, PES_ATTACHMENT_GZIP);
        enum pes_attachment_end end = attachment->fault;
        inflateEnd(&attachment->inflater);
        free(attachment);
        return end;
}
