/* decp.c - two tables say what each kind of contract must have; the XML is the JSON, member by member. */
#include "gateway/formats/decp.h"

#include <stdio.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "gateway/formats/text.h"
#include "signing/writer.h"

typedef struct writer xml_writer;
DEFINE_OWNER(xml_writer, writer_free)

#define CLAUSE "DECP 2.0.3"

enum kind { TEXT, SIRET, CPV, DATE, WHOLE, AMOUNT, SHARE, TRUTH, ONE_OF, LIST_OF, HOLDERS, PLACE };

struct field {
        const char *name;
        enum kind kind;
        bool needed;
        const char *inner; /* LIST_OF: {"name": {"inner": […]}}; HOLDERS: [{"inner": {…}}]; SIRET: {"name": {"inner": …}} */
        const char *const *values; /* ONE_OF, LIST_OF; NULL ends them */
};

#define VALUES(name) static const char *const name[]
VALUES(natures) = {"Marché", "Marché de partenariat", "Marché de défense ou de sécurité", NULL};
VALUES(techniques) = {"Accord-cadre",
                      "Concours",
                      "Système de qualification",
                      "Système d'acquisition dynamique",
                      "Catalogue électronique",
                      "Enchère électronique",
                      "Sans objet",
                      NULL};
VALUES(modes) = {"Tranches", "Bons de commande", "Marchés subséquents", "Sans objet", NULL};
VALUES(ccags) = {"Travaux",
                 "Maitrise d'œuvre",
                 "Fournitures courantes et services",
                 "Marchés industriels",
                 "Prestations intellectuelles",
                 "Techniques de l'information et de la communication",
                 "Pas de CCAG",
                 NULL};
VALUES(groups) = {"Conjoint", "Solidaire", "Pas de groupement", NULL};
VALUES(procedures) = {"Procédure adaptée",
                      "Appel d'offres ouvert",
                      "Appel d'offres restreint",
                      "Procédure avec négociation",
                      "Marché passé sans publicité ni mise en concurrence préalable",
                      "Dialogue compétitif",
                      NULL};
VALUES(prices) = {"Définitif ferme", "Définitif actualisable", "Définitif révisable", "Provisoire", NULL};
VALUES(forms) = {"Unitaire", "Forfaitaire", "Mixte", NULL};
VALUES(social) = {"Clause sociale", "Critère social", "Marché réservé", "Pas de considération sociale", NULL};
VALUES(social_concession) = {"Clause sociale", "Critère social", "Concession réservée", "Pas de considération sociale", NULL};
VALUES(environment) = {"Clause environnementale", "Critère environnemental", "Pas de considération environnementale", NULL};
VALUES(natures_concession) = {"Concession de travaux", "Concession de service", "Concession de service public",
                              "Délégation de service public", NULL};
VALUES(procedures_concession) = {"Procédure négociée ouverte", "Procédure non négociée ouverte", "Procédure négociée restreinte",
                                 "Procédure non négociée restreinte", NULL};
VALUES(identifiers) = {"SIRET", "TVA", "TAHITI", "RIDET", "FRWF", "IREP", "HORS-UE", NULL};
VALUES(places) = {"Code postal",      "Code commune", "Code arrondissement", "Code canton",
                  "Code département", "Code région",  "Code pays",           NULL};

