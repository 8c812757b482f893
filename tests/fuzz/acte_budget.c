/* Any bytes as a budget document. */
#include <assert.h>
#include <stdint.h>

#include "gateway/formats/acte_budget.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct refusals why = {0};
        bool good = acte_budget_check("budget.xml", (struct signing_bytes){data, size}, &why);
        assert(good == (why.count == 0));
        return 0;
}
