/*
 * sealed.h - a folder made by `pli seal` or by the web page: one sealed envelope
 * (pli scellé) ready to be deposited.
 *
 *   manifest.xml   who can open it, digests, list of documents
 *   ciphertext     its chunks, one after the other
 *   seal.json      {"consultation","lot","kind","envelope","bytes","chunks","chunk","manifest":hex SHA-256,"sealed"}
 */
#ifndef PLI_CLIENT_SEALED_H
#define PLI_CLIENT_SEALED_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/client/input.h"
#include "gateway/core/problem.h"

struct sealed {
        const char *folder;
        json_t *seal;                                     /* seal.json */
        const char *consultation, *lot, *kind, *envelope; /* borrowed from it */
        struct content manifest;
        char manifest_digest[65];
        struct input ciphertext;
        uint64_t chunks;
};

/* Checked: the digest of the manifest, the size of the ciphertext. Problem: "sealed-folder". */
bool sealed_open(const char *folder, struct sealed *out, struct problem *problem) __attribute__((warn_unused_result));
void sealed_close(struct sealed *sealed);
/* Where chunk `first` starts, and how many bytes `count` chunks from it have. */
uint64_t sealed_offset(uint64_t first);
uint64_t sealed_size(const struct sealed *sealed, uint64_t first, uint64_t count);
/* How many chunks a ciphertext of this size has; 0 where no envelope has this size. Pure. */
uint64_t sealed_chunks(uint64_t bytes);

#endif
