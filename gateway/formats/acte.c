/*
 * acte.c - the form of an acte, field by field, in the order of DonneesActe
 * (actesv1_1.xsd), then its documents.
 */
#include "gateway/formats/acte.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "gateway/formats/acte_type.h"
#include "gateway/formats/text.h"

typedef struct acte acte_form;
DEFINE_OWNER(acte_form, free)

static const char *member_text(const json_t *object, const char *name)
{
        const char *text = json_string_value(json_object_get(object, name));
        return text != NULL ? text : "";
}

/* Departement admits a bar in the XSD by its authors' slip; here it does not. */
static void body_parse(const json_t *body, struct acte *out, struct refusals *why)
{
        const char *siren = member_text(body, "siren"), *department = member_text(body, "department");
        const char *district = member_text(body, "district"), *nature = member_text(body, "nature");
        if (!text_matches(siren, "0-9", 9, 9) || !text_copy(out->siren, sizeof out->siren, siren))
                refusals_add(why, "acte-body", "actesv1_1.xsd IDCL/@SIREN", "The body's SIREN must be nine digits.");
        bool known = text_matches(department, "0-9AB", 3, 3) && (department[0] == '0' || department[0] == '9') &&
                     department[1] >= '0' && department[1] <= '9';
        if (!known || !text_copy(out->department, sizeof out->department, department))
                refusals_add(why, "acte-body", "actesv1_1.xsd Departement",
                             "The body's department must be three characters, as 044, 02A or 974.");
        if (!text_matches(district, "0-9", 1, 1) || !text_copy(out->district, sizeof out->district, district))
                refusals_add(why, "acte-body", "actesv1_1.xsd Arrondissement", "The body's arrondissement must be one digit.");
        if (!text_matches(nature, "0-9", 2, 2) || !text_copy(out->authority, sizeof out->authority, nature))
                refusals_add(why, "acte-body", "actesv1_1.xsd IDCL/@Nature", "The body's nature must be two digits.");
}

/* The XSD says 15 characters, its IDActe letters, digits and _; the norm upper case only, and both are kept here. */
static void number_parse(const json_t *filing, struct acte *out, struct refusals *why)
{
        const char *number = member_text(filing, "number");
        if (!text_matches(number, "A-Z0-9_", 1, 15) || !text_copy(out->number, sizeof out->number, number))
                refusals_add(why, "acte-number", "actesv1_1.xsd NumeroInterne, IDActe",
                             "The number must be 1 to 15 characters: capital letters, digits and _.");
}

static void date_parse(const json_t *filing, const char *today, struct acte *out, struct refusals *why)
{
        const char *date = member_text(filing, "date");
        if (!text_is_date(date) || !text_copy(out->date, sizeof out->date, date))
                refusals_add(why, "acte-date", "actesv1_1.xsd DonneesActe/@Date",
                             "The decision's date must be a day that exists, as 2026-03-31.");
        else if (today != NULL && strncmp(date, today, 10) > 0)
                refusals_add(why, "acte-date", "CGCT L2131-1", "The decision's date, %s, is later than today, %.10s.", date, today);
}

static void nature_parse(const json_t *filing, struct acte *out, struct refusals *why)
{
        json_int_t nature = json_integer_value(json_object_get(filing, "nature"));
        if (nature < 1 || nature > 6)
                refusals_add(why, "acte-nature", "actesv1_1.xsd CodeNatureActe", "The nature must be a whole number from 1 to 6.");
        else
                out->nature = (unsigned)nature;
}

/* "1.1", two to five levels (CodeMatiere1 and 2 are mandatory), each 1 to 99. */
static bool matter_read(const char *text, struct acte *out)
{
        unsigned levels[5];
        size_t count = 0;
        for (const char *at = text;; at++) {
                size_t digits = strspn(at, "0123456789");
                if (digits < 1 || digits > 2 || at[0] == '0' || count == 5)
                        return false;
                levels[count++] = (unsigned)strtoul(at, NULL, 10);
                at += digits;
                if (*at == '\0')
                        break;
                if (*at != '.')
                        return false;
        }
        if (count < 2)
                return false;
        memcpy(out->matters, levels, count * sizeof levels[0]);
        out->matter_count = count;
        return true;
}

static void matter_parse(const json_t *filing, struct acte *out, struct refusals *why)
{
        if (!matter_read(member_text(filing, "matter"), out))
                refusals_add(why, "acte-matter", "actesv1_1.xsd CodeMatiere1 to CodeMatiere5",
                             "The matter must be two to five whole numbers with dots between, as 1.1 or 8.9.2.");
}

