/*
 * archive.h - several stored contents as one ZIP archive, made while it is sent:
 * memory is one chunk and what it becomes, whatever the sizes.
 */
#ifndef PLI_FRONT_ARCHIVE_H
#define PLI_FRONT_ARCHIVE_H

#include "gateway/front/http.h"

/* `entries`: [{"name", "day", "content", "size", "at"}, …], or {"name", "text", "at"} for an entry made here; taken. */
enum answer archive_answer(struct request *request, json_t *entries, const char *file_name);

#endif
