/*
 * row.h - the rows of a corpus' table, one at a time, with their files in memory; and a tally of agreement.
 */
#ifndef PLI_CONFORMANCE_ROW_H
#define PLI_CONFORMANCE_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct beside_file {
        char *name;
        uint8_t *data;
        size_t size;
};
struct beside {
        struct beside_file files[8];
        size_t count;
};
struct row {
        char path[512], expected[160], note[200];
        uint8_t *data;
        size_t size;
        bool keyed;  /* XML without any X.509 certificate */
        bool stamps; /* every time-stamp is asserted to be about what it stands for */
        struct beside beside;
};

struct rows;
struct rows *rows_open(const char *folder, const char *table);
/* Frees what the row held and reads the next one; rows whose file is absent are passed over. */
bool rows_next(struct rows *rows, struct row *row);
void rows_close(struct rows *rows);

enum tally_outcome { TALLY_FAILED, TALLY_AGREED, TALLY_OTHER_REASON /* agreed, with another sub-indication */, TALLY_EXPLAINED };
struct tally {
        struct {
                char expected[160];
                unsigned agreed, sub_agreed, explained, all;
        } lines[128];
        size_t count;
        unsigned passed, failed, explained, by_policy;
};
void tally_add(struct tally *tally, const char *expected, enum tally_outcome outcome);
void tally_show(const struct tally *tally);

#endif
