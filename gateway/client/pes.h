/* pes.h - what `pli filing show` adds for a PES. */
#ifndef PLI_CLIENT_PES_H
#define PLI_CLIENT_PES_H

#include <jansson.h>

/* Its header, the signature's verdict for each bordereau, and the DGFiP's acquit by bordereau, piece and line. Nothing for another
 * kind. */
void pes_show(const json_t *filing);

#endif
