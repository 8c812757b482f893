/*
 * pes.h - a PES Aller (accounts for the DGFiP, HELIOS PES V2) read as it passes: what
 * it says of itself, and every reason why it cannot be sent.
 *
 * Pure, in memory bounded by the number of bordereaux, attachments and signatures,
 * never by the file's size. The facts, absent where the file does not say them:
 *   name type post siret code budget label date   NomFic TypFic IdPost IdColl CodCol CodBud LibelleColBud DteStr
 *   bordereaux   [{id, kind "depense"|"recette", exercise, number, type, pieces, relied}]   relied: InfoDematerialisee is 1
 *   attachments  [IdUnique…]
 *   files        [{name, id, type, mediaType, bytes}]       bytes: once expanded
 *   signatures   [{id, on: bordereau's index | -1 the whole | -2 an attachment, references [Id…], time, role, policy, qualifier,
 * policyId}] notes        [{code, text}…]: strange, yet no reason to refuse Reasons have codes pes-…; their clauses name the
 * element (schemas of PES V2, 5.17).
 */
#ifndef PLI_FORMATS_PES_H
#define PLI_FORMATS_PES_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "gateway/formats/refusals.h"

/* Past these a PES is refused: ten times the largest known. */
enum { PES_BORDEREAUX_MAX = 20000, PES_FILES_MAX = 50000, PES_SIGNATURES_MAX = 2000, PES_IDS_MAX = 2000000 };

/* The files inside, expanded, one after the other; a begin() that answers false passes one over. */
struct pes_files {
        void *context;
        bool (*begin)(void *context, const char *name, const char *media_type);
        bool (*write)(void *context, const uint8_t *data, size_t size);
        bool (*end)(void *context);
};

struct pes_reader;
/* `files` may be NULL. */
struct pes_reader *pes_reader_new(const struct pes_files *files);
/* The next bytes. False: it is refused already and need not be read on. */
bool pes_reader_write(struct pes_reader *reader, const uint8_t *data, size_t size) __attribute__((warn_unused_result));
/* Ends and frees it. The caller owns *facts, whatever the answer; false where `why` got reasons. */
bool pes_reader_finish(struct pes_reader *reader, json_t **facts, struct refusals *why) __attribute__((warn_unused_result));

#endif
