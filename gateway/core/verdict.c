/*
 * verdict.c - a caller's side of one job: sends it, serves what the judge pulls,
 * takes the documents it hands back, reads the report. Nothing a judge says is
 * believed beyond its form: it has seen hostile bytes.
 */
#include "gateway/core/verdict.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/core/frame.h"
#include "gateway/core/judges.h"

enum { SHARE = 33 };

struct job {
        const char *kind;
        const void *manifest;
        size_t manifest_size;
        struct verdict_shares shares;
        const struct verdict_source *source;
        const struct verdict_trust *trust;
        const struct verdict_sink *sink;
        const char *name;
        bool reusable; /* the judge sees manifests only */
};

enum ending { ENDED, REFUSED, FAILED_HERE, BROKEN };

/* One job while it runs. */
struct run {
        const struct job *job;
        struct judge *judge;
        int64_t deadline;
        struct frame frame;
        uint8_t *block;
        bool begun; /* a document is being written */
        enum judge_end end;
};

static bool part_send(const struct run *run, enum frame_type type, const void *data, size_t size)
{
        return data == NULL || size == 0 || frame_write(run->judge->fd, type, data, size, run->deadline);
}

static bool text_send(const struct run *run, enum frame_type type, const char *text)
{
        return text == NULL || part_send(run, type, text, strlen(text));
}

static bool pieces_send(const struct run *run, enum frame_type type, const struct verdict_piece *pieces, size_t count)
{
        for (size_t n = 0; n < count; n++)
                if (!part_send(run, type, pieces[n].data, pieces[n].size))
                        return false;
        return true;
}

static bool trust_send(const struct run *run, const struct verdict_trust *trust)
{
        return text_send(run, FRAME_ANCHORS, trust->anchors) && text_send(run, FRAME_STAMPERS, trust->stampers) &&
               text_send(run, FRAME_SIGNERS, trust->signers) && pieces_send(run, FRAME_LIST, trust->lists, trust->list_count) &&
               pieces_send(run, FRAME_EVIDENCE, trust->evidence, trust->evidence_count);
}

static bool job_send(const struct run *run)
{
        const struct job *job = run->job;
        const struct verdict_trust *trust = job->trust;
        json_t *head = json_pack("{s:s, s:I, s:I, s:b, s:s*}", "kind", job->kind, "size",
                                 (json_int_t)(job->source != NULL ? job->source->size : 0), "at",
                                 (json_int_t)(trust != NULL ? trust->at : 0), "trust",
                                 trust != NULL && (trust->anchors != NULL || trust->list_count > 0), "name", job->name);
        char *text = head == NULL ? NULL : json_dumps(head, JSON_COMPACT);
        bool sent = text != NULL && text_send(run, FRAME_JOB, text) &&
                    part_send(run, FRAME_MANIFEST, job->manifest, job->manifest_size) &&
                    part_send(run, FRAME_SHARES, job->shares.data, job->shares.count * SHARE);
        sent = sent && (trust == NULL || trust_send(run, trust));
        json_decref(head);
        free(text);
        return sent && frame_write(run->judge->fd, FRAME_START, NULL, 0, run->deadline);
}

static enum ending pull_serve(struct run *run)
{
        const struct verdict_source *source = run->job->source;
        struct frame_pull wanted;
        if (run->frame.size != sizeof wanted || source == NULL)
                return BROKEN;
        memcpy(&wanted, run->frame.data, sizeof wanted);
        if (wanted.size > FRAME_PULL_MAX || wanted.offset > source->size || wanted.size > source->size - wanted.offset)
                return BROKEN;
        if (run->block == NULL && (run->block = malloc(FRAME_PULL_MAX)) == NULL)
                return FAILED_HERE;
        if (!source->read(source->context, wanted.offset, run->block, wanted.size))
                return FAILED_HERE;
        return frame_write(run->judge->fd, FRAME_BYTES, run->block, wanted.size, run->deadline) ? ENDED : BROKEN;
}

static enum ending document_begin(struct run *run)
{
        const struct verdict_sink *sink = run->job->sink;
        json_t *head = json_loadb((const char *)run->frame.data, run->frame.size, 0, NULL);
        const char *name = json_string_value(json_object_get(head, "name"));
        const char *media_type = json_string_value(json_object_get(head, "mediaType"));
        json_int_t size = json_integer_value(json_object_get(head, "size"));
        enum ending ending = BROKEN;
        if (name != NULL && media_type != NULL && size >= 0 && !run->begun) {
                run->begun = sink != NULL && sink->begin(sink->context, name, media_type, (uint64_t)size);
                ending = frame_write(run->judge->fd, run->begun ? FRAME_TAKE : FRAME_SKIP, NULL, 0, run->deadline) ? ENDED : BROKEN;
        }
        json_decref(head);
        return ending;
}

static enum ending document_write(const struct run *run)
{
        const struct verdict_sink *sink = run->job->sink;
        if (!run->begun)
                return BROKEN;
        return sink->write(sink->context, run->frame.data, run->frame.size) ? ENDED : FAILED_HERE;
}

