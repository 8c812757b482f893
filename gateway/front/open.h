/*
 * open.h - open data: essential data of contracts (données essentielles), their
 * catalogue, OCDS releases, feeds of consultations. Public, a by-product of the state.
 */
#ifndef PLI_FRONT_OPEN_H
#define PLI_FRONT_OPEN_H

#include "gateway/front/http.h"

/* GET /api/v1/contracts/{contract}/essential-data: as they would be published, and what is missing */
enum answer open_essential(struct request *request);
/* POST …/data: what the buyer adds; POST …/essential-data: published where nothing is missing */
enum answer open_data(struct request *request);
enum answer open_publish(struct request *request);
/* GET /api/v1/open/decp.json, decp.xml ?body=SIRET&after */
enum answer open_decp_json(struct request *request);
enum answer open_decp_xml(struct request *request);
/* GET /api/v1/open/catalogue.jsonld, ocds.json, consultations.rss, .atom, .json ?body=SIRET */
enum answer open_catalogue(struct request *request);
enum answer open_ocds(struct request *request);
enum answer open_rss(struct request *request);
enum answer open_atom(struct request *request);
enum answer open_json_feed(struct request *request);

#endif
