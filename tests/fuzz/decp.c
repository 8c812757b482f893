/* Any JSON as a contract: checked and written, whatever it holds. */
#include <stdint.h>
#include <stdlib.h>

#include "gateway/formats/decp.h"
#include "gateway/formats/ocds.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool drop(void *context, const uint8_t *data, size_t size)
{
        (void)context, (void)data, (void)size;
        return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct refusals why = {0};
        json_t *contract = json_loadb((const char *)data, size, 0, NULL);
        if (!json_is_object(contract)) {
                json_decref(contract);
                return 0;
        }
        json_t *decp = decp_make(contract), *list = json_pack("[O]", decp), *file = decp_file(list);
        if (!decp_check(decp, &why) && why.count == 0)
                abort(); /* a refusal has a reason */
        if (!decp_xml(list, &(struct signing_sink){NULL, drop})) {
                json_decref(file);
                file = NULL; /* text that XML cannot carry */
        }
        json_t *consultations = json_pack("[O]", contract);
        json_decref(ocds_package(consultations, "ocds-x", "https://pli.test"));
        json_decref(consultations);
        json_decref(file);
        json_decref(list);
        json_decref(decp);
        json_decref(contract);
        return 0;
}
