/*
 * answer.h - the State's messages in a mail, each ready for api.filing_answer: the
 * facts, and the bytes to keep with them. Root elements decide, never file names.
 *
 * The bytes are the message as it came, then the files that go with it, one after
 * the other; "files" in the facts says where each begins, so that one digest covers
 * what the State said, and the same mail sent twice is the same answer.
 */
#ifndef PLI_RELAY_ANSWER_H
#define PLI_RELAY_ANSWER_H

#include <jansson.h>

#include "gateway/relay/mail.h"

enum { ANSWERS_MAX = 16 };

struct answer {
        json_t *facts; /* formats/acte_answer.h, with files:[{name,mediaType,size}] and carrier:{name,content} */
        uint8_t *content;
        size_t size;
};

struct answers {
        struct answer list[ANSWERS_MAX];
        size_t count;
};

/* The caller answers_free()s *out. Codes: ANSWER_NONE (nothing in the mail is a message of the State), ANSWER_COUNT,
 * ANSWER_ADDRESSEE (the envelope is addressed to another body than the message). */
bool answers_read(const struct mail *mail, struct answers **out, struct signing_refusal *why) __attribute__((warn_unused_result));
void answers_free(struct answers *answers);

#endif
