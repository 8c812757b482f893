/* list_store.c - conditional fetches, atomic replacement (list_store.h). */
#include "gateway/client/list_store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/client/catalogue.h"
#include "gateway/client/output.h"
#include "gateway/client/show.h"

enum { STATE_MOST = 4096, NAME_MOST = 80 };

static char *state_path(const struct list_store *store, const char *name)
{
        char hidden[NAME_MOST];
        snprintf(hidden, sizeof hidden, ".%s.state", name);
        return path_join(store->folder, hidden);
}

/* Two lines: ETag, Last-Modified. */
static bool state_read(const struct list_store *store, const char *name, struct fetch_state *out)
{
        char *path = state_path(store, name);
        struct content text = {0};
        struct problem absent = {0};
        bool read = content_read(path, STATE_MOST, &text, &absent);
        free(path);
        if (!read)
                return false;
        char *second = strchr((char *)text.data, '\n'), *end = second != NULL ? strchr(second + 1, '\n') : NULL;
        if (end != NULL) {
                snprintf(out->etag, sizeof out->etag, "%.*s", (int)(second - (char *)text.data), (char *)text.data);
                snprintf(out->modified, sizeof out->modified, "%.*s", (int)(end - second - 1), second + 1);
        }
        content_free(&text);
        return end != NULL;
}

static bool state_write(const struct list_store *store, const char *name, const struct fetch_state *state, struct problem *problem)
{
        char text[sizeof *state + 4];
        char *path = state_path(store, name);
        int size = snprintf(text, sizeof text, "%s\n%s\n", state->etag, state->modified);
        bool written = output_bytes(path, OUTPUT_PUBLIC, text, (size_t)size, problem);
        free(path);
        return written;
}

static bool state_drop(const struct list_store *store, const char *name, struct problem *problem)
{
        char *path = state_path(store, name);
        bool gone =
                unlink(path) == 0 || errno == ENOENT || problem_set(problem, "file-unwritable", "%s: %s", path, strerror(errno));
        free(path);
        return gone;
}

static bool kept_read(const struct list_store *store, const char *name, struct content *out)
{
        struct problem absent = {0};
        char *path = path_join(store->folder, name);
        bool read = content_read(path, LIST_MOST, out, &absent);
        free(path);
        return read;
}

bool list_store_fetch(const struct list_store *store, const char *name, const char *url, struct list_arrival *out,
                      struct problem *problem)
{
        struct content kept = {0}, fetched = {0};
        struct fetch_state state = {0};
        const struct fetch_request request = {url, store->ca, LIST_MOST};
        *out = (struct list_arrival){0};
        if (name != NULL && kept_read(store, name, &kept) && !state_read(store, name, &state))
                state = (struct fetch_state){0};
        if (!fetch_changed(&request, &state, &fetched, problem)) {
                content_free(&kept);
                return false;
        }
        bool changed = fetched.size > 0;
        *out = (struct list_arrival){changed ? fetched : kept, state, changed};
        if (changed)
                content_free(&kept);
        return true;
}

/* The number of what is kept under that name; 0 where there is nothing. */
static uint64_t number_kept(const struct list_store *store, const char *name)
{
        struct content content = {0};
        struct signing_refusal why = {0};
        struct signing_list list = {0};
        if (!kept_read(store, name, &content))
                return 0;
        bool read = signing_list_show(content_bytes(&content), &list, &why);
        content_free(&content);
        return read ? list.sequence : 0;
}

static bool list_replace(const struct list_store *store, const char *name, const struct list_arrival *arrival,
                         struct problem *problem)
{
        char *path = path_join(store->folder, name);
        bool replaced = state_drop(store, name, problem) &&
                        output_bytes(path, OUTPUT_PUBLIC, arrival->content.data, arrival->content.size, problem) &&
                        state_write(store, name, &arrival->state, problem);
        free(path);
        return replaced;
}

bool list_store_keep(const struct list_store *store, const char *name, const struct list_arrival *arrival, struct problem *problem)
{
        struct signing_list shown = {0};
        struct signing_refusal why = {0};
        if (!arrival->changed)
                return true;
        if (!signing_list_show(content_bytes(&arrival->content), &shown, &why))
                return problem_refused(problem, "list-refused", name, &why);
        uint64_t kept = number_kept(store, name);
        if (kept > shown.sequence)
                return problem_set(problem, "list-refused", words("%s has number %ju, older than number %ju kept here"), name,
                                   (uintmax_t)shown.sequence, (uintmax_t)kept);
        return list_replace(store, name, arrival, problem);
}
