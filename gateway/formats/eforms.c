/* eforms.c - one table of subtypes; the elements in the order of UBL's schema. BT numbers: annex of the regulation. */
#include "gateway/formats/eforms.h"

#include <stdio.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "signing/writer.h"

typedef struct writer xml_writer;
DEFINE_OWNER(xml_writer, writer_free)

#define CLAUSE "eForms, (UE) 2019/1780"
#define UBL "urn:oasis:names:specification:ubl:schema:xsd:"
#define P27 "http://data.europa.eu/p27/"

static const struct subtype {
        const char *code, *root, *type, *list;
        bool result;
} subtypes[] = {
        {"E3", "ContractNotice", "cn-standard", "competition", false},
        {"16", "ContractNotice", "cn-standard", "competition", false},
        {"E4", "ContractAwardNotice", "can-standard", "result", true},
        {"29", "ContractAwardNotice", "can-standard", "result", true},
};

static const struct subtype *subtype_find(const char *code)
{
        for (size_t i = 0; code != NULL && i < sizeof subtypes / sizeof *subtypes; i++)
                if (strcmp(subtypes[i].code, code) == 0)
                        return &subtypes[i];
        return NULL;
}

static const char *member(const json_t *object, const char *key)
{
        const char *text = json_string_value(json_object_get(object, key));
        return text != NULL ? text : "";
}

static bool lacks(const json_t *consultation, const char *key, const char *business_term, struct refusals *why)
{
        const json_t *value = json_object_get(consultation, key);
        bool there =
                (json_is_string(value) && *json_string_value(value) != '\0') || json_array_size(value) > 0 || json_is_object(value);
        if (!there)
                refusals_add(why, "notice-missing", CLAUSE, "%s manque (%s)", key, business_term);
        return !there;
}

bool eforms_check(const json_t *consultation, const char *code, struct refusals *why)
{
        const struct subtype *subtype = subtype_find(code);
        if (subtype == NULL)
                return refusals_add(why, "notice-subtype", CLAUSE, "%s n'est pas un sous-type employé : E3, E4, 16, 29",
                                    code != NULL ? code : "");
        bool bad = lacks(consultation, "title", "BT-21", why);
        bad = lacks(consultation, "object", "BT-24", why) || bad;
        bad = lacks(consultation, "nature", "BT-23", why) || bad;
        bad = lacks(consultation, "cpv", "BT-262", why) || bad;
        bad = lacks(consultation, "place", "BT-5121", why) || bad;
        bad = lacks(consultation, "deadline", "BT-131", why) || bad;
        if (subtype->result)
                bad = lacks(consultation, "outcome", "BT-142", why) || bad;
        return !bad;
}

/* ---- writing ---- */

static void coded(struct writer *writer, const char *name, const char *list, const char *value)
{
        writer_start(writer, name);
        writer_attribute(writer, "listName", list);
        writer_text(writer, value);
        writer_end(writer);
}

static void identified(struct writer *writer, const char *name, const char *scheme, const char *value)
{
        writer_start(writer, name);
        writer_attribute(writer, "schemeName", scheme);
        writer_text(writer, value);
        writer_end(writer);
}

static void amount(struct writer *writer, const char *name, const json_t *value)
{
        char text[64];
        snprintf(text, sizeof text, "%.2f", json_number_value(value));
        writer_start(writer, name);
        writer_attribute(writer, "currencyID", "EUR");
        writer_text(writer, text);
        writer_end(writer);
}

static void named(struct writer *writer, const char *name, const char *text)
{
        writer_start(writer, name);
        writer_attribute(writer, "languageID", "FRA");
        writer_text(writer, text);
        writer_end(writer);
}

/* Dates and hours stand apart in UBL, each with its zone. */
static void instant(struct writer *writer, const char *date, const char *time, const char *value)
{
        char text[24];
        if (strlen(value) < 19)
                return;
        snprintf(text, sizeof text, "%.10sZ", value);
        writer_leaf(writer, date, text);
        snprintf(text, sizeof text, "%.8sZ", value + 11);
        writer_leaf(writer, time, text);
}

static void company(struct writer *writer, const char *id, const json_t *party)
{
        writer_start(writer, "efac:Organization");
        writer_start(writer, "efac:Company");
        writer_start(writer, "cac:PartyIdentification");
        identified(writer, "cbc:ID", "organization", id);
        writer_end(writer);
        writer_start(writer, "cac:PartyName");
        named(writer, "cbc:Name", member(party, "name"));
        writer_end(writer);
        writer_start(writer, "cac:PartyLegalEntity");
        writer_leaf(writer, "cbc:CompanyID", member(party, "siret"));
        writer_end(writer);
        writer_end(writer);
        writer_end(writer);
}

