/* compat_read.c - what S²LOW's clients ask about transactions, files, letters, the classification. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "gateway/formats/acte.h"
#include "gateway/formats/acte_xml.h"
#include "gateway/formats/actes_archive.h"
#include "gateway/front/call.h"
#include "gateway/front/compat.h"
#include "gateway/front/compat_actes.h"
#include "gateway/front/download.h"
#include "gateway/front/filing_file.h"
#include "gateway/front/stamped.h"
#include "signing/signing.h"

typedef struct acte acte_form;
DEFINE_OWNER(json_t, json_decref)
DEFINE_OWNER(acte_form, free)
DEFINE_OWNER(char, free)
DEFINE_OWNER(uint8_t, free)

static const char *text_of(const json_t *object, const char *name)
{
        const char *text = json_string_value(json_object_get(object, name));
        return text != NULL ? text : "";
}

static bool transaction_find(struct request *request, const char *parameter, json_t **out, struct problem *problem)
{
        int64_t transaction = 0;
        if (!compat_number(http_query(request, parameter), &transaction))
                return problem_set(problem, "not-found", "%s must be a transaction's number", parameter);
        const struct db_argument arguments[] = {call_actor(request), db_integer(transaction)};
        return db_call_json(request->db, "api.transaction_find", arguments, 2, out, problem);
}

/* ---- status ---- */

/* Why it is in error: the State's text, or our own refusal. */
static const char *error_text(const json_t *filing)
{
        const json_t *answers = json_object_get(filing, "answers");
        for (size_t i = json_array_size(answers); i > 0; i--) {
                const char *text = text_of(json_object_get(json_array_get(answers, i - 1), "detail"), "text");
                if (*text != '\0')
                        return text;
        }
        return text_of(json_object_get(filing, "checks"), "detail");
}

/* 4 is followed by the acknowledgement as the State sent it: clients read actes:DateReception there. */
enum answer compat_status(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) found = NULL;
        OWN(uint8_t) xml = NULL;
        size_t size = 0;
        char line[16];
        if (!transaction_find(request, "transaction", &found, &problem))
                return compat_problem(request, &problem);
        json_int_t status = json_integer_value(json_object_get(found, "status"));
        snprintf(line, sizeof line, "%" JSON_INTEGER_FORMAT, status);
        if (status == -1) {
                OWN(char) text = compat_latin1(error_text(found));
                return compat_ok(request, line, text, strlen(text));
        }
        bool acte = strcmp(text_of(found, "kind"), "acte") == 0;
        const char *message = acte ? "1-2" : strcmp(text_of(found, "message"), "7-1") == 0 ? "7-2" : NULL;
        if (status != 4 || message == NULL)
                return compat_ok(request, line, NULL, 0);
        const struct db_argument arguments[] = {call_actor(request), db_text(text_of(found, "id")), db_text(message)};
        if (!db_call_bytes(request->db, "api.answer_message", arguments, 3, &xml, &size, &problem))
                return compat_problem(request, &problem);
        return compat_ok(request, line, xml, size);
}

/* ---- files ---- */

static json_t *file_entry(json_t *id, const char *name, const char *posted, const char *media_type, json_int_t size)
{
        return json_pack("{s:o, s:s, s:s, s:s, s:I}", "id", id, "name", name, "posted_filename", posted, "mimetype", media_type,
                         "size", size);
}

/* The message first, then the acte and its annexes, as clients count on. */
enum answer compat_files(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) found = NULL;
        char message[64];
        if (!transaction_find(request, "transaction", &found, &problem))
                return compat_problem(request, &problem);
        json_t *list = json_array();
        snprintf(message, sizeof message, "m%s", http_query(request, "transaction"));
        json_array_append_new(list, file_entry(json_string(message), "message.xml", "message.xml", "text/xml", 0));
        size_t n;
        const json_t *file;
        json_array_foreach(json_object_get(found, "files"), n, file)
        {
                const char *name = text_of(file, "name");
                json_t *number = json_object_get(json_object_get(found, "numbers"), name);
                json_array_append_new(list, file_entry(json_incref(number), name, name, text_of(file, "mediaType"),
                                                       json_integer_value(json_object_get(file, "size"))));
        }
        char *text = json_dumps(list, JSON_COMPACT | JSON_ENSURE_ASCII);
        json_decref(list);
        enum answer answer = http_answer_bytes(request, 200, "application/json", text, strlen(text));
        free(text);
        return answer;
}

/* The message 1-1, written again: the same acte gives the same bytes. */
static enum answer message_answer(struct request *request, const json_t *filing)
{
        struct problem problem = {0};
        struct refusals why = {0};
        OWN(acte_form) acte = calloc(1, sizeof *acte);
        size_t size = 0;
        if (acte == NULL)
                abort();
        if (!acte_parse(filing, NULL, acte, &why)) {
                problem_set(&problem, "not-found", "this transaction has no message to show");
                return compat_problem(request, &problem);
        }
        OWN(char) xml = acte_message_write(acte, &size);
        return http_answer_bytes(request, 200, "text/xml", xml, size);
}

/* `file`: api.file_find's. */
static enum answer file_stamped(struct request *request, const json_t *file)
{
        struct problem problem = {0};
        OWN(json_t) filing = NULL;
        const struct db_argument arguments[] = {call_actor(request), db_text(text_of(file, "filing"))};
        if (!db_call_json(request->db, "api.filing_show", arguments, 2, &filing, &problem))
                return compat_problem(request, &problem);
        return stamped_answer(request, filing, text_of(file, "name"));
}

enum answer compat_stamped(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) found = NULL;
        if (!transaction_find(request, "transaction", &found, &problem))
                return compat_problem(request, &problem);
        return stamped_answer(request, found, NULL);
}