static enum ending document_end(struct run *run)
{
        const struct verdict_sink *sink = run->job->sink;
        if (!run->begun)
                return BROKEN;
        run->begun = false;
        return sink->end(sink->context) ? ENDED : FAILED_HERE;
}

static enum ending frame_serve(struct run *run)
{
        switch (run->frame.type) {
        case FRAME_PULL:
                return pull_serve(run);
        case FRAME_BEGIN:
                return document_begin(run);
        case FRAME_WRITE:
                return document_write(run);
        case FRAME_END:
                return document_end(run);
        default:
                return BROKEN;
        }
}

static enum ending report_read(const struct run *run, json_t **report)
{
        json_t *json = json_loadb((const char *)run->frame.data, run->frame.size, 0, NULL);
        if (json == NULL || run->begun) {
                json_decref(json);
                return BROKEN;
        }
        *report = json;
        return run->frame.type == FRAME_REPORT ? ENDED : REFUSED;
}

static enum ending job_serve(struct run *run, json_t **report)
{
        if (!job_send(run))
                return BROKEN;
        while (frame_now() < run->deadline && frame_read(run->judge->fd, &run->frame, run->deadline)) {
                if (run->frame.type == FRAME_REPORT || run->frame.type == FRAME_REFUSED)
                        return report_read(run, report);
                enum ending served = frame_serve(run);
                if (served != ENDED)
                        return served;
        }
        return BROKEN;
}

static bool refused_set(const json_t *refusal, struct problem *problem)
{
        const char *code = json_string_value(json_object_get(refusal, "code"));
        const char *clause = json_string_value(json_object_get(refusal, "clause"));
        const char *sentence = json_string_value(json_object_get(refusal, "sentence"));
        return problem_set(problem, "document-unreadable", "%s: %s%s%s", code != NULL ? code : "?",
                           sentence != NULL ? sentence : "", clause != NULL && clause[0] != '\0' ? " · " : "",
                           clause != NULL ? clause : "");
}

/* What a job came to: a report; or none, with the problem; or a judge that broke. */
enum outcome { OUTCOME_REPORT, OUTCOME_PROBLEM, OUTCOME_BROKEN };

static enum outcome job_run(struct verdict_pool *pool, const struct job *job, json_t **report, enum judge_end *end,
                            struct problem *problem)
{
        struct run run = {.job = job};
        json_t *answer = NULL;
        run.judge = judge_claim(pool, !job->reusable, problem);
        if (run.judge == NULL)
                return OUTCOME_PROBLEM;
        run.deadline = judges_deadline(pool);
        enum ending ending = job_serve(&run, &answer);
        if (ending == BROKEN)
                *end = judge_kill(run.judge, frame_now() >= run.deadline);
        judge_release(pool, run.judge, job->reusable && (ending == ENDED || ending == REFUSED));
        frame_free(&run.frame);
        free(run.block);
        if (ending == ENDED) {
                *report = answer;
                return OUTCOME_REPORT;
        }
        if (ending == REFUSED)
                refused_set(answer, problem);
        else if (ending == FAILED_HERE)
                problem_set(problem, "internal", "the bytes to be judged could not be read, or the documents not be taken");
        json_decref(answer);
        return ending == BROKEN ? OUTCOME_BROKEN : OUTCOME_PROBLEM;
}

static const char *end_code(enum judge_end end)
{
        return end == JUDGE_TIMEOUT ? "JUDGE_TIMEOUT" : "JUDGE_DIED";
}

static const char *end_text(enum judge_end end)
{
        return end == JUDGE_TIMEOUT ? "the judge took longer than it may" : "the judge ended before it could answer";
}

static bool broken_set(enum judge_end end, struct problem *problem)
{
        return problem_set(problem, "document-unreadable", "%s: %s", end_code(end), end_text(end));
}

static json_t *broken_reasons(enum judge_end end)
{
        return json_pack("[{s:s, s:s, s:s, s:s}]", "code", end_code(end), "clause", "EN 319 102-1 5.1.3", "text", end_text(end),
                         "texte",
                         end == JUDGE_TIMEOUT ? "le vérificateur a dépassé le temps permis"
                                              : "le vérificateur s'est arrêté avant de répondre");
}

bool verdict_manifest(struct verdict_pool *pool, const void *manifest, size_t size, json_t **out, struct problem *problem)
{
        const struct job job = {.kind = "manifest", .manifest = manifest, .manifest_size = size, .reusable = true};
        enum judge_end end = JUDGE_DIED;
        enum outcome outcome = job_run(pool, &job, out, &end, problem);
        return outcome == OUTCOME_BROKEN ? broken_set(end, problem) : outcome == OUTCOME_REPORT;
}

