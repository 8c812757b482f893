/* receipt_form.c - the rows of the receipt, and what walks them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/formats/receipt_form.h"
#include "signing/refusal.h"
#include "signing/xml.h"

#define CLAUSE "urn:pli:receipt:1"
#define DSIG "http://www.w3.org/2000/09/xmldsig#"
#define VALUE(element, key, english, french)                                                                                       \
        {                                                                                                                          \
                element, key, NULL, NULL, false, english, french                                                                   \
        }
#define NEEDED(element, key, english, french)                                                                                      \
        {                                                                                                                          \
                element, key, NULL, NULL, true, english, french                                                                    \
        }
#define GROUP(element, key, rows, english, french)                                                                                 \
        {                                                                                                                          \
                element, key, NULL, rows, false, english, french                                                                   \
        }
#define LIST(element, key, item, rows, english, french)                                                                            \
        {                                                                                                                          \
                element, key, item, rows, false, english, french                                                                   \
        }
#define END                                                                                                                        \
        {                                                                                                                          \
                NULL, NULL, NULL, NULL, false, NULL, NULL                                                                          \
        }

static const struct form_row reason[] = {
        VALUE("Code", "code", "Code", "Code"),
        VALUE("Details", "text", "Reason", "Motif"),
        END,
};
static const struct form_row issuer[] = {
        NEEDED("Name", "name", "Name", "Nom"),
        VALUE("Address", "address", "Address", "Adresse"),
        END,
};
static const struct form_row depositor[] = {
        VALUE("Name", "name", "Name", "Nom"),
        VALUE("Organisation", "organisation", "Organisation", "Organisme"),
        VALUE("Siret", "siret", "SIRET", "SIRET"),
        VALUE("CertificateDigest", "certificate", "Certificate (SHA-256)", "Certificat (SHA-256)"),
        END,
};
static const struct form_row body[] = {
        VALUE("Name", "name", "Name", "Nom"),
        VALUE("Siret", "siret", "SIRET", "SIRET"),
        END,
};
static const struct form_row subject[] = {
        VALUE("Type", "type", "Type", "Nature"),
        VALUE("Identifier", "id", "Identifier", "Identifiant"),
        END,
};
static const struct form_row consultation[] = {
        VALUE("Identifier", "id", "Identifier", "Identifiant"),
        VALUE("Reference", "reference", "Reference", "Référence"),
        VALUE("Title", "title", "Title", "Intitulé"),
        VALUE("Object", "object", "Object", "Objet"),
        VALUE("Deadline", "deadline", "Deadline", "Date limite de réception"),
        END,
};
static const struct form_row filing[] = {
        VALUE("Act", "act", "Identifier of the acte", "Identifiant de l'acte"),
        VALUE("Number", "number", "Number", "Numéro"),
        VALUE("Object", "object", "Object", "Objet"),
        END,
};
static const struct form_row relation[] = {
        VALUE("Deposit", "deposit", "Deposit", "Dépôt"),
        VALUE("ReplacedBy", "replacedBy", "Replaced by deposit", "Remplacé par le dépôt"),
        VALUE("WithdrawnEvent", "withdrawn", "Withdraws what event", "Retire ce qu'a constaté l'événement n°"),
        VALUE("Cursor", "cursor", "Acknowledged up to number", "Acquitté jusqu'au numéro"),
        VALUE("FormerDeadline", "formerDeadline", "Deadline until then", "Date limite jusqu'alors"),
        END,
};
static const struct form_row relay[] = {
        VALUE("Archive", "archive", "Archive", "Archive"),
        VALUE("Digest", "sha256", "SHA-256", "SHA-256"),
        VALUE("Bytes", "bytes", "Size (bytes)", "Taille (octets)"),
        VALUE("Address", "url", "Address used", "Adresse utilisée"),
        VALUE("Status", "status", "Answer's status", "Code de la réponse"),
        END,
};
static const struct form_row answer[] = {
        VALUE("Message", "message", "Message", "Message"),
        VALUE("Act", "act", "Identifier of the acte", "Identifiant de l'acte"),
        VALUE("Date", "at", "Date given by the State", "Date donnée par l'État"),
        VALUE("Code", "code", "Code", "Code"),
        VALUE("Text", "text", "Text", "Texte"),
        VALUE("Digest", "sha256", "SHA-256 of the answer", "SHA-256 de la réponse"),
        END,
};
static const struct form_row safeguard[] = {
        VALUE("Number", "number", "Number", "Numéro"),
        VALUE("Company", "company", "Company", "Entreprise"),
        VALUE("Siret", "siret", "SIRET", "SIRET"),
        VALUE("Form", "form", "Form", "Forme"),
        VALUE("Received", "received", "Received", "Reçue le"),
        VALUE("ReceivedBy", "receivedBy", "Received by", "Reçue par"),
        VALUE("Ground", "ground", "Opened for", "Ouverte pour"),
        VALUE("Deposit", "deposit", "Beside deposit", "À côté du dépôt"),
        END,
};
static const struct form_row health[] = {
        VALUE("From", "from", "From", "De"),
        VALUE("Until", "until", "Until", "À"),
        VALUE("Lines", "lines", "Lines", "Lignes"),
        VALUE("Digest", "sha256", "SHA-256 of the lines", "SHA-256 des lignes"),
        END,
};
static const struct form_row opening[] = {
        VALUE("Started", "started", "Began", "Début"),
        VALUE("StartedBy", "startedBy", "Begun by", "Ouverte par"),
        VALUE("Finished", "finished", "Ended", "Fin"),
        VALUE("Quorum", "quorum", "Quorum", "Quorum"),
        VALUE("CandidaturesFirst", "candidaturesFirst", "Candidatures first", "Candidatures d'abord"),
        VALUE("Zone", "zone", "Zone of local hours", "Fuseau des heures locales"),
        VALUE("DeadlineLocal", "deadlineLocal", "Deadline, local hour", "Date limite, heure locale"),
        VALUE("StartedLocal", "startedLocal", "Began, local hour", "Début, heure locale"),
        VALUE("FinishedLocal", "finishedLocal", "Ended, local hour", "Fin, heure locale"),
        END,
};
static const struct form_row member[] = {
        VALUE("Number", "x", "Number", "Numéro"),
        VALUE("Name", "name", "Name", "Nom"),
        VALUE("Present", "present", "Present", "Présent"),
        VALUE("Since", "at", "Since", "Depuis"),
        VALUE("SinceLocal", "atLocal", "Local hour", "Heure locale"),
        VALUE("Substitute", "substitute", "Substitute", "Suppléant"),
        VALUE("SubstitutePresent", "substitutePresent", "Present", "Présent"),
        VALUE("SubstituteSince", "substituteAt", "Since", "Depuis"),
        VALUE("SubstituteSinceLocal", "substituteAtLocal", "Local hour", "Heure locale"),
        END,
};
static const struct form_row person[] = {
        VALUE("Name", "name", "Name", "Nom"),
        VALUE("Since", "at", "Since", "Depuis"),
        VALUE("SinceLocal", "atLocal", "Local hour", "Heure locale"),
        END,
};
static const struct form_row decision[] = {
        VALUE("Deposit", "deposit", "Deposit", "Dépôt"),
        VALUE("Verdict", "decision", "Decision", "Décision"),
        VALUE("Reason", "reason", "Reason", "Motif"),
        VALUE("By", "by", "By", "Par"),
        VALUE("At", "at", "At", "Le"),
        VALUE("AtLocal", "atLocal", "Local hour", "Heure locale"),
        END,
};
/* What opening an envelope gave, in sum; the whole report is in the event. */
static const struct form_row opened[] = {
        VALUE("Deposit", "deposit", "Deposit", "Dépôt"),
        VALUE("Company", "company", "Company", "Entreprise"),
        VALUE("Lot", "lot", "Lot", "Lot"),
        VALUE("Kind", "kind", "Kind", "Nature"),
        VALUE("State", "state", "State", "État"),
        VALUE("Documents", "documents", "Documents", "Documents"),
        VALUE("NotListed", "unlisted", "not in the manifest's list", "absents de la liste du manifeste"),
        VALUE("Missing", "missing", "listed, and missing", "annoncés et absents"),
        VALUE("Signature", "signature", "Signature", "Signature"),
        VALUE("Manifest", "manifest", "Signature of the manifest", "Signature du manifeste"),
        VALUE("Infected", "infected", "Infected", "Infectés"),
        VALUE("NotScanned", "unscanned", "not scanned", "non analysés"),
        END,
};
static const struct form_row registered[] = {
        VALUE("Identifier", "deposit", "Deposit", "Dépôt"),
        VALUE("Company", "name", "Company", "Entreprise"),
        VALUE("Siret", "siret", "SIRET", "SIRET"),
        VALUE("Started", "started", "Began", "Début"),
        VALUE("Received", "received", "Received", "Reçu le"),
        VALUE("ReceivedLocal", "receivedLocal", "Local hour", "Heure locale"),
        VALUE("Late", "late", "After the deadline", "Hors délai"),
        VALUE("State", "state", "State", "État"),
        VALUE("Admitted", "admitted", "Admitted", "Candidature admise"),
        VALUE("Receipt", "event", "Receipt no.", "Accusé n°"),
        END,
};
static const struct form_row key[] = {
        VALUE("Use", "use", "Use", "Usage"),
        VALUE("Identifier", "id", "Identifier", "Identifiant"),
        VALUE("Name", "name", "Name", "Nom"),
        VALUE("RevokedFrom", "revoked", "Not to be believed from", "À ne plus croire à partir du"),
        END,
};
static const struct form_row document[] = {
        VALUE("Name", "name", "Name", "Nom"),
        VALUE("MediaType", "mediaType", "Format", "Format"),
        VALUE("Size", "size", "Size (bytes)", "Taille (octets)"),
        VALUE("Digest", "sha256", "SHA-256", "SHA-256"),
        VALUE("Envelope", "envelope", "Envelope", "Enveloppe"),
        VALUE("Lot", "lot", "Lot", "Lot"),
        VALUE("Kind", "kind", "Kind", "Nature"),
        END,
};
static const struct form_row envelope[] = {
        VALUE("Name", "envelope", "Name", "Nom"),
        VALUE("Lot", "lot", "Lot", "Lot"),
        VALUE("Kind", "kind", "Kind", "Nature"),
        VALUE("Bytes", "bytes", "Sealed size (bytes)", "Taille scellée (octets)"),
        VALUE("Digest", "digest", "Digest over the sealed chunks (SHA-256)", "Empreinte des fragments scellés (SHA-256)"),
        VALUE("ManifestDigest", "manifest", "Digest of the sealed manifest (SHA-256)", "Empreinte du manifeste scellé (SHA-256)"),
        END,
};
static const struct form_row transfer[] = {
        NEEDED("Attempts", "attempts", "Transfers", "Transferts"),
        NEEDED("Interruptions", "interruptions", "of which interrupted", "dont interrompus"),
        NEEDED("Bytes", "bytes", "Bytes stored", "Octets enregistrés"),
        VALUE("First", "first", "First transfer began", "Début du premier transfert"),
        END,
};
static const struct form_row journal[] = {
        NEEDED("Index", "index", "Number in the journal", "Numéro au journal"),
        NEEDED("TreeSize", "size", "Entries in the journal then", "Inscriptions au journal alors"),
        NEEDED("Salt", "salt", NULL, NULL),
        {"Proof", "proof", "Hash", NULL, true, NULL, NULL},
        NEEDED("Checkpoint", "checkpoint", NULL, NULL),
        VALUE("Event", "event", NULL, NULL),
        VALUE("EventBase64", "encoded", NULL, NULL), /* where the text holds what XML 1.0 cannot carry */
        END,
};
static const struct form_row receipt[] = {
        NEEDED("EvidenceIdentifier", ":identifier", "Receipt", "Accusé n°"),
        NEEDED("ERDSEventId", ":event", "Event", "Événement"),
        VALUE("Fact", "fact", "Fact", "Fait"),
        NEEDED("EventTime", "at", "Recorded at", "Enregistré le"),
        VALUE("Channel", "channel", "Channel", "Canal"),
        LIST("EventReasons", "reasons", "EventReason", reason, "Reasons", "Motifs"),
        {"EvidenceIssuerDetails", ":issuer", NULL, issuer, true, "Issued by", "Délivré par"},
        GROUP("SenderDetails", "depositor", depositor, "Depositor", "Déposant"),
        GROUP("RecipientDetails", "body", body, "Public body", "Organisme public"),
        GROUP("MessageIdentifier", "subject", subject, "Concerns", "Concerne"),
        GROUP("Consultation", "consultation", consultation, "Consultation", "Consultation"),
        GROUP("Filing", ":filing", filing, "Filing", "Télétransmission"),
        GROUP("Relation", ":relation", relation, "Linked to", "En lien avec"),
        GROUP("Relay", "relay", relay, "Sent to the State", "Envoi à l'État"),
        GROUP("Answer", "answer", answer, "Answer of the State", "Réponse de l'État"),
        GROUP("Key", "key", key, "Key", "Clé"),
        GROUP("Safeguard", "safeguard", safeguard, "Safeguard copy", "Copie de sauvegarde"),
        GROUP("Health", "health", health, "Health of the platform", "Santé de la plateforme"),
        GROUP("Opening", "minutes", opening, "Opening of the tenders", "Ouverture des plis"),
        LIST("Commission", ":commission", "Member", member, "Commission", "Commission"),
        LIST("Present", ":present", "Person", person, "Present", "Personnes présentes"),
        LIST("Decisions", ":decisions", "Decision", decision, "Decisions", "Décisions"),
        LIST("Openings", ":openings", "OpenedEnvelope", opened, "Envelopes", "Plis"),
        LIST("Register", ":register", "RegisteredDeposit", registered, "Register of deposits", "Registre des dépôts"),
        VALUE("TransmissionStart", "started", "Transmission began", "Début de transmission"),
        VALUE("SubmissionTime", "received", "Received (last byte)", "Reçu le (dernier octet)"),
        VALUE("Late", "late", "After the deadline", "Hors délai"),
        LIST("Documents", "documents", "Document", document, "Documents", "Documents"),
        LIST("Envelopes", "envelopes", "Envelope", envelope, "Sealed envelopes", "Enveloppes scellées"),
        GROUP("TransferEvidence", ":transfer", transfer, "Transfer", "Transfert"),
        NEEDED("TimeStamp", ":stamp", "Time-stamp", "Horodatage"),
        {"Journal", ":journal", NULL, journal, true, "Journal", "Journal"},
        END,
};
const struct form_row form_receipt = {"Receipt", NULL, NULL, receipt, true, NULL, NULL};

