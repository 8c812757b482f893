/*
 * compat_helios.h - the HELIOS API of S²LOW, for software written for it: XML
 * answers in ISO-8859-1, each with resultat OK or KO. A PES is a filing of kind
 * "pes"; what the DGFiP sends unasked is known by its identifier.
 */
#ifndef PLI_FRONT_COMPAT_HELIOS_H
#define PLI_FRONT_COMPAT_HELIOS_H

#include "gateway/front/http.h"

/* POST /modules/helios/api/helios_importer_fichier.php: enveloppe → import{id, resultat, message} */
enum answer compat_helios_import(struct request *request);
/* GET …/helios_transac_get_status.php?transaction= → transaction{id, resultat, status, message} */
enum answer compat_helios_status(struct request *request);
/* GET /modules/helios/helios_download_acquit.php?id= → the PES_ACQUIT as it came */
enum answer compat_helios_acquit(struct request *request);
/* GET …/helios_get_list.php → liste{pes_retour{id, nom, date}} not yet taken */
enum answer compat_helios_list(struct request *request);
/* GET …/helios_get_retour.php?id=, …/helios_change_status.php?id= */
enum answer compat_helios_return(struct request *request);
enum answer compat_helios_taken(struct request *request);

#endif
