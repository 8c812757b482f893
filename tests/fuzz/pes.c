/* Any bytes as a PES Aller, cut in pieces of a size that the first byte says: what is read does not depend on where it is cut. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "gateway/formats/pes.h"
#include "gateway/formats/pes_grade.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool read_by(const uint8_t *data, size_t size, size_t piece, json_t **facts, struct refusals *why)
{
        struct pes_reader *reader = pes_reader_new(NULL);
        for (size_t at = 0; at < size; at += piece)
                if (!pes_reader_write(reader, data + at, size - at < piece ? size - at : piece))
                        break;
        return pes_reader_finish(reader, facts, why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        json_t *facts = NULL, *again = NULL;
        struct refusals why = {0}, same = {0};
        size_t piece = size > 0 ? (size_t)data[0] + 1 : 1;
        bool good = read_by(data, size, size + 1, &facts, &why);
        assert(good == (why.count == 0) && json_is_object(facts));
        assert(read_by(data, size, piece, &again, &same) == good);
        if (good) {
                assert(json_equal(facts, again));
                struct refusals grades = {0};
                json_decref(pes_grade(facts, NULL, &grades));
        }
        json_decref(facts);
        json_decref(again);
        return 0;
}
