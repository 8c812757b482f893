/* Any bytes as an archive service's reply. */
#include <stdint.h>
#include <stdlib.h>

#include "gateway/formats/seda.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct signing_refusal why = {0};
        json_t *reply = NULL;
        if (!seda_reply_read((struct signing_bytes){data, size}, &reply, &why) && why.code[0] == '\0')
                abort(); /* a refusal has a reason */
        json_decref(reply);
        return 0;
}
