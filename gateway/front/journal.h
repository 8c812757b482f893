/*
 * journal.h - the journal as anyone may read it: C2SP tlog-checkpoint and
 * tlog-tiles. Leaves are salted commitments, so nothing of a tender shows.
 */
#ifndef PLI_FRONT_JOURNAL_H
#define PLI_FRONT_JOURNAL_H

#include "gateway/front/http.h"

/* GET /checkpoint: text/plain */
enum answer journal_checkpoint(struct request *request);
/* GET /checkpoint/cosigned: text/plain */
enum answer journal_cosigned(struct request *request);
/* GET /tile/{level}/{x001/x234/067}[.p/{width}]: reads request->path itself, any depth */
enum answer journal_tile(struct request *request);

struct journal_tile_name {
        int level;
        int64_t tile;
        int width; /* hashes: 256, or 1..255 of a partial one */
};
/* "/tile/0/x001/067.p/5". Only the one canonical spelling is taken. Pure. */
bool journal_tile_parse(const char *path, struct journal_tile_name *out);

#endif
