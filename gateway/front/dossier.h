/*
 * dossier.h - the whole file (dossier) of a procedure: taken away as a ZIP archive
 * that is readable without us, or handed over to an archive service (SEDA).
 */
#ifndef PLI_FRONT_DOSSIER_H
#define PLI_FRONT_DOSSIER_H

#include "gateway/front/http.h"

/* GET /api/v1/consultations/{consultation}/export.zip */
enum answer dossier_export(struct request *request);
/* POST /api/v1/consultations/{consultation}/archives {"agency", "version", "rule", "action", "access"}; GET
 * /api/v1/archives/{archive} */
enum answer dossier_begin(struct request *request);
enum answer dossier_show(struct request *request);
/* GET /api/v1/archives/{archive}/transfer.zip: the manifest, then the files */
enum answer dossier_transfer(struct request *request);
/* POST /api/v1/archives/{archive}/reply: an ArchiveTransferReply, XML */
enum answer dossier_reply(struct request *request);

#endif