/* ---- writing ---- */

/* Human values may hold what XML 1.0 2.2 cannot carry (the exact text travels beside, encoded): those become U+FFFD or '?'. */
static void value_clean(char *text)
{
        for (unsigned char *at = (unsigned char *)text; *at != '\0'; at++) {
                if (*at < 0x20 && strchr("\t\n\r", *at) == NULL)
                        *at = '?';
                if (at[0] == 0xef && at[1] == 0xbf && at[2] >= 0xbe)
                        at[2] = 0xbd;
        }
}

/* A JSON value as text; the caller frees it. */
static char *value_text(const json_t *value)
{
        char *text = NULL;
        if (json_is_string(value))
                text = strdup(json_string_value(value));
        else
                text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);
        if (text != NULL)
                value_clean(text);
        return text;
}

static bool value_write(xmlNode *parent, const char *element, const json_t *value)
{
        char *text = value_text(value);
        bool good = text != NULL && xmlNewTextChild(parent, NULL, (const xmlChar *)element, (const xmlChar *)text) != NULL;
        free(text);
        return good;
}

static bool rows_write(xmlNode *parent, const struct form_row *rows, const json_t *object);

static bool group_write(xmlNode *parent, const char *element, const struct form_row *row, const json_t *value)
{
        xmlNode *node = xmlNewChild(parent, NULL, (const xmlChar *)element, NULL);
        return node != NULL && rows_write(node, row->rows, value);
}

