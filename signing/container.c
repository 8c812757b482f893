/*
 * container.c - reads ASiC containers: hostile ZIP in, named entries out.
 *
 * Nothing is unpacked and no entry is held in memory unless asked for with a
 * limit. What two readers could understand differently is refused (XADES A21).
 */
#include "signing/container.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "signing/container_manifest.h"
#include "signing/directory.h"
#include "signing/media.h"
#include "signing/refusal.h"
#include "signing/zip.h"

enum {
        RATIO_MAX = 100,          /* text deflates to a twentieth; a bomb to a thousandth */
        RATIO_FREE = 1024 * 1024, /* below this a high ratio harms nobody */
        COPY_BUFFER = 64 * 1024,
        LARGE = 1024 * 1024, /* above it the speed of a CRC-32 is felt */
        MIMETYPE_MAX = 127,
        MANIFEST_MAX = 1024 * 1024 /* META-INF/manifest.xml: a kilobyte an entry */
};

struct entry {
        char *name;
        char *media_type; /* from META-INF/manifest.xml, or NULL */
        uint64_t size;
        uint32_t checksum;
        bool plain; /* large and stored as it is */
};

struct signing_container {
        struct zip_feed feed;
        zip_t *zip;
        struct entry *entries;
        size_t count;
        size_t *documents; /* numbers of the business entries */
        size_t document_count;
        char mimetype[MIMETYPE_MAX + 1];
};

DEFINE_OWNER(signing_container, signing_container_free)
DEFINE_OWNER(zip_file_t, zip_fclose)
DEFINE_OWNER(zip_source_t, zip_source_free)
typedef uint8_t bytes;
DEFINE_OWNER(bytes, free)

void signing_container_free(signing_container *container)
{
        if (container == NULL)
                return;
        for (size_t i = 0; i < container->count; i++) {
                free(container->entries[i].name);
                free(container->entries[i].media_type);
        }
        free(container->entries);
        free(container->documents);
        if (container->zip != NULL)
                zip_discard(container->zip);
        free(container);
}

static bool stat_check(const zip_stat_t *stat, struct signing_refusal *why)
{
        if (!container_name_check(stat->name, why))
                return false;
        if (stat->encryption_method != ZIP_EM_NONE)
                return refuse(why, "CONTAINER_ENCRYPTED", "EN 319 162-1 4.2", "entry \"%.120s\" is encrypted", stat->name);
        if (stat->comp_method != ZIP_CM_STORE && stat->comp_method != ZIP_CM_DEFLATE)
                return refuse(why, "CONTAINER_METHOD", "APPNOTE 4.4.5",
                              "entry \"%.120s\" is compressed by method %u; only stored and deflated are read", stat->name,
                              stat->comp_method);
        if (stat->size > RATIO_FREE && stat->size / RATIO_MAX > stat->comp_size)
                return refuse(why, "CONTAINER_RATIO", "limit", "entry \"%.120s\" would grow more than %d times", stat->name,
                              RATIO_MAX);
        return true;
}

static bool entry_unique(const signing_container *container, const char *name, struct signing_refusal *why)
{
        for (size_t i = 0; i < container->count; i++)
                if (container_name_same(container->entries[i].name, name))
                        return refuse(why, "CONTAINER_DUPLICATE", "EN 319 162-1 4.2",
                                      "two entries are named \"%.120s\" (capital letters count for nothing)", name);
        return true;
}

static bool entry_append(signing_container *container, zip_uint64_t n, struct signing_refusal *why)
{
        zip_stat_t stat;
        if (zip_stat_index(container->zip, n, ZIP_FL_ENC_RAW | ZIP_FL_UNCHANGED, &stat) != 0)
                return zip_feed_refuse(&container->feed, zip_get_error(container->zip), "entry", why);
        if (!stat_check(&stat, why) || !entry_unique(container, stat.name, why))
                return false;
        char *name = strdup(stat.name);
        if (name == NULL)
                return refuse(why, "MEMORY", "", "no memory for the container's entries");
        bool plain = stat.comp_method == ZIP_CM_STORE && (stat.valid & ZIP_STAT_CRC) != 0 && stat.size >= LARGE;
        container->entries[container->count] =
                (struct entry){.name = name, .size = stat.size, .checksum = stat.crc, .plain = plain};
        if (container_entry_business(container, container->count))
                container->documents[container->document_count++] = container->count;
        container->count++;
        return true;
}

/* Overlapping entries can share bytes, so that each one's ratio looks right and their sum is a bomb. */
static bool total_check(const signing_container *container, struct signing_refusal *why)
{
        uint64_t total = 0;
        for (size_t i = 0; i < container->count; i++)
                if (__builtin_add_overflow(total, container->entries[i].size, &total))
                        return refuse(why, "CONTAINER_RATIO", "limit", "the container's sizes add up to more than there is");
        if (total > RATIO_FREE && total / RATIO_MAX > container->feed.source.size)
                return refuse(why, "CONTAINER_RATIO", "limit", "the container would grow more than %d times", RATIO_MAX);
        return true;
}

