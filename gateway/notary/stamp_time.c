/* stamp_time.c - genTime out of a TimeStampResp. */
#include "gateway/notary/stamp_time.h"

#include <openssl/ts.h>
#include <time.h>

#include "gateway/core/owner.h"

DEFINE_OWNER(TS_RESP, TS_RESP_free)

bool stamp_time_read(struct signing_bytes answer, int64_t *out)
{
        const unsigned char *at = answer.data;
        struct tm parts = {0};
        if (answer.size == 0 || answer.size > INT32_MAX)
                return false;
        OWN(TS_RESP) response = d2i_TS_RESP(NULL, &at, (long)answer.size);
        TS_TST_INFO *info = response != NULL ? TS_RESP_get_tst_info(response) : NULL;
        const ASN1_GENERALIZEDTIME *time = info != NULL ? TS_TST_INFO_get_time(info) : NULL;
        if (time == NULL || ASN1_TIME_to_tm(time, &parts) != 1)
                return false;
        *out = timegm(&parts);
        return true;
}
