/*
 * pes_check.h - the rules that a PES Aller's facts (formats/pes.h) are held against:
 * lengths and shapes of the schemas, and what the DGFiP refuses in practice. Pure.
 */
#ifndef PLI_FORMATS_PES_CHECK_H
#define PLI_FORMATS_PES_CHECK_H

#include "gateway/formats/pes_stream.h"
#include "gateway/formats/refusals.h"

/* What was seen of the file beside its facts. markets: it holds a market or an invoice. */
struct pes_look {
        enum pes_encoding encoding;
        bool has_c1, markets;
};

/* Adds to `why` each rule broken, to facts.notes what is only strange. */
void pes_check_facts(json_t *facts, const struct pes_look *look, struct refusals *why);
/* One of facts.files, the `number`-th. */
void pes_check_file(const json_t *file, size_t number, struct refusals *why);

#endif