static const struct field market[] = {
        {"id", TEXT, true, NULL, NULL},
        {"acheteur", SIRET, true, "id", NULL},
        {"nature", ONE_OF, true, NULL, natures},
        {"objet", TEXT, true, NULL, NULL},
        {"codeCPV", CPV, true, NULL, NULL},
        {"techniques", LIST_OF, true, "technique", techniques},
        {"modalitesExecution", LIST_OF, true, "modaliteExecution", modes},
        {"idAccordCadre", TEXT, false, NULL, NULL},
        {"marcheInnovant", TRUTH, true, NULL, NULL},
        {"ccag", ONE_OF, true, NULL, ccags},
        {"offresRecues", WHOLE, true, NULL, NULL},
        {"attributionAvance", TRUTH, true, NULL, NULL},
        {"tauxAvance", SHARE, false, NULL, NULL},
        {"typeGroupementOperateurs", ONE_OF, true, NULL, groups},
        {"sousTraitanceDeclaree", TRUTH, true, NULL, NULL},
        {"procedure", ONE_OF, true, NULL, procedures},
        {"lieuExecution", PLACE, true, NULL, NULL},
        {"dureeMois", WHOLE, true, NULL, NULL},
        {"dateNotification", DATE, true, NULL, NULL},
        {"datePublicationDonnees", DATE, true, NULL, NULL},
        {"montant", AMOUNT, true, NULL, NULL},
        {"typesPrix", LIST_OF, true, "typePrix", prices},
        {"formePrix", ONE_OF, true, NULL, forms},
        {"origineUE", SHARE, false, NULL, NULL},
        {"origineFrance", SHARE, false, NULL, NULL},
        {"titulaires", HOLDERS, true, "titulaire", NULL},
        {"considerationsSociales", LIST_OF, true, "considerationSociale", social},
        {"considerationsEnvironnementales", LIST_OF, true, "considerationEnvironnementale", environment},
        {NULL, TEXT, false, NULL, NULL},
};
static const struct field concession[] = {
        {"id", TEXT, true, NULL, NULL},
        {"autoriteConcedante", SIRET, true, "id", NULL},
        {"nature", ONE_OF, true, NULL, natures_concession},
        {"objet", TEXT, true, NULL, NULL},
        {"procedure", ONE_OF, true, NULL, procedures_concession},
        {"dureeMois", WHOLE, true, NULL, NULL},
        {"dateSignature", DATE, true, NULL, NULL},
        {"datePublicationDonnees", DATE, true, NULL, NULL},
        {"dateDebutExecution", DATE, true, NULL, NULL},
        {"valeurGlobale", AMOUNT, true, NULL, NULL},
        {"montantSubventionPublique", SHARE, true, NULL, NULL},
        {"concessionnaires", HOLDERS, true, "concessionnaire", NULL},
        {"considerationsSociales", LIST_OF, true, "considerationSociale", social_concession},
        {"considerationsEnvironnementales", LIST_OF, true, "considerationEnvironnementale", environment},
        {NULL, TEXT, false, NULL, NULL},
};

/* ---- making ---- */

/* Ours → theirs. */
static const char *paired(const char *const *pairs, const char *from)
{
        for (; from != NULL && pairs[0] != NULL; pairs += 2)
                if (strcmp(pairs[0], from) == 0)
                        return pairs[1];
        return NULL;
}
static const char *const technique_names[] = {"framework",
                                              "Accord-cadre",
                                              "dynamic",
                                              "Système d'acquisition dynamique",
                                              "design-contest",
                                              "Concours",
                                              "qualification",
                                              "Système de qualification",
                                              "catalogue",
                                              "Catalogue électronique",
                                              "auction",
                                              "Enchère électronique",
                                              "none",
                                              "Sans objet",
                                              NULL};
static const char *const place_names[] = {"postal",         "Code postal",         "commune", "Code commune",
                                          "arrondissement", "Code arrondissement", "canton",  "Code canton",
                                          "department",     "Code département",    "region",  "Code région",
                                          "country",        "Code pays",           NULL};

static const char *member(const json_t *object, const char *key)
{
        return json_string_value(json_object_get(object, key));
}

static void put_text(json_t *object, const char *key, const char *value)
{
        if (value != NULL)
                json_object_set_new(object, key, json_string(value));
}

/* objet is at most 1000 characters; titles of ours are shorter. */
static json_t *holders_make(const char *inner, const json_t *contract)
{
        const json_t *holder = json_object_get(contract, "holder");
        const char *siret = member(holder, "siret");
        return siret == NULL ? json_array() : json_pack("[{s:{s:s, s:s}}]", inner, "typeIdentifiant", "SIRET", "id", siret);
}

static void common_make(json_t *out, const json_t *contract)
{
        put_text(out, "id", member(contract, "number"));
        put_text(out, "objet", member(contract, "object"));
        put_text(out, "procedure", member(contract, "procedure"));
        put_text(out, "datePublicationDonnees", member(contract, "published"));
        json_object_set(out, "dureeMois", json_object_get(contract, "months"));
}

