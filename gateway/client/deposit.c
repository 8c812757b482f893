/*
 * deposit.c - `pli deposit`: sealed envelopes to the gateway, whatever the line
 * does. Asks what has arrived, sends what is missing, goes on after a cut, a
 * kill or a reboot, commits, and brings the receipt home (DESIGN §4).
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gateway/client/acknowledgement.h"
#include "gateway/client/catalogue.h"
#include "gateway/client/command.h"
#include "gateway/client/delivery.h"
#include "gateway/client/functions.h"
#include "gateway/client/output.h"
#include "gateway/client/resume.h"
#include "gateway/client/sealed.h"
#include "gateway/client/session.h"
#include "gateway/client/show.h"

enum { REHEARSAL_FAILED = 11, DEPOSIT_PATIENCE = 900, CONNECTIONS = 4, GROUP_MIB = 8, RECEIPT_MOST = 16 << 20 };

/* All that one `pli deposit` works with. */
struct errand {
        struct sealed *sealed;
        size_t count;
        struct session *session;
        struct resume resume;
        char *state_path, *receipt_path;
        unsigned connections, group_mib;
        bool rehearsal; /* counts for nothing; what would go wrong is said */
};

static bool number_read(const struct invocation *invocation, const char *option, unsigned fallback, unsigned most, unsigned *out,
                        struct problem *problem)
{
        const char *text = invocation_option(invocation, option);
        *out = fallback;
        if (text == NULL)
                return true;
        char *end;
        unsigned long number = strtoul(text, &end, 10);
        if (*text < '0' || *text > '9' || *end != '\0' || number < 1 || number > most)
                return problem_set(problem, "usage", words("--%s is from 1 to %u"), option, most);
        *out = (unsigned)number;
        return true;
}

/* All envelopes of a deposit answer the same consultation, each under its own name. */
static bool sealed_agree(const struct errand *errand, const char *consultation, struct problem *problem)
{
        for (size_t i = 0; i < errand->count; i++) {
                const struct sealed *sealed = &errand->sealed[i];
                const char *wanted = consultation != NULL ? consultation : errand->sealed[0].consultation;
                if (strcmp(sealed->consultation, wanted) != 0)
                        return problem_set(problem, "sealed-folder", words("%s is sealed for consultation %s, not %s"),
                                           sealed->folder, sealed->consultation, wanted);
                for (size_t j = 0; j < i; j++)
                        if (strcmp(sealed->envelope, errand->sealed[j].envelope) == 0)
                                return problem_set(problem, "sealed-folder", words("%s and %s are both the envelope %s"),
                                                   errand->sealed[j].folder, sealed->folder, sealed->envelope);
        }
        return true;
}

static bool sealed_all_open(const struct invocation *invocation, struct errand *errand, struct problem *problem)
{
        errand->sealed = calloc(invocation->argument_count, sizeof *errand->sealed);
        assert(errand->sealed != NULL);
        for (; errand->count < invocation->argument_count; errand->count++)
                if (!sealed_open(invocation->arguments[errand->count], &errand->sealed[errand->count], problem))
                        return false;
        return sealed_agree(errand, invocation_option(invocation, "consultation"), problem);
}

static char *beside(const struct invocation *invocation, const char *option, const struct errand *errand, const char *name)
{
        const char *given = invocation_option(invocation, option);
        char *path = given != NULL ? strdup(given) : path_join(errand->sealed[0].folder, name);
        assert(path != NULL);
        return path;
}

static bool errand_begin(const struct invocation *invocation, struct errand *errand, struct problem *problem)
{
        if (!number_read(invocation, "parallel", CONNECTIONS, 16, &errand->connections, problem) ||
            !number_read(invocation, "group", GROUP_MIB, 64, &errand->group_mib, problem) ||
            !sealed_all_open(invocation, errand, problem) || !session_open(invocation, &errand->session, problem))
                return false;
        errand->rehearsal = invocation_flag(invocation, "rehearsal");
        errand->state_path = beside(invocation, "state", errand, errand->rehearsal ? "rehearsal.json" : "deposit.json");
        errand->receipt_path = beside(invocation, "receipt", errand, errand->rehearsal ? "rehearsal.xml" : "receipt.xml");
        session_patience(errand->session, DEPOSIT_PATIENCE);
        if (invocation_flag(invocation, "again") || errand->rehearsal)
                (void)unlink(errand->state_path); /* where it is not there, nothing is to be forgotten */
        return resume_open(errand->state_path, invocation_option(invocation, "gateway"), errand->sealed, errand->count,
                           &errand->resume, problem);
}

static void errand_end(struct errand *errand)
{
        for (size_t i = 0; i < errand->count; i++)
                sealed_close(&errand->sealed[i]);
        free(errand->sealed);
        resume_close(&errand->resume);
        free(errand->state_path);
        free(errand->receipt_path);
        session_close(errand->session);
}

/* What a rehearsal is judged by at its end: our clock, and how much there is to send. */
static void rehearsal_ask(const struct errand *errand, json_t *request)
{
        char clock[32];
        time_t now = time(NULL);
        struct tm parts;
        uint64_t bytes = 0;
        for (size_t i = 0; i < errand->count; i++)
                bytes += errand->sealed[i].ciphertext.size;
        strftime(clock, sizeof clock, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &parts));
        json_object_set_new(request, "rehearsal", json_true());
        json_object_set_new(request, "clock", json_string(clock));
        json_object_set_new(request, "bytes", json_integer((json_int_t)bytes));
}

