/*
 * pes_ids.h - the XML Ids of a PES, to see that none stands twice: of two elements
 * with one Id, which one is signed is the reader's guess (signature wrapping).
 */
#ifndef PLI_FORMATS_PES_IDS_H
#define PLI_FORMATS_PES_IDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero-initialise; 8 bytes an Id are kept. */
struct pes_ids {
        uint64_t *slots;
        size_t count, room;
};

/* False where it is there already; two texts of one 64-bit hash count as one. */
bool pes_ids_add(struct pes_ids *ids, const char *id);
void pes_ids_free(struct pes_ids *ids);

#endif
