/* Fuzzes gateway/core/config.c: any bytes as a configuration file. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gateway/core/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        int fd = memfd_create("config", MFD_CLOEXEC);
        if (fd < 0 || write(fd, data, size) != (ssize_t)size)
                abort();
        char program[] = "fuzz";
        char path[64];
        snprintf(path, sizeof path, "--config=/proc/self/fd/%d", fd);
        char *argv[] = {program, path, NULL};
        int argc = 2;
        struct config config;
        struct problem problem = {0};
        bool well = config_load(&argc, argv, "usage", &config, &problem);
        if (well ? config.workers < 1 || config.workers > 256 : problem.row == NULL)
                abort();
        close(fd);
        return 0;
}
