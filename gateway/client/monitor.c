/*
 * monitor.c - `pli journal monitor`: has the gateway kept to what it has signed?
 *
 * The last checkpoint believed lies in a file, as it was signed. The new one must
 * be signed by the journal's key, not be shorter, and contain the old one: that is
 * proven from tiles, as is that each of our receipts is in it. Only then does it
 * take the old one's place; one that contradicts is kept beside it, as evidence:
 * two checkpoints signed by one key that no tree can join.
 *
 * Exit status: 0 all is proven, 11 something is not so, else as everywhere.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/client/catalogue.h"
#include "gateway/client/command.h"
#include "gateway/client/functions.h"
#include "gateway/client/input.h"
#include "gateway/client/journal_keys.h"
#include "gateway/client/output.h"
#include "gateway/client/session.h"
#include "gateway/client/show.h"
#include "gateway/client/tiles.h"
#include "gateway/client/trust.h"
#include "gateway/core/owner.h"
#include "gateway/formats/receipt.h"

enum { EXIT_FAILED = 11 };

typedef struct receipt receipt_handle;
DEFINE_OWNER(receipt_handle, receipt_free)
DEFINE_OWNER(DIR, closedir)

struct monitor {
        const struct invocation *invocation;
        struct session *session;
        struct journal_keys keys;
        struct tiles *tiles;
        const char *state; /* file of the last checkpoint; NULL: none is kept */
        char *note;        /* the new one, as served */
        struct checkpoint old, now;
        bool known; /* is there an old one? */
        uint64_t receipts;
        json_t *findings; /* texts */
};

/* What is wrong is told at once and remembered. */
static void finding_add(struct monitor *monitor, const char *sentence)
{
        json_array_append_new(monitor->findings, json_string(sentence));
        if (!invocation_flag(monitor->invocation, "json"))
                show_check(false, sentence);
}

/* ---- checkpoints ---- */

static bool checkpoint_read(const struct monitor *monitor, const char *note, const char *where, struct checkpoint *out,
                            struct problem *problem)
{
        struct signing_refusal why = {.sentence = "no key"};
        const struct signing_bytes bytes = {(const uint8_t *)note, strlen(note)};
        for (size_t i = 0; i < monitor->keys.count; i++)
                if (checkpoint_check(bytes, &monitor->keys.list[i], out, &why))
                        return true;
        return problem_set(problem, "document-unreadable", words("%s is no checkpoint signed by this key: %s"), where,
                           why.sentence);
}

static bool old_read(struct monitor *monitor, struct problem *problem)
{
        struct content file = {0};
        if (monitor->state == NULL || access(monitor->state, F_OK) != 0)
                return true;
        if (!content_read(monitor->state, NOTE_MAX, &file, problem))
                return false;
        monitor->known = checkpoint_read(monitor, (const char *)file.data, monitor->state, &monitor->old, problem);
        content_free(&file);
        return monitor->known;
}

static bool new_fetch(struct monitor *monitor, struct problem *problem)
{
        struct answer answer = {0};
        if (!session_call(monitor->session, &(struct call){.method = "GET", .path = "/checkpoint"}, &answer, problem))
                return false;
        monitor->note = strndup(answer.body != NULL ? answer.body : "", answer.size);
        answer_free(&answer);
        return checkpoint_read(monitor, monitor->note, "/checkpoint", &monitor->now, problem);
}

/* Does the tree that is served now contain the tree of this checkpoint? */
static bool is_contained(struct monitor *monitor, const struct checkpoint *older)
{
        const struct merkle_reader reader = tiles_reader(monitor->tiles);
        struct merkle_proof proof;
        if (older->size == monitor->now.size)
                return memcmp(&older->root, &monitor->now.root, sizeof older->root) == 0;
        return older->size < monitor->now.size && merkle_consistency(older->size, monitor->now.size, &reader, &proof) &&
               merkle_consistency_check(older->size, monitor->now.size, &older->root, &monitor->now.root, &proof);
}

static void history_check(struct monitor *monitor)
{
        const struct merkle_reader reader = tiles_reader(monitor->tiles);
        struct merkle_hash root;
        if (!merkle_root(monitor->now.size, &reader, &root) || memcmp(&root, &monitor->now.root, sizeof root) != 0)
                finding_add(monitor, words("The tiles do not make the root that was signed"));
        if (!monitor->known)
                return;
        if (strcmp(monitor->old.origin, monitor->now.origin) != 0)
                finding_add(monitor, words("This is another journal than the one in the file"));
        else if (monitor->now.size < monitor->old.size)
                finding_add(monitor, words("The journal has become shorter: leaves that were signed are gone"));
        else if (!is_contained(monitor, &monitor->old))
                finding_add(monitor, words("The journal was rewritten: it does not contain the one that was signed before"));
}

/* ---- our own receipts ---- */

static const char *receipt_differs(struct monitor *monitor, const struct receipt *receipt)
{
        const struct receipt_source *source = receipt_source(receipt);
        const struct merkle_reader reader = tiles_reader(monitor->tiles);
        struct refusals refusals = {0};
        struct merkle_hash leaf;
        struct merkle_proof proof;
        struct checkpoint own;
        struct signing_refusal why;
        if (journal_keys_check(&monitor->keys, receipt, &refusals) != SIGNING_PASSED ||
            !checkpoint_parse(source->checkpoint, &own, &why))
                return words("does not prove its own leaf");
        if (source->index >= monitor->now.size)
                return words("is beyond the end of the journal that is served");
        merkle_commitment(source->salt, source->text.data, source->text.size, &leaf);
        if (!merkle_inclusion(source->index, monitor->now.size, &reader, &proof) ||
            !merkle_inclusion_check(source->index, monitor->now.size, &leaf, &proof, &monitor->now.root))
                return words("is not in the journal that is served");
        return is_contained(monitor, &own) ? NULL : words("carries a checkpoint that the journal does not contain");
}

