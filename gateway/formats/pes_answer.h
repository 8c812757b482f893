/*
 * pes_answer.h - a file that the DGFiP left for us (acquit, PES Retour, OCRE…), read as it
 * passes, as the JSON that api.pes_answer and api.return_begin take. Pure; memory is bounded
 * by what an acquit lists, never by the size of a Retour.
 *
 * Members, absent where the file does not say them:
 *   kind      acquit | retour | nonacquit | ocre | other; by the root element, else by the file's name
 *   name type post siret code budget label date    as sent (formats/pes.h); a Retour has CodColl for CodCol
 * of an acquit also:
 *   message   "acquit"
 *   outcome   acknowledged | refused: one element refused refuses
 *   elements  [{domain "5", about, accepted, bordereau, exercise, market, attachment, sentence, sentenceEn,
 *              errors: [{piece?, line?, code, text, sentence, sentenceEn}]}]
 *   accepted  attachments (IdUnique) that the DGFiP has taken
 *   reasons   the first refusals, [{code, text}]: what a receipt says
 *   text      one sentence over all, in French
 * The three shapes of an acquit's errors (of the element, of a piece, of a line) are one list.
 */
#ifndef PLI_FORMATS_PES_ANSWER_H
#define PLI_FORMATS_PES_ANSWER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "signing/signing.h"

enum { PES_ELEMENTS_MAX = 20000, PES_ERRORS_MAX = 100000, PES_ANSWER_REASONS = 20 };

struct pes_answer;
/* `file`: its name, as the DGFiP gave it. */
struct pes_answer *pes_answer_new(const char *file);
/* False: not to be read on. */
bool pes_answer_write(struct pes_answer *answer, const uint8_t *data, size_t size) __attribute__((warn_unused_result));
/* Ends and frees it. False: nobody could say what it is; the caller owns *out all the same. Codes: pes-malformed, pes-encoding,
 * pes-answer-unknown, pes-answer-size. */
bool pes_answer_finish(struct pes_answer *answer, json_t **out, struct signing_refusal *why) __attribute__((warn_unused_result));

#endif
