/* parcel.c - builds the archive of one filing. */
#include "gateway/relay/parcel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/core/owner.h"
#include "gateway/formats/acte_sequel.h"
#include "gateway/formats/acte_xml.h"
#include "gateway/formats/actes_archive.h"
#include "gateway/formats/text.h"
#include "gateway/relay/document.h"
#include "signing/refusal.h"

typedef struct work work_room;
typedef struct parcel parcel_made;
DEFINE_OWNER(parcel_made, parcel_free)

/* What one build holds together. */
struct work {
        struct db *db;
        const json_t *filing;
        struct acte *acte;
        struct acte_sequel *sequel; /* NULL where the item is an acte; else `acte` is its form */
        struct acte_sending sending;
        struct document documents[ACTE_DOCUMENTS_MAX];
        acte_name names[ACTE_DOCUMENTS_MAX + 1]; /* the message's, then the documents' */
        struct actes_entry entries[ACTE_DOCUMENTS_MAX + 2];
        struct signing_bytes envelope, message;
};

static void work_free(struct work *work)
{
        free(work->sequel != NULL ? (void *)work->sequel : (void *)work->acte);
        free((void *)(uintptr_t)work->envelope.data);
        free((void *)(uintptr_t)work->message.data);
        free(work);
}
DEFINE_OWNER(work_room, work_free)

void parcel_free(struct parcel *parcel)
{
        if (parcel == NULL)
                return;
        parcel_file_close(parcel->file);
        free(parcel);
}

/* The reader of the form was passed at reception; a filing that does not pass now was changed since, or is of a kind not sent here.
 */
static bool form_read(struct work *work, struct signing_refusal *why)
{
        struct refusals refusals = {0};
        if (!json_is_object(json_object_get(work->filing, "body")))
                return refuse(why, "PARCEL_BODY", "actesv1_1.xsd IDCL", "the filing does not say which body it is from");
        if (work->sequel != NULL ? acte_sequel_parse(work->filing, work->sequel, &refusals)
                                 : acte_parse(work->filing, NULL, work->acte, &refusals))
                return true;
        *why = refusals.list[0];
        return false;
}

static bool sending_read(const json_t *item, const struct parcel_options *options, struct acte_sending *out,
                         struct signing_refusal *why)
{
        struct acte_sending sending = {.serial = (unsigned)json_integer_value(json_object_get(item, "serial"))};
        const char *date = json_string_value(json_object_get(item, "date"));
        if (date == NULL || !text_copy(sending.date, sizeof sending.date, date) ||
            !text_copy(sending.trigram, sizeof sending.trigram, options->trigram) ||
            !text_copy(sending.mail, sizeof sending.mail, options->mail))
                return refuse(why, "PARCEL_SENDING", "@CTES envelope", "the date, trigram or return address is too long");
        *out = sending;
        return acte_sending_check(out, why);
}

/* Documents stand in the archive as they do in the message, whatever the order of the files. */
static bool documents_find(struct work *work, struct problem *problem, struct signing_refusal *why)
{
        const json_t *files = json_object_get(work->filing, "files");
        for (size_t i = 0; i < work->acte->document_count; i++) {
                struct document *document = &work->documents[i];
                bool found = false;
                for (size_t f = 0; !found && f < json_array_size(files); f++)
                        found = document_read(json_array_get(files, f), document) &&
                                strcmp(document->name, work->acte->documents[i].name) == 0;
                if (!found || work->acte->documents[i].extension[0] == '\0')
                        return refuse(why, "PARCEL_DOCUMENT", "actesv1_1.xsd Document",
                                      "%s was never received, or is of no type taken", work->acte->documents[i].name);
                document->db = work->db;
                document->problem = problem;
        }
        return true;
}

