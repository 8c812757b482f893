/* lists.c - reads a folder of trusted lists in the order they vouch for each other. */
#include "gateway/client/lists.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "gateway/client/catalogue.h"
#include "gateway/client/input.h"
#include "gateway/client/output.h"
#include "gateway/client/show.h"

enum { LIST_MOST = 20 << 20, LISTS_MOST = 512 };

struct list_file {
        char *path;
        struct content content;
        struct signing_list list;
};

struct list_files {
        struct list_file files[LISTS_MOST];
        size_t count;
        struct content signers;
};

static void files_free(struct list_files *all)
{
        for (size_t i = 0; i < all->count; i++) {
                free(all->files[i].path);
                content_free(&all->files[i].content);
        }
        content_free(&all->signers);
        free(all);
}

static int earlier(const void *left, const void *right)
{
        const struct list_file *one = left, *other = right;
        if (one->list.of_lists != other->list.of_lists)
                return one->list.of_lists ? -1 : 1;
        return (one->list.sequence > other->list.sequence) - (one->list.sequence < other->list.sequence);
}

static void refused_show(const char *path, const struct signing_refusal *why)
{
        show_note("%s: %s [%s]", path, why->sentence, why->code);
}

/* Keeps the file where it is a list. */
static void file_keep(struct list_files *all, char *path)
{
        struct list_file file = {.path = path};
        struct signing_refusal why = {0};
        struct problem ignored = {0};
        struct stat status;
        bool kept = all->count < LISTS_MOST && stat(path, &status) == 0 && S_ISREG(status.st_mode) &&
                    content_read(path, LIST_MOST, &file.content, &ignored) && signing_is_list(content_bytes(&file.content));
        if (kept && !signing_list_show(content_bytes(&file.content), &file.list, &why)) {
                refused_show(path, &why);
                kept = false;
        }
        if (kept) {
                all->files[all->count++] = file;
                return;
        }
        content_free(&file.content);
        free(path);
}

static bool folder_read(const char *folder, struct list_files *all, struct problem *problem)
{
        struct dirent **entries = NULL;
        struct problem absent = {0};
        int count = scandir(folder, &entries, NULL, alphasort);
        if (count < 0)
                return problem_set(problem, "file-unreadable", "%s: %s", folder, strerror(errno));
        for (int i = 0; i < count; i++) {
                if (strcmp(entries[i]->d_name, LISTS_SIGNERS) == 0) {
                        char *path = path_join(folder, LISTS_SIGNERS);
                        (void)!content_read(path, LIST_MOST, &all->signers, &absent);
                        free(path);
                } else if (entries[i]->d_name[0] != '.') {
                        file_keep(all, path_join(folder, entries[i]->d_name));
                }
                free(entries[i]);
        }
        free(entries);
        qsort(all->files, all->count, sizeof all->files[0], earlier);
        return true;
}

static size_t files_trust(const struct list_files *all, bool of_lists, signing_trust *trust)
{
        size_t taken = 0;
        for (size_t i = 0; i < all->count; i++) {
                struct signing_refusal why = {0};
                const struct list_file *file = &all->files[i];
                if (file->list.of_lists != of_lists)
                        continue;
                if (signing_trust_list(trust, content_bytes(&file->content), content_bytes(&all->signers), (int64_t)time(NULL),
                                       &why))
                        taken++;
                else
                        refused_show(file->path, &why);
        }
        return taken;
}

bool lists_read(signing_trust *trust, const char *folder, size_t *taken, struct problem *problem)
{
        struct list_files *all = calloc(1, sizeof *all);
        assert(all != NULL);
        bool good = folder_read(folder, all, problem);
        bool led = good && all->count > 0 && all->files[0].list.of_lists; /* then it has to say who signs the others */
        size_t leading = led ? files_trust(all, true, trust) : 0;
        size_t others = good && (!led || leading > 0) ? files_trust(all, false, trust) : 0;
        if (good && all->count > 0 && leading + others == 0)
                good = problem_set(problem, "key-unreadable", words("none of the trusted lists in %s can be trusted"), folder);
        files_free(all);
        if (good)
                *taken = leading + others;
        return good;
}
