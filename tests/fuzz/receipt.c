/* Receipts of any bytes: no crash in reading, checking and printing; what was not signed by this journal never passes. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "gateway/formats/receipt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool page_drop(void *context, const uint8_t *page, size_t size)
{
        (void)page;
        *(size_t *)context += size;
        return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static const char known[] = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        struct signing_refusal why;
        struct note_key key;
        struct receipt *receipt = NULL;
        struct refusals findings;
        size_t printed = 0;
        const struct signing_sink sink = {&printed, page_drop};
        if (!note_key_parse(known, &key, &why))
                abort();
        if (!receipt_read((struct signing_bytes){data, size}, &receipt, &why))
                return 0;
        if (receipt_check(receipt, &key, &findings) != SIGNING_FAILED || receipt_check(receipt, NULL, &findings) == SIGNING_PASSED)
                abort();
        if (!receipt_show_html(receipt, &findings, (size & 1) != 0 ? "fr" : "en", &sink) || printed == 0)
                abort();
        receipt_free(receipt);
        return 0;
}