static void object_parse(const json_t *filing, struct acte *out, struct refusals *why)
{
        const char *object = member_text(filing, "object");
        size_t length = text_length(object);
        if (length > ACTE_OBJECT_MAX)
                refusals_add(why, "acte-object", "actesv1_1.xsd Objet", "The object has %zu characters; %d are allowed.", length,
                             ACTE_OBJECT_MAX);
        else if (object[strspn(object, " \t\r\n")] == '\0')
                refusals_add(why, "acte-object", "actesv1_1.xsd Objet", "The object is empty.");
        else if (!text_is_xml(object) || !text_copy(out->object, sizeof out->object, object))
                refusals_add(why, "acte-object", "XML 1.0 production 2", "The object holds a control character.");
}

/* IDActe: DDD-SIREN-YYYYMMDD-NUMBER-XX. */
static bool id_valid(const char *id)
{
        char parts[5][16];
        int end = 0;
        if (sscanf(id, "%15[^-]-%15[^-]-%15[^-]-%15[^-]-%15[^-]%n", parts[0], parts[1], parts[2], parts[3], parts[4], &end) != 5)
                return false;
        return id[end] == '\0' && text_matches(parts[0], "0-9AB", 3, 3) && text_matches(parts[1], "0-9", 9, 9) &&
               text_matches(parts[2], "0-9", 8, 8) && text_matches(parts[3], "a-zA-Z0-9_", 1, 15) &&
               text_matches(parts[4], "A-Z", 2, 2);
}

static void options_parse(const json_t *filing, struct acte *out, struct refusals *why)
{
        const json_t *previous = json_object_get(filing, "previous");
        const char *id = json_string_value(previous);
        if (json_is_true(json_object_get(filing, "paper")))
                out->paper = true;
        if (previous == NULL || json_is_null(previous))
                return;
        if (id == NULL || !id_valid(id) || !text_copy(out->previous, sizeof out->previous, id))
                refusals_add(why, "acte-previous", "actesv1_1.xsd PrecedentIdentifiantActe/@IDActe",
                             "The previous acte must be named by its id, as 044-200000012-20260331-2026_12-DE.");
}

/* The version of the matters' tree that the body used; the State answers a stale one with anomaly ODT-VERIF-01. */
static void classification_parse(const json_t *filing, const char *today, struct acte *out, struct refusals *why)
{
        const char *date = member_text(filing, "classification");
        if (!text_is_date(date) || !text_copy(out->classification, sizeof out->classification, date))
                refusals_add(why, "acte-classification", "actesv1_1.xsd ClassificationDateVersion",
                             "The classification's date must be a day that exists, as 2024-01-15.");
        else if (today != NULL && strncmp(date, today, 10) > 0)
                refusals_add(why, "acte-classification", "actesv1_1.xsd ClassificationDateVersion",
                             "The classification's date, %s, is later than today, %.10s.", date, today);
}

static bool name_taken(const struct acte *acte, const char *name)
{
        for (size_t i = 0; i < acte->document_count; i++) {
                if (strcmp(acte->documents[i].name, name) == 0)
                        return true;
        }
        return false;
}

/* One entry of documents: its name, and its typology, which prefixes the name the State sees. */
static void document_parse(const json_t *entry, struct acte *out, struct refusals *why)
{
        struct acte_document document = {.type = ""};
        const struct acte_nature *nature = acte_nature_find(out->nature);
        const char *name = member_text(entry, "name"), *type = member_text(entry, "type");
        const char *extension = acte_media_extension(member_text(entry, "mediaType"));
        if (*name == '\0' || !text_is_xml(name) || !text_copy(document.name, sizeof document.name, name)) {
                refusals_add(why, "acte-document", "acte form", "A document's name must be 1 to 255 bytes of text.");
                return;
        }
        if (name_taken(out, name)) {
                refusals_add(why, "acte-document", "acte form", "Two documents have the name %s.", name);
                return;
        }
        if (*type == '\0' && nature != NULL)
                type = nature->type;
        bool shaped = text_matches(type, "A-Z0-9_", 5, 5) && type[2] == '_' && strchr(type, '_') == strrchr(type, '_');
        bool untyped = *type == '\0' && out->nature == 0;
        if (!(shaped || untyped) || !text_copy(document.type, sizeof document.type, type))
                refusals_add(why, "acte-document-type", "@CTES typology, TypePJNatureActe/@CodeTypePJ",
                             "The typology of %s must look like 99_DE.", name);
        if (extension == NULL || !text_copy(document.extension, sizeof document.extension, extension))
                document.extension[0] = '\0';
        out->documents[out->document_count++] = document;
}

