/*
 * seal.c - `pli seal`: closes a container for the commission of a consultation,
 * on this machine (DESIGN §5). The platform will not be able to read it, nor
 * will less than the commission's quorum, nor anyone before the hour.
 */
#include <assert.h>
#include <ctype.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/core/hex.h"
#include "gateway/client/catalogue.h"
#include "gateway/client/command.h"
#include "gateway/client/functions.h"
#include "gateway/client/input.h"
#include "gateway/client/output.h"
#include "gateway/client/progress.h"
#include "gateway/client/sealed.h"
#include "gateway/client/session.h"
#include "gateway/client/show.h"
#include "gateway/client/signer.h"
#include "gateway/client/trust.h"
#include "gateway/core/base64.h"
#include "signing/source.h"

enum { ENVELOPE_NAME = 41, MANIFEST_MOST = 2 << 20 };

/* The consultation, and how far the gateway's clock is from ours. */
struct notice {
        json_t *consultation;
        int64_t ahead;
};

static bool notice_read(const struct invocation *invocation, struct notice *out, struct problem *problem)
{
        const char *file = invocation_option(invocation, "consultation-file"), *id = invocation_option(invocation, "consultation");
        struct session *session = NULL;
        if (file != NULL)
                return content_json(file, &out->consultation, problem);
        bool rehearsal = invocation_flag(invocation, "rehearsal");
        if (id == NULL && !rehearsal)
                return problem_set(problem, "usage", "%s",
                                   words("which consultation? Give --consultation ID or --consultation-file FILE"));
        if (!session_open(invocation, &session, problem))
                return false;
        char *path = rehearsal ? session_path("/api/v1/rehearsal") : session_path("/api/v1/consultations/%s", id);
        bool read = session_json(session, &(struct call){.method = "GET", .path = path}, &out->consultation, problem) &&
                    session_clock(session, &out->ahead, problem);
        free(path);
        session_close(session);
        return read;
}

/* Sealing late is allowed, as depositing late is: said, not refused. */
static void deadline_show(const struct notice *notice)
{
        char instant[64], left[48];
        int64_t deadline;
        const char *text = field_text(notice->consultation, "deadline");
        if (!instant_seconds(text, &deadline))
                return;
        int64_t seconds = deadline - ((int64_t)time(NULL) + notice->ahead);
        if (seconds > 0)
                show_note(words("Deadline %s: %s left."), show_instant(text, instant), show_duration(seconds, left));
        else
                show_note(words("Deadline %s: passed %s ago. The deposit will be recorded as late."), show_instant(text, instant),
                          show_duration(-seconds, left));
}

struct commission {
        size_t count;
        struct content certificates[SIGNING_MEMBERS_MAX], seconds[SIGNING_MEMBERS_MAX];
        struct signing_bytes members[SIGNING_MEMBERS_MAX], substitutes[SIGNING_MEMBERS_MAX];
};

static void commission_free(struct commission *commission)
{
        for (size_t i = 0; i < commission->count; i++) {
                content_free(&commission->certificates[i]);
                content_free(&commission->seconds[i]);
        }
}

static bool certificate_read(const json_t *holder, size_t n, struct content *out, struct problem *problem)
{
        const char *certificate = field_text(holder, "certificate");
        return (*certificate != '\0' && base64_read(certificate, &out->data, &out->size)) ||
               problem_set(problem, "seal-refused", words("the certificate of commission member %zu cannot be read"), n + 1);
}

static bool commission_read(const json_t *consultation, struct commission *out, struct problem *problem)
{
        const json_t *members = json_object_get(consultation, "members");
        size_t count = json_array_size(members);
        if (count == 0 || count > SIGNING_MEMBERS_MAX)
                return problem_set(problem, "seal-refused",
                                   words("the consultation has %zu commission members; from 1 to %d are possible"), count,
                                   SIGNING_MEMBERS_MAX);
        for (size_t i = 0; i < count; i++) {
                const json_t *member = json_array_get(members, i), *substitute = json_object_get(member, "substitute");
                out->count = i + 1;
                if (!certificate_read(member, i, &out->certificates[i], problem) ||
                    (substitute != NULL && !certificate_read(substitute, i, &out->seconds[i], problem)))
                        return false;
                out->members[i] = content_bytes(&out->certificates[i]);
                out->substitutes[i] = content_bytes(&out->seconds[i]);
        }
        return true;
}