static bool list_write(xmlNode *parent, const struct form_row *row, const json_t *list)
{
        size_t i;
        json_t *item;
        xmlNode *node = xmlNewChild(parent, NULL, (const xmlChar *)row->element, NULL);
        if (node == NULL)
                return false;
        json_array_foreach(list, i, item) if (row->rows != NULL ? !group_write(node, row->item, row, item)
                                                                : !value_write(node, row->item, item)) return false;
        return true;
}

/* Has the view anything for this row? An empty group would say nothing, and the grammar has none. */
static bool row_present(const struct form_row *row, const json_t *value)
{
        if (value == NULL || json_is_null(value))
                return row->required;
        if (row->item != NULL)
                return row->required || json_array_size(value) > 0;
        if (row->rows == NULL)
                return true;
        for (const struct form_row *each = row->rows; each->element != NULL; each++)
                if (each->required || row_present(each, json_object_get(value, each->key)))
                        return true;
        return false;
}

static bool rows_write(xmlNode *parent, const struct form_row *rows, const json_t *object)
{
        for (const struct form_row *row = rows; row->element != NULL; row++) {
                const json_t *value = json_object_get(object, row->key);
                if (!row_present(row, value))
                        continue;
                bool good = row->item != NULL   ? list_write(parent, row, value)
                            : row->rows != NULL ? group_write(parent, row->element, row, value)
                                                : value != NULL && value_write(parent, row->element, value);
                if (!good)
                        return false;
        }
        return true;
}