static json_t *market_make(const json_t *contract)
{
        const json_t *place = json_object_get(contract, "place");
        const char *technique = paired(technique_names, member(contract, "technique"));
        json_t *out = json_object(), *at = json_object();
        common_make(out, contract);
        json_object_set_new(out, "acheteur", json_pack("{s:s*}", "id", member(json_object_get(contract, "buyer"), "siret")));
        put_text(out, "nature", "Marché");
        put_text(out, "codeCPV", member(contract, "cpv"));
        json_object_set_new(out, "techniques", json_pack("{s:[s]}", "technique", technique != NULL ? technique : "Sans objet"));
        put_text(out, "idAccordCadre", member(contract, "framework"));
        json_object_set(out, "offresRecues", json_object_get(contract, "offers"));
        put_text(at, "code", member(place, "code"));
        put_text(at, "typeCode", paired(place_names, member(place, "type")));
        if (json_object_size(at) > 0)
                json_object_set(out, "lieuExecution", at);
        json_decref(at);
        put_text(out, "dateNotification", member(contract, "notified"));
        json_object_set(out, "montant", json_object_get(contract, "amount"));
        json_object_set_new(out, "titulaires", holders_make("titulaire", contract));
        return out;
}

static json_t *concession_make(const json_t *contract)
{
        json_t *out = json_object();
        common_make(out, contract);
        json_object_set_new(out, "autoriteConcedante",
                            json_pack("{s:s*}", "id", member(json_object_get(contract, "buyer"), "siret")));
        put_text(out, "dateSignature", member(contract, "signed"));
        json_object_set(out, "valeurGlobale", json_object_get(contract, "amount"));
        json_object_set_new(out, "concessionnaires", holders_make("concessionnaire", contract));
        return out;
}

json_t *decp_make(const json_t *contract)
{
        bool conceded = json_is_true(json_object_get(contract, "concession"));
        json_t *out = conceded ? concession_make(contract) : market_make(contract), *value;
        const char *name;
        /* What the buyer says is added; it does not change what the gateway knows. */
        json_object_foreach(json_object_get(contract, "data"), name, value)
        {
                json_t *known = json_object_get(out, name);
                if (known == NULL || (json_is_array(known) && json_array_size(known) == 0))
                        json_object_set(out, name, value);
        }
        return json_pack("{s:o}", conceded ? "contrat-concession" : "marche", out);
}

/* ---- checking ---- */

static bool among(const json_t *value, const char *const *values)
{
        const char *text = json_string_value(value);
        for (; text != NULL && *values != NULL; values++)
                if (strcmp(*values, text) == 0)
                        return true;
        return false;
}

static bool list_good(const json_t *list, const char *const *values)
{
        size_t at, other;
        json_t *value, *again;
        json_array_foreach(list, at, value)
        {
                if (!among(value, values))
                        return false;
                json_array_foreach(list, other, again) if (other < at && json_equal(value, again)) return false;
        }
        return json_array_size(list) > 0;
}

static bool holders_good(const json_t *list, const char *inner)
{
        size_t at;
        json_t *row;
        json_array_foreach(list, at, row)
        {
                const json_t *holder = json_object_get(row, inner);
                const char *id = member(holder, "id");
                if (!among(json_object_get(holder, "typeIdentifiant"), identifiers) || id == NULL || *id == '\0')
                        return false;
        }
        return json_array_size(list) > 0;
}

static bool text_good(const char *name, const char *text)
{
        size_t most = strcmp(name, "objet") == 0 ? 1000 : 16;
        return text != NULL && *text != '\0' && text_length(text) <= most;
}

static bool value_good(const struct field *field, const json_t *value)
{
        const char *text = json_string_value(value);
        switch (field->kind) {
        case TEXT:
                return text_good(field->name, text);
        case SIRET:
                text = member(value, field->inner);
                return text != NULL && text_matches(text, "0-9", 14, 14);
        case CPV:
                return text != NULL && (text_matches(text, "0-9", 8, 8) ||
                                        (strlen(text) == 10 && text[8] == '-' && text_matches(text, "0-9-", 10, 10)));
        case DATE:
                return text != NULL && text_is_date(text);
        case WHOLE:
                return json_is_integer(value) && json_integer_value(value) >= 1;
        case AMOUNT:
                return json_is_number(value) && json_number_value(value) >= 1;
        case SHARE:
                return json_is_number(value) && json_number_value(value) >= 0 &&
                       (strcmp(field->name, "montantSubventionPublique") == 0 || json_number_value(value) <= 1);
        case TRUTH:
                return json_is_boolean(value);
        case ONE_OF:
                return among(value, field->values);
        case LIST_OF:
                return list_good(json_object_get(value, field->inner), field->values);
        case HOLDERS:
                return holders_good(value, field->inner);
        case PLACE:
                return member(value, "code") != NULL && among(json_object_get(value, "typeCode"), places);
        }
        return false;
}

