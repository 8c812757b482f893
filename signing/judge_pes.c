/* judge_pes.c - the caller's source into the reader of gateway/formats, its attachments into the caller's sink. */
#include "signing/judge_pes.h"

#include "gateway/formats/pes.h"

static bool file_begin(void *context, const char *name, const char *media_type)
{
        struct judge_wire *wire = context;
        bool take = false;
        return judge_wire_begin(wire, name, media_type, 0, &take) && take;
}

static bool file_write(void *context, const uint8_t *data, size_t size)
{
        struct judge_wire *wire = context;
        const struct signing_sink sink = judge_wire_sink(wire);
        return sink.write(sink.context, data, size);
}

static bool file_end(void *context)
{
        return judge_wire_end(context);
}

/* All of it, unless the reader has had enough. False: the wire failed. */
static bool source_pass(struct judge_wire *wire, struct pes_reader *reader)
{
        static uint8_t block[JUDGE_BLOCK];
        const struct signing_source source = judge_wire_source(wire);
        for (uint64_t offset = 0; offset < source.size;) {
                size_t size = source.size - offset < sizeof block ? (size_t)(source.size - offset) : sizeof block;
                if (!source.read(source.context, offset, block, size))
                        return false;
                if (!pes_reader_write(reader, block, size))
                        return true;
                offset += size;
        }
        return true;
}

json_t *judge_pes(struct judge_wire *wire)
{
        const struct pes_files files = {wire, file_begin, file_write, file_end};
        struct pes_reader *reader = pes_reader_new(&files);
        struct refusals why = {0};
        json_t *facts = NULL;
        bool passed = source_pass(wire, reader);
        if (!pes_reader_finish(reader, &facts, &why) && why.count == 0)
                passed = false;
        json_t *report = json_pack("{s:o, s:o}", "facts", facts, "reasons", refusals_json(&why));
        if (passed && !wire->failed)
                return report;
        json_decref(report);
        return NULL;
}
