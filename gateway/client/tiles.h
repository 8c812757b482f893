/*
 * tiles.h - the journal's tree as a gateway serves it (C2SP tlog-tiles), as nodes:
 * each tile is asked for once, nodes between tile levels are computed.
 *
 * Nothing here is believed: proofs made from these nodes are held against a
 * signed root.
 */
#ifndef PLI_CLIENT_TILES_H
#define PLI_CLIENT_TILES_H

#include "gateway/client/session.h"
#include "gateway/formats/merkle.h"

struct tiles;

/* The session is borrowed; `size`: leaves of the tree, it says how wide the last tiles are. */
struct tiles *tiles_new(struct session *session, uint64_t size);
void tiles_free(struct tiles *tiles); /* NULL is allowed */
/* Reads answer false where a tile cannot be had: tiles_problem() then says why. */
struct merkle_reader tiles_reader(struct tiles *tiles);
/* NULL where every tile asked for was there. */
const struct problem *tiles_problem(const struct tiles *tiles);

enum { TILE_PATH_MAX = 128 };
/* "/tile/0/x001/234.p/5"; `width` 256: a full one. Pure. */
void tile_path(unsigned level, uint64_t number, unsigned width, char out[TILE_PATH_MAX]);

#endif