enum answer compat_download(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) found = NULL;
        const char *file = http_query(request, "file");
        bool message = file != NULL && *file == 'm';
        int64_t number = 0;
        if (!compat_number(message ? file + 1 : file, &number))
                problem_set(&problem, "not-found", "file must be a file's number");
        const struct db_argument arguments[] = {call_actor(request), db_integer(number)};
        if (problem.row != NULL ||
            !db_call_json(request->db, message ? "api.transaction_find" : "api.file_find", arguments, 2, &found, &problem))
                return compat_problem(request, &problem);
        if (message)
                return message_answer(request, found);
        const char *stamp = http_query(request, "tampon");
        if (stamp != NULL && strcmp(stamp, "true") == 0)
                return file_stamped(request, found);
        const struct content_place place = {.day = text_of(found, "day"),
                                            .content = json_integer_value(json_object_get(found, "content")),
                                            .size = (uint64_t)json_integer_value(json_object_get(found, "size")),
                                            .chunk = SIGNING_CHUNK};
        return download_answer(request, &place, text_of(found, "mediaType"), text_of(found, "name"));
}

/* ---- letters ---- */

static bool memory_write(void *context, const uint8_t *data, size_t size)
{
        return fwrite(data, 1, size, context) == size;
}

enum { LETTER_FILES = 64 };

/* All that came with a letter, as the archive that S²LOW would hand on. */
static enum answer letter_archive(struct request *request, const json_t *letter)
{
        struct problem problem = {0};
        struct answer_file files[LETTER_FILES] = {0};
        struct signing_bytes bytes[LETTER_FILES];
        struct actes_entry entries[LETTER_FILES];
        size_t count = 0, wanted = json_array_size(json_object_get(letter, "files"));
        int64_t answer = json_integer_value(json_object_get(letter, "answer"));
        bool good = true;
        for (; good && count < wanted && count < LETTER_FILES; count++) {
                good = filing_answer_read(request, text_of(letter, "filing"), answer, (int64_t)count, &files[count], &problem);
                bytes[count] = (struct signing_bytes){files[count].data, files[count].size};
                entries[count] = (struct actes_entry){files[count].name, files[count].size, &bytes[count], actes_entry_copy_bytes};
        }
        char *archive = NULL;
        size_t size = 0;
        FILE *stream = open_memstream(&archive, &size);
        if (stream == NULL)
                abort();
        const struct signing_sink sink = {stream, memory_write};
        struct signing_refusal why = {0};
        bool packed = good && actes_archive_write(entries, count, 0, &sink, &why);
        fclose(stream);
        if (good && !packed)
                problem_set(&problem, "internal", "%s", why.sentence);
        enum answer answered =
                packed ? http_answer_bytes(request, 200, "application/gzip", archive, size) : compat_problem(request, &problem);
        free(archive);
        for (size_t i = 0; i < count; i++)
                free(files[i].data);
        return answered;
}

enum answer compat_document(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) found = NULL;
        if (!transaction_find(request, "id", &found, &problem))
                return compat_problem(request, &problem);
        if (strcmp(text_of(found, "type"), "letter") == 0)
                return letter_archive(request, found);
        char *text = NULL;
        size_t size = 0, n;
        FILE *stream = open_memstream(&text, &size);
        const json_t *letter;
        if (stream == NULL)
                abort();
        json_array_foreach(json_object_get(found, "letters"), n, letter) fprintf(
                stream, "%c-%" JSON_INTEGER_FORMAT "-%" JSON_INTEGER_FORMAT "\n", *text_of(letter, "message"),
                json_integer_value(json_object_get(letter, "status")), json_integer_value(json_object_get(letter, "transaction")));
        fclose(stream);
        enum answer answer = http_answer_bytes(request, 200, "text/plain; charset=ISO-8859-1", text, size);
        free(text);
        return answer;
}

enum answer compat_letters(struct request *request)
{
        struct problem problem = {0};
        json_t *letters = NULL;
        const struct db_argument actor = call_actor(request);
        if (!db_call_json(request->db, "api.letters_unread", &actor, 1, &letters, &problem))
                return compat_problem(request, &problem);
        return http_answer_json(request, 200, letters);
}

enum answer compat_letter_read(struct request *request)
{
        struct problem problem = {0};
        json_t *read = NULL;
        int64_t transaction = 0;
        if (!compat_number(http_query(request, "transaction_id"), &transaction))
                return compat_ko(request, "transaction_id");
        const struct db_argument arguments[] = {call_actor(request), db_integer(transaction)};
        if (!db_call_json(request->db, "api.letter_read", arguments, 2, &read, &problem))
                return compat_problem(request, &problem);
        json_decref(read);
        return compat_ok(request, NULL, NULL, 0);
}

/* ---- classification ---- */

enum answer compat_classification(struct request *request)
{
        struct problem problem = {0};
        OWN(uint8_t) xml = NULL;
        size_t size = 0;
        const struct db_argument actor = call_actor(request);
        if (!db_call_bytes(request->db, "api.classification_message", &actor, 1, &xml, &size, &problem))
                return compat_problem(request, &problem);
        if (xml == NULL)
                return compat_ko(request, "Aucune classification n'a encore été reçue : demandez-la.");
        return http_answer_bytes(request, 200, "text/xml", xml, size);
}

enum answer compat_classification_ask(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) asked = NULL;
        char line[24];
        const struct db_argument actor = call_actor(request);
        if (!db_call_json(request->db, "api.classification_ask", &actor, 1, &asked, &problem))
                return compat_problem(request, &problem);
        snprintf(line, sizeof line, "%" JSON_INTEGER_FORMAT, json_integer_value(json_object_get(asked, "transaction")));
        return compat_ok(request, line, NULL, 0);
}
