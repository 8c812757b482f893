/* ocds.c - one compiled release a consultation. */
#include "gateway/formats/ocds.h"

#include <stdio.h>
#include <string.h>

static const char *member(const json_t *object, const char *key)
{
        return json_string_value(json_object_get(object, key));
}

/* ISO 6523 0002 names a SIRET; org-id's code for the French register is FR-RCS's sibling FR-SIRET. */
static json_t *party_make(const json_t *from, const char *role)
{
        char id[64];
        const char *siret = member(from, "siret");
        snprintf(id, sizeof id, "FR-SIRET-%s", siret != NULL ? siret : "0");
        return json_pack("{s:s, s:s*, s:[s], s:{s:s, s:s*}}", "id", id, "name", member(from, "name"), "roles", role, "identifier",
                         "scheme", "FR-SIRET", "id", siret);
}

static json_t *organisation(const json_t *party)
{
        return json_pack("{s:s*, s:s*}", "id", member(party, "id"), "name", member(party, "name"));
}

static const char *status_of(const char *state)
{
        static const char *const pairs[] = {"published",    "active",       "closed",   "active", "opening",           "active",
                                            "opened",       "active",       "analysed", "active", "without-follow-up", "cancelled",
                                            "unsuccessful", "unsuccessful", NULL};
        for (size_t i = 0; pairs[i] != NULL; i += 2)
                if (state != NULL && strcmp(pairs[i], state) == 0)
                        return pairs[i + 1];
        return "complete";
}

/* What procurementMethod's four codes can say of a French procedure. */
static const char *method_of(const char *procedure)
{
        if (procedure == NULL || strcmp(procedure, "direct") == 0 || strcmp(procedure, "subsequent") == 0)
                return procedure != NULL && strcmp(procedure, "direct") == 0 ? "direct" : "limited";
        return strcmp(procedure, "restricted") == 0 || strcmp(procedure, "negotiated") == 0 || strcmp(procedure, "dialogue") == 0 ||
                               strcmp(procedure, "concession-restricted") == 0
                       ? "selective"
                       : "open";
}

static json_t *documents_make(const json_t *consultation, const char *url)
{
        json_t *out = json_array(), *row;
        size_t at;
        json_array_foreach(json_object_get(consultation, "documents"), at, row)
        {
                char address[1024];
                snprintf(address, sizeof address, "%s/api/v1/consultations/%s/documents.zip", url, member(consultation, "id"));
                json_array_append_new(out,
                                      json_pack("{s:s*, s:s, s:s*, s:s, s:s*, s:s*}", "id", member(row, "sha256"), "documentType",
                                                "biddingDocuments", "title", member(row, "name"), "url", address, "format",
                                                member(row, "mediaType"), "datePublished", member(row, "put")));
        }
        return out;
}

static json_t *tender_make(const json_t *consultation, const char *url)
{
        json_t *lots = json_array(), *row;
        size_t at;
        const char *nature = member(consultation, "nature");
        const char *category = nature == NULL                    ? NULL
                               : strcmp(nature, "supplies") == 0 ? "goods"
                               : strcmp(nature, "works") == 0    ? "works"
                                                                 : "services";
        json_array_foreach(json_object_get(consultation, "lots"), at, row)
        {
                json_array_append_new(lots, json_pack("{s:s*, s:s*}", "id", member(row, "number"), "title", member(row, "title")));
        }
        json_t *tender =
                json_pack("{s:s*, s:s*, s:s*, s:s, s:s, s:s*, s:s*, s:{s:s*, s:s*}, s:o}", "id", member(consultation, "reference"),
                          "title", member(consultation, "title"), "description", member(consultation, "object"), "status",
                          status_of(member(consultation, "state")), "procurementMethod",
                          method_of(member(consultation, "procedure")), "procurementMethodDetails", member(consultation, "method"),
                          "mainProcurementCategory", category, "tenderPeriod", "startDate", member(consultation, "published"),
                          "endDate", member(consultation, "deadline"), "documents", documents_make(consultation, url));
        if (json_array_size(lots) > 0)
                json_object_set(tender, "lots", lots);
        json_decref(lots);
        return tender;
}

static void contracts_make(json_t *release, const json_t *consultation, json_t *parties)
{
        json_t *awards = json_array(), *contracts = json_array(), *row;
        size_t at;
        json_array_foreach(json_object_get(consultation, "contracts"), at, row)
        {
                const char *number = member(row, "number"), *state = member(row, "state");
                json_t *supplier = party_make(json_object_get(row, "holder"), "supplier");
                json_array_append_new(awards, json_pack("{s:s*, s:s, s:[o], s:{s:O, s:s}}", "id", number, "status", "active",
                                                        "suppliers", organisation(supplier), "value", "amount",
                                                        json_object_get(row, "amount"), "currency", "EUR"));
                if (state != NULL && strcmp(state, "awarded") != 0)
                        json_array_append_new(
                                contracts,
                                json_pack("{s:s*, s:s*, s:s, s:s*, s:{s:O, s:s}}", "id", number, "awardID", number, "status",
                                          "active", "dateSigned",
                                          member(row, "signed") != NULL ? member(row, "signed") : member(row, "notified"), "value",
                                          "amount", json_object_get(row, "amount"), "currency", "EUR"));
                json_array_append_new(parties, supplier);
        }
        if (json_array_size(awards) > 0)
                json_object_set(release, "awards", awards);
        if (json_array_size(contracts) > 0)
                json_object_set(release, "contracts", contracts);
        json_decref(awards);
        json_decref(contracts);
}

static json_t *release_make(const json_t *consultation, const char *prefix, const char *url)
{
        char ocid[128], id[200];
        const char *updated = member(consultation, "updated");
        json_t *buyer = party_make(json_object_get(consultation, "body"), "buyer"), *parties = json_pack("[O]", buyer);
        snprintf(ocid, sizeof ocid, "%s-%s", prefix, member(consultation, "id"));
        snprintf(id, sizeof id, "%s-%s", ocid, updated != NULL ? updated : "0");
        json_t *release = json_pack("{s:s, s:s, s:s*, s:[s], s:s, s:s, s:o, s:o}", "ocid", ocid, "id", id, "date", updated, "tag",
                                    "compiled", "initiationType", "tender", "language", "fr", "buyer", organisation(buyer),
                                    "tender", tender_make(consultation, url));
        contracts_make(release, consultation, parties);
        json_object_set_new(release, "parties", parties);
        json_decref(buyer);
        return release;
}

json_t *ocds_package(const json_t *list, const char *prefix, const char *url)
{
        json_t *releases = json_array(), *row;
        size_t at;
        const char *newest = NULL;
        json_array_foreach(list, at, row)
        {
                const char *updated = member(row, "updated");
                newest = newest == NULL || (updated != NULL && strcmp(updated, newest) > 0) ? updated : newest;
                json_array_append_new(releases, release_make(row, prefix, url));
        }
        return json_pack("{s:s, s:s, s:s, s:{s:s, s:s}, s:s, s:o}", "uri", url, "version", "1.1", "publishedDate",
                         newest != NULL ? newest : "1970-01-01T00:00:00Z", "publisher", "name", "Pli", "uri", url, "license",
                         "https://www.etalab.gouv.fr/licence-ouverte-open-licence/", "releases", releases);
}