bool verdict_document(struct verdict_pool *pool, const struct verdict_source *document, const struct verdict_trust *trust,
                      json_t **report, struct problem *problem)
{
        const struct job job = {.kind = "document", .source = document, .trust = trust};
        enum judge_end end = JUDGE_DIED;
        enum outcome outcome = job_run(pool, &job, report, &end, problem);
        if (outcome == OUTCOME_BROKEN)
                *report = json_pack("{s:s, s:n, s:n, s:[], s:[], s:o}", "indication", "INDETERMINATE", "subIndication", "format",
                                    "signatures", "unsigned", "reasons", broken_reasons(end));
        return outcome != OUTCOME_PROBLEM;
}

bool verdict_pes(struct verdict_pool *pool, const struct verdict_source *document, const struct verdict_sink *files,
                 json_t **report, struct problem *problem)
{
        const struct job job = {.kind = "pes", .source = document, .sink = files};
        enum judge_end end = JUDGE_DIED;
        enum outcome outcome = job_run(pool, &job, report, &end, problem);
        if (outcome == OUTCOME_BROKEN)
                *report = json_pack("{s:{}, s:[{s:s, s:s, s:s}]}", "facts", "reasons", "code", "pes-unreadable", "clause",
                                    "verdict.h: memory and time of a judge", "text", end_text(end));
        return outcome != OUTCOME_PROBLEM;
}

bool verdict_envelope(struct verdict_pool *pool, const void *manifest, size_t manifest_size, struct verdict_shares shares,
                      const struct verdict_source *ciphertext, const struct verdict_trust *trust,
                      const struct verdict_sink *documents, json_t **report, struct problem *problem)
{
        const struct job job = {.kind = "envelope",
                                .manifest = manifest,
                                .manifest_size = manifest_size,
                                .shares = shares,
                                .source = ciphertext,
                                .trust = trust,
                                .sink = documents};
        enum judge_end end = JUDGE_DIED;
        enum outcome outcome = job_run(pool, &job, report, &end, problem);
        if (outcome == OUTCOME_BROKEN)
                *report = json_pack("{s:s, s:o, s:[], s:[], s:n, s:s}", "outcome", "unreadable", "reasons", broken_reasons(end),
                                    "documents", "missing", "verification", "indication", "INDETERMINATE");
        return outcome != OUTCOME_PROBLEM;
}

bool verdict_extract(struct verdict_pool *pool, const void *manifest, size_t manifest_size, struct verdict_shares shares,
                     const struct verdict_source *ciphertext, const char *name, const struct verdict_sink *document,
                     struct problem *problem)
{
        const struct job job = {.kind = "extract",
                                .manifest = manifest,
                                .manifest_size = manifest_size,
                                .shares = shares,
                                .source = ciphertext,
                                .sink = document,
                                .name = name};
        enum judge_end end = JUDGE_DIED;
        json_t *report = NULL;
        enum outcome outcome = job_run(pool, &job, &report, &end, problem);
        json_decref(report);
        return outcome == OUTCOME_BROKEN ? broken_set(end, problem) : outcome == OUTCOME_REPORT;
}

bool verdict_unpack(struct verdict_pool *pool, const struct verdict_source *archive, const struct verdict_sink *files,
                    struct problem *problem)
{
        const struct job job = {.kind = "unpack", .source = archive, .sink = files};
        enum judge_end end = JUDGE_DIED;
        json_t *report = NULL;
        enum outcome outcome = job_run(pool, &job, &report, &end, problem);
        json_decref(report);
        return outcome == OUTCOME_BROKEN ? broken_set(end, problem) : outcome == OUTCOME_REPORT;
}

bool verdict_stamp(struct verdict_pool *pool, const struct verdict_source *pdf, const char *lines, const struct verdict_sink *copy,
                   struct problem *problem)
{
        const struct job job = {.kind = "stamp", .manifest = lines, .manifest_size = strlen(lines), .source = pdf, .sink = copy};
        enum judge_end end = JUDGE_DIED;
        json_t *report = NULL;
        enum outcome outcome = job_run(pool, &job, &report, &end, problem);
        json_decref(report);
        return outcome == OUTCOME_BROKEN ? broken_set(end, problem) : outcome == OUTCOME_REPORT;
}

bool verdict_share_check(struct verdict_pool *pool, const void *manifest, size_t manifest_size, struct verdict_shares shares,
                         bool *out, struct problem *problem)
{
        const struct job job = {.kind = "shares", .manifest = manifest, .manifest_size = manifest_size, .shares = shares};
        enum judge_end end = JUDGE_DIED;
        json_t *answers = NULL;
        enum outcome outcome = job_run(pool, &job, &answers, &end, problem);
        bool whole = outcome == OUTCOME_REPORT && json_array_size(answers) == shares.count;
        for (size_t i = 0; whole && i < shares.count; i++)
                out[i] = json_is_true(json_array_get(answers, i));
        json_decref(answers);
        if (outcome == OUTCOME_BROKEN || (outcome == OUTCOME_REPORT && !whole))
                return broken_set(end, problem);
        return whole;
}