xmlDoc *form_write(const json_t *view)
{
        xmlDoc *doc = xmlNewDoc((const xmlChar *)"1.0");
        xmlNode *root = doc != NULL ? xmlNewDocNode(doc, NULL, (const xmlChar *)form_receipt.element, NULL) : NULL;
        bool good = root != NULL;
        if (good) {
                xmlDocSetRootElement(doc, root);
                xmlSetNs(root, xmlNewNs(root, (const xmlChar *)RECEIPT_SPACE, NULL));
                good = xmlNewProp(root, (const xmlChar *)"Id", (const xmlChar *)"receipt") != NULL &&
                       xmlNewProp(root, (const xmlChar *)"version", (const xmlChar *)"1") != NULL &&
                       rows_write(root, form_receipt.rows, view);
        }
        if (good)
                return doc;
        xmlFreeDoc(doc);
        return NULL;
}

/* ---- checking ---- */

/* Between elements only white space may stand: what the grammar does not know could be read as part of the receipt. */
static bool between_check(const xmlNode *parent, struct signing_refusal *why)
{
        for (const xmlNode *node = parent->children; node != NULL; node = node->next) {
                bool blank = node->type == XML_TEXT_NODE && xmlIsBlankNode((xmlNode *)(uintptr_t)node) == 1;
                if (node->type != XML_ELEMENT_NODE && !blank)
                        return refuse(why, "RECEIPT_MALFORMED", CLAUSE, "text, a comment or an instruction stands in %s",
                                      parent->name);
        }
        return true;
}

