/* judge_unpack.c - libzip, entry by entry, each held against its announced size. */
#include "signing/judge_unpack.h"

#include <string.h>

#include "gateway/core/owner.h"
#include "signing/refusal.h"
#include "signing/zip.h"

DEFINE_OWNER(zip_t, zip_discard)
DEFINE_OWNER(zip_file_t, zip_fclose)

static bool name_plain(const char *name)
{
        if (name[0] == '\0' || name[0] == '/' || strstr(name, "..") != NULL || strlen(name) > 255)
                return false;
        for (const char *at = name; *at != '\0'; at++)
                if ((unsigned char)*at < ' ' || *at == '\\' || *at == 0x7F)
                        return false;
        return true;
}

static bool entry_copy(struct judge_wire *wire, zip_t *archive, zip_uint64_t n, uint64_t size, struct signing_refusal *why)
{
        static uint8_t block[JUDGE_BLOCK];
        const struct signing_sink sink = judge_wire_sink(wire);
        OWN(zip_file_t) file = zip_fopen_index(archive, n, 0);
        uint64_t left = size;
        zip_int64_t got = 0;
        while (file != NULL && left > 0 && (got = zip_fread(file, block, sizeof block)) > 0) {
                if ((uint64_t)got > left)
                        break;
                left -= (uint64_t)got;
                if (!sink.write(sink.context, block, (size_t)got))
                        return false;
        }
        if (left > 0 || file == NULL || zip_fread(file, block, 1) != 0)
                return refuse(why, "UNPACK_SIZE", "ZIP",
                              "a file of the archive does not have the size announced, or cannot be read");
        return true;
}

static bool entry_hand(struct judge_wire *wire, zip_t *archive, zip_uint64_t n, uint64_t *total, struct signing_refusal *why)
{
        zip_stat_t stat;
        bool take = false;
        const zip_uint64_t known = ZIP_STAT_NAME | ZIP_STAT_SIZE;
        if (zip_stat_index(archive, n, 0, &stat) != 0 || (stat.valid & known) != known)
                return refuse(why, "UNPACK_ENTRIES", "ZIP", "an entry of the archive cannot be read");
        size_t length = strlen(stat.name);
        if (length > 0 && stat.name[length - 1] == '/')
                return true;
        if (!name_plain(stat.name))
                return refuse(why, "UNPACK_NAME", "ZIP", "an entry's name leads out of the archive, or is no plain name");
        if (stat.size > UNPACK_FILE_MAX || stat.size > UNPACK_TOTAL_MAX - *total)
                return refuse(why, "UNPACK_SIZE", "150 MiB a file, 2 GiB together", "the archive unpacks to more than is taken");
        *total += stat.size;
        return judge_wire_begin(wire, stat.name, "", stat.size, &take) &&
               (!take || (entry_copy(wire, archive, n, stat.size, why) && judge_wire_end(wire)));
}

json_t *judge_unpack(struct judge_wire *wire, struct signing_refusal *why)
{
        struct zip_feed feed = {.source = judge_wire_source(wire)};
        OWN(zip_t) archive = zip_feed_open(&feed, why);
        uint64_t total = 0;
        if (archive == NULL)
                return NULL;
        zip_int64_t count = zip_get_num_entries(archive, 0);
        if (count < 0 || count > UNPACK_ENTRIES_MAX) {
                (void)refuse(why, "UNPACK_ENTRIES", "5000 entries", "the archive has more than %d entries", UNPACK_ENTRIES_MAX);
                return NULL;
        }
        for (zip_uint64_t n = 0; n < (zip_uint64_t)count; n++)
                if (!entry_hand(wire, archive, n, &total, why))
                        return NULL;
        return json_pack("{s:I}", "files", (json_int_t)count);
}
