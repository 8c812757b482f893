/*
 * judge.c - pli-judge: reads what strangers wrote, and says what it found.
 *
 * It may: take memory, and talk through descriptor 3, where its caller is. It
 * has no file, no network, no child and no clock that counts: it is jailed before
 * the first byte of a job, and what it must load it loads before (character sets,
 * ciphers, time zone). One job at a time; after one that held documents the
 * caller ends it, so that nothing of one bid can reach the next.
 *
 *   pli-judge MEMORY SECONDS     (bytes of address space and processor seconds; 0: no limit)
 */
#include <jansson.h>
#include <libxml/encoding.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "gateway/core/jail.h"
#include "gateway/core/owner.h"
#include "signing/judge_envelope.h"
#include "signing/judge_stamp.h"
#include "signing/judge_unpack.h"
#include "signing/judge_pes.h"
#include "signing/judge_trust.h"
#include "signing/refusal.h"

DEFINE_OWNER(json_t, json_decref)
DEFINE_OWNER(signing_trust, signing_trust_free)
DEFINE_OWNER(signing_report, signing_report_free)

enum { PARTS = FRAME_SIGNERS + 1 };

/* A job as it arrived: its head, its parts by frame type, and what there may be several of. */
struct job {
        json_t *head;
        struct frame parts[PARTS], pieces[FRAME_PIECES_MAX];
        size_t piece_count;
};

static struct signing_bytes part(const struct job *job, enum frame_type type)
{
        return (struct signing_bytes){job->parts[type].data, job->parts[type].size};
}

static void job_clear(struct job *job)
{
        json_decref(job->head);
        for (int i = 0; i < PARTS; i++)
                frame_free(&job->parts[i]);
        for (size_t i = 0; i < job->piece_count; i++)
                frame_free(&job->pieces[i]);
        *job = (struct job){0};
}

static bool frame_keep(struct job *job, const struct frame *frame)
{
        if (frame->type == FRAME_LIST || frame->type == FRAME_EVIDENCE) {
                if (job->piece_count == FRAME_PIECES_MAX)
                        return false;
                job->pieces[job->piece_count++] = *frame;
                return true;
        }
        if (frame->type < FRAME_JOB || frame->type > FRAME_SIGNERS)
                return false;
        frame_free(&job->parts[frame->type]);
        job->parts[frame->type] = *frame;
        return true;
}

/* False: the caller is gone, or speaks otherwise; then there is nothing left to do. */
static bool job_read(struct job *job)
{
        struct frame frame = {0};
        while (frame_read(JUDGE_FD, &frame, FRAME_FOREVER)) {
                if (frame.type == FRAME_START) {
                        frame_free(&frame);
                        job->head = json_loadb((const char *)job->parts[FRAME_JOB].data, job->parts[FRAME_JOB].size, 0, NULL);
                        return job->head != NULL;
                }
                if (!frame_keep(job, &frame))
                        break;
                frame = (struct frame){0};
        }
        frame_free(&frame);
        return false;
}

static bool trust_read(const struct job *job, int64_t at, signing_trust **out, struct signing_refusal *why)
{
        const struct judge_trust given = {.anchors = part(job, FRAME_ANCHORS),
                                          .stampers = part(job, FRAME_STAMPERS),
                                          .signers = part(job, FRAME_SIGNERS),
                                          .pieces = job->pieces,
                                          .count = job->piece_count,
                                          .at = at};
        return !json_is_true(json_object_get(job->head, "trust")) || judge_trust_read(&given, out, why);
}

static json_t *manifest_judge(const struct job *job, struct signing_refusal *why)
{
        signing_manifest *manifest = NULL;
        if (!signing_manifest_read(part(job, FRAME_MANIFEST), &manifest, why))
                return NULL;
        json_t *json = json_loads(signing_manifest_json(manifest), 0, NULL);
        signing_manifest_free(manifest);
        return json;
}

static json_t *document_judge(struct judge_wire *wire, const signing_trust *trust, int64_t at, struct signing_refusal *why)
{
        const struct signing_request request = {.document = judge_wire_source(wire), .trust = trust, .at = at};
        OWN(signing_report) report = NULL;
        if (!signing_verify(&request, &report, why))
                return NULL;
        return json_loads(signing_report_json(report), 0, NULL);
}