static void field_refuse(const struct field *field, bool there, struct refusals *why)
{
        char values[400] = "";
        size_t used = 0;
        for (const char *const *value = field->values; value != NULL && *value != NULL && used + strlen(*value) + 4 < sizeof values;
             value++)
                used += (size_t)snprintf(values + used, sizeof values - used, "%s%s", used > 0 ? ", " : " : ", *value);
        refusals_add(why, there ? "decp-wrong" : "decp-missing", CLAUSE, "%s %s%s", field->name,
                     there ? "ne convient pas" : "manque", values);
}

bool decp_check(const json_t *decp, struct refusals *why)
{
        const json_t *object = json_object_get(decp, "marche");
        const struct field *fields = object != NULL ? market : concession;
        bool good = true;
        if (object == NULL)
                object = json_object_get(decp, "contrat-concession");
        for (; fields->name != NULL; fields++) {
                const json_t *value = json_object_get(object, fields->name);
                if ((value == NULL && !fields->needed) || (value != NULL && value_good(fields, value)))
                        continue;
                field_refuse(fields, value != NULL, why);
                good = false;
        }
        return good;
}

/* ---- writing ---- */

static const char *const kinds[] = {"marche", "contrat-concession"};

json_t *decp_file(const json_t *list)
{
        json_t *all = json_object(), *row;
        size_t at;
        for (size_t k = 0; k < 2; k++) {
                json_t *some = json_array();
                json_array_foreach(list, at, row)
                {
                        if (json_object_get(row, kinds[k]) != NULL)
                                json_array_append(some, json_object_get(row, kinds[k]));
                }
                if (json_array_size(some) > 0 || (k == 1 && json_object_size(all) == 0))
                        json_object_set(all, json_array_size(some) > 0 ? kinds[k] : "marche", some);
                json_decref(some);
        }
        return json_pack("{s:o}", "marches", all);
}

static void value_write(struct writer *writer, const char *name, const json_t *value)
{
        char number[64];
        const char *key;
        size_t at;
        json_t *inner;
        if (json_is_array(value) && json_is_object(json_array_get(value, 0))) { /* [{"titulaire": {…}}] */
                writer_start(writer, name);
                json_array_foreach(value, at, inner)
                {
                        json_t *child;
                        json_object_foreach(inner, key, child) value_write(writer, key, child);
                }
                writer_end(writer);
        } else if (json_is_array(value)) { /* "technique": ["…", "…"] */
                json_array_foreach(value, at, inner) value_write(writer, name, inner);
        } else if (json_is_object(value)) {
                writer_start(writer, name);
                json_object_foreach((json_t *)value, key, inner) value_write(writer, key, inner);
                writer_end(writer);
        } else if (json_is_boolean(value)) {
                writer_leaf(writer, name, json_is_true(value) ? "oui" : "non");
        } else if (json_is_number(value)) {
                snprintf(number, sizeof number, "%.15g", json_number_value(value));
                writer_leaf(writer, name, number);
        } else if (json_is_string(value)) {
                writer_leaf(writer, name, json_string_value(value));
        }
}

bool decp_xml(const json_t *list, const struct signing_sink *out)
{
        OWN(xml_writer) writer = writer_new();
        struct signing_bytes bytes = {0};
        struct signing_refusal why = {0};
        size_t at;
        json_t *row, *value;
        const char *name;
        writer_start(writer, "marches");
        json_array_foreach(list, at, row)
        {
                json_object_foreach(row, name, value) value_write(writer, name, value);
        }
        writer_end(writer);
        return writer_finish(writer, &bytes, &why) && out->write(out->context, bytes.data, bytes.size);
}
