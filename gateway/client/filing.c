/*
 * filing.c - `pli file acte` and `pli filing show`: an acte and its annexes to
 * the gateway, checked there, and its way to the State.
 */
#include <assert.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/client/acknowledgement.h"
#include "gateway/client/catalogue.h"
#include "gateway/client/command.h"
#include "gateway/client/delivery.h"
#include "gateway/client/filing_send.h"
#include "gateway/client/functions.h"
#include "gateway/core/hex.h"
#include "gateway/client/input.h"
#include "gateway/client/output.h"
#include "gateway/client/pes.h"
#include "gateway/client/sending.h"
#include "gateway/client/session.h"
#include "gateway/client/show.h"

struct draft {
        char id[64];
        bool open; /* false where this very filing was submitted before */
};

static bool member_needed(const struct invocation *invocation, json_t *filing, const char *option, struct problem *problem)
{
        const char *value = invocation_option(invocation, option);
        if (value == NULL)
                return problem_set(problem, "usage", words("an acte needs --%s"), option);
        json_object_set_new(filing, option, json_string(value));
        return true;
}

static json_t *documents_list(const struct invocation *invocation)
{
        json_t *documents = json_array();
        for (size_t i = 0; i < invocation->argument_count; i++) {
                const char *type = invocation_listed(invocation, "type", i);
                json_t *document = json_pack("{s:s}", "name", path_name(invocation->arguments[i]));
                if (type != NULL)
                        json_object_set_new(document, "type", json_string(type));
                json_array_append_new(documents, document);
        }
        return documents;
}

/* Form and codes are the gateway's to judge; here only what cannot be left out. */
static bool filing_describe(const struct invocation *invocation, json_t **out, struct problem *problem)
{
        static const char *const needed[] = {"number", "date", "matter", "object"};
        const char *nature = invocation_option(invocation, "nature"),
                   *classification = invocation_option(invocation, "classification");
        json_t *filing = json_pack("{s:s}", "kind", "acte");
        bool good = true;
        for (size_t i = 0; good && i < sizeof needed / sizeof *needed; i++)
                good = member_needed(invocation, filing, needed[i], problem);
        if (good && nature == NULL)
                good = problem_set(problem, "usage", words("an acte needs --%s"), "nature");
        if (!good) {
                json_decref(filing);
                return false;
        }
        json_object_set_new(filing, "nature", json_integer(atoi(nature)));
        if (classification != NULL)
                json_object_set_new(filing, "classification", json_string(classification));
        if (invocation_option(invocation, "previous") != NULL)
                json_object_set_new(filing, "previous", json_string(invocation_option(invocation, "previous")));
        if (invocation_flag(invocation, "public"))
                json_object_set_new(filing, "public", json_true());
        if (invocation_flag(invocation, "paper"))
                json_object_set_new(filing, "paper", json_true());
        json_object_set_new(filing, "documents", documents_list(invocation));
        *out = filing;
        return true;
}

static bool file_digest(EVP_MD_CTX *context, const char *file, struct problem *problem)
{
        uint8_t digest[32];
        struct input input = {.fd = -1};
        if (!input_open(file, &input, problem))
                return false;
        bool read = input_digest(&input, 0, input.size, digest) && EVP_DigestUpdate(context, digest, sizeof digest) == 1;
        input_close(&input);
        return read || problem_set(problem, "file-unreadable", "%s", file);
}

/* The same description with the same files is the same filing: its digest is the key, so a lost answer costs nothing. */
static bool filing_key(const struct invocation *invocation, const json_t *filing, char key[65], struct problem *problem)
{
        uint8_t digest[32];
        char *text = json_dumps(filing, JSON_COMPACT | JSON_SORT_KEYS);
        EVP_MD_CTX *context = EVP_MD_CTX_new();
        assert(context != NULL && text != NULL);
        bool good = EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1 && EVP_DigestUpdate(context, text, strlen(text)) == 1;
        for (size_t i = 0; good && i < invocation->argument_count; i++)
                good = file_digest(context, invocation->arguments[i], problem);
        if (good && EVP_DigestFinal_ex(context, digest, NULL) == 1)
                hex_write(digest, 32, key);
        EVP_MD_CTX_free(context);
        free(text);
        return good;
}

static bool filing_create(const struct invocation *invocation, struct session *session, const json_t *filing, struct draft *out,
                          struct problem *problem)
{
        json_t *answer = NULL;
        char key[65] = "";
        struct call call = {.method = "POST", .path = "/api/v1/filings", .json = filing, .key = key};
        if (!filing_key(invocation, filing, key, problem) || !session_json(session, &call, &answer, problem))
                return false;
        snprintf(out->id, sizeof out->id, "%s", field_text(answer, "id"));
        out->open = strcmp(field_text(answer, "state"), "draft") == 0;
        json_decref(answer);
        return out->id[0] != '\0' || problem_set(problem, "gateway-answer", "id");
}