/* The same key opens the same deposit, also when the answer was lost. */
static bool deposit_begin(struct errand *errand, struct problem *problem)
{
        if (*resume_get(&errand->resume, "deposit") != '\0') {
                show_note(words("Going on with deposit %s."), resume_get(&errand->resume, "deposit"));
                return true;
        }
        json_t *request = json_pack("{s:s}", "key", resume_get(&errand->resume, "key")), *deposit = NULL;
        if (errand->rehearsal)
                rehearsal_ask(errand, request);
        char *path = session_path("/api/v1/consultations/%s/deposits", errand->sealed[0].consultation);
        struct call call = {.method = "POST", .path = path, .json = request, .key = resume_get(&errand->resume, "key")};
        bool begun = session_json(errand->session, &call, &deposit, problem);
        json_decref(request);
        free(path);
        if (begun && *field_text(deposit, "id") == '\0')
                begun = problem_set(problem, "gateway-answer", "id");
        if (begun)
                begun = resume_set(&errand->resume, "deposit", field_text(deposit, "id"), problem);
        if (begun)
                show_note(errand->rehearsal ? words("Rehearsal %s begun: this is no deposit.") : words("Deposit %s begun."),
                          field_text(deposit, "id"));
        json_decref(deposit);
        return begun;
}

static bool receipt_keep(struct errand *errand, const struct answer *receipt, struct problem *problem)
{
        return output_bytes(errand->receipt_path, OUTPUT_PUBLIC, receipt->body, receipt->size, problem) &&
               resume_set(&errand->resume, "state", "committed", problem);
}

static int receipt_show(const struct invocation *invocation, const struct errand *errand)
{
        struct problem problem = {0};
        struct content file = {0};
        json_t *more = json_pack("{s:s,s:s}", "deposit", resume_get(&errand->resume, "deposit"), "receipt", errand->receipt_path);
        bool shown = content_read(errand->receipt_path, RECEIPT_MOST, &file, &problem) &&
                     acknowledgement_show(invocation, content_bytes(&file), more, &problem);
        content_free(&file);
        json_decref(more);
        if (!shown)
                return show_problem(invocation, &problem);
        if (!invocation_flag(invocation, "json"))
                show_pair(words("Receipt"), errand->receipt_path);
        return 0;
}

/* What the gateway found: 0 where it would all have gone well. */
static int findings_show(const struct invocation *invocation, const struct errand *errand)
{
        struct problem problem = {0};
        json_t *deposit = NULL, *finding;
        size_t at;
        int status = 0;
        char *path = session_path("/api/v1/deposits/%s", resume_get(&errand->resume, "deposit"));
        bool fetched = session_json(errand->session, &(struct call){.method = "GET", .path = path}, &deposit, &problem);
        free(path);
        if (!fetched)
                return show_problem(invocation, &problem);
        json_array_foreach(json_object_get(deposit, "findings"), at, finding)
        {
                bool well = json_is_true(json_object_get(finding, "well"));
                char line[512];
                snprintf(line, sizeof line, "%s: %s", field_text(finding, "name"), field_text(finding, "text"));
                if (!invocation_flag(invocation, "json"))
                        show_check(well, line);
                status = well ? status : REHEARSAL_FAILED;
        }
        if (invocation_flag(invocation, "json"))
                show_json(deposit);
        else
                show_check(status == 0, status == 0 ? words("A deposit would go well from here. Nothing of this one is kept.")
                                                    : words("Put this right before you deposit. Nothing of this one is kept."));
        json_decref(deposit);
        return status;
}

static bool errand_run(const struct invocation *invocation, struct errand *errand, struct problem *problem)
{
        struct answer receipt = {0};
        if (!deposit_begin(errand, problem))
                return false;
        struct delivery delivery = {
                .invocation = invocation,
                .session = errand->session,
                .deposit = resume_get(&errand->resume, "deposit"),
                .commit_key = resume_get(&errand->resume, "commit"),
                .sealed = errand->sealed,
                .count = errand->count,
                .connections = errand->connections,
                .group_bytes = (uint64_t)errand->group_mib << 20,
                .fresh = errand->resume.fresh,
        };
        bool done = delivery_run(&delivery, &receipt, problem) && receipt_keep(errand, &receipt, problem);
        answer_free(&receipt);
        return done;
}

int pli_deposit(const struct invocation *invocation)
{
        struct errand errand = {0};
        struct problem problem = {0};
        int status;
        bool done = errand_begin(invocation, &errand, &problem);
        struct input there = {.fd = -1};
        struct problem absent = {0};
        /* Finished before: the receipt is shown again, nothing is sent. */
        bool finished = done && strcmp(resume_get(&errand.resume, "state"), "committed") == 0 &&
                        input_open(errand.receipt_path, &there, &absent);
        input_close(&there);
        if (done && !finished)
                done = errand_run(invocation, &errand, &problem);
        status = !done              ? show_problem(invocation, &problem)
                 : errand.rehearsal ? findings_show(invocation, &errand)
                                    : receipt_show(invocation, &errand);
        errand_end(&errand);
        return status;
}