/* The envelope's name within its deposit, [a-z0-9-]: "offre", "offre-lot-2". */
static void envelope_name(const char *kind, const char *lot, char name[ENVELOPE_NAME])
{
        char text[ENVELOPE_NAME];
        size_t length = 0;
        snprintf(text, sizeof text, "%s%s%s", kind, *lot != '\0' ? "-lot-" : "", lot);
        for (const char *at = text; *at != '\0'; at++) {
                int letter = tolower((unsigned char)*at);
                bool plain = (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9');
                if (plain || (length > 0 && name[length - 1] != '-'))
                        name[length++] = (char)(plain ? letter : '-');
        }
        name[length] = '\0';
}

/* The library reads the plaintext in order: how far it is, is how far we are. */
struct watched {
        struct input *input;
        struct progress *progress;
};

static bool watched_read(void *context, uint64_t offset, uint8_t *buffer, size_t size)
{
        struct watched *watched = context;
        progress_set(watched->progress, offset + size);
        return input_read(watched->input, offset, buffer, size);
}

struct sealing {
        const char *consultation, *lot, *kind, *folder;
        struct commission commission;
        unsigned threshold;
        struct input plaintext;
        struct output *ciphertext, *manifest;
        uint64_t bytes; /* of ciphertext */
        EVP_MD_CTX *manifest_digest;
        struct sink_memory unsigned_manifest;
};

static bool ciphertext_write(void *context, const uint8_t *data, size_t size)
{
        struct sealing *sealing = context;
        sealing->bytes += size;
        return output_write(sealing->ciphertext, data, size);
}

static bool manifest_write(void *context, const uint8_t *data, size_t size)
{
        struct sealing *sealing = context;
        return EVP_DigestUpdate(sealing->manifest_digest, data, size) == 1 && output_write(sealing->manifest, data, size);
}

/* --sign: the depositor says by its signature what it sealed for whom; the judge verifies it at the opening. */
static bool manifest_sign(const struct invocation *invocation, struct sealing *sealing, struct problem *problem)
{
        struct signer signer = {0};
        struct signing_refusal why = {0};
        const struct signing_bytes plain = {sealing->unsigned_manifest.data, sealing->unsigned_manifest.size};
        const struct signing_sink out = {sealing, manifest_write};
        bool signed_now = signer_open(invocation, &signer, problem);
        if (signed_now && !signing_sign_enveloped(plain, signer_use(&signer), (int64_t)time(NULL), &out, &why))
                signed_now = problem_refused(problem, "seal-refused", invocation->arguments[0], &why);
        signer_close(&signer);
        return signed_now;
}

static bool manifest_keep(const struct invocation *invocation, struct sealing *sealing, struct problem *problem)
{
        if (invocation_flag(invocation, "sign"))
                return manifest_sign(invocation, sealing, problem);
        return manifest_write(sealing, sealing->unsigned_manifest.data, sealing->unsigned_manifest.size) ||
               problem_set(problem, "file-unwritable", "manifest.xml");
}

static bool envelope_seal(const struct invocation *invocation, struct sealing *sealing, struct problem *problem)
{
        struct signing_refusal why = {0};
        struct progress *progress = progress_new(invocation, words("Sealing"), sealing->plaintext.size);
        struct watched watched = {&sealing->plaintext, progress};
        struct signing_seal_request request = {
                .consultation = sealing->consultation,
                .lot = sealing->lot,
                .kind = sealing->kind,
                .members = sealing->commission.members,
                .substitutes = sealing->commission.substitutes,
                .member_count = sealing->commission.count,
                .threshold = sealing->threshold,
                .plaintext = {.context = &watched, .size = sealing->plaintext.size, .read = watched_read},
        };
        struct signing_sink ciphertext = {sealing, ciphertext_write}, manifest = sink_memory(&sealing->unsigned_manifest);
        bool sealed = signing_seal(&request, &ciphertext, &manifest, &why);
        progress_free(progress);
        return (sealed || problem_refused(problem, "seal-refused", invocation->arguments[0], &why)) &&
               manifest_keep(invocation, sealing, problem);
}

static bool seal_write(const struct sealing *sealing, struct problem *problem)
{
        uint8_t digest[32];
        char text[65], envelope[ENVELOPE_NAME], sealed_at[32];
        time_t now = time(NULL);
        struct tm parts;
        int finished = EVP_DigestFinal_ex(sealing->manifest_digest, digest, NULL);
        assert(finished == 1);
        (void)finished;
        hex_write(digest, 32, text);
        envelope_name(sealing->kind, sealing->lot, envelope);
        strftime(sealed_at, sizeof sealed_at, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &parts));
        json_t *seal = json_pack("{s:s,s:s,s:s,s:s,s:I,s:I,s:i,s:s,s:s}", "consultation", sealing->consultation, "lot",
                                 sealing->lot, "kind", sealing->kind, "envelope", envelope, "bytes", (json_int_t)sealing->bytes,
                                 "chunks", (json_int_t)sealed_chunks(sealing->bytes), "chunk", SIGNING_SEALED_CHUNK, "manifest",
                                 text, "sealed", sealed_at);
        assert(seal != NULL);
        char *path = path_join(sealing->folder, "seal.json");
        bool written = output_json(path, seal, problem);
        free(path);
        json_decref(seal);
        return written;
}

