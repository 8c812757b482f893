/* acte_answer.c - the State's answers about actes, one reader a root element. */
#include "gateway/formats/acte_answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "gateway/formats/acte_classification.h"
#include "gateway/formats/acte_name.h"
#include "gateway/formats/acte_type.h"
#include "gateway/formats/acte_xml.h"
#include "gateway/formats/text.h"
#include "signing/refusal.h"
#include "signing/xml.h"

typedef struct acte acte_form;
DEFINE_OWNER(acte_form, free)
DEFINE_OWNER(xml_document, xml_document_free)
DEFINE_OWNER(json_t, json_decref)

static void member_add(json_t *answer, const char *name, const char *value)
{
        if (value != NULL && *value != '\0')
                json_object_set_new(answer, name, json_string(value));
}

/* xsd:date may carry a time zone, which says nothing to us. */
static void date_add(json_t *answer, const char *name, const char *value)
{
        char day[11];
        if (value == NULL || strlen(value) < 10)
                return;
        snprintf(day, sizeof day, "%.10s", value);
        if (text_is_date(day))
                member_add(answer, name, day);
}

/* "ODT-VERIF-01 : Votre acte…" → "ODT-VERIF-01" */
static void reason_add(json_t *answer, const char *detail)
{
        char reason[32];
        size_t size = detail != NULL ? strcspn(detail, " :\t\r\n") : 0;
        if (size == 0 || size >= sizeof reason)
                return;
        snprintf(reason, sizeof reason, "%.*s", (int)size, detail);
        if (strchr(reason, '-') != NULL && text_matches(reason, "A-Z0-9-", 3, sizeof reason - 1))
                member_add(answer, "reason", reason);
}

static void anomaly_add(const xmlNode *root, json_t *answer)
{
        const char *detail = actes_child_text(root, "Detail");
        date_add(answer, "at", actes_child_text(root, "Date"));
        member_add(answer, "code", actes_child_text(root, "Nature"));
        reason_add(answer, detail);
        member_add(answer, "text", detail);
}

/* The acte the State repeats: by it an anomaly with an empty act id finds its filing. */
static void acte_add(const xmlNode *root, json_t *answer, const struct acte_message_name *name)
{
        OWN(acte_form) acte = calloc(1, sizeof *acte);
        if (acte == NULL)
                abort();
        struct signing_refusal ignored;
        if (!acte_read(xml_child(root, ACTES_NAMESPACE, "ActeRecu"), acte, &ignored))
                return;
        member_add(answer, "number", acte->number);
        member_add(answer, "date", acte->date);
        member_add(answer, "object", acte->object);
        json_object_set_new(answer, "nature", json_integer(acte->nature));
        if (json_object_get(answer, "act") != NULL || name == NULL || acte_nature_find(acte->nature) == NULL)
                return;
        acte_name id;
        snprintf(acte->department, sizeof acte->department, "%s", name->department);
        snprintf(acte->siren, sizeof acte->siren, "%s", name->siren);
        acte_id_write(acte, id);
        member_add(answer, "act", id);
}

static void forms_add(const xmlNode *parent, json_t *answer)
{
        json_t *forms = json_array();
        const xmlNode *sent = xml_child(parent, ACTES_NAMESPACE, "FormulairesEnvoyes");
        for (const xmlNode *form = xml_child(sent, ACTES_NAMESPACE, "Formulaire"); form != NULL;
             form = xml_next(form, ACTES_NAMESPACE, "Formulaire")) {
                const char *name = actes_child_text(form, "NomFichier");
                if (name != NULL)
                        json_array_append_new(forms, json_string(name));
        }
        json_object_set_new(answer, "forms", forms);
}

/* ---- one function a root element: what it adds; false where the answer cannot be used ---- */

struct reading {
        const xmlNode *root;
        const char *name;                       /* of the file */
        const struct acte_message_name *parsed; /* or NULL */
        json_t *answer;
};

static bool act_id_of(const xmlNode *element, const struct reading *reading, struct signing_refusal *why)
{
        const char *id = actes_attribute(element, ACTES_NAMESPACE, "IDActe");
        if (id == NULL || strlen(id) < 20 || strlen(id) > 48 || !text_matches(id, "a-zA-Z0-9_-", 20, 48))
                return refuse(why, "ANSWER_ACT", "actesv1_1.xsd IDActe", "the answer names no act");
        member_add(reading->answer, "act", id);
        char siren[10];
        snprintf(siren, sizeof siren, "%.9s", id + 4);
        if (text_matches(siren, "0-9", 9, 9))
                member_add(reading->answer, "siren", siren);
        return true;
}