static void lot_id(char out[32], const json_t *consultation, const char *number)
{
        size_t at, found = 0;
        json_t *row;
        json_array_foreach(json_object_get(consultation, "lots"), at, row) if (strcmp(member(row, "number"), number) == 0) found =
                at;
        snprintf(out, 32, "LOT-%04zu", found + 1);
}

/* BT-142 winner chosen, BT-720 its value, BT-150 the contract. */
static void result_line(struct writer *writer, const json_t *consultation, const json_t *line, size_t number)
{
        char id[32], lot[32];
        bool won = strcmp(member(line, "outcome"), "awarded") == 0;
        lot_id(lot, consultation, member(line, "lot"));
        snprintf(id, sizeof id, "RES-%04zu", number);
        writer_start(writer, "efac:LotResult");
        identified(writer, "cbc:ID", "result", id);
        coded(writer, "cbc:TenderResultCode", "winner-selection-status", won ? "selec-w" : "clos-nw");
        if (won) {
                snprintf(id, sizeof id, "TEN-%04zu", number);
                writer_start(writer, "efac:LotTender");
                identified(writer, "cbc:ID", "tender", id);
                writer_end(writer);
        }
        writer_start(writer, "efac:TenderLot");
        identified(writer, "cbc:ID", "Lot", lot);
        writer_end(writer);
        writer_end(writer);
        if (!won)
                return;
        writer_start(writer, "efac:LotTender");
        identified(writer, "cbc:ID", "tender", id);
        writer_start(writer, "cac:LegalMonetaryTotal");
        amount(writer, "cbc:PayableAmount", json_object_get(line, "amount"));
        writer_end(writer);
        writer_end(writer);
        snprintf(id, sizeof id, "CON-%04zu", number);
        writer_start(writer, "efac:SettledContract");
        identified(writer, "cbc:ID", "contract", id);
        writer_start(writer, "efac:ContractReference");
        writer_leaf(writer, "cbc:ID", member(line, "number"));
        writer_end(writer);
        writer_end(writer);
}

static void extension(struct writer *writer, const json_t *consultation, const struct subtype *subtype)
{
        size_t at;
        json_t *line;
        writer_start(writer, "ext:UBLExtensions");
        writer_start(writer, "ext:UBLExtension");
        writer_start(writer, "ext:ExtensionContent");
        writer_start(writer, "efext:EformsExtension");
        if (subtype->result) {
                writer_start(writer, "efac:NoticeResult");
                json_array_foreach(json_object_get(consultation, "outcome"), at, line)
                        result_line(writer, consultation, line, at + 1);
                writer_end(writer);
        }
        writer_start(writer, "efac:NoticeSubType");
        coded(writer, "cbc:SubTypeCode", "notice-subtype", subtype->code);
        writer_end(writer);
        writer_start(writer, "efac:Organizations");
        company(writer, "ORG-0001", json_object_get(consultation, "body"));
        json_array_foreach(json_object_get(consultation, "outcome"), at, line)
        {
                char id[32];
                snprintf(id, sizeof id, "ORG-%04zu", at + 2);
                if (subtype->result && json_is_object(json_object_get(line, "holder")))
                        company(writer, id, json_object_get(line, "holder"));
        }
        writer_end(writer);
        for (int i = 0; i < 4; i++)
                writer_end(writer);
}

static void project(struct writer *writer, const json_t *consultation, const char *title, const char *identifier)
{
        const json_t *place = json_object_get(consultation, "place");
        size_t at;
        json_t *code;
        writer_start(writer, "cac:ProcurementProject");
        writer_leaf(writer, "cbc:ID", identifier);
        named(writer, "cbc:Name", title);
        named(writer, "cbc:Description", member(consultation, "object"));
        coded(writer, "cbc:ProcurementTypeCode", "contract-nature",
              strcmp(member(consultation, "nature"), "concession") == 0 ? "services" : member(consultation, "nature"));
        json_array_foreach(json_object_get(consultation, "cpv"), at, code)
        {
                char digits[9];
                snprintf(digits, sizeof digits, "%.8s", json_string_value(code));
                const char *name = at == 0 ? "cac:MainCommodityClassification" : "cac:AdditionalCommodityClassification";
                writer_start(writer, name);
                coded(writer, "cbc:ItemClassificationCode", "cpv", digits);
                writer_end(writer);
        }
        writer_start(writer, "cac:RealizedLocation");
        writer_start(writer, "cac:Address");
        writer_leaf(writer, "cbc:PostalZone", member(place, "code"));
        writer_start(writer, "cac:Country");
        coded(writer, "cbc:IdentificationCode", "country", "FRA");
        writer_end(writer);
        writer_end(writer);
        writer_end(writer);
        writer_end(writer);
}