static bool entries_read(signing_container *container, uint64_t count, struct signing_refusal *why)
{
        if ((uint64_t)zip_get_num_entries(container->zip, ZIP_FL_UNCHANGED) != count)
                return refuse(why, "CONTAINER_MALFORMED", "APPNOTE 4.3.12", "two readings of the archive's directory differ");
        container->entries = calloc((size_t)count, sizeof *container->entries);
        container->documents = calloc((size_t)count, sizeof *container->documents);
        if (container->entries == NULL || container->documents == NULL)
                return refuse(why, "MEMORY", "", "no memory for the container's entries");
        for (uint64_t n = 0; n < count; n++)
                if (!entry_append(container, n, why))
                        return false;
        return total_check(container, why);
}

static bool mimetype_read(signing_container *container, struct signing_refusal *why)
{
        size_t n = 0;
        if (!container_entry_find(container, "mimetype", &n))
                return true;
        uint8_t *text = NULL;
        size_t size = 0;
        if (!container_entry_read(container, n, MIMETYPE_MAX, &text, &size, why))
                return false;
        for (size_t i = 0; i < size && text[i] >= 0x20 && text[i] < 0x7f; i++)
                container->mimetype[i] = (char)text[i];
        free(text);
        return true;
}

static bool media_type_set(void *context, const char *name, const char *media_type)
{
        signing_container *container = context;
        size_t n = 0;
        if (!container_entry_find(container, name, &n) || container->entries[n].media_type != NULL)
                return true;
        container->entries[n].media_type = strdup(media_type);
        return container->entries[n].media_type != NULL;
}

/* The manifest only names media types here; where it is unreadable the extension speaks. */
static bool media_types_read(signing_container *container, struct signing_refusal *why)
{
        size_t n = 0, size = 0;
        uint8_t *manifest = NULL;
        if (!container_entry_find(container, "META-INF/manifest.xml", &n))
                return true;
        if (!container_entry_read(container, n, MANIFEST_MAX, &manifest, &size, why))
                return false;
        container_manifest_read((struct signing_bytes){manifest, size}, media_type_set, container);
        free(manifest);
        return true;
}

bool signing_container_open(struct signing_source source, signing_container **out, struct signing_refusal *why)
{
        uint64_t count = 0;
        if (!directory_check(&source, &count, why))
                return false;
        OWN(signing_container) container = calloc(1, sizeof *container);
        if (container == NULL)
                return refuse(why, "MEMORY", "", "no memory for a container");
        container->feed.source = source;
        container->zip = zip_feed_open(&container->feed, why);
        if (container->zip == NULL || !entries_read(container, count, why))
                return false;
        if (!mimetype_read(container, why) || !media_types_read(container, why))
                return false;
        *out = TAKE(container);
        return true;
}

enum container_kind container_kind(const signing_container *container)
{
        if (strcmp(container->mimetype, "application/vnd.etsi.asic-e+zip") == 0)
                return CONTAINER_ASIC_E;
        return strcmp(container->mimetype, "application/vnd.etsi.asic-s+zip") == 0 ? CONTAINER_ASIC_S : CONTAINER_OTHER;
}

const char *container_mimetype(const signing_container *container)
{
        return container->mimetype;
}

size_t container_entries(const signing_container *container)
{
        return container->count;
}

const char *container_entry_name(const signing_container *container, size_t n)
{
        return container->entries[n].name;
}

uint64_t container_entry_size(const signing_container *container, size_t n)
{
        return container->entries[n].size;
}

bool container_entry_business(const signing_container *container, size_t n)
{
        const char *name = container->entries[n].name;
        return strcmp(name, "mimetype") != 0 && strncasecmp(name, "META-INF/", 9) != 0 && name[strlen(name) - 1] != '/';
}

bool container_entry_find(const signing_container *container, const char *name, size_t *n)
{
        for (size_t i = 0; i < container->count; i++) {
                if (strcmp(container->entries[i].name, name) == 0) {
                        *n = i;
                        return true;
                }
        }
        return false;
}

/* A part of a stored entry, in order; `checksum` goes on over it. libzip takes no CRC-32 of a part. */
static bool part_copy(const signing_container *container, zip_source_t *part, const struct signing_sink *out, uint32_t *checksum,
                      struct signing_refusal *why)
{
        OWN(bytes) buffer = malloc(COPY_BUFFER);
        if (buffer == NULL)
                return refuse(why, "MEMORY", "", "no memory to read an entry");
        for (;;) {
                zip_int64_t got = zip_source_read(part, buffer, COPY_BUFFER);
                if (got < 0)
                        return zip_feed_refuse(&container->feed, zip_source_error(part), "entry", why);
                if (got == 0)
                        return true;
                *checksum = libdeflate_crc32(*checksum, buffer, (size_t)got);
                if (!out->write(out->context, buffer, (size_t)got))
                        return refuse(why, "SINK_FAILED", "", "the entry's bytes could not be handed on");
        }
}