static bool act_id_add(const struct reading *reading, struct signing_refusal *why)
{
        if (!act_id_of(reading->root, reading, why))
                return false;
        date_add(reading->answer, "at", actes_attribute(reading->root, ACTES_NAMESPACE, "DateReception"));
        return true;
}

/* ARActe @IDActe @DateReception { ActeRecu, ClassificationDateVersionEnCours } */
static bool received_read(const struct reading *reading, struct signing_refusal *why)
{
        if (!act_id_add(reading, why))
                return false;
        acte_add(reading->root, reading->answer, reading->parsed);
        date_add(reading->answer, "classification", actes_child_text(reading->root, "ClassificationDateVersionEnCours"));
        return true;
}

/* AnomalieActe { Date, Nature, Detail?, ActeRecu, ClassificationDateVersionEnCours } */
static bool anomaly_read(const struct reading *reading, struct signing_refusal *why)
{
        anomaly_add(reading->root, reading->answer);
        acte_add(reading->root, reading->answer, reading->parsed);
        date_add(reading->answer, "classification", actes_child_text(reading->root, "ClassificationDateVersionEnCours"));
        if (json_object_get(reading->answer, "number") == NULL)
                return refuse(why, "ANSWER_ACT", "actesv1_1.xsd ActeRecu", "the anomaly does not say which acte it is about");
        return true;
}

/* AnomalieEnveloppe { Date, Nature, Detail?, EnveloppeRecue{ Emetteur{IDCL}, AdressesRetour, FormulairesEnvoyes } } */
static bool envelope_anomaly_read(const struct reading *reading, struct signing_refusal *why)
{
        const xmlNode *received = xml_child(reading->root, ACTES_NAMESPACE, "EnveloppeRecue");
        const xmlNode *sender = xml_child(xml_child(received, ACTES_NAMESPACE, "Emetteur"), ACTES_NAMESPACE, "IDCL");
        acte_name envelope;
        anomaly_add(reading->root, reading->answer);
        member_add(reading->answer, "siren", actes_attribute(sender, INSEE_NAMESPACE, "SIREN"));
        if (acte_anomaly_name_parse(reading->name, envelope))
                member_add(reading->answer, "envelope", envelope);
        forms_add(received, reading->answer);
        if (json_object_get(reading->answer, "envelope") == NULL && json_array_size(json_object_get(reading->answer, "forms")) == 0)
                return refuse(why, "ANSWER_ENVELOPE", "actesv1_1.xsd EnveloppeRecue",
                              "the anomaly does not say which envelope it is about");
        return true;
}

/* ARAnnulation @IDActe @DateReception */
static bool cancelled_read(const struct reading *reading, struct signing_refusal *why)
{
        return act_id_add(reading, why);
}

/* DonneesCourrierPref: @IDActe @DateCourrierPref. Without the letter's date no reply to it can be made. */
static bool letter_id_add(const xmlNode *element, const struct reading *reading, struct signing_refusal *why)
{
        if (!act_id_of(element, reading, why))
                return false;
        date_add(reading->answer, "letter", actes_attribute(element, ACTES_NAMESPACE, "DateCourrierPref"));
        return json_object_get(reading->answer, "letter") != NULL ||
               refuse(why, "ANSWER_LETTER", "actesv1_1.xsd DateCourrierPref", "the letter has no date");
}

static void documents_add(const xmlNode *parent, const char *element, json_t *answer)
{
        json_t *documents = json_array();
        for (const xmlNode *document = xml_child(parent, ACTES_NAMESPACE, element); document != NULL;
             document = xml_next(document, ACTES_NAMESPACE, element)) {
                const char *name = actes_child_text(document, "NomFichier");
                if (name != NULL)
                        json_array_append_new(documents, json_string(name));
        }
        json_object_set_new(answer, "documents", documents);
}

/* CourrierSimple { Document }, DemandePieceComplementaire { DescriptionPieces, Document }, LettreObservations { Motif, Document }
 */
static bool letter_read(const struct reading *reading, struct signing_refusal *why)
{
        if (!letter_id_add(reading->root, reading, why))
                return false;
        member_add(reading->answer, "text", actes_child_text(reading->root, "DescriptionPieces"));
        member_add(reading->answer, "text", actes_child_text(reading->root, "Motif"));
        documents_add(reading->root, "Document", reading->answer);
        return true;
}

/* ARReponseCL: @DateReception { InfosCourrierPref @IDActe @DateCourrierPref } */
static bool reply_received_read(const struct reading *reading, struct signing_refusal *why)
{
        date_add(reading->answer, "at", actes_attribute(reading->root, ACTES_NAMESPACE, "DateReception"));
        return letter_id_add(xml_child(reading->root, ACTES_NAMESPACE, "InfosCourrierPref"), reading, why);
}

