/*
 * address.c - a chained table of counts, keyed with a secret so that nobody can
 * choose addresses that fall into one chain.
 */
#include "gateway/edge/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { CHAINS = 4096 };

struct entry {
        struct entry *next;
        struct address_key key;
        unsigned connections;
};

struct address_counts {
        struct entry *chains[CHAINS];
        unsigned limit;
        uint64_t secret;
};

struct address_counts *address_counts_new(unsigned limit)
{
        struct address_counts *counts = calloc(1, sizeof(*counts));
        if (counts == NULL)
                return NULL;
        counts->limit = limit;
        if (getrandom(&counts->secret, sizeof(counts->secret), 0) != (ssize_t)sizeof(counts->secret))
                counts->secret = (uint64_t)(uintptr_t)counts;
        return counts;
}

void address_counts_free(struct address_counts *counts)
{
        if (counts == NULL)
                return;
        for (size_t chain = 0; chain < CHAINS; chain++) {
                for (struct entry *entry = counts->chains[chain], *next; entry != NULL; entry = next) {
                        next = entry->next;
                        free(entry);
                }
        }
        free(counts);
}

struct address_key address_key_of(const struct sockaddr *address)
{
        struct address_key key = {.family = (uint8_t)address->sa_family};
        if (address->sa_family == AF_INET) {
                const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)address;
                memcpy(key.bytes, &in->sin_addr, sizeof(in->sin_addr));
        } else if (address->sa_family == AF_INET6) {
                const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)address;
                memcpy(key.bytes, &in6->sin6_addr, sizeof(key.bytes));
        }
        return key;
}

static size_t chain_of(const struct address_counts *counts, const struct address_key *key)
{
        uint64_t mixed;
        memcpy(&mixed, key->bytes, sizeof(mixed));
        mixed = (mixed ^ counts->secret ^ key->family) * 0x9e3779b97f4a7c15u;
        mixed = (mixed ^ mixed >> 29) * 0xbf58476d1ce4e5b9u;
        return (size_t)(mixed >> 40) % CHAINS;
}

static bool key_equal(const struct address_key *a, const struct address_key *b)
{
        return a->family == b->family && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

bool address_claim(struct address_counts *counts, const struct address_key *key)
{
        struct entry **chain = &counts->chains[chain_of(counts, key)];
        for (struct entry *entry = *chain; entry != NULL; entry = entry->next) {
                if (!key_equal(&entry->key, key))
                        continue;
                if (entry->connections >= counts->limit)
                        return false;
                entry->connections++;
                return true;
        }
        struct entry *entry = malloc(sizeof(*entry));
        if (entry == NULL)
                return false;
        *entry = (struct entry){.next = *chain, .key = *key, .connections = 1};
        *chain = entry;
        return true;
}

void address_release(struct address_counts *counts, const struct address_key *key)
{
        for (struct entry **link = &counts->chains[chain_of(counts, key)]; *link != NULL; link = &(*link)->next) {
                struct entry *entry = *link;
                if (!key_equal(&entry->key, key))
                        continue;
                if (--entry->connections == 0) {
                        *link = entry->next;
                        free(entry);
                }
                return;
        }
}

void address_show(const struct sockaddr *address, char *text, size_t size)
{
        char host[INET6_ADDRSTRLEN] = "?";
        if (address->sa_family == AF_INET) {
                const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)address;
                inet_ntop(AF_INET, &in->sin_addr, host, sizeof(host));
                snprintf(text, size, "%s:%u", host, ntohs(in->sin_port));
        } else if (address->sa_family == AF_INET6) {
                const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)address;
                inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof(host));
                snprintf(text, size, "[%s]:%u", host, ntohs(in6->sin6_port));
        } else {
                snprintf(text, size, "%s", host);
        }
}
