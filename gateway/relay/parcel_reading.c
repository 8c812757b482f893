/* parcel_reading.c - one place in one file. */
#include "gateway/relay/parcel_reading.h"

#include <stdio.h>

size_t parcel_reading_give(char *buffer, size_t size, size_t count, void *context)
{
        struct parcel_reading *reading = context;
        long got = parcel_file_read(reading->file, reading->offset, buffer, size * count);
        if (got < 0)
                return CURL_READFUNC_ABORT;
        reading->offset += (uint64_t)got;
        return (size_t)got;
}

int parcel_reading_seek(void *context, curl_off_t offset, int origin)
{
        struct parcel_reading *reading = context;
        if (origin != SEEK_SET || offset < 0)
                return CURL_SEEKFUNC_CANTSEEK;
        reading->offset = (uint64_t)offset;
        return CURL_SEEKFUNC_OK;
}
