/* Any bytes as a mail of the State: taken apart, then its answers read. */
#include <assert.h>
#include <stdint.h>

#include "gateway/relay/answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static bool started;
        struct mail *mail = NULL;
        struct answers *answers = NULL;
        struct signing_refusal why = {.code = ""};
        if (!started)
                mail_start();
        started = true;
        if (!mail_read((struct signing_bytes){data, size}, &mail, &why)) {
                assert(mail == NULL && why.code[0] != '\0');
                return 0;
        }
        assert(mail->count <= MAIL_PARTS_MAX && mail->bytes <= MAIL_UNPACKED_MAX);
        if (answers_read(mail, &answers, &why))
                assert(answers->count > 0 && answers->list[0].size > 0);
        else
                assert(answers == NULL && why.code[0] != '\0');
        answers_free(answers);
        mail_free(mail);
        return 0;
}