static void documents_parse(const json_t *filing, struct acte *out, struct refusals *why)
{
        const json_t *list = json_object_get(filing, "documents");
        if (!json_is_array(list))
                list = json_object_get(filing, "files");
        size_t count = json_array_size(list);
        if (count == 0)
                refusals_add(why, "acte-document", "actesv1_1.xsd Document", "An acte needs at least one document.");
        else if (count > ACTE_DOCUMENTS_MAX)
                refusals_add(why, "acte-document", "limit of this gateway", "An acte may have %d documents; this one has %zu.",
                             ACTE_DOCUMENTS_MAX, count);
        else
                for (size_t i = 0; i < count; i++)
                        document_parse(json_array_get(list, i), out, why);
}

bool acte_parse(const json_t *filing, const char *today, struct acte *out, struct refusals *why)
{
        OWN(acte_form) read = calloc(1, sizeof *read);
        if (read == NULL)
                abort();
        size_t before = why->count;
        const json_t *body = json_object_get(filing, "body");
        if (json_is_object(body))
                body_parse(body, read, why);
        number_parse(filing, read, why);
        date_parse(filing, today, read, why);
        nature_parse(filing, read, why);
        matter_parse(filing, read, why);
        object_parse(filing, read, why);
        options_parse(filing, read, why);
        classification_parse(filing, today, read, why);
        documents_parse(filing, read, why);
        if (why->count > before)
                return false;
        *out = *read;
        return true;
}

bool acte_frame_parse(const json_t *filing, struct acte *out, struct refusals *why)
{
        OWN(acte_form) read = calloc(1, sizeof *read);
        if (read == NULL)
                abort();
        size_t before = why->count;
        const json_t *files = json_object_get(filing, "files");
        body_parse(json_object_get(filing, "body"), read, why);
        for (size_t i = 0; i < json_array_size(files) && i < ACTE_DOCUMENTS_MAX; i++)
                document_parse(json_array_get(files, i), read, why);
        if (why->count > before)
                return false;
        *out = *read;
        return true;
}

static const struct acte_file *file_find(const struct acte_file *files, size_t count, const char *name)
{
        for (size_t i = 0; i < count; i++) {
                if (strcmp(files[i].name, name) == 0)
                        return &files[i];
        }
        return NULL;
}

/* What it says it is, what its bytes say it is, and what may stand in this place. */
static void file_check(const struct acte *acte, size_t n, const struct acte_file *file, struct refusals *why)
{
        const struct acte_document *document = &acte->documents[n];
        const char *said = acte_media_extension(file->media_type != NULL ? file->media_type : "");
        const char *found = acte_media_sniff(file->head, file->head_size);
        if (file->size == 0) {
                refusals_add(why, "acte-document-empty", "@CTES documents", "%s is empty.", document->name);
                return;
        }
        if (found == NULL || (said != NULL && strcmp(said, found) != 0) || said == NULL) {
                refusals_add(why, "acte-document-media", "@CTES documents: PDF, JPEG, PNG; XML for a budget",
                             "%s is announced as %s, but its bytes are %s.", document->name,
                             said != NULL ? said : "a type not taken", found != NULL ? found : "of no type taken");
                return;
        }
        if (!acte_media_allowed(found, acte->nature, document->type, n == 0))
                refusals_add(
                        why, "acte-document-media", "@CTES documents: PDF, JPEG, PNG; XML for a budget",
                        "%s: a %s document cannot stand here; a budget (nature 5) is XML first, another acte PDF, JPEG or PNG.",
                        document->name, found);
}

void acte_files_check(const struct acte *acte, const struct acte_file *files, size_t count, struct refusals *why)
{
        uint64_t total = 0;
        for (size_t i = 0; i < acte->document_count; i++) {
                const struct acte_file *file = file_find(files, count, acte->documents[i].name);
                if (file != NULL)
                        file_check(acte, i, file, why);
                else
                        refusals_add(why, "acte-document-missing", "acte form", "%s is announced but was not sent.",
                                     acte->documents[i].name);
        }
        for (size_t i = 0; i < count; i++) {
                total += files[i].size;
                if (!name_taken(acte, files[i].name))
                        refusals_add(why, "acte-document-unannounced", "acte form", "%s was sent but is not announced.",
                                     files[i].name);
        }
        if (total > ACTE_SIZE_MAX)
                refusals_add(why, "acte-size", "@CTES: 150 MiB an archive", "The documents make %llu bytes; %d are allowed.",
                             (unsigned long long)total, ACTE_SIZE_MAX);
}

bool acte_check(const json_t *filing, const char *today, const struct acte_file *files, size_t count, struct refusals *why)
{
        OWN(acte_form) read = calloc(1, sizeof *read);
        if (read == NULL)
                abort();
        if (!acte_parse(filing, today, read, why))
                return false;
        size_t before = why->count;
        acte_files_check(read, files, count, why);
        return why->count == before;
}
