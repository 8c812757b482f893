/*
 * files.c - files signed beside a document (files.h).
 */
#include "signing/files.h"

#include "signing/container.h"
#include "signing/source.h"

static bool entry_copy(const struct file *file, const struct signing_sink *out)
{
        return container_entry_copy(file->context, file->number, out, NULL);
}

static bool entry_find(const struct files *files, const char *name, struct file *out)
{
        size_t n = 0;
        if (!container_entry_find(files->context, name, &n))
                return false;
        *out = (struct file){
                .size = container_entry_size(files->context, n), .copy = entry_copy, .context = files->context, .number = n};
        return true;
}

struct files files_of_container(const signing_container *container)
{
        return (struct files){entry_find, container};
}

static bool source_file_copy(const struct file *file, const struct signing_sink *out)
{
        return source_copy(&file->source, out, NULL);
}

static bool detached_find(const struct files *files, const char *name, struct file *out)
{
        const struct signing_detached *detached = files->context;
        struct signing_source source;
        if (!detached->find(detached->context, name, &source))
                return false;
        *out = (struct file){.size = source.size, .copy = source_file_copy, .source = source};
        return true;
}

struct files files_of_detached(const struct signing_detached *detached)
{
        return (struct files){detached_find, detached};
}
