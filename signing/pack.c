/* pack.c - the ZIP writer: local headers, content, central directory (APPNOTE.TXT 4.3), zip64 where sizes ask for it. */
#include "signing/pack.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "gateway/core/owner.h"
#include "signing/container.h"
#include "signing/directory.h"
#include "signing/media.h"
#include "signing/refusal.h"
#include "signing/source.h"

enum {
        BLOCK = 64 * 1024,
        STORED = 0,
        DEFLATED = 8,
        DEFLATE_MAX = 64 * 1024 * 1024, /* larger content is stored: deflating twice would cost more than it saves */
        RATIO_MAX = 50,                 /* half of what readers suspect to be a bomb */
        NAME_UTF8 = 1 << 11,
        VERSION = 20,
        VERSION_ZIP64 = 45,
        DOS_DATE = 1 << 5 | 1, /* 1980-01-01: the signature says when, the archive stays reproducible */
        HEADER_ROOM = 64
};
static const uint32_t SATURATED = 0xffffffff;

struct entry {
        char *name;
        uint16_t method;
        uint32_t crc;
        uint64_t size, packed, offset;
};

struct pack {
        struct signing_sink out;
        uint64_t offset;
        struct entry entries[DIRECTORY_ENTRIES_MAX];
        size_t count;
};

struct pack *pack_new(const struct signing_sink *out)
{
        struct pack *pack = calloc(1, sizeof *pack);
        if (pack != NULL)
                pack->out = *out;
        return pack;
}

void pack_free(struct pack *pack)
{
        for (size_t i = 0; pack != NULL && i < pack->count; i++)
                free(pack->entries[i].name);
        free(pack);
}

static bool pack_write(struct pack *pack, const void *data, size_t size)
{
        pack->offset += size;
        return pack->out.write(pack->out.context, data, size);
}

/* A header under construction: little-endian numbers one after the other. */
struct header {
        uint8_t data[HEADER_ROOM];
        size_t size;
};

static void put(struct header *header, uint64_t value, int size)
{
        for (int i = 0; i < size; i++)
                header->data[header->size++] = (uint8_t)(value >> 8 * i);
}

/* A deflater that counts, or writes, or does nothing (STORED). */
struct deflater {
        z_stream zlib;
        bool active;
        uint64_t produced;
        struct pack *out; /* NULL: count only */
        uint8_t *buffer;
};

static bool deflater_run(struct deflater *deflater, const uint8_t *data, size_t size, int flush)
{
        deflater->zlib.next_in = (uint8_t *)(uintptr_t)data;
        deflater->zlib.avail_in = (uInt)size;
        do {
                deflater->zlib.next_out = deflater->buffer;
                deflater->zlib.avail_out = BLOCK;
                if (deflate(&deflater->zlib, flush) == Z_STREAM_ERROR)
                        return false;
                size_t got = BLOCK - deflater->zlib.avail_out;
                deflater->produced += got;
                if (deflater->out != NULL && !pack_write(deflater->out, deflater->buffer, got))
                        return false;
        } while (deflater->zlib.avail_out == 0);
        return true;
}

/* One pass over the content: the first measures, the second writes. */
struct pass {
        EVP_MD_CTX *digest;
        uint32_t crc;
        uint64_t size;
        struct deflater deflater;
        struct pack *out; /* STORED content goes here, where not NULL */
};

static void pass_free(struct pass *pass)
{
        EVP_MD_CTX_free(pass->digest);
        if (pass->deflater.active)
                deflateEnd(&pass->deflater.zlib);
        free(pass->deflater.buffer);
        free(pass);
}
typedef struct pass content_pass;
DEFINE_OWNER(content_pass, pass_free)

