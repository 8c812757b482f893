/* The PROXY protocol header of a load balancer. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "gateway/edge/proxy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct sockaddr_storage out = {.ss_family = AF_UNSPEC};
        if (size >= PROXY_HEAD && proxy_read(data, size, &out) == PROXY_CLIENT && out.ss_family != AF_INET &&
            out.ss_family != AF_INET6)
                __builtin_trap();
        return 0;
}
