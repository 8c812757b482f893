/*
 * pes_sentence.h - what an acquit says, in words for a clerk: French and English. Pure.
 */
#ifndef PLI_FORMATS_PES_SENTENCE_H
#define PLI_FORMATS_PES_SENTENCE_H

#include <jansson.h>
#include <stddef.h>

/* To the facts of an acquit (formats/pes_answer.h): a sentence to each element and error, the outcome, the attachments taken, the
 * first `most` reasons, one sentence over all. */
void pes_sentences_add(json_t *facts, size_t most);

#endif
