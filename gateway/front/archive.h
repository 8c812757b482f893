/*
 * archive.h - several contents as one ZIP archive, made while it is sent: memory
 * is one chunk and what it becomes, whatever the sizes.
 */
#ifndef PLI_FRONT_ARCHIVE_H
#define PLI_FRONT_ARCHIVE_H

#include "gateway/front/http.h"
#include "gateway/front/spool.h"

/* Who makes the entries that are neither stored nor text, each when its turn comes, into a spool that it is given. False breaks the
 * archive off: a client sees that it is not whole. */
struct archive_maker {
        void *context;
        bool (*make)(void *context, struct db *db, const json_t *entry, struct spool *spool, struct problem *problem);
        void (*close)(void *context); /* always runs once */
        const char *folder;           /* of the spools */
};

/* `entries`: [{"name", "day", "content", "size", "at"}, …], {"name", "text", "at"} for an entry made here, or {"name", "make",
 * "at"} for the maker; taken. `maker` may be NULL. */
enum answer archive_answer(struct request *request, json_t *entries, const char *file_name, const struct archive_maker *maker);

#endif