/* seal.json comes last: a folder that has it is whole. */
static bool outputs_settle(struct sealing *sealing, struct problem *problem)
{
        struct output *ciphertext = sealing->ciphertext, *manifest = sealing->manifest;
        sealing->ciphertext = NULL;
        if (!output_settle(ciphertext, problem))
                return false;
        sealing->manifest = NULL;
        return output_settle(manifest, problem) && seal_write(sealing, problem);
}

static bool outputs_open(struct sealing *sealing, struct problem *problem)
{
        if (!output_folder(sealing->folder, problem))
                return false;
        char *ciphertext = path_join(sealing->folder, "ciphertext"), *manifest = path_join(sealing->folder, "manifest.xml");
        bool opened = output_open(ciphertext, OUTPUT_PUBLIC, &sealing->ciphertext, problem) &&
                      output_open(manifest, OUTPUT_PUBLIC, &sealing->manifest, problem);
        free(ciphertext);
        free(manifest);
        sealing->manifest_digest = EVP_MD_CTX_new();
        assert(sealing->manifest_digest != NULL);
        return opened && EVP_DigestInit_ex(sealing->manifest_digest, EVP_sha256(), NULL) == 1;
}

static bool sealing_begin(const struct invocation *invocation, const json_t *consultation, struct sealing *sealing,
                          struct problem *problem)
{
        const char *lot = invocation_option(invocation, "lot"), *kind = invocation_option(invocation, "kind");
        sealing->consultation = field_text(consultation, "id");
        sealing->lot = lot != NULL ? lot : "";
        sealing->kind = kind != NULL ? kind : "offre";
        sealing->folder = invocation_option(invocation, "output");
        sealing->threshold = (unsigned)json_integer_value(json_object_get(consultation, "quorum"));
        if (sealing->folder == NULL)
                return problem_set(problem, "usage", "%s", words("where to? Give --output FOLDER"));
        if (*sealing->consultation == '\0')
                return problem_set(problem, "seal-refused", "%s", words("the consultation has no id"));
        return commission_read(consultation, &sealing->commission, problem) &&
               input_open(invocation->arguments[0], &sealing->plaintext, problem) && outputs_open(sealing, problem);
}

static void sealing_end(struct sealing *sealing)
{
        commission_free(&sealing->commission);
        input_close(&sealing->plaintext);
        output_free(sealing->ciphertext);
        output_free(sealing->manifest);
        EVP_MD_CTX_free(sealing->manifest_digest);
        free(sealing->unsigned_manifest.data);
}

static void sealing_show(const struct invocation *invocation, const struct sealing *sealing)
{
        char size[32], quorum[64];
        if (invocation_flag(invocation, "json")) {
                char *path = path_join(sealing->folder, "seal.json");
                struct problem ignored = {0};
                json_t *seal = NULL;
                if (content_json(path, &seal, &ignored))
                        show_json(seal);
                json_decref(seal);
                free(path);
                return;
        }
        snprintf(quorum, sizeof quorum, words("%u of %zu members"), sealing->threshold, sealing->commission.count);
        show_pair(words("Sealed in"), sealing->folder);
        show_pair(words("Opens with"), quorum);
        show_pair(words("Size"), show_size(sealing->bytes, size));
}

int pli_seal(const struct invocation *invocation)
{
        struct notice notice = {0};
        struct problem problem = {0};
        struct sealing sealing = {.plaintext = {.fd = -1}, .unsigned_manifest = {.limit = MANIFEST_MOST}};
        bool sealed = library_start(&problem) && notice_read(invocation, &notice, &problem);
        if (sealed) {
                deadline_show(&notice);
                sealed = sealing_begin(invocation, notice.consultation, &sealing, &problem) &&
                         envelope_seal(invocation, &sealing, &problem) && outputs_settle(&sealing, &problem);
        }
        if (sealed)
                sealing_show(invocation, &sealing);
        sealing_end(&sealing);
        json_decref(notice.consultation);
        return sealed ? 0 : show_problem(invocation, &problem);
}
