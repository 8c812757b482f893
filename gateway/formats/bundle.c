/* bundle.c - see bundle.h. */
#include "gateway/formats/bundle.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <stdlib.h>

#include "gateway/core/owner.h"

typedef struct archive_entry archive_header;
DEFINE_OWNER(archive_header, archive_entry_free)

struct bundle {
        struct archive *writer;
        struct signing_sink out;
        locale_t names; /* UTF-8: libarchive reads names by the thread's locale */
        uint64_t left;  /* bytes that the entry still lacks */
        bool broken;
};

/* libarchive is not told of a failure: it loses its compressor's memory then; the rest goes nowhere. */
static la_ssize_t bundle_write(struct archive *writer, void *context, const void *data, size_t size)
{
        struct bundle *bundle = context;
        (void)writer;
        bundle->broken = bundle->broken || !bundle->out.write(bundle->out.context, data, size);
        return (la_ssize_t)size;
}

struct bundle *bundle_new(const struct signing_sink *out)
{
        struct bundle *bundle = calloc(1, sizeof(*bundle));
        if (bundle == NULL)
                return NULL;
        bundle->out = *out;
        bundle->writer = archive_write_new();
        bundle->names = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
        /* Most documents are compressed already: the fastest level. */
        if (bundle->writer == NULL || bundle->names == (locale_t)0 || archive_write_set_format_zip(bundle->writer) != ARCHIVE_OK ||
            archive_write_set_format_option(bundle->writer, "zip", "compression-level", "1") != ARCHIVE_OK ||
            archive_write_set_bytes_per_block(bundle->writer, 0) != ARCHIVE_OK ||
            archive_write_open(bundle->writer, bundle, NULL, bundle_write, NULL) != ARCHIVE_OK) {
                bundle_free(bundle);
                return NULL;
        }
        return bundle;
}

void bundle_free(struct bundle *bundle)
{
        if (bundle == NULL)
                return;
        bundle->broken = true;
        if (bundle->writer != NULL)
                archive_write_free(bundle->writer);
        if (bundle->names != (locale_t)0)
                freelocale(bundle->names);
        free(bundle);
}

bool bundle_entry(struct bundle *bundle, const char *name, uint64_t size, int64_t at)
{
        OWN(archive_header) header = archive_entry_new();
        if (header == NULL || bundle->left > 0 || size > INT64_MAX)
                return false;
        archive_entry_set_pathname(header, name);
        archive_entry_set_size(header, (la_int64_t)size);
        archive_entry_set_filetype(header, AE_IFREG);
        archive_entry_set_perm(header, 0644);
        archive_entry_set_mtime(header, (time_t)at, 0);
        bundle->left = size;
        locale_t before = uselocale(bundle->names);
        bool written = archive_write_header(bundle->writer, header) == ARCHIVE_OK;
        uselocale(before);
        return written && !bundle->broken;
}

bool bundle_data(struct bundle *bundle, const void *data, size_t size)
{
        if (size > bundle->left || (size > 0 && archive_write_data(bundle->writer, data, size) != (la_ssize_t)size))
                return false;
        bundle->left -= size;
        return !bundle->broken;
}

bool bundle_end(struct bundle *bundle)
{
        return bundle->left == 0 && archive_write_close(bundle->writer) == ARCHIVE_OK && !bundle->broken;
}

bool bundle_bytes(struct bundle *bundle, const char *name, struct signing_bytes bytes, int64_t at)
{
        return bundle_entry(bundle, name, bytes.size, at) && bundle_data(bundle, bytes.data, bytes.size);
}