static void lot_write(struct writer *writer, const json_t *consultation, size_t number, const char *title)
{
        char id[32];
        snprintf(id, sizeof id, "LOT-%04zu", number);
        writer_start(writer, "cac:ProcurementProjectLot");
        identified(writer, "cbc:ID", "Lot", id);
        writer_start(writer, "cac:TenderingProcess");
        writer_start(writer, "cac:TenderSubmissionDeadlinePeriod");
        instant(writer, "cbc:EndDate", "cbc:EndTime", member(consultation, "deadline"));
        writer_end(writer);
        writer_end(writer);
        project(writer, consultation, title, id);
        writer_end(writer);
}

static const char *procedure_code(const char *procedure)
{
        static const char *const pairs[] = {"open",     "open",      "restricted", "restricted",  "negotiated", "neg-w-call",
                                            "dialogue", "comp-dial", "direct",     "neg-wo-call", NULL};
        for (size_t i = 0; pairs[i] != NULL; i += 2)
                if (strcmp(pairs[i], procedure) == 0)
                        return pairs[i + 1];
        return "oth-single";
}

static void head(struct writer *writer, const json_t *consultation, const struct subtype *subtype, const char *url)
{
        char root[128], document[1024];
        const char *issued = member(consultation, subtype->result ? "decided" : "now");
        snprintf(root, sizeof root, UBL "%s-2", subtype->root);
        snprintf(document, sizeof document, "%s/ui/consultation.html?id=%s", url, member(consultation, "id"));
        writer_start(writer, subtype->root);
        writer_attribute(writer, "xmlns", root);
        writer_attribute(writer, "xmlns:cac", UBL "CommonAggregateComponents-2");
        writer_attribute(writer, "xmlns:cbc", UBL "CommonBasicComponents-2");
        writer_attribute(writer, "xmlns:ext", UBL "CommonExtensionComponents-2");
        writer_attribute(writer, "xmlns:efac", P27 "eforms-ubl-extension-aggregate-components/1");
        writer_attribute(writer, "xmlns:efbc", P27 "eforms-ubl-extension-basic-components/1");
        writer_attribute(writer, "xmlns:efext", P27 "eforms-ubl-extensions/1");
        extension(writer, consultation, subtype);
        writer_leaf(writer, "cbc:UBLVersionID", "2.3");
        writer_leaf(writer, "cbc:CustomizationID", "eforms-sdk-1.13");
        identified(writer, "cbc:ID", "notice-id", member(consultation, "id"));
        writer_leaf(writer, "cbc:ContractFolderID", member(consultation, "id"));
        instant(writer, "cbc:IssueDate", "cbc:IssueTime", *issued != '\0' ? issued : member(consultation, "now"));
        writer_leaf(writer, "cbc:VersionID", "01");
        writer_leaf(writer, "cbc:RegulatoryDomain", "32014L0024");
        coded(writer, "cbc:NoticeTypeCode", subtype->list, subtype->type);
        coded(writer, "cbc:NoticeLanguageCode", "language", "FRA");
        writer_start(writer, "cac:ContractingParty");
        writer_leaf(writer, "cbc:BuyerProfileURI", document);
        writer_start(writer, "cac:Party");
        writer_start(writer, "cac:PartyIdentification");
        writer_leaf(writer, "cbc:ID", "ORG-0001");
        writer_end(writer);
        writer_end(writer);
        writer_end(writer);
}

bool eforms_write(const json_t *consultation, const char *code, const char *url, const struct signing_sink *out)
{
        OWN(xml_writer) writer = writer_new();
        const struct subtype *subtype = subtype_find(code);
        const json_t *lots = json_object_get(consultation, "lots");
        struct signing_bytes bytes = {0};
        struct signing_refusal why = {0};
        size_t at;
        json_t *lot;
        if (subtype == NULL)
                return false;
        head(writer, consultation, subtype, url);
        writer_start(writer, "cac:TenderingProcess");
        coded(writer, "cbc:ProcedureCode", "procurement-procedure-type", procedure_code(member(consultation, "procedure")));
        writer_end(writer);
        project(writer, consultation, member(consultation, "title"), member(consultation, "reference"));
        json_array_foreach(lots, at, lot) lot_write(writer, consultation, at + 1, member(lot, "title"));
        if (json_array_size(lots) == 0)
                lot_write(writer, consultation, 1, member(consultation, "title"));
        writer_end(writer);
        return writer_finish(writer, &bytes, &why) && out->write(out->context, bytes.data, bytes.size);
}
