/* actes_archive.c - the archive of one envelope, by libarchive (ustar, gzip). */
#include "gateway/formats/actes_archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>

#include "gateway/core/owner.h"
#include "signing/refusal.h"

typedef struct archive archive_writer;
typedef struct archive_entry archive_header;
DEFINE_OWNER(archive_writer, archive_write_free)
DEFINE_OWNER(archive_header, archive_entry_free)

/*
 * Where the compressed bytes go, and why they stopped. libarchive is not told: it
 * loses its compressor's memory after a failure, so the rest is let through to nowhere.
 */
struct outlet {
        const struct signing_sink *sink;
        uint64_t written;
        bool too_large, sink_failed, closed;
};

static bool outlet_closed(const struct outlet *outlet)
{
        return outlet->too_large || outlet->sink_failed || outlet->closed;
}

static la_ssize_t outlet_write(struct archive *writer, void *context, const void *data, size_t size)
{
        (void)writer;
        struct outlet *outlet = context;
        outlet->too_large = outlet->too_large || size > ACTES_ARCHIVE_MAX - outlet->written;
        if (outlet_closed(outlet))
                return (la_ssize_t)size;
        outlet->sink_failed = !outlet->sink->write(outlet->sink->context, data, size);
        outlet->written += size;
        return (la_ssize_t)size;
}

static bool outlet_refuse(const struct outlet *outlet, struct archive *writer, struct signing_refusal *why)
{
        if (outlet->too_large)
                return refuse(why, "ARCHIVE_SIZE", "@CTES: 150 MiB an archive", "the archive would be larger than %d bytes",
                              ACTES_ARCHIVE_MAX);
        const char *reason = archive_error_string(writer);
        return refuse(why, "ARCHIVE_SINK", "", "the archive could not be written: %s",
                      reason != NULL ? reason : "the sink refused it");
}

/* One entry's bytes on their way into the archive. */
struct inlet {
        struct archive *writer;
        const struct outlet *outlet;
        uint64_t left;
        bool too_many, archive_failed;
};

static bool inlet_write(void *context, const uint8_t *data, size_t size)
{
        struct inlet *inlet = context;
        if (size > inlet->left) {
                inlet->too_many = true;
                return false;
        }
        inlet->archive_failed = size > 0 && archive_write_data(inlet->writer, data, size) != (la_ssize_t)size;
        if (inlet->archive_failed || outlet_closed(inlet->outlet))
                return false;
        inlet->left -= size;
        return true;
}

static bool header_write(struct archive *writer, const struct actes_entry *entry, int64_t at)
{
        OWN(archive_header) header = archive_entry_new();
        if (header == NULL)
                abort();
        archive_entry_set_pathname(header, entry->name);
        archive_entry_set_size(header, (la_int64_t)entry->size);
        archive_entry_set_filetype(header, AE_IFREG);
        archive_entry_set_perm(header, 0644);
        archive_entry_set_uid(header, 0);
        archive_entry_set_gid(header, 0);
        archive_entry_set_mtime(header, (time_t)at, 0);
        return archive_write_header(writer, header) == ARCHIVE_OK;
}

static bool entry_write(struct archive *writer, const struct outlet *outlet, const struct actes_entry *entry, int64_t at,
                        struct signing_refusal *why)
{
        if (!header_write(writer, entry, at))
                return outlet_refuse(outlet, writer, why);
        struct inlet inlet = {.writer = writer, .outlet = outlet, .left = entry->size};
        struct signing_sink to = {&inlet, inlet_write};
        bool copied = entry->copy(entry->context, &to);
        if (inlet.archive_failed || outlet_closed(outlet))
                return outlet_refuse(outlet, writer, why);
        if (inlet.too_many || (copied && inlet.left > 0))
                return refuse(why, "ARCHIVE_SOURCE", "", "%s does not have the size announced", entry->name);
        if (!copied)
                return refuse(why, "ARCHIVE_SOURCE", "", "%s could not be read", entry->name);
        return true;
}

bool actes_archive_write(const struct actes_entry *entries, size_t count, int64_t at, const struct signing_sink *sink,
                         struct signing_refusal *why)
{
        struct outlet outlet = {.sink = sink};
        OWN(archive_writer) writer = archive_write_new();
        if (writer == NULL)
                abort();
        /* gzip's own time stays out, and the last block is not padded: the bytes hang on the entries alone. */
        bool open = archive_write_set_format_ustar(writer) == ARCHIVE_OK && archive_write_add_filter_gzip(writer) == ARCHIVE_OK &&
                    archive_write_set_filter_option(writer, "gzip", "timestamp", NULL) == ARCHIVE_OK &&
                    archive_write_set_bytes_in_last_block(writer, 1) == ARCHIVE_OK &&
                    archive_write_open(writer, &outlet, NULL, outlet_write, NULL) == ARCHIVE_OK;
        if (!open)
                return outlet_refuse(&outlet, writer, why);
        for (size_t i = 0; i < count; i++) {
                if (!entry_write(writer, &outlet, &entries[i], at, why)) {
                        outlet.closed = true;
                        return false;
                }
        }
        if (archive_write_close(writer) != ARCHIVE_OK || outlet_closed(&outlet))
                return outlet_refuse(&outlet, writer, why);
        return true;
}

bool actes_entry_copy_bytes(void *context, const struct signing_sink *to)
{
        const struct signing_bytes *bytes = context;
        return to->write(to->context, bytes->data, bytes->size);
}