/* The message and every name: an acte's, or those of what follows one. */
static void message_fill(struct work *work)
{
        size_t size;
        if (work->sequel != NULL)
                acte_sequel_name_write(work->sequel, work->names[0]);
        else
                acte_message_name_write(work->acte, work->names[0]);
        for (size_t i = 0; i < work->acte->document_count; i++) {
                if (work->sequel != NULL)
                        acte_sequel_document_name_write(work->sequel, i, work->names[i + 1]);
                else
                        acte_document_name_write(work->acte, i, work->names[i + 1]);
        }
        char *text = work->sequel != NULL ? acte_sequel_write(work->sequel, &size) : acte_message_write(work->acte, &size);
        work->message = (struct signing_bytes){(const uint8_t *)text, size};
}

static void entries_fill(struct work *work, const struct parcel *parcel)
{
        size_t size;
        message_fill(work);
        char *text = acte_envelope_around(work->acte, work->names[0], &work->sending, &size);
        work->envelope = (struct signing_bytes){(const uint8_t *)text, size};
        work->entries[0] = (struct actes_entry){parcel->envelope, work->envelope.size, &work->envelope, actes_entry_copy_bytes};
        work->entries[1] = (struct actes_entry){work->names[0], work->message.size, &work->message, actes_entry_copy_bytes};
        for (size_t i = 0; i < work->acte->document_count; i++) {
                work->entries[i + 2] =
                        (struct actes_entry){work->names[i + 1], work->documents[i].size, &work->documents[i], document_copy};
        }
}

/* Noon UTC of the envelope's day: a time that a resend gives again. */
static int64_t day_time(const char *date)
{
        struct tm day = {.tm_hour = 12};
        sscanf(date, "%4d%2d%2d", &day.tm_year, &day.tm_mon, &day.tm_mday);
        day.tm_year -= 1900;
        day.tm_mon -= 1;
        return timegm(&day);
}

static enum parcel_outcome archive_build(struct work *work, struct parcel *parcel, struct signing_refusal *why,
                                         struct problem *problem)
{
        struct signing_sink sink = {parcel->file, parcel_file_write};
        if (actes_archive_write(work->entries, work->acte->document_count + 2, day_time(work->sending.date), &sink, why))
                return PARCEL_READY;
        if (strcmp(why->code, "ARCHIVE_SIZE") == 0)
                return PARCEL_REFUSED;
        if (problem->row == NULL)
                problem_set(problem, "file-unwritable", "%s", why->sentence);
        return PARCEL_LATER;
}

static struct work *work_new(struct db *db, const json_t *item)
{
        struct work *work = calloc(1, sizeof *work);
        if (work == NULL)
                abort();
        work->db = db;
        work->filing = json_object_get(item, "filing");
        const char *kind = json_string_value(json_object_get(work->filing, "kind"));
        if (kind != NULL && strcmp(kind, "message") == 0) {
                work->sequel = calloc(1, sizeof *work->sequel);
                work->acte = work->sequel != NULL ? &work->sequel->form : NULL;
        } else {
                work->acte = calloc(1, sizeof *work->acte);
        }
        if (work->acte == NULL)
                abort();
        return work;
}

enum parcel_outcome parcel_build(struct db *db, const json_t *item, const struct parcel_options *options, struct parcel **out,
                                 struct signing_refusal *why, struct problem *problem)
{
        OWN(work_room) work = work_new(db, item);
        OWN(parcel_made) parcel = calloc(1, sizeof *parcel);
        if (parcel == NULL)
                abort();
        *problem = (struct problem){0};
        if (!form_read(work, why) || !sending_read(item, options, &work->sending, why) || !documents_find(work, problem, why))
                return PARCEL_REFUSED;
        if (work->sequel != NULL)
                snprintf(parcel->act, sizeof parcel->act, "%s", work->sequel->act);
        else
                acte_id_write(work->acte, parcel->act);
        acte_envelope_name_write(work->acte, &work->sending, parcel->envelope);
        acte_archive_name_write(work->acte, &work->sending, parcel->archive);
        if (!parcel_file_open(options->folder, &parcel->file, problem))
                return PARCEL_LATER;
        entries_fill(work, parcel);
        enum parcel_outcome outcome = archive_build(work, parcel, why, problem);
        if (outcome != PARCEL_READY)
                return outcome;
        parcel_file_digest(parcel->file, parcel->sha256);
        *out = TAKE(parcel);
        return PARCEL_READY;
}
