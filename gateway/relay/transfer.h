/*
 * transfer.h - files to and from a folder of the State, by SFTP or by FTP over TLS, through
 * libcurl. Every reply of the server counts: a SITE command refused, a rename that fails or
 * an end of transfer that is not 226 is a transfer that did not happen.
 *
 * SFTP: the host's key must have the SHA-256 given. FTP: TLS is demanded (ftps:// from the
 * first byte, ftp:// by AUTH TLS), the certificate must be vouched for and carry the name in
 * the URL; a pinned key, if given, must match too. One thread a transfer.
 */
#ifndef PLI_RELAY_TRANSFER_H
#define PLI_RELAY_TRANSFER_H

#include <stdatomic.h>
#include <stdbool.h>

#include "gateway/core/problem.h"
#include "gateway/relay/listing.h"
#include "gateway/relay/parcel_file.h"

struct transfer;

/* Borrowed from the configuration; "" where there is none. */
struct transfer_options {
        const char *user, *password_file, *key, *host_key, *anchors, *pin, *certificate, *certificate_key;
        bool fresh;  /* each call on a connection of its own: for a test */
        bool rename; /* a file is written as NAME.part, then renamed */
        long seconds;
        const atomic_bool *stop; /* set: a transfer under way is given up */
};

enum { TRANSFER_TEXT = 512, TRANSFER_ENTRIES = 10000 };

bool transfer_open(const struct transfer_options *options, struct transfer **out, struct problem *problem)
        __attribute__((warn_unused_result));
void transfer_close(struct transfer *transfer); /* NULL is allowed */

/* `url` is a folder's and ends with '/'; `site` are FTP's SITE commands, ';' between them, sent before the file. False: `text` says
 * what the server or libcurl said. */
bool transfer_put(struct transfer *transfer, const char *url, const char *name, const struct parcel_file *file, const char *site,
                  char text[TRANSFER_TEXT]) __attribute__((warn_unused_result));
/* The plain files of the folder, at most TRANSFER_ENTRIES; the caller frees *out. */
bool transfer_list(struct transfer *transfer, const char *url, struct listing_entry **out, size_t *count, char text[TRANSFER_TEXT])
        __attribute__((warn_unused_result));
bool transfer_get(struct transfer *transfer, const char *url, const char *name, struct parcel_file *into, char text[TRANSFER_TEXT])
        __attribute__((warn_unused_result));
bool transfer_remove(struct transfer *transfer, const char *url, const char *name, char text[TRANSFER_TEXT])
        __attribute__((warn_unused_result));

#endif
