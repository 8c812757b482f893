/* transfer.c - one libcurl handle, its connection kept between calls; set anew for each call. */
#include "gateway/relay/transfer.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "gateway/formats/text.h"
#include "gateway/relay/parcel_reading.h"

typedef struct curl_slist command_list;
DEFINE_OWNER(command_list, curl_slist_free_all)
DEFINE_OWNER(char, free)

enum { CONNECT_SECONDS = 15, STALL_SECONDS = 60, PATH = 1024, LISTING_BYTES = 4 * 1024 * 1024 };

struct transfer {
        CURL *curl;
        struct transfer_options options;
        char password[256], reason[CURL_ERROR_SIZE];
};

static bool set(CURLcode done)
{
        return done == CURLE_OK;
}

static bool given(const char *text)
{
        return text != NULL && *text != '\0';
}

static int stop_look(void *context, curl_off_t down_total, curl_off_t down, curl_off_t up_total, curl_off_t up)
{
        (void)down_total, (void)down, (void)up_total, (void)up;
        const struct transfer *transfer = context;
        return atomic_load(transfer->options.stop) ? 1 : 0;
}

/* ---- options of every call ---- */

static bool limits_set(struct transfer *transfer)
{
        CURL *curl = transfer->curl;
        return set(curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS)) &&
               set(curl_easy_setopt(curl, CURLOPT_TIMEOUT, transfer->options.seconds)) &&
               set(curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L)) &&
               set(curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)STALL_SECONDS)) &&
               set(curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)STALL_SECONDS)) &&
               set(curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L)) && set(curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L)) &&
               set(curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, stop_look)) &&
               set(curl_easy_setopt(curl, CURLOPT_XFERINFODATA, transfer)) &&
               set(curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, transfer->reason));
}

static bool tls_set(struct transfer *transfer)
{
        CURL *curl = transfer->curl;
        const struct transfer_options *options = &transfer->options;
        bool well = set(curl_easy_setopt(curl, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL)) &&
                    set(curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2));
        if (well && given(options->anchors))
                well = set(curl_easy_setopt(curl, CURLOPT_CAINFO, options->anchors)) &&
                       set(curl_easy_setopt(curl, CURLOPT_CAPATH, NULL));
        if (well && given(options->pin))
                well = set(curl_easy_setopt(curl, CURLOPT_PINNEDPUBLICKEY, options->pin));
        if (well && given(options->certificate))
                well = set(curl_easy_setopt(curl, CURLOPT_SSLCERT, options->certificate)) &&
                       set(curl_easy_setopt(curl, CURLOPT_SSLKEY, options->certificate_key));
        return well;
}

static bool ssh_set(struct transfer *transfer)
{
        CURL *curl = transfer->curl;
        const struct transfer_options *options = &transfer->options;
        long kinds = given(options->key) ? CURLSSH_AUTH_PUBLICKEY : CURLSSH_AUTH_PASSWORD;
        bool well = set(curl_easy_setopt(curl, CURLOPT_SSH_AUTH_TYPES, kinds)) &&
                    set(curl_easy_setopt(curl, CURLOPT_SSH_HOST_PUBLIC_KEY_SHA256, options->host_key));
        if (well && given(options->key))
                well = set(curl_easy_setopt(curl, CURLOPT_SSH_PRIVATE_KEYFILE, options->key));
        return well;
}

/* The handle as it is for every call; the connection, names and TLS sessions stay. */
static bool call_begin(struct transfer *transfer, const char *url)
{
        CURL *curl = transfer->curl;
        curl_easy_reset(curl);
        *transfer->reason = '\0';
        bool ssh = strncmp(url, "sftp://", 7) == 0;
        return limits_set(transfer) && set(curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, transfer->options.fresh ? 1L : 0L)) &&
               set(curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, transfer->options.fresh ? 1L : 0L)) &&
               set(curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "sftp,ftp,ftps")) &&
               set(curl_easy_setopt(curl, CURLOPT_PROXY, "")) && set(curl_easy_setopt(curl, CURLOPT_URL, url)) &&
               set(curl_easy_setopt(curl, CURLOPT_USERNAME, transfer->options.user)) &&
               set(curl_easy_setopt(curl, CURLOPT_PASSWORD, transfer->password)) && (ssh ? ssh_set(transfer) : tls_set(transfer));
}

