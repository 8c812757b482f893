/*
 * bare.c - what a receipt cannot do without: the bare signatures of the seal's key,
 * by as many threads as sign receipts, and the cost of an inclusion proof in a
 * journal of ten million leaves.
 *
 * usage: bare THREADS KEY.pem. Prints JSON: {"signatures": a second, "proof10M": µs,
 * "proof10k": µs, "nodes10M": read for one proof}.
 */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/core/owner.h"
#include "gateway/formats/merkle.h"

static void file_close(FILE *file)
{
        fclose(file);
}
DEFINE_OWNER(FILE, file_close)
DEFINE_OWNER(EVP_PKEY, EVP_PKEY_free)
DEFINE_OWNER(EVP_PKEY_CTX, EVP_PKEY_CTX_free)

enum { DIGEST = 32, SIGNATURE = 1024, PROOFS = 20000, THREADS_MOST = 64 };
#define SMALL ((uint64_t)10000)
#define LARGE ((uint64_t)10000000)
#define SECONDS 1.0

static double now(void)
{
        struct timespec at;
        clock_gettime(CLOCK_MONOTONIC, &at);
        return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

/* ---- signing ---- */

struct hand {
        EVP_PKEY *key;
        pthread_t thread;
        double rate;
};

static void *hand_run(void *context)
{
        struct hand *hand = context;
        const unsigned char digest[DIGEST] = {1};
        unsigned char signature[SIGNATURE];
        double begun = now(), spent = 0;
        long count = 0;
        for (; spent < SECONDS; spent = now() - begun, count++) {
                OWN(EVP_PKEY_CTX) context_of = EVP_PKEY_CTX_new(hand->key, NULL);
                size_t size = sizeof signature;
                if (EVP_PKEY_sign_init(context_of) != 1 || EVP_PKEY_CTX_set_signature_md(context_of, EVP_sha256()) != 1 ||
                    EVP_PKEY_sign(context_of, signature, &size, digest, sizeof digest) != 1)
                        return NULL;
        }
        hand->rate = (double)count / spent;
        return NULL;
}

static double signatures_a_second(EVP_PKEY *key, size_t threads)
{
        struct hand hands[THREADS_MOST] = {0};
        double sum = 0;
        for (size_t i = 0; i < threads; i++) {
                hands[i].key = key;
                if (pthread_create(&hands[i].thread, NULL, hand_run, &hands[i]) != 0)
                        return 0;
        }
        for (size_t i = 0; i < threads; i++) {
                pthread_join(hands[i].thread, NULL);
                sum += hands[i].rate;
        }
        return sum;
}

/* ---- proofs ---- */

/* A tree whose nodes are named, not made: a reader costs the same, and ten million leaves need no room. */
static bool node_name(void *context, unsigned level, uint64_t index, struct merkle_hash *out)
{
        unsigned long *reads = context;
        (*reads)++;
        memset(out, 0, sizeof *out);
        memcpy(out->bytes, &level, sizeof level);
        memcpy(out->bytes + sizeof level, &index, sizeof index);
        return true;
}

struct cost {
        double microseconds, reads;
};

static bool proofs_measure(uint64_t size, struct cost *out)
{
        unsigned long reads = 0;
        const struct merkle_reader reader = {&reads, node_name};
        struct merkle_proof proof;
        double begun = now();
        for (uint64_t i = 0; i < PROOFS; i++)
                if (!merkle_inclusion(i * 7919 % size, size, &reader, &proof))
                        return false;
        *out = (struct cost){1e6 * (now() - begun) / PROOFS, (double)reads / PROOFS};
        return true;
}

int main(int argc, char **argv)
{
        OWN(FILE) file = argc == 3 ? fopen(argv[2], "rbe") : NULL;
        OWN(EVP_PKEY) key = file != NULL ? PEM_read_PrivateKey(file, NULL, NULL, NULL) : NULL;
        struct cost small, large;
        size_t threads = argc == 3 ? strtoul(argv[1], NULL, 10) : 0;
        if (key == NULL || threads < 1 || threads > THREADS_MOST || !proofs_measure(SMALL, &small) ||
            !proofs_measure(LARGE, &large)) {
                fputs("usage: bare THREADS KEY.pem\n", stderr);
                return 64;
        }
        printf("{\"signatures\": %.1f, \"proof10M\": %.4f, \"proof10k\": %.4f, \"nodes10M\": %.2f}\n",
               signatures_a_second(key, threads), large.microseconds, small.microseconds, large.reads);
        return 0;
}