bool filing_file_send(const struct invocation *invocation, struct session *session, const char *id, const char *file,
                      struct problem *problem)
{
        struct answer answer = {0};
        char *path = session_path("/api/v1/filings/%s/files/%s", id, path_name(file));
        bool sent = sending_put(invocation, session, path, file, &answer, problem);
        answer_free(&answer);
        free(path);
        return sent;
}

bool filing_send_off(struct session *session, const char *id, struct answer *receipt, struct problem *problem)
{
        char *path = session_path("/api/v1/filings/%s/submit", id);
        struct call call = {.method = "POST", .path = path, .key = id, .waits = 30};
        bool submitted = session_call(session, &call, receipt, problem);
        free(path);
        if (!submitted || (receipt->status == 200 && strstr(receipt->media_type, "xml") != NULL))
                return submitted;
        answer_free(receipt);
        path = session_path("/api/v1/filings/%s/receipt", id);
        bool there = delivery_receipt(session, path, receipt, problem);
        free(path);
        return there;
}

typedef bool describer(const struct invocation *invocation, json_t **out, struct problem *problem);

static bool filing_deliver(const struct invocation *invocation, describer *describe, struct draft *draft, struct answer *receipt,
                           struct problem *problem)
{
        struct session *session = NULL;
        json_t *filing = NULL;
        bool good = describe(invocation, &filing, problem) && session_open(invocation, &session, problem) &&
                    filing_create(invocation, session, filing, draft, problem);
        for (size_t i = 0; good && draft->open && i < invocation->argument_count; i++)
                good = filing_file_send(invocation, session, draft->id, invocation->arguments[i], problem);
        good = good && filing_send_off(session, draft->id, receipt, problem);
        json_decref(filing);
        session_close(session);
        return good;
}

static int filing_file(const struct invocation *invocation, describer *describe)
{
        const char *given = invocation_option(invocation, "receipt"), *file = given != NULL ? given : "receipt.xml";
        struct problem problem = {0};
        struct answer receipt = {0};
        struct draft draft = {0};
        bool good = filing_deliver(invocation, describe, &draft, &receipt, &problem) &&
                    output_bytes(file, OUTPUT_PUBLIC, receipt.body, receipt.size, &problem);
        if (good) {
                struct signing_bytes xml = {(const uint8_t *)receipt.body, receipt.size};
                json_t *more = json_pack("{s:s,s:s}", "id", draft.id, "receipt", file);
                good = acknowledgement_show(invocation, xml, more, &problem);
                json_decref(more);
        }
        if (good && !invocation_flag(invocation, "json")) {
                show_pair(words("Filing"), draft.id);
                show_pair(words("Receipt"), file);
        }
        answer_free(&receipt);
        return good ? 0 : show_problem(invocation, &problem);
}

int pli_file_acte(const struct invocation *invocation)
{
        return filing_file(invocation, filing_describe);
}

/* A PES says all of itself. */
static bool pes_describe(const struct invocation *invocation, json_t **out, struct problem *problem)
{
        (void)problem;
        *out = json_pack("{s:s, s:o}", "kind", "pes", "documents", documents_list(invocation));
        return true;
}

int pli_file_pes(const struct invocation *invocation)
{
        return filing_file(invocation, pes_describe);
}

static void filing_show(const json_t *filing)
{
        const json_t *body = json_object_get(filing, "body");
        const char *header[] = {words("State"), words("Since"), words("What happened")};
        char line[384];
        show_pair(words("Filing"), field_text(filing, "id"));
        snprintf(line, sizeof line, "%s (%s)", field_text(body, "name"), field_text(body, "siret"));
        show_pair(words("Body"), line);
        show_pair(words("Number"), field_text(filing, "number"));
        show_pair(words("Object"), field_text(filing, "object"));
        show_pair(words("State"), field_text(filing, "state"));
        show_pair(words("Act identifier"), field_text(filing, "act"));
        struct show_table *table = show_table_new(3, header);
        size_t index;
        json_t *step;
        json_array_foreach(json_object_get(filing, "steps"), index, step)
        {
                const char *english = field_text(step, "sentenceEn");
                bool french = catalogue_language()[0] == 'f' || *english == '\0';
                char instant[64];
                show_table_row(table, (const char *[]){field_text(step, "state"), show_instant(field_text(step, "at"), instant),
                                                       french ? field_text(step, "sentence") : english});
        }
        show_table_end(table);
        pes_show(filing);
}

int pli_filing_show(const struct invocation *invocation)
{
        struct problem problem = {0};
        struct session *session = NULL;
        json_t *filing = NULL;
        char *path = session_path("/api/v1/filings/%s", invocation->arguments[0]);
        bool good = session_open(invocation, &session, &problem) &&
                    session_json(session, &(struct call){.method = "GET", .path = path}, &filing, &problem);
        if (good && invocation_flag(invocation, "json"))
                show_json(filing);
        else if (good)
                filing_show(filing);
        free(path);
        json_decref(filing);
        session_close(session);
        return good ? 0 : show_problem(invocation, &problem);
}