static struct pass *pass_new(bool deflated, struct pack *out)
{
        OWN(content_pass) one = calloc(1, sizeof *one);
        if (one == NULL)
                return NULL;
        one->digest = EVP_MD_CTX_new();
        if (one->digest == NULL || EVP_DigestInit_ex(one->digest, EVP_sha256(), NULL) != 1)
                return NULL;
        one->crc = (uint32_t)crc32(0, NULL, 0);
        if (!deflated) {
                one->out = out;
                return TAKE(one);
        }
        one->deflater.out = out;
        one->deflater.buffer = malloc(BLOCK);
        if (one->deflater.buffer == NULL)
                return NULL;
        one->deflater.active =
                deflateInit2(&one->deflater.zlib, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK;
        return one->deflater.active ? TAKE(one) : NULL;
}

static bool pass_write(void *context, const uint8_t *data, size_t size)
{
        struct pass *pass = context;
        pass->crc = (uint32_t)crc32(pass->crc, data, (uInt)size);
        pass->size += size;
        if (EVP_DigestUpdate(pass->digest, data, size) != 1)
                return false;
        if (pass->deflater.active)
                return deflater_run(&pass->deflater, data, size, Z_NO_FLUSH);
        return pass->out == NULL || pack_write(pass->out, data, size);
}

static bool pass_run(struct pass *pass, const struct signing_source *source, struct signing_refusal *why)
{
        const struct signing_sink sink = {pass, pass_write};
        if (!source_copy(source, &sink, why))
                return false;
        if (pass->deflater.active && !deflater_run(&pass->deflater, NULL, 0, Z_FINISH))
                return refuse(why, "SINK_FAILED", "", "the container could not be written");
        return true;
}

static bool deflate_useful(const struct pass *measured)
{
        uint64_t packed = measured->deflater.produced;
        return packed < measured->size && measured->size / RATIO_MAX < packed;
}

static bool entry_measure(const struct signing_file *file, enum pack_method method, struct entry *entry, uint8_t sha256[32],
                          struct signing_refusal *why)
{
        bool try = method == PACK_SMALLEST && file->content.size > 0 && file->content.size <= DEFLATE_MAX &&
                   !media_compressed(file->media_type);
        OWN(content_pass) measured = pass_new(try, NULL);
        if (measured == NULL)
                return refuse(why, "MEMORY", "", "no memory to write a container");
        if (!pass_run(measured, &file->content, why))
                return false;
        bool deflated = try && deflate_useful(measured);
        entry->method = deflated ? DEFLATED : STORED;
        entry->crc = measured->crc;
        entry->size = measured->size;
        entry->packed = deflated ? measured->deflater.produced : measured->size;
        if (sha256 != NULL && EVP_DigestFinal_ex(measured->digest, sha256, NULL) != 1)
                return refuse(why, "INTERNAL", "", "SHA-256 failed");
        return true;
}

static bool entry_is_ascii(const struct entry *entry)
{
        for (const char *at = entry->name; *at != '\0'; at++)
                if ((unsigned char)*at >= 0x80)
                        return false;
        return true;
}

/* The fields that a local and a central header share, from "version needed" to the name's length (APPNOTE 4.3.7, 4.3.12). */
static void put_common(struct header *header, const struct entry *entry, bool zip64)
{
        put(header, zip64 ? VERSION_ZIP64 : VERSION, 2);
        put(header, entry_is_ascii(entry) ? 0 : NAME_UTF8, 2);
        put(header, entry->method, 2);
        put(header, 0, 2);
        put(header, DOS_DATE, 2);
        put(header, entry->crc, 4);
        put(header, zip64 ? SATURATED : entry->packed, 4);
        put(header, zip64 ? SATURATED : entry->size, 4);
        put(header, strlen(entry->name), 2);
}

static bool local_write(struct pack *pack, const struct entry *entry)
{
        bool zip64 = entry->size >= SATURATED || entry->packed >= SATURATED;
        struct header header = {0}, extra = {0};
        if (zip64) {
                put(&extra, 1, 2);
                put(&extra, 16, 2);
                put(&extra, entry->size, 8);
                put(&extra, entry->packed, 8);
        }
        put(&header, 0x04034b50, 4);
        put_common(&header, entry, zip64);
        put(&header, extra.size, 2);
        return pack_write(pack, header.data, header.size) && pack_write(pack, entry->name, strlen(entry->name)) &&
               pack_write(pack, extra.data, extra.size);
}

static bool central_write(struct pack *pack, const struct entry *entry)
{
        bool zip64 = entry->size >= SATURATED || entry->packed >= SATURATED || entry->offset >= SATURATED;
        struct header header = {0}, extra = {0};
        if (zip64) {
                put(&extra, 1, 2);
                put(&extra, 24, 2);
                put(&extra, entry->size, 8);
                put(&extra, entry->packed, 8);
                put(&extra, entry->offset, 8);
        }
        put(&header, 0x02014b50, 4);
        put(&header, 3 << 8 | (zip64 ? VERSION_ZIP64 : VERSION), 2);
        put_common(&header, entry, zip64);
        put(&header, extra.size, 2);
        put(&header, 0, 6);
        put(&header, 0100644u << 16, 4);
        put(&header, zip64 ? SATURATED : entry->offset, 4);
        return pack_write(pack, header.data, header.size) && pack_write(pack, entry->name, strlen(entry->name)) &&
               pack_write(pack, extra.data, extra.size);
}

static bool content_write(struct pack *pack, const struct signing_file *file, const struct entry *entry,
                          struct signing_refusal *why)
{
        OWN(content_pass) written = pass_new(entry->method == DEFLATED, pack);
        if (written == NULL)
                return refuse(why, "MEMORY", "", "no memory to write a container");
        uint64_t start = pack->offset;
        if (!pass_run(written, &file->content, why))
                return false;
        if (written->crc != entry->crc || pack->offset - start != entry->packed)
                return refuse(why, "SOURCE_CHANGED", "", "\"%.120s\" changed while it was being read", file->name);
        return true;
}

static bool name_check(const struct pack *pack, const char *name, struct signing_refusal *why)
{
        if (!container_name_check(name, why))
                return false;
        if (pack->count == DIRECTORY_ENTRIES_MAX)
                return refuse(why, "CONTAINER_ENTRIES", "limit", "a container takes %d entries", DIRECTORY_ENTRIES_MAX);
        for (size_t i = 0; i < pack->count; i++)
                if (container_name_same(pack->entries[i].name, name))
                        return refuse(why, "CONTAINER_DUPLICATE", "EN 319 162-1 4.2",
                                      "two files are named \"%.120s\" (capital letters count for nothing)", name);
        return true;
}

bool pack_add(struct pack *pack, const struct signing_file *file, enum pack_method method, uint8_t sha256[32],
              struct signing_refusal *why)
{
        if (!name_check(pack, file->name, why))
                return false;
        struct entry *entry = &pack->entries[pack->count];
        *entry = (struct entry){.offset = pack->offset};
        if (!entry_measure(file, method, entry, sha256, why))
                return false;
        if ((entry->name = strdup(file->name)) == NULL)
                return refuse(why, "MEMORY", "", "no memory to write a container");
        pack->count++;
        if (!local_write(pack, entry))
                return refuse(why, "SINK_FAILED", "", "the container could not be written");
        return content_write(pack, file, entry, why);
}

static void put_end64(struct header *header, const struct pack *pack, uint64_t start)
{
        put(header, 0x06064b50, 4);
        put(header, 44, 8);
        put(header, 3 << 8 | VERSION_ZIP64, 2);
        put(header, VERSION_ZIP64, 2);
        put(header, 0, 8);
        put(header, pack->count, 8);
        put(header, pack->count, 8);
        put(header, pack->offset - start, 8);
        put(header, start, 8);
}

static void put_locator(struct header *header, uint64_t end64)
{
        put(header, 0x07064b50, 4);
        put(header, 0, 4);
        put(header, end64, 8);
        put(header, 1, 4);
}

static void put_end(struct header *header, const struct pack *pack, uint64_t start, uint64_t size)
{
        put(header, 0x06054b50, 4);
        put(header, 0, 4);
        put(header, pack->count, 2);
        put(header, pack->count, 2);
        put(header, size, 4);
        put(header, start >= SATURATED ? SATURATED : start, 4);
        put(header, 0, 2);
}

bool pack_finish(struct pack *pack, struct signing_refusal *why)
{
        uint64_t start = pack->offset;
        bool written = true;
        for (size_t i = 0; written && i < pack->count; i++)
                written = central_write(pack, &pack->entries[i]);
        uint64_t end = pack->offset;
        struct header end64 = {0}, locator = {0}, last = {0};
        if (start >= SATURATED) {
                put_end64(&end64, pack, start);
                put_locator(&locator, end);
        }
        put_end(&last, pack, start, end - start);
        written = written && pack_write(pack, end64.data, end64.size) && pack_write(pack, locator.data, locator.size) &&
                  pack_write(pack, last.data, last.size);
        return written || refuse(why, "SINK_FAILED", "", "the container could not be written");
}