static bool receipt_check_file(struct monitor *monitor, const char *path, struct problem *problem)
{
        OWN(receipt_handle) receipt = NULL;
        struct content file = {0};
        struct signing_refusal why = {0};
        char sentence[400];
        if (!content_read(path, RECEIPT_MAX, &file, problem))
                return false;
        const char *wrong = receipt_read(content_bytes(&file), &receipt, &why) ? receipt_differs(monitor, receipt) : why.sentence;
        content_free(&file);
        monitor->receipts++;
        if (wrong == NULL || tiles_problem(monitor->tiles) != NULL)
                return true;
        snprintf(sentence, sizeof sentence, words("The receipt %s %s"), path_name(path), wrong);
        finding_add(monitor, sentence);
        return true;
}

static bool folder_check(struct monitor *monitor, const char *folder, struct problem *problem)
{
        OWN(DIR) listing = opendir(folder);
        if (listing == NULL)
                return problem_set(problem, "file-unreadable", "%s: %s", folder, strerror(errno));
        for (const struct dirent *entry; (entry = readdir(listing)) != NULL;) {
                const char *ending = strrchr(entry->d_name, '.');
                if (ending == NULL || strcmp(ending, ".xml") != 0 || entry->d_name[0] == '.')
                        continue;
                char *path = path_join(folder, entry->d_name);
                bool read = receipt_check_file(monitor, path, problem);
                free(path);
                if (!read)
                        return false;
        }
        return true;
}

static bool receipts_check(struct monitor *monitor, struct problem *problem)
{
        const char *folder;
        for (size_t i = 0; (folder = invocation_listed(monitor->invocation, "receipts", i)) != NULL; i++)
                if (!folder_check(monitor, folder, problem))
                        return false;
        return true;
}

/* ---- the end ---- */

/* The new checkpoint takes the old one's place, or lies beside it as evidence. */
static bool note_keep(const struct monitor *monitor, struct problem *problem)
{
        char path[4096];
        if (monitor->state == NULL)
                return true;
        snprintf(path, sizeof path, "%s%s", monitor->state, json_array_size(monitor->findings) > 0 ? ".conflict" : "");
        return output_bytes(path, OUTPUT_PUBLIC, monitor->note, strlen(monitor->note), problem);
}

static int result_show(const struct monitor *monitor)
{
        bool good = json_array_size(monitor->findings) == 0;
        if (invocation_flag(monitor->invocation, "json")) {
                json_t *object = json_pack("{s:s, s:s, s:I, s:o, s:I, s:O}", "result", good ? "passed" : "failed", "origin",
                                           monitor->now.origin, "size", (json_int_t)monitor->now.size, "previous",
                                           monitor->known ? json_integer((json_int_t)monitor->old.size) : json_null(), "receipts",
                                           (json_int_t)monitor->receipts, "findings", monitor->findings);
                show_json(object);
                json_decref(object);
        } else if (good) {
                char sentence[300];
                snprintf(sentence, sizeof sentence,
                         words("The journal %s has %llu leaves and contains all it contained before, and %llu receipts of yours"),
                         monitor->now.origin, (unsigned long long)monitor->now.size, (unsigned long long)monitor->receipts);
                show_check(true, sentence);
        }
        return good ? 0 : EXIT_FAILED;
}

static bool monitor_run(struct monitor *monitor, struct problem *problem)
{
        if (!journal_keys_given(monitor->invocation, &monitor->keys, problem))
                return false;
        if (monitor->keys.count == 0)
                return problem_set(problem, "usage", "%s", words("--journal-key is needed"));
        if (!library_start(problem) || !session_open(monitor->invocation, &monitor->session, problem) ||
            !old_read(monitor, problem) || !new_fetch(monitor, problem))
                return false;
        monitor->tiles = tiles_new(monitor->session, monitor->now.size);
        history_check(monitor);
        if (!receipts_check(monitor, problem))
                return false;
        if (tiles_problem(monitor->tiles) != NULL) {
                *problem = *tiles_problem(monitor->tiles);
                return false;
        }
        return note_keep(monitor, problem);
}

/* The address may stand without --gateway. */
static struct invocation invocation_addressed(const struct invocation *given)
{
        struct invocation own = *given;
        if (given->argument_count == 0)
                return own;
        own.options = calloc(given->option_count + 1, sizeof *own.options);
        if (own.options == NULL)
                abort();
        if (given->option_count > 0)
                memcpy(own.options, given->options, given->option_count * sizeof *own.options);
        own.options[own.option_count++] = (struct given_option){"gateway", given->arguments[0]};
        return own;
}

int pli_journal_monitor(const struct invocation *invocation)
{
        static struct monitor monitor;
        struct problem problem = {0};
        const struct invocation own = invocation_addressed(invocation);
        monitor = (struct monitor){.invocation = &own, .state = invocation_option(&own, "state"), .findings = json_array()};
        bool judged = monitor_run(&monitor, &problem);
        int status = judged ? result_show(&monitor) : show_problem(invocation, &problem);
        tiles_free(monitor.tiles);
        session_close(monitor.session);
        json_decref(monitor.findings);
        free(monitor.note);
        if (own.options != invocation->options)
                free(own.options);
        return status;
}
