/*
 * evidence.c - `pli evidence verify`: is this export of evidence whole, and does
 * the gateway's receipt in it list the digests of exactly these files? Offline.
 */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "gateway/client/catalogue.h"
#include "gateway/client/command.h"
#include "gateway/client/functions.h"
#include "gateway/core/hex.h"
#include "gateway/client/proof.h"
#include "gateway/client/show.h"
#include "gateway/client/trust.h"
#include "gateway/core/owner.h"
#include "gateway/formats/receipt.h"

#define RECEIPT_NAME "receipt.xml"

typedef struct receipt receipt_handle;
DEFINE_OWNER(json_t, json_decref)
DEFINE_OWNER(receipt_handle, receipt_free)
DEFINE_OWNER(signing_container, signing_container_free)

/* ---- one file of the container ---- */

static bool memory_write(void *context, const uint8_t *data, size_t size)
{
        struct content *content = context;
        uint8_t *grown = size <= RECEIPT_MAX - content->size ? realloc(content->data, content->size + size + 1) : NULL;
        if (grown == NULL)
                return false;
        memcpy(grown + content->size, data, size);
        content->data = grown;
        content->size += size;
        grown[content->size] = 0;
        return true;
}

static bool digest_write(void *context, const uint8_t *data, size_t size)
{
        return EVP_DigestUpdate(context, data, size) == 1;
}

static bool entry_digest(const signing_container *container, size_t n, char hex[65])
{
        EVP_MD_CTX *digest = EVP_MD_CTX_new();
        uint8_t value[EVP_MAX_MD_SIZE];
        struct signing_sink sink = {digest, digest_write};
        struct signing_refusal why = {0};
        bool read = digest != NULL && EVP_DigestInit_ex(digest, EVP_sha256(), NULL) == 1 &&
                    signing_container_copy(container, n, &sink, &why) && EVP_DigestFinal_ex(digest, value, NULL) == 1;
        EVP_MD_CTX_free(digest);
        if (read)
                hex_write(value, 32, hex);
        return read;
}

static bool entry_find(const signing_container *container, const char *name, size_t *n)
{
        for (*n = 0; *n < signing_container_count(container); (*n)++)
                if (strcmp(signing_container_name(container, *n), name) == 0)
                        return true;
        return false;
}

/* ---- the list in the receipt ---- */

static bool list_read(struct content *file, json_t **out, struct problem *problem)
{
        OWN(receipt_handle) receipt = NULL;
        struct signing_refusal why = {0};
        if (!receipt_read(content_bytes(file), &receipt, &why))
                return problem_refused(problem, "document-unreadable", RECEIPT_NAME, &why);
        struct signing_bytes text = receipt_source(receipt)->text;
        OWN(json_t) event = json_loadb((const char *)text.data, text.size, 0, NULL);
        if (strcmp(field_text(event, "fact"), "evidence.exported") != 0)
                return problem_set(problem, "document-unreadable", "%s", words("its receipt is not that of an export of evidence"));
        *out = json_incref(json_object_get(event, "documents"));
        return true;
}

static void document_check(const signing_container *container, const json_t *document, struct checks *checks)
{
        size_t n;
        char hex[65] = "";
        const char *name = field_text(document, "name");
        if (!entry_find(container, name, &n)) {
                struct check *check =
                        check_add(checks, "file", SIGNING_FAILED, words("A file that the receipt lists is not there"));
                snprintf(check->detail, sizeof check->detail, "%s", name);
        } else if (!entry_digest(container, n, hex) || strcmp(hex, field_text(document, "sha256")) != 0) {
                struct check *check = check_add(checks, "file", SIGNING_FAILED, words("A file is not the one that was exported"));
                snprintf(check->detail, sizeof check->detail, "%s", name);
        }
}

/* All that is listed is there unaltered, and nothing else is there. */
static void documents_check(const signing_container *container, const json_t *documents, struct checks *checks)
{
        size_t at, before = checks->count;
        json_t *document;
        json_array_foreach(documents, at, document) document_check(container, document, checks);
        if (signing_container_count(container) != json_array_size(documents) + 1)
                check_add(checks, "file", SIGNING_FAILED, words("There are files that the receipt does not list"));
        if (checks->count > before)
                return;
        struct check *check = check_add(checks, "files", SIGNING_PASSED, words("Every file is the one that was exported"));
        snprintf(check->detail, sizeof check->detail, "%zu", json_array_size(documents));
}

static bool evidence_judge(const struct invocation *invocation, struct input *input, struct checks *checks, struct problem *problem)
{
        OWN(signing_container) container = NULL;
        OWN(json_t) documents = NULL;
        struct content receipt = {0};
        struct signing_refusal why = {0};
        struct signing_sink sink = {&receipt, memory_write};
        size_t n;
        const char *name = invocation->arguments[0];
        if (!signing_container_open(input_source(input), &container, &why))
                return problem_refused(problem, "document-unreadable", name, &why);
        if (!entry_find(container, RECEIPT_NAME, &n))
                return problem_set(problem, "document-unreadable", "%s: " RECEIPT_NAME, name);
        bool judged =
                signing_container_copy(container, n, &sink, &why) || problem_refused(problem, "document-unreadable", name, &why);
        judged = judged && list_read(&receipt, &documents, problem) && receipt_judge(invocation, &receipt, checks, problem);
        if (judged)
                documents_check(container, documents, checks);
        content_free(&receipt);
        return judged;
}

int pli_evidence_verify(const struct invocation *invocation)
{
        static struct checks checks;
        struct problem problem = {0};
        struct input input = {.fd = -1};
        bool judged = library_start(&problem) && input_open(invocation->arguments[0], &input, &problem) &&
                      evidence_judge(invocation, &input, &checks, &problem);
        input_close(&input);
        if (judged)
                return checks_show(invocation, &checks, words("This evidence is proven."));
        return show_problem(invocation, &problem) == EX_USAGE ? EX_USAGE : EX_DATAERR;
}