/* DefereTA @IDActe { DateDepot, NatureIllegalite, PiecesJointes{PieceJointe*} } */
static bool court_read(const struct reading *reading, struct signing_refusal *why)
{
        if (!act_id_of(reading->root, reading, why))
                return false;
        date_add(reading->answer, "at", actes_child_text(reading->root, "DateDepot"));
        member_add(reading->answer, "text", actes_child_text(reading->root, "NatureIllegalite"));
        documents_add(xml_child(reading->root, ACTES_NAMESPACE, "PiecesJointes"), "PieceJointe", reading->answer);
        return true;
}

static bool classification_date_read(const struct reading *reading, struct signing_refusal *why)
{
        date_add(reading->answer, "classification", actes_child_text(reading->root, "DateClassification"));
        return json_object_get(reading->answer, "classification") != NULL ||
               refuse(why, "ANSWER_CLASSIFICATION", "actesv1_1.xsd DateClassification", "the classification has no date");
}

/* RetourClassification { DateClassification, NaturesActes, Matieres } */
static bool classification_read(const struct reading *reading, struct signing_refusal *why)
{
        if (!classification_date_read(reading, why))
                return false;
        json_object_set_new(reading->answer, "natures", acte_classification_natures(reading->root));
        json_object_set_new(reading->answer, "matters", acte_classification_matters(reading->root));
        return true;
}

/* EnveloppeMISILLCL { Emetteur, FormulairesEnvoyes, Destinataire @SIREN } */
static bool envelope_read(const struct reading *reading, struct signing_refusal *why)
{
        const xmlNode *addressee = xml_child(reading->root, ACTES_NAMESPACE, "Destinataire");
        const char *siren = actes_attribute(addressee, INSEE_NAMESPACE, "SIREN");
        if (siren == NULL || !text_matches(siren, "0-9", 9, 14))
                return refuse(why, "ANSWER_ADDRESSEE", "actesv1_1.xsd Destinataire/@SIREN", "the envelope names no addressee");
        member_add(reading->answer, "siren", siren);
        forms_add(reading->root, reading->answer);
        return true;
}

static const struct root {
        const char *element, *kind, *message;
        bool (*read)(const struct reading *reading, struct signing_refusal *why);
} roots[] = {
        {"EnveloppeMISILLCL", "envelope", NULL, envelope_read},
        {"ARActe", "received", "1-2", received_read},
        {"AnomalieActe", "anomaly", "1-3", anomaly_read},
        {"AnomalieEnveloppe", "envelope-anomaly", "anomaly", envelope_anomaly_read},
        {"CourrierSimple", "letter", "2-1", letter_read},
        {"DemandePieceComplementaire", "pieces-wanted", "3-1", letter_read},
        {"ARPieceComplementaire", "reply-received", "3-5", reply_received_read},
        {"LettreObservations", "observations", "4-1", letter_read},
        {"ARReponseRejetLettreObservations", "reply-received", "4-5", reply_received_read},
        {"DefereTA", "court", "5-1", court_read},
        {"ARAnnulation", "cancelled", "6-2", cancelled_read},
        {"RetourClassification", "classification", "7-2", classification_read},
        {"ReponseClassificationSansChangement", "classification-current", "7-3", classification_date_read},
};

static const struct root *root_find(const xmlNode *element)
{
        for (size_t i = 0; i < sizeof roots / sizeof roots[0]; i++) {
                if (xml_is(element, ACTES_NAMESPACE, roots[i].element))
                        return &roots[i];
        }
        return NULL;
}

bool acte_answer_read(const char *name, struct signing_bytes file, json_t **out, struct signing_refusal *why)
{
        OWN(xml_document) document = NULL;
        if (!xml_read(file, &document, why))
                return false;
        const struct root *root = root_find(xml_root(document));
        if (root == NULL)
                return refuse(why, "ANSWER_UNKNOWN", "actesv1_1.xsd", "%.64s is no answer this gateway knows",
                              (const char *)xml_root(document)->name);
        OWN(json_t) answer = json_object();
        struct acte_message_name parsed;
        struct reading reading = {xml_root(document), name, acte_message_name_parse(name, &parsed) ? &parsed : NULL, answer};
        member_add(answer, "kind", root->kind);
        member_add(answer, "message", root->message);
        if (reading.parsed != NULL)
                member_add(answer, "siren", parsed.siren);
        if (!root->read(&reading, why))
                return false;
        *out = TAKE(answer);
        return true;
}