static bool value_check(const xmlNode *node, struct signing_refusal *why)
{
        if (xml_text(node) == NULL)
                return refuse(why, "RECEIPT_MALFORMED", CLAUSE, "%s is not one run of text", node->name);
        return true;
}

static bool rows_check(const xmlNode *parent, const struct form_row *rows, const xmlNode **rest, struct signing_refusal *why);

/* An element of ours has no attributes; a group's or list's children are all of its rows. */
static bool item_check(const xmlNode *node, const struct form_row *rows, struct signing_refusal *why)
{
        const xmlNode *rest = NULL;
        if (node->properties != NULL)
                return refuse(why, "RECEIPT_MALFORMED", CLAUSE, "%s has an attribute", node->name);
        if (rows == NULL)
                return value_check(node, why);
        if (!between_check(node, why) || !rows_check(node, rows, &rest, why))
                return false;
        if (rest != NULL)
                return refuse(why, "RECEIPT_MALFORMED", CLAUSE, "%s in %s is unknown, twice or out of order", rest->name,
                              node->name);
        return true;
}

static bool list_check(const xmlNode *node, const struct form_row *row, struct signing_refusal *why)
{
        if (node->properties != NULL || !between_check(node, why))
                return refuse(why, "RECEIPT_MALFORMED", CLAUSE, "%s holds more than its items", node->name);
        size_t count = 0;
        for (const xmlNode *item = xml_child(node, NULL, NULL); item != NULL; item = xml_next(item, NULL, NULL), count++) {
                if (!xml_is(item, RECEIPT_SPACE, row->item))
                        return refuse(why, "RECEIPT_MALFORMED", CLAUSE, "%s in %s is unknown", item->name, node->name);
                if (!item_check(item, row->rows, why))
                        return false;
        }
        if (count == 0 && !row->required)
                return refuse(why, "RECEIPT_MALFORMED", CLAUSE, "%s is empty", node->name);
        return true;
}

