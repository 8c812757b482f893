/* acte_sequel.c - one row a message: its element, what it follows, how many documents it has. */
#include "gateway/formats/acte_sequel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "gateway/formats/text.h"

typedef struct acte_sequel sequel_form;
DEFINE_OWNER(sequel_form, free)

static const struct message {
        const char *code, *element;
        bool acte, letter;
        size_t least, most; /* documents */
} messages[] = {
        {"2-2", "ReponseCourrierSimple", true, true, 1, 1},     {"3-2", "ARDemandePieceComplementaire", true, true, 0, 0},
        {"3-3", "RefusPieceComplementaire", true, true, 1, 1},  {"3-4", "PieceComplementaire", true, true, 1, ACTE_DOCUMENTS_MAX},
        {"4-2", "ARLettreObservations", true, true, 0, 0},      {"4-3", "RejetLettreObservations", true, true, 1, 1},
        {"4-4", "ReponseLettreObservations", true, true, 1, 1}, {"6-1", "Annulation", true, false, 0, 0},
        {"7-1", "DemandeClassification", false, false, 0, 0},
};

static const struct message *message_find(const char *code)
{
        for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
                if (strcmp(messages[i].code, code) == 0)
                        return &messages[i];
        }
        return NULL;
}

const char *acte_sequel_element(const char *message)
{
        const struct message *found = message_find(message);
        return found != NULL ? found->element : NULL;
}

static const char *text_of(const json_t *object, const char *name)
{
        const char *text = json_string_value(json_object_get(object, name));
        return text != NULL ? text : "";
}

static void what_it_follows_parse(const json_t *filing, const struct message *message, struct acte_sequel *out,
                                  struct refusals *why)
{
        const char *act = text_of(json_object_get(filing, "about"), "act"), *letter = text_of(filing, "letterDate");
        if (message->acte &&
            (!text_matches(act, "a-zA-Z0-9_-", 20, sizeof out->act - 1) || !text_copy(out->act, sizeof out->act, act)))
                refusals_add(why, "sequel-acte", "actesv1_1.xsd @IDActe", "The message does not say which acte it follows.");
        if (message->letter && (!text_is_date(letter) || !text_copy(out->letter, sizeof out->letter, letter)))
                refusals_add(why, "sequel-letter", "actesv1_1.xsd @DateCourrierPref",
                             "The message does not say which letter it answers.");
}

static void classification_parse(const json_t *filing, struct acte_sequel *out)
{
        const char *version = text_of(filing, "classification");
        if (!text_is_date(version) || !text_copy(out->form.classification, sizeof out->form.classification, version))
                out->form.classification[0] = '\0';
}

static bool sequel_read(const json_t *filing, struct acte_sequel *read, struct refusals *why)
{
        const struct message *message = message_find(text_of(filing, "message"));
        if (message == NULL)
                return refusals_add(why, "sequel-message", "@CTES messages", "%.20s is no message that an authority sends.",
                                    text_of(filing, "message"));
        size_t before = why->count;
        if (!acte_frame_parse(filing, &read->form, why))
                return false;
        snprintf(read->message, sizeof read->message, "%s", message->code);
        what_it_follows_parse(filing, message, read, why);
        if (strcmp(message->code, "7-1") == 0)
                classification_parse(filing, read);
        if (read->form.document_count < message->least || read->form.document_count > message->most)
                refusals_add(why, "sequel-documents", "actesv1_1.xsd Document",
                             "A message %s has %zu to %zu documents; this one has %zu.", message->code, message->least,
                             message->most, read->form.document_count);
        return why->count == before;
}

bool acte_sequel_parse(const json_t *filing, struct acte_sequel *out, struct refusals *why)
{
        OWN(sequel_form) read = calloc(1, sizeof *read);
        if (read == NULL)
                abort();
        if (!sequel_read(filing, read, why))
                return false;
        *out = *read;
        return true;
}

bool acte_sequel_check(const json_t *filing, const struct acte_file *files, size_t count, struct refusals *why)
{
        OWN(sequel_form) read = calloc(1, sizeof *read);
        if (read == NULL)
                abort();
        if (!sequel_read(filing, read, why))
                return false;
        size_t before = why->count;
        acte_files_check(&read->form, files, count, why);
        return why->count == before;
}

void acte_sequel_name_write(const struct acte_sequel *sequel, acte_name out)
{
        if (sequel->act[0] != '\0')
                snprintf(out, ACTE_NAME_SIZE, "%s-%s_0.xml", sequel->act, sequel->message);
        else
                snprintf(out, ACTE_NAME_SIZE, "%s-%s----%s_0.xml", sequel->form.department, sequel->form.siren, sequel->message);
}

void acte_sequel_document_name_write(const struct acte_sequel *sequel, size_t n, acte_name out)
{
        const struct acte_document *document = &sequel->form.documents[n];
        const char *dash = document->type[0] != '\0' ? "-" : "";
        snprintf(out, ACTE_NAME_SIZE, "%s%s%s-%s_%zu.%s", document->type, dash, sequel->act, sequel->message, n + 1,
                 document->extension);
}