static bool call_end(struct transfer *transfer, CURLcode done, char text[TRANSFER_TEXT])
{
        curl_easy_setopt(transfer->curl, CURLOPT_ERRORBUFFER, NULL);
        if (done == CURLE_OK)
                return true;
        snprintf(text, TRANSFER_TEXT, "%.480s", *transfer->reason != '\0' ? transfer->reason : curl_easy_strerror(done));
        if (!text_is_utf8(text) || !text_is_xml(text))
                snprintf(text, TRANSFER_TEXT, "%.480s", curl_easy_strerror(done));
        return false;
}

static bool password_read(const char *path, char out[256], struct problem *problem)
{
        if (!given(path))
                return true;
        FILE *file = fopen(path, "re");
        char *line = file != NULL ? fgets(out, 256, file) : NULL;
        if (file != NULL)
                fclose(file);
        if (line == NULL)
                return problem_set(problem, "config-invalid", "pes_password_file cannot be read.");
        out[strcspn(out, "\r\n")] = '\0';
        return true;
}

bool transfer_open(const struct transfer_options *options, struct transfer **out, struct problem *problem)
{
        struct transfer *transfer = calloc(1, sizeof *transfer);
        if (transfer == NULL)
                abort();
        *transfer = (struct transfer){.curl = curl_easy_init(), .options = *options};
        if (transfer->curl == NULL || !password_read(options->password_file, transfer->password, problem)) {
                transfer_close(transfer);
                return false;
        }
        *out = transfer;
        return true;
}

void transfer_close(struct transfer *transfer)
{
        if (transfer == NULL)
                return;
        curl_easy_cleanup(transfer->curl);
        explicit_bzero(transfer->password, sizeof transfer->password);
        free(transfer);
}

/* ---- names ---- */

/* The folder's URL and the name, percent-encoded byte by byte: the caller frees it. */
static char *url_of(struct transfer *transfer, const char *folder, const char *name, const char *more)
{
        char *url = NULL, whole[PATH];
        snprintf(whole, sizeof whole, "%s%s", name, more);
        char *escaped = curl_easy_escape(transfer->curl, whole, 0);
        if (escaped == NULL || asprintf(&url, "%s%s", folder, escaped) < 0)
                abort();
        curl_free(escaped);
        return url;
}

/* What follows the host in the folder's URL, then the name, in double quotes: libcurl's SFTP commands want whole paths, and know
 * a backslash in them. */
static void quoted(struct transfer *transfer, const char *folder, const char *name, char out[PATH])
{
        size_t used = 0;
        const char *host = strstr(folder, "://");
        const char *path = host != NULL ? strchr(host + 3, '/') : NULL;
        char *decoded = curl_easy_unescape(transfer->curl, path != NULL ? path : "/", 0, NULL);
        if (decoded == NULL)
                abort();
        out[used++] = '"';
        for (const char *part = decoded, *next = name; part != NULL; part = next, next = NULL)
                for (; *part != '\0' && used + 4 < PATH; part++) {
                        if (*part == '"' || *part == '\\')
                                out[used++] = '\\';
                        out[used++] = *part;
                }
        out[used++] = '"';
        out[used] = '\0';
        curl_free(decoded);
}

static bool command_add(command_list **list, const char *format, const char *first, const char *second)
{
        char *command = NULL;
        if (asprintf(&command, format, first, second) < 0)
                abort();
        struct curl_slist *longer = curl_slist_append(*list, command);
        free(command);
        if (longer == NULL)
                abort();
        *list = longer;
        return true;
}

/* ---- one file out ---- */

static void site_add(const char *site, command_list **before)
{
        OWN(char) copy = strdup(site);
        char *rest = NULL;
        if (copy == NULL)
                abort();
        for (char *command = strtok_r(copy, ";", &rest); command != NULL; command = strtok_r(NULL, ";", &rest))
                command_add(before, "SITE %s%s", command + strspn(command, " "), "");
}

/* What makes NAME.part into NAME; an older NAME is in its way only where the file is sent again. */
static void rename_add(struct transfer *transfer, const char *folder, const char *name, command_list **before, command_list **after)
{
        char part[PATH], whole[PATH], unfinished[PATH];
        if (!transfer->options.rename)
                return;
        snprintf(unfinished, sizeof unfinished, "%.1000s.part", name);
        if (strncmp(folder, "sftp://", 7) == 0) {
                quoted(transfer, folder, unfinished, part);
                quoted(transfer, folder, name, whole);
                command_add(before, "*rm %s%s", whole, "");
                command_add(after, "rename %s %s", part, whole);
        } else {
                command_add(after, "RNFR %s%s", unfinished, "");
                command_add(after, "RNTO %s%s", name, "");
        }
}

