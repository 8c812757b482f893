/* answer.c - sorts a mail's parts into envelope, messages and what goes with them. */
#include "gateway/relay/answer.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/core/base64.h"
#include "gateway/core/owner.h"
#include "gateway/formats/acte_answer.h"
#include "signing/refusal.h"

typedef struct answers answers_room;
DEFINE_OWNER(answers_room, answers_free)
DEFINE_OWNER(json_t, json_decref)

struct sorting {
        const struct mail *mail;
        struct answers *answers;
        size_t messages[ANSWERS_MAX];    /* the part of each answer */
        bool is_message[MAIL_PARTS_MAX]; /* or the envelope */
        json_t *envelope;                /* its facts, or NULL */
        const struct mail_part *carrier;
};

void answers_free(struct answers *answers)
{
        if (answers == NULL)
                return;
        for (size_t i = 0; i < answers->count; i++) {
                json_decref(answers->list[i].facts);
                free(answers->list[i].content);
        }
        free(answers);
}

static struct signing_bytes part_bytes(const struct mail_part *part)
{
        return (struct signing_bytes){part->data, part->size};
}

/* A file that is no message is a document: the State's, or a picture in a mail. */
static bool part_sort(struct sorting *sorting, size_t i, struct signing_refusal *why)
{
        const struct mail_part *part = &sorting->mail->parts[i];
        OWN(json_t) facts = NULL;
        if (strncmp(part->media_type, "text/html", 9) == 0 || !acte_answer_read(part->name, part_bytes(part), &facts, NULL))
                return true;
        sorting->is_message[i] = true;
        if (strcmp(json_string_value(json_object_get(facts, "kind")), "envelope") == 0) {
                json_decref(sorting->envelope);
                sorting->envelope = TAKE(facts);
                sorting->carrier = part;
                return true;
        }
        if (sorting->answers->count == ANSWERS_MAX)
                return refuse(why, "ANSWER_COUNT", "16 messages a mail", "the mail holds more than %d messages", ANSWERS_MAX);
        sorting->messages[sorting->answers->count] = i;
        sorting->answers->list[sorting->answers->count++].facts = TAKE(facts);
        return true;
}

/* Bodies of plain text only repeat that there are attachments; an HTML body is the letter itself where there is no other. */
static bool part_is_kept(const struct sorting *sorting, size_t i)
{
        const struct mail_part *part = &sorting->mail->parts[i];
        return !sorting->is_message[i] && (*part->name != '\0' || strcmp(part->media_type, "text/html") == 0);
}

static void part_put(struct answer *answer, json_t *files, const struct mail_part *part)
{
        const char *name = *part->name != '\0' ? part->name : "courrier.html";
        memcpy(answer->content + answer->size, part->data, part->size);
        answer->size += part->size;
        json_array_append_new(
                files, json_pack("{s:s, s:s, s:I}", "name", name, "mediaType", part->media_type, "size", (json_int_t)part->size));
}

static void content_fill(const struct sorting *sorting, size_t a)
{
        struct answer *answer = &sorting->answers->list[a];
        json_t *files = json_array();
        answer->content = malloc(sorting->mail->bytes + 1);
        if (answer->content == NULL)
                abort();
        part_put(answer, files, &sorting->mail->parts[sorting->messages[a]]);
        for (size_t i = 0; i < sorting->mail->count; i++)
                if (part_is_kept(sorting, i))
                        part_put(answer, files, &sorting->mail->parts[i]);
        json_object_set_new(answer->facts, "files", files);
}

/* The envelope says for whom the message is: SIREN, or a SIRET of it. */
static bool addressee_check(const struct sorting *sorting, json_t *facts, struct signing_refusal *why)
{
        const char *addressee = json_string_value(json_object_get(sorting->envelope, "siren"));
        const char *siren = json_string_value(json_object_get(facts, "siren"));
        if (addressee == NULL)
                return true;
        if (siren != NULL && strncmp(siren, addressee, 9) != 0)
                return refuse(why, "ANSWER_ADDRESSEE", "actesv1_1.xsd Destinataire/@SIREN",
                              "the envelope is for %.14s, its message about %.14s", addressee, siren);
        json_object_set_new(facts, "siren", json_stringn(addressee, 9));
        return true;
}

static void carrier_add(const struct sorting *sorting, json_t *facts)
{
        if (sorting->carrier == NULL)
                return;
        char *text = base64_write(sorting->carrier->data, sorting->carrier->size);
        json_object_set_new(facts, "carrier", json_pack("{s:s, s:s}", "name", sorting->carrier->name, "content", text));
        free(text);
}

static bool answers_fill(struct sorting *sorting, struct signing_refusal *why)
{
        for (size_t i = 0; i < sorting->mail->count; i++)
                if (!part_sort(sorting, i, why))
                        return false;
        if (sorting->answers->count == 0)
                return refuse(why, "ANSWER_NONE", "actesv1_1.xsd", "nothing in the mail is a message of the State");
        for (size_t a = 0; a < sorting->answers->count; a++) {
                json_t *facts = sorting->answers->list[a].facts;
                if (!addressee_check(sorting, facts, why))
                        return false;
                content_fill(sorting, a);
                carrier_add(sorting, facts);
        }
        return true;
}

bool answers_read(const struct mail *mail, struct answers **out, struct signing_refusal *why)
{
        OWN(answers_room) answers = calloc(1, sizeof *answers);
        if (answers == NULL)
                abort();
        struct sorting sorting = {.mail = mail, .answers = answers};
        bool filled = answers_fill(&sorting, why);
        json_decref(sorting.envelope);
        if (filled)
                *out = TAKE(answers);
        return filled;
}
