/* parcel_reading.h - a parcel's file as libcurl reads what it uploads. */
#ifndef PLI_RELAY_PARCEL_READING_H
#define PLI_RELAY_PARCEL_READING_H

#include <curl/curl.h>

#include "gateway/relay/parcel_file.h"

struct parcel_reading {
        const struct parcel_file *file; /* borrowed */
        uint64_t offset;
};

/* CURLOPT_READFUNCTION and CURLOPT_SEEKFUNCTION; `context` is the reading. A fault of the file ends the transfer. */
size_t parcel_reading_give(char *buffer, size_t size, size_t count, void *context);
int parcel_reading_seek(void *context, curl_off_t offset, int origin);

#endif
