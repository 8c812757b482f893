/*
 * address.h - how many connections each address holds at once. An IPv6 client
 * counts by its /64: that is what one subscriber is given.
 */
#ifndef PLI_EDGE_ADDRESS_H
#define PLI_EDGE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct address_key {
        uint8_t bytes[8];
        uint8_t family;
};
struct address_counts;

struct address_counts *address_counts_new(unsigned limit);
void address_counts_free(struct address_counts *counts);
struct address_key address_key_of(const struct sockaddr *address);
/* One more; false where the address has its limit already (or no memory), and then nothing is counted. */
bool address_claim(struct address_counts *counts, const struct address_key *key) __attribute__((warn_unused_result));
void address_release(struct address_counts *counts, const struct address_key *key);
/* "192.0.2.1:5000", "[2001:db8::1]:5000" */
void address_show(const struct sockaddr *address, char *text, size_t size);

#endif
