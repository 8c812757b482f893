/*
 * listing.h - one line of a directory's listing, as FTP's LIST, FTP's MLSD (RFC 3659) and
 * OpenSSH's sftp give it. Pure: names are bytes, as the server has them.
 */
#ifndef PLI_RELAY_LISTING_H
#define PLI_RELAY_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct listing_entry {
        char name[256];
        char stamp[40]; /* its time as written, only to be compared */
        uint64_t size;
};

/* False: no plain file, no line of a listing, or a name that is no file's ("..", with a '/', longer than 255 bytes). */
bool listing_line_read(const char *line, size_t size, struct listing_entry *out) __attribute__((warn_unused_result));
/* Is it being written by whoever renames when done? .hidden, *.part, *.partial, *.tmp, *.filepart */
bool listing_name_unfinished(const char *name);

#endif
