/*
 * refresh.c - `pli trust refresh`: fetches the list of lists, the pivots it
 * needs and the national lists, and keeps in a folder what their announced
 * signers have signed. What cannot be had or believed stays as it was.
 */
#include <assert.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "gateway/client/catalogue.h"
#include "gateway/client/command.h"
#include "gateway/client/functions.h"
#include "gateway/client/list_store.h"
#include "gateway/client/lists.h"
#include "gateway/client/output.h"
#include "gateway/client/show.h"
#include "gateway/client/trust.h"

enum { PIVOTS_MOST = 64 };

static const char LEADING[] = "lotl.xml";

struct refresh {
        const struct invocation *invocation;
        struct list_store store;
        struct content signers;
        struct list_arrival leading; /* the list of lists */
        signing_trust *trust;
        json_t *lists; /* what became of each */
        size_t failed;
        char *pivots[PIVOTS_MOST];
        size_t pivot_count;
};

static int64_t now(void)
{
        return (int64_t)time(NULL);
}

static bool list_take(const struct refresh *refresh, const struct content *list, struct signing_refusal *why)
{
        return signing_trust_list(refresh->trust, content_bytes(list), content_bytes(&refresh->signers), now(), why);
}

/* ---- the list of lists ---- */

static void pivot_note(void *context, const struct signing_pointer *pointer)
{
        struct refresh *refresh = context;
        if (!pointer->pivot || refresh->pivot_count == PIVOTS_MOST)
                return;
        refresh->pivots[refresh->pivot_count] = strdup(pointer->location);
        assert(refresh->pivots[refresh->pivot_count] != NULL);
        refresh->pivot_count++;
}

static void pivot_take(struct refresh *refresh, const char *url)
{
        struct list_arrival pivot = {0};
        struct problem problem = {0};
        struct signing_refusal why = {0};
        struct signing_list shown = {0};
        char name[48];
        if (!list_store_fetch(&refresh->store, NULL, url, &pivot, &problem)) {
                show_note("%s", problem.detail);
                return;
        }
        if (list_take(refresh, &pivot.content, &why) && signing_list_show(content_bytes(&pivot.content), &shown, &why)) {
                snprintf(name, sizeof name, "pivot-%" PRIu64 ".xml", shown.sequence);
                if (!list_store_keep(&refresh->store, name, &pivot, &problem))
                        show_note("%s", problem.detail);
        } else {
                show_note("%s: %s [%s]", url, why.sentence, why.code);
        }
        content_free(&pivot.content);
}

/* Signed by one of the pinned signers, or by one that a chain of pivots announces. */
static bool leading_take(struct refresh *refresh, const char *url, struct problem *problem)
{
        struct signing_refusal why = {0};
        if (!list_store_fetch(&refresh->store, LEADING, url, &refresh->leading, problem))
                return false;
        const struct content *content = &refresh->leading.content;
        bool taken = list_take(refresh, content, &why);
        if (!taken && strcmp(why.code, "LIST_UNPINNED") == 0) {
                if (!signing_list_pointers(content_bytes(content), pivot_note, refresh, &why))
                        return problem_refused(problem, "list-refused", url, &why);
                for (size_t i = refresh->pivot_count; i-- > 0;) /* oldest first */
                        pivot_take(refresh, refresh->pivots[i]);
                taken = list_take(refresh, content, &why);
        }
        return (taken || problem_refused(problem, "list-refused", url, &why)) &&
               list_store_keep(&refresh->store, LEADING, &refresh->leading, problem);
}

/* ---- the national lists ---- */

static bool territory_safe(const char *territory)
{
        size_t size = strlen(territory);
        for (size_t i = 0; i < size; i++)
                if (!isupper((unsigned char)territory[i]) && territory[i] != '_')
                        return false;
        return size >= 2;
}

/* What became of one list. */
struct national {
        struct signing_list shown;
        bool changed;
};

static bool national_check(const struct refresh *refresh, const struct signing_pointer *pointer, const struct list_arrival *arrival,
                           struct national *out, struct problem *problem)
{
        struct signing_refusal why = {0};
        if (!list_take(refresh, &arrival->content, &why) || !signing_list_show(content_bytes(&arrival->content), &out->shown, &why))
                return problem_refused(problem, "list-refused", pointer->location, &why);
        return strcmp(out->shown.territory, pointer->territory) == 0 ||
               problem_set(problem, "list-refused", words("%s is the list of %s, not of %s"), pointer->location,
                           out->shown.territory, pointer->territory);
}