static json_t *job_judge(const struct job *job, struct judge_wire *wire, struct signing_refusal *why)
{
        const char *kind = json_string_value(json_object_get(job->head, "kind"));
        const char *name = json_string_value(json_object_get(job->head, "name"));
        OWN(signing_trust) trust = NULL;
        struct judge_envelope envelope = {.manifest = part(job, FRAME_MANIFEST), .shares = part(job, FRAME_SHARES)};
        wire->size = (uint64_t)json_integer_value(json_object_get(job->head, "size"));
        envelope.at = json_integer_value(json_object_get(job->head, "at"));
        if (kind == NULL || !trust_read(job, envelope.at, &trust, why))
                return NULL;
        envelope.trust = trust;
        if (strcmp(kind, "manifest") == 0)
                return manifest_judge(job, why);
        if (strcmp(kind, "document") == 0)
                return document_judge(wire, trust, envelope.at, why);
        if (strcmp(kind, "pes") == 0)
                return judge_pes(wire);
        if (strcmp(kind, "envelope") == 0)
                return judge_envelope_open(wire, &envelope, why);
        if (strcmp(kind, "unpack") == 0)
                return judge_unpack(wire, why);
        if (strcmp(kind, "stamp") == 0)
                return judge_stamp(wire, envelope.manifest, why);
        if (strcmp(kind, "extract") == 0 && name != NULL)
                return judge_envelope_extract(wire, &envelope, name, why);
        return strcmp(kind, "shares") == 0 ? judge_envelope_shares(&envelope, why) : NULL;
}

static bool job_answer(const struct job *job)
{
        struct judge_wire wire = {0};
        struct signing_refusal why = {.code = "INTERNAL", .sentence = "the judge could not do this job"};
        OWN(json_t) report = job_judge(job, &wire, &why);
        OWN(json_t)
        refusal = report != NULL ? NULL
                                 : json_pack("{s:s, s:s, s:s}", "code", why.code, "clause", why.clause, "sentence", why.sentence);
        bool alive = !wire.failed;
        judge_wire_clear(&wire);
        return alive && (report != NULL ? judge_wire_say(FRAME_REPORT, report) : judge_wire_say(FRAME_REFUSED, refusal));
}

/* What libraries would open a file for later: character sets (glibc loads them as modules), the time zone, hash seeds, ciphers. */
static void preload(void)
{
        static const char *const sets[] = {"ISO-8859-1", "ISO-8859-15", "windows-1252", "US-ASCII"};
        for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
                (void)xmlFindCharEncodingHandler(sets[i]); /* kept open: the module stays loaded */
        tzset();
        json_object_seed(0);
        uint8_t byte;
        (void)RAND_bytes(&byte, 1);
        EVP_CIPHER_free(EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL));
}

int main(int argc, char **argv)
{
        struct signing_refusal why = {0};
        struct problem problem = {0};
        if (argc != 3) {
                fprintf(stderr, "usage: pli-judge MEMORY SECONDS (started by the gateway, with a socket as descriptor 3)\n");
                return EX_USAGE;
        }
        close(STDIN_FILENO);
        close(STDOUT_FILENO);
        (void)close_range(JUDGE_FD + 1, ~0U, 0); /* whatever the caller forgot to close */
        if (!signing_start(&why)) {
                fprintf(stderr, "pli-judge: %s\n", why.sentence);
                return EX_SOFTWARE;
        }
        preload();
        const struct jail jail = {
                .profile = "judge", .memory = strtoull(argv[1], NULL, 10), .seconds = (unsigned)strtoul(argv[2], NULL, 10)};
        if (jail_enter(&jail, &problem) == JAIL_FAILED) {
                fprintf(stderr, "pli-judge: %s\n", problem.detail);
                return EX_OSERR;
        }
        struct job job = {0};
        while (job_read(&job) && job_answer(&job))
                job_clear(&job);
        _exit(EX_OK);
}
