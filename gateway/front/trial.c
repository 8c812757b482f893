/* trial.c - sealed by the library that `pli seal` uses, opened by the judge that opens tenders. */
#include "gateway/front/trial.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/core/base64.h"
#include "gateway/core/owner.h"
#include "gateway/core/verdict.h"
#include "signing/signing.h"
#include "signing/source.h"

DEFINE_OWNER(json_t, json_decref)

enum { TRIAL_MOST = 65536 }; /* a container with one line of text */

struct seats {
        struct signing_bytes members[SIGNING_MEMBERS_MAX], substitutes[SIGNING_MEMBERS_MAX];
        size_t count;
};

static void seats_free(struct seats *seats)
{
        for (size_t i = 0; i < seats->count; i++) {
                free((void *)(uintptr_t)seats->members[i].data);
                free((void *)(uintptr_t)seats->substitutes[i].data);
        }
}

static bool seat_read(const json_t *key, struct seats *seats)
{
        uint8_t *der = NULL;
        size_t size = 0;
        bool substitute = json_is_true(json_object_get(key, "substitute"));
        if ((substitute ? seats->count == 0 : seats->count == SIGNING_MEMBERS_MAX) ||
            !base64_read(json_string_value(json_object_get(key, "certificate")), &der, &size))
                return false;
        struct signing_bytes *place = substitute ? &seats->substitutes[seats->count - 1] : &seats->members[seats->count];
        free((void *)(uintptr_t)place->data);
        *place = (struct signing_bytes){der, size};
        seats->count += substitute ? 0 : 1;
        return true;
}

static bool container_pack(struct sink_memory *out, struct signing_refusal *why)
{
        static const char text[] = "Répétition de l'ouverture des plis. Rehearsal of an opening.\n";
        const struct signing_bytes bytes = {(const uint8_t *)text, sizeof text - 1};
        const struct signing_file file = {"repetition.txt", "text/plain", source_memory(&bytes)};
        const struct signing_sink sink = sink_memory(out);
        return signing_pack_container(&file, 1, &sink, why);
}

static bool envelope_seal(const struct seats *seats, const char *consultation, unsigned quorum, struct trial *out,
                          struct signing_refusal *why)
{
        struct sink_memory plain = {.limit = TRIAL_MOST}, ciphertext = {.limit = TRIAL_MOST}, manifest = {.limit = 1 << 20};
        const struct signing_sink sealed = sink_memory(&ciphertext), written = sink_memory(&manifest);
        bool packed = container_pack(&plain, why);
        const struct signing_bytes container = {plain.data, plain.size};
        const struct signing_seal_request request = {.consultation = consultation,
                                                     .lot = "",
                                                     .kind = "candidature",
                                                     .members = seats->members,
                                                     .substitutes = seats->substitutes,
                                                     .member_count = seats->count,
                                                     .threshold = quorum,
                                                     .plaintext = source_memory(&container)};
        bool good = packed && signing_seal(&request, &sealed, &written, why);
        free(plain.data);
        *out = (struct trial){manifest.data, ciphertext.data, manifest.size, ciphertext.size};
        return good;
}

bool trial_seal(const json_t *keys, const char *consultation, unsigned quorum, struct trial *out, struct problem *problem)
{
        struct seats seats = {.count = 0};
        struct signing_refusal why = {0};
        struct trial made = {0};
        bool good = true;
        size_t n;
        const json_t *key;
        json_array_foreach(keys, n, key) good = good && seat_read(key, &seats);
        if (!good)
                problem_set(problem, "internal", "a certificate of the commission came back from the database damaged");
        else if (!envelope_seal(&seats, consultation, quorum, &made, &why))
                good = problem_set(problem, "consultation-members", "%s", why.sentence);
        seats_free(&seats);
        if (good)
                *out = made;
        else
                trial_free(&made);
        return good;
}

void trial_free(struct trial *trial)
{
        free(trial->manifest);
        free(trial->ciphertext);
        *trial = (struct trial){0};
}

static bool ciphertext_read(void *context, uint64_t offset, uint8_t *buffer, size_t size)
{
        const struct trial *trial = context;
        if (offset > trial->ciphertext_size || size > trial->ciphertext_size - offset)
                return false;
        memcpy(buffer, trial->ciphertext + offset, size);
        return true;
}

static bool document_skip(void *context, const char *name, const char *media_type, uint64_t size)
{
        (void)context;
        (void)name;
        (void)media_type;
        (void)size;
        return false;
}

bool trial_open(struct verdict_pool *judges, const struct trial *trial, const uint8_t *shares, size_t shares_size,
                struct problem *problem)
{
        const struct verdict_source source = {(void *)(uintptr_t)trial, trial->ciphertext_size, ciphertext_read};
        const struct verdict_sink sink = {.begin = document_skip};
        const struct verdict_trust trust = {0};
        OWN(json_t) report = NULL;
        if (!verdict_envelope(judges, trial->manifest, trial->manifest_size,
                              (struct verdict_shares){.data = shares, .count = shares_size / SIGNING_SHARE}, &source, &trust, &sink,
                              &report, problem))
                return false;
        const char *outcome = json_string_value(json_object_get(report, "outcome"));
        return (outcome != NULL && strcmp(outcome, "opened") == 0) ||
               problem_set(problem, "internal", "the shares were right, and the rehearsal's envelope did not open");
}
