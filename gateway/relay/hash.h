/*
 * hash.h - SHA-256 of bytes as they pass.
 */
#ifndef PLI_RELAY_HASH_H
#define PLI_RELAY_HASH_H

#include <stddef.h>

struct hash;

struct hash *hash_new(void) __attribute__((warn_unused_result));
void hash_free(struct hash *hash);
void hash_add(struct hash *hash, const void *data, size_t size);
/* Lower-case hex of what has passed so far; more may follow. */
void hash_show(const struct hash *hash, char hex[65]);

#endif
