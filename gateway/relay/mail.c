/* mail.c - GMime's tree, walked once. */
#include "gateway/relay/mail.h"

#include <gmime/gmime.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "gateway/formats/actes_unpack.h"
#include "gateway/formats/text.h"
#include "signing/refusal.h"

typedef struct mail mail_room;
DEFINE_OWNER(mail_room, mail_free)
DEFINE_OWNER(GMimeStream, g_object_unref)
DEFINE_OWNER(GMimeParser, g_object_unref)
DEFINE_OWNER(GMimeMessage, g_object_unref)

void mail_start(void)
{
        g_mime_init();
}

static char *copy_of(const char *text)
{
        char *copy = strdup(text != NULL && text_is_utf8(text) ? text : "");
        if (copy == NULL)
                abort();
        return copy;
}

/* The last component, should a sender give a path. */
static const char *base_name(const char *name)
{
        if (name == NULL)
                return "";
        for (const char *at = name; *at != '\0'; at++)
                if (*at == '/' || *at == '\\')
                        name = at + 1;
        return name;
}

struct walk {
        struct mail *mail;
        struct signing_refusal *why;
};

static bool part_add(struct walk *walk, const char *name, const char *media_type, struct signing_bytes content)
{
        struct mail *mail = walk->mail;
        if (mail->count == MAIL_PARTS_MAX)
                return refuse(walk->why, "MAIL_PARTS", "96 parts a mail", "the mail has more than %d parts", MAIL_PARTS_MAX);
        if (content.size > MAIL_UNPACKED_MAX - mail->bytes)
                return refuse(walk->why, "MAIL_SIZE", "96 MiB unpacked", "the mail unpacks to more than %d bytes",
                              MAIL_UNPACKED_MAX);
        struct mail_part *part = &mail->parts[mail->count++];
        *part = (struct mail_part){copy_of(base_name(name)), copy_of(media_type), malloc(content.size + 1), content.size};
        if (part->data == NULL)
                abort();
        if (content.size > 0)
                memcpy(part->data, content.data, content.size);
        part->data[content.size] = '\0';
        mail->bytes += content.size;
        return true;
}

static bool packed_take(void *context, const char *name, struct signing_bytes file)
{
        return part_add(context, name, "application/octet-stream", file);
}

static bool ends_with(const char *name, const char *end)
{
        size_t size = strlen(name), wanted = strlen(end);
        return size > wanted && strcasecmp(name + size - wanted, end) == 0;
}

static bool is_archive(const char *name)
{
        return ends_with(name, ".tar.gz") || ends_with(name, ".tgz");
}

static bool content_add(struct walk *walk, GMimePart *part, struct signing_bytes content)
{
        const char *name = base_name(g_mime_part_get_filename(part));
        const struct actes_taker taker = {walk, packed_take};
        if (is_archive(name))
                return actes_unpack(content, &taker, walk->why);
        char *media_type = g_mime_content_type_get_mime_type(g_mime_object_get_content_type((GMimeObject *)part));
        char *lower = g_ascii_strdown(media_type, -1);
        bool added = part_add(walk, name, lower, content);
        g_free(lower);
        g_free(media_type);
        return added;
}

/* No encoding of MIME makes more bytes than it was given. */
static bool leaf_read(struct walk *walk, GMimePart *part)
{
        GMimeDataWrapper *content = g_mime_part_get_content(part);
        if (content == NULL)
                return true;
        OWN(GMimeStream) stream = g_mime_stream_mem_new();
        if (g_mime_data_wrapper_write_to_stream(content, stream) < 0)
                return refuse(walk->why, "MAIL_UNREADABLE", "RFC 2045", "a part of the mail cannot be decoded");
        const GByteArray *bytes = g_mime_stream_mem_get_byte_array((GMimeStreamMem *)stream);
        return content_add(walk, part, (struct signing_bytes){bytes->data, bytes->len});
}

static bool object_read(struct walk *walk, GMimeObject *object, unsigned depth)
{
        if (object == NULL)
                return true;
        if (depth == MAIL_DEPTH_MAX)
                return refuse(walk->why, "MAIL_PARTS", "16 levels", "the mail is nested deeper than %d levels", MAIL_DEPTH_MAX);
        if (GMIME_IS_MESSAGE_PART(object)) {
                GMimeMessage *inner = g_mime_message_part_get_message((GMimeMessagePart *)object);
                return inner == NULL || object_read(walk, g_mime_message_get_mime_part(inner), depth + 1);
        }
        if (GMIME_IS_MULTIPART(object)) {
                GMimeMultipart *parent = (GMimeMultipart *)object;
                for (int i = 0; i < g_mime_multipart_get_count(parent); i++)
                        if (!object_read(walk, g_mime_multipart_get_part(parent, i), depth + 1))
                                return false;
                return true;
        }
        return !GMIME_IS_PART(object) || leaf_read(walk, (GMimePart *)object);
}

static void heads_read(struct mail *mail, GMimeMessage *message)
{
        char *from = internet_address_list_to_string(g_mime_message_get_from(message), NULL, FALSE);
        mail->from = copy_of(from);
        mail->subject = copy_of(g_mime_message_get_subject(message));
        g_free(from);
}

bool mail_read(struct signing_bytes source, struct mail **out, struct signing_refusal *why)
{
        if (source.size > MAIL_MAX)
                return refuse(why, "MAIL_SIZE", "32 MiB a mail", "the mail is larger than %d bytes", MAIL_MAX);
        OWN(GMimeStream) stream = g_mime_stream_mem_new_with_buffer((const char *)source.data, source.size);
        OWN(GMimeParser) parser = g_mime_parser_new_with_stream(stream);
        OWN(GMimeMessage) message = g_mime_parser_construct_message(parser, NULL);
        if (message == NULL)
                return refuse(why, "MAIL_UNREADABLE", "RFC 5322", "this is no mail");
        OWN(mail_room) mail = calloc(1, sizeof *mail);
        if (mail == NULL)
                abort();
        heads_read(mail, message);
        struct walk walk = {.mail = mail, .why = why};
        if (!object_read(&walk, g_mime_message_get_mime_part(message), 0))
                return false;
        *out = TAKE(mail);
        return true;
}

void mail_free(struct mail *mail)
{
        if (mail == NULL)
                return;
        for (size_t i = 0; i < mail->count; i++) {
                free(mail->parts[i].name);
                free(mail->parts[i].media_type);
                free(mail->parts[i].data);
        }
        free(mail->from);
        free(mail->subject);
        free(mail);
}