/* Takes the children that the rows know, in their order; *rest is the first one left over. */
static bool rows_check(const xmlNode *parent, const struct form_row *rows, const xmlNode **rest, struct signing_refusal *why)
{
        const xmlNode *node = xml_child(parent, NULL, NULL);
        for (const struct form_row *row = rows; row->element != NULL; row++) {
                if (!xml_is(node, RECEIPT_SPACE, row->element)) {
                        if (row->required)
                                return refuse(why, "RECEIPT_MALFORMED", CLAUSE, "%s lacks %s", parent->name, row->element);
                        continue;
                }
                if (row->item != NULL ? !list_check(node, row, why) : !item_check(node, row->rows, why))
                        return false;
                node = xml_next(node, NULL, NULL);
        }
        *rest = node;
        return true;
}

static bool root_attributes_check(const xmlNode *root, struct signing_refusal *why)
{
        const char *id = xml_attribute(root, "Id"), *version = xml_attribute(root, "version");
        size_t count = 0;
        for (const xmlAttr *attribute = root->properties; attribute != NULL; attribute = attribute->next)
                count++;
        if (count != 2 || id == NULL || strcmp(id, "receipt") != 0 || version == NULL || strcmp(version, "1") != 0)
                return refuse(why, "RECEIPT_MALFORMED", CLAUSE, "the root has the attributes Id=\"receipt\" and version=\"1\"");
        return true;
}

bool form_check(const xmlNode *root, struct signing_refusal *why)
{
        const xmlNode *rest = NULL;
        if (!xml_is(root, RECEIPT_SPACE, form_receipt.element))
                return refuse(why, "RECEIPT_MALFORMED", CLAUSE, "this is not a receipt: the root is not Receipt of " RECEIPT_SPACE);
        if (!root_attributes_check(root, why) || !between_check(root, why) || !rows_check(root, form_receipt.rows, &rest, why))
                return false;
        if (xml_is(rest, DSIG, "Signature"))
                rest = xml_next(rest, NULL, NULL);
        if (rest != NULL)
                return refuse(why, "RECEIPT_MALFORMED", CLAUSE, "%s in Receipt is unknown, twice or out of order", rest->name);
        return true;
}

xmlNode *form_find(const xmlNode *parent, const char *element)
{
        return xml_child(parent, RECEIPT_SPACE, element);
}

const char *form_text(const xmlNode *parent, const char *element)
{
        return xml_text(form_find(parent, element));
}