bool transfer_put(struct transfer *transfer, const char *url, const char *name, const struct parcel_file *file, const char *site,
                  char text[TRANSFER_TEXT])
{
        OWN(char) address = url_of(transfer, url, name, transfer->options.rename ? ".part" : "");
        OWN(command_list) before = NULL;
        OWN(command_list) after = NULL;
        struct parcel_reading reading = {.file = file};
        CURL *curl = transfer->curl;
        if (given(site) && strncmp(url, "sftp://", 7) != 0)
                site_add(site, &before);
        rename_add(transfer, url, name, &before, &after);
        if (!call_begin(transfer, address) || !set(curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L)) ||
            !set(curl_easy_setopt(curl, CURLOPT_READFUNCTION, parcel_reading_give)) ||
            !set(curl_easy_setopt(curl, CURLOPT_READDATA, &reading)) ||
            !set(curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)parcel_file_size(file))) ||
            !set(curl_easy_setopt(curl, CURLOPT_QUOTE, before)) || !set(curl_easy_setopt(curl, CURLOPT_POSTQUOTE, after)))
                return call_end(transfer, CURLE_FAILED_INIT, text);
        return call_end(transfer, curl_easy_perform(curl), text);
}

/* ---- a folder's files ---- */

struct intake {
        char *data;
        size_t size;
};

static size_t intake_take(char *data, size_t size, size_t count, void *context)
{
        struct intake *intake = context;
        size_t more = size * count;
        if (more > LISTING_BYTES - intake->size)
                return 0;
        char *room = realloc(intake->data, intake->size + more + 1);
        if (room == NULL)
                abort();
        memcpy(room + intake->size, data, more);
        intake->data = room;
        intake->size += more;
        return more;
}

static struct listing_entry *lines_read(const struct intake *intake, size_t *count)
{
        struct listing_entry *list = calloc(TRANSFER_ENTRIES, sizeof *list);
        if (list == NULL)
                abort();
        *count = 0;
        for (size_t at = 0; at < intake->size && *count < TRANSFER_ENTRIES;) {
                const char *end = memchr(intake->data + at, '\n', intake->size - at);
                size_t length = end != NULL ? (size_t)(end - intake->data) - at : intake->size - at;
                *count += listing_line_read(intake->data + at, length, &list[*count]);
                at += length + 1;
        }
        return list;
}

bool transfer_list(struct transfer *transfer, const char *url, struct listing_entry **out, size_t *count, char text[TRANSFER_TEXT])
{
        struct intake intake = {0};
        CURL *curl = transfer->curl;
        bool well = call_begin(transfer, url) && set(curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, intake_take)) &&
                    set(curl_easy_setopt(curl, CURLOPT_WRITEDATA, &intake));
        well = call_end(transfer, well ? curl_easy_perform(curl) : CURLE_FAILED_INIT, text);
        if (well)
                *out = lines_read(&intake, count);
        free(intake.data);
        return well;
}

/* ---- one file in, one file away ---- */

static size_t file_take(char *data, size_t size, size_t count, void *context)
{
        return parcel_file_write(context, (const uint8_t *)data, size * count) ? size * count : 0;
}

bool transfer_get(struct transfer *transfer, const char *url, const char *name, struct parcel_file *into, char text[TRANSFER_TEXT])
{
        OWN(char) address = url_of(transfer, url, name, "");
        CURL *curl = transfer->curl;
        bool well = call_begin(transfer, address) && set(curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, file_take)) &&
                    set(curl_easy_setopt(curl, CURLOPT_WRITEDATA, into));
        return call_end(transfer, well ? curl_easy_perform(curl) : CURLE_FAILED_INIT, text);
}

bool transfer_remove(struct transfer *transfer, const char *url, const char *name, char text[TRANSFER_TEXT])
{
        OWN(command_list) after = NULL;
        char path[PATH];
        CURL *curl = transfer->curl;
        if (strncmp(url, "sftp://", 7) == 0) {
                quoted(transfer, url, name, path);
                command_add(&after, "rm %s%s", path, "");
        } else {
                command_add(&after, "DELE %s%s", name, "");
        }
        bool well = call_begin(transfer, url) && set(curl_easy_setopt(curl, CURLOPT_NOBODY, 1L)) &&
                    set(curl_easy_setopt(curl, CURLOPT_POSTQUOTE, after));
        return call_end(transfer, well ? curl_easy_perform(curl) : CURLE_FAILED_INIT, text);
}