/* Beside a digest the CRC-32 of zlib, which libzip takes, is a quarter of the work; libdeflate's is a tenth. */
static bool plain_copy(const signing_container *container, size_t n, const struct signing_sink *out, struct signing_refusal *why)
{
        const struct entry *entry = &container->entries[n];
        const uint64_t starts[] = {0, entry->size - 1, entry->size};
        uint32_t checksum = 0;
        for (size_t part = 0; part < 2; part++) {
                OWN(zip_source_t)
                source = zip_source_zip(container->zip, container->zip, n, ZIP_FL_UNCHANGED, starts[part],
                                        (zip_int64_t)(starts[part + 1] - starts[part]));
                if (source == NULL || zip_source_open(source) != 0)
                        return zip_feed_refuse(&container->feed,
                                               source != NULL ? zip_source_error(source) : zip_get_error(container->zip),
                                               entry->name, why);
                bool copied = part_copy(container, source, out, &checksum, why);
                (void)zip_source_close(source);
                if (!copied)
                        return false;
        }
        if (checksum != entry->checksum)
                return refuse(why, "CONTAINER_MALFORMED", "APPNOTE 4.4.7", "entry \"%.120s\": CRC error", entry->name);
        return true;
}

bool container_entry_copy(const signing_container *container, size_t n, const struct signing_sink *out, struct signing_refusal *why)
{
        const struct entry *entry = &container->entries[n];
        if (entry->plain)
                return plain_copy(container, n, out, why);
        OWN(zip_file_t) file = zip_fopen_index(container->zip, n, ZIP_FL_UNCHANGED);
        if (file == NULL)
                return zip_feed_refuse(&container->feed, zip_get_error(container->zip), entry->name, why);
        OWN(bytes) buffer = malloc(COPY_BUFFER);
        if (buffer == NULL)
                return refuse(why, "MEMORY", "", "no memory to read an entry");
        uint64_t done = 0;
        for (;;) {
                zip_int64_t got = zip_fread(file, buffer, COPY_BUFFER);
                if (got < 0)
                        return zip_feed_refuse(&container->feed, zip_file_get_error(file), entry->name, why);
                if (got == 0)
                        break;
                done += (uint64_t)got;
                if (done > entry->size)
                        break;
                if (!out->write(out->context, buffer, (size_t)got))
                        return refuse(why, "SINK_FAILED", "", "the entry's bytes could not be handed on");
        }
        if (done != entry->size)
                return refuse(why, "CONTAINER_MALFORMED", "APPNOTE 4.4.9", "entry \"%.120s\" is not as long as the directory says",
                              entry->name);
        return true;
}

struct memory {
        uint8_t *data;
        size_t size, room;
};

static bool memory_write(void *context, const uint8_t *data, size_t size)
{
        struct memory *memory = context;
        if (size > memory->room - memory->size)
                return false;
        memcpy(memory->data + memory->size, data, size);
        memory->size += size;
        return true;
}

bool container_entry_read(const signing_container *container, size_t n, size_t limit, uint8_t **out, size_t *size,
                          struct signing_refusal *why)
{
        const struct entry *entry = &container->entries[n];
        if (entry->size > limit)
                return refuse(why, "CONTAINER_ENTRY_SIZE", "limit", "entry \"%.120s\" is larger than %zu bytes", entry->name,
                              limit);
        OWN(bytes) data = malloc((size_t)entry->size + 1);
        if (data == NULL)
                return refuse(why, "MEMORY", "", "no memory for an entry");
        struct memory memory = {.data = data, .room = (size_t)entry->size};
        const struct signing_sink sink = {&memory, memory_write};
        if (!container_entry_copy(container, n, &sink, why))
                return false;
        data[memory.size] = '\0';
        *size = memory.size;
        *out = TAKE(data);
        return true;
}

size_t signing_container_count(const signing_container *container)
{
        return container->document_count;
}

const char *signing_container_name(const signing_container *container, size_t n)
{
        return container->entries[container->documents[n]].name;
}

const char *signing_container_media_type(const signing_container *container, size_t n)
{
        const struct entry *entry = &container->entries[container->documents[n]];
        return entry->media_type != NULL ? entry->media_type : media_type_of(entry->name);
}

uint64_t signing_container_size(const signing_container *container, size_t n)
{
        return container->entries[container->documents[n]].size;
}

bool signing_container_copy(const signing_container *container, size_t n, const struct signing_sink *out,
                            struct signing_refusal *why)
{
        return container_entry_copy(container, container->documents[n], out, why);
}
