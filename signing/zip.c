/* zip.c - the callback through which libzip reads a signing_source. */
#include "signing/zip.h"

#include "signing/refusal.h"

static zip_int64_t feed_read(struct zip_feed *feed, void *data, zip_uint64_t length)
{
        uint64_t left = feed->position < feed->source.size ? feed->source.size - feed->position : 0;
        size_t size = (size_t)(length < left ? length : left);
        if (size > 0 && !feed->source.read(feed->source.context, feed->position, data, size)) {
                feed->failed = true;
                zip_error_set(&feed->error, ZIP_ER_READ, 0);
                return -1;
        }
        feed->position += size;
        return (zip_int64_t)size;
}

static zip_int64_t feed_seek(struct zip_feed *feed, void *data, zip_uint64_t length)
{
        zip_int64_t to = zip_source_seek_compute_offset(feed->position, feed->source.size, data, length, &feed->error);
        if (to < 0)
                return -1;
        feed->position = (uint64_t)to;
        return 0;
}

static zip_int64_t feed_stat(const struct zip_feed *feed, zip_stat_t *stat)
{
        zip_stat_init(stat);
        stat->size = feed->source.size;
        stat->valid = ZIP_STAT_SIZE;
        return sizeof *stat;
}

static zip_int64_t feed_call(void *context, void *data, zip_uint64_t length, zip_source_cmd_t command)
{
        struct zip_feed *feed = context;
        switch (command) {
        case ZIP_SOURCE_OPEN:
                feed->position = 0;
                return 0;
        case ZIP_SOURCE_READ:
                return feed_read(feed, data, length);
        case ZIP_SOURCE_SEEK:
                return feed_seek(feed, data, length);
        case ZIP_SOURCE_TELL:
                return (zip_int64_t)feed->position;
        case ZIP_SOURCE_STAT:
                return feed_stat(feed, data);
        case ZIP_SOURCE_ERROR:
                return zip_error_to_data(&feed->error, data, length);
        case ZIP_SOURCE_SUPPORTS:
                return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT,
                                                      ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE, ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL,
                                                      ZIP_SOURCE_SUPPORTS, -1);
        default: /* ZIP_SOURCE_CLOSE and ZIP_SOURCE_FREE: the feed is its owner's */
                return 0;
        }
}

bool zip_feed_refuse(const struct zip_feed *feed, zip_error_t *error, const char *name, struct signing_refusal *why)
{
        if (feed->failed)
                return refuse(why, "SOURCE_FAILED", "", "the container's bytes could not be read");
        if (zip_error_code_zip(error) == ZIP_ER_EXISTS) /* libzip found two equal names before we could */
                return refuse(why, "CONTAINER_DUPLICATE", "EN 319 162-1 4.2", "two entries bear the same name");
        return refuse(why, "CONTAINER_MALFORMED", "APPNOTE 4.3", "%s: %s", name, zip_error_strerror(error));
}

zip_t *zip_feed_open(struct zip_feed *feed, struct signing_refusal *why)
{
        zip_error_t error;
        zip_error_init(&error);
        zip_error_init(&feed->error);
        zip_t *zip = NULL;
        zip_source_t *source = zip_source_function_create(feed_call, feed, &error);
        if (source != NULL && (zip = zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error)) == NULL)
                zip_source_free(source);
        if (zip == NULL)
                (void)zip_feed_refuse(feed, &error, "archive", why);
        zip_error_fini(&error);
        return zip;
}