static bool national_fetch(const struct refresh *refresh, const struct signing_pointer *pointer, struct national *out,
                           struct problem *problem)
{
        struct list_arrival arrival = {0};
        char name[16];
        if (!territory_safe(pointer->territory))
                return problem_set(problem, "list-refused", "%s: \"%s\"", pointer->location, pointer->territory);
        snprintf(name, sizeof name, "%s.xml", pointer->territory);
        if (!list_store_fetch(&refresh->store, name, pointer->location, &arrival, problem))
                return false;
        out->changed = arrival.changed;
        bool good = national_check(refresh, pointer, &arrival, out, problem) &&
                    list_store_keep(&refresh->store, name, &arrival, problem);
        content_free(&arrival.content);
        return good;
}

static void national_take(void *context, const struct signing_pointer *pointer)
{
        struct refresh *refresh = context;
        struct problem problem = {0};
        struct national national = {0};
        if (pointer->of_lists || pointer->pivot)
                return;
        bool good = national_fetch(refresh, pointer, &national, &problem);
        refresh->failed += !good;
        json_t *row = json_pack("{s:s, s:s, s:b, s:b, s:I, s:b}", "territory", pointer->territory, "location", pointer->location,
                                "taken", good, "changed", good && national.changed, "number", (json_int_t)national.shown.sequence,
                                "overdue", national.shown.next != 0 && national.shown.next < now());
        if (!good)
                json_object_set_new(row, "problem", json_string(problem.detail));
        json_array_append_new(refresh->lists, row);
}

/* ---- the command ---- */

static void refresh_show(const struct refresh *refresh)
{
        size_t index;
        json_t *row;
        if (invocation_flag(refresh->invocation, "json")) {
                show_json(refresh->lists);
                return;
        }
        json_array_foreach(refresh->lists, index, row)
        {
                char line[512];
                bool taken = json_is_true(json_object_get(row, "taken"));
                const char *word = json_is_true(json_object_get(row, "overdue"))   ? words("its successor is overdue")
                                   : json_is_true(json_object_get(row, "changed")) ? words("new")
                                                                                   : words("unchanged");
                if (taken)
                        snprintf(line, sizeof line, "%s %" JSON_INTEGER_FORMAT ", %s", field_text(row, "territory"),
                                 json_integer_value(json_object_get(row, "number")), word);
                else
                        snprintf(line, sizeof line, "%s %s", field_text(row, "territory"), field_text(row, "problem"));
                show_check(taken, line);
        }
}

/* --signers, else those kept from before; they are kept beside the lists. */
static bool signers_read(struct refresh *refresh, struct problem *problem)
{
        const char *given = invocation_option(refresh->invocation, "signers");
        char *path = path_join(refresh->store.folder, LISTS_SIGNERS);
        bool good =
                given != NULL || access(path, R_OK) == 0 ||
                problem_set(
                        problem, "usage", "%s",
                        words("--signers says who may sign the list of lists: the certificates its notice in the Official Journal gives"));
        good = good && content_read(given != NULL ? given : path, LIST_MOST, &refresh->signers, problem);
        if (good && given != NULL)
                good = output_bytes(path, OUTPUT_PUBLIC, refresh->signers.data, refresh->signers.size, problem);
        free(path);
        return good;
}

static bool refresh_run(struct refresh *refresh, struct problem *problem)
{
        const char *url = invocation_option(refresh->invocation, "lotl");
        struct signing_refusal why = {0};
        if (url == NULL || refresh->store.folder == NULL)
                return problem_set(problem, "usage", "%s", words("--lotl and --output are needed"));
        if (!library_start(problem) || !output_folder(refresh->store.folder, problem) || !signers_read(refresh, problem) ||
            !leading_take(refresh, url, problem))
                return false;
        if (!signing_list_pointers(content_bytes(&refresh->leading.content), national_take, refresh, &why))
                return problem_refused(problem, "list-refused", url, &why);
        refresh_show(refresh);
        return true;
}

int pli_trust_refresh(const struct invocation *invocation)
{
        struct refresh refresh = {.invocation = invocation,
                                  .store = {invocation_option(invocation, "output"), invocation_option(invocation, "ca")},
                                  .trust = signing_trust_new(),
                                  .lists = json_array()};
        struct problem problem = {0};
        assert(refresh.trust != NULL && refresh.lists != NULL);
        bool good = refresh_run(&refresh, &problem);
        int status = !good ? show_problem(invocation, &problem) : refresh.failed > 0 ? EX_TEMPFAIL : 0;
        for (size_t i = 0; i < refresh.pivot_count; i++)
                free(refresh.pivots[i]);
        content_free(&refresh.signers);
        content_free(&refresh.leading.content);
        signing_trust_free(refresh.trust);
        json_decref(refresh.lists);
        return status;
}
