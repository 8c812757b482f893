/* inbox.c - the life of one mail in this process. */
#include "gateway/relay/inbox.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/log.h"
#include "gateway/core/owner.h"
#include "gateway/relay/answer.h"
#include "gateway/relay/hash.h"
#include "gateway/relay/mail.h"
#include "signing/refusal.h"

typedef struct answers answers_room;
DEFINE_OWNER(answers_room, answers_free)
DEFINE_OWNER(json_t, json_decref)
DEFINE_OWNER(uint8_t, free)
DEFINE_OWNER(char, free)

/* What becomes of a mail. */
enum fate { FATE_DELETE, FATE_ASIDE, FATE_STAY };

struct work {
        const struct inbox *inbox;
        uint32_t uid;
        struct signing_bytes source;
        struct mail *mail; /* NULL: it could not be read */
        struct signing_refusal why;
};

static char *json_text(const json_t *value)
{
        char *text = json_dumps(value, JSON_COMPACT);
        if (text == NULL)
                abort();
        return text;
}

static void answer_log(const struct answer *answer, const json_t *result)
{
        const char *message = json_string_value(json_object_get(answer->facts, "message"));
        const char *filing = json_string_value(json_object_get(result, "filing"));
        const char *state = json_string_value(json_object_get(result, "state"));
        log_event(LOG_LEVEL_INFO, json_is_true(json_object_get(result, "duplicate")) ? "answer-again" : "answer-applied", "message",
                  message != NULL ? message : "", "filing", filing != NULL ? filing : "", "state", state != NULL ? state : "",
                  NULL);
}

/* A database that is away will be back; what it refuses it would refuse again. */
static enum fate answer_commit(struct work *work, const struct answer *answer, struct problem *problem)
{
        OWN(char) facts = json_text(answer->facts);
        OWN(json_t) result = NULL;
        const struct db_argument arguments[] = {db_text("actes"), db_text(facts), db_bytes(answer->content, answer->size)};
        if (db_call_json(work->inbox->db, "api.filing_answer", arguments, 3, &result, problem)) {
                answer_log(answer, result);
                return FATE_DELETE;
        }
        if (strcmp(problem->row->code, "database-unavailable") == 0)
                return FATE_STAY;
        refuse(&work->why, problem->row->code, "@CTES", "%s", problem->detail);
        return FATE_ASIDE;
}

/* Each message of the mail for itself: one that is not for us does not hold back the others. */
static enum fate answers_commit(struct work *work, struct problem *problem)
{
        OWN(answers_room) answers = NULL;
        enum fate worst = FATE_DELETE;
        if (!mail_read(work->source, &work->mail, &work->why) || !answers_read(work->mail, &answers, &work->why))
                return FATE_ASIDE;
        for (size_t i = 0; i < answers->count && worst != FATE_STAY; i++) {
                enum fate fate = answer_commit(work, &answers->list[i], problem);
                worst = fate > worst ? fate : worst;
        }
        return worst;
}

static json_t *stray_describe(const struct work *work)
{
        char key[65];
        snprintf(key, sizeof key, "uid-%" PRIu32, work->uid);
        if (work->source.data != NULL) {
                struct hash *hash = hash_new();
                hash_add(hash, work->source.data, work->source.size);
                hash_show(hash, key);
                hash_free(hash);
        }
        json_t *names = json_array();
        for (size_t i = 0; work->mail != NULL && i < work->mail->count; i++)
                if (*work->mail->parts[i].name != '\0')
                        json_array_append_new(names, json_string(work->mail->parts[i].name));
        return json_pack("{s:s, s:s, s:s, s:o, s:{s:s, s:s}}", "mail", key, "from", work->mail != NULL ? work->mail->from : "",
                         "title", work->mail != NULL ? work->mail->subject : "", "files", names, "reason", "code", work->why.code,
                         "text", work->why.sentence);
}

/* The alert is committed before the mail is moved: moved and silent must not be. */
static bool mail_put_aside(struct work *work, struct problem *problem)
{
        OWN(json_t) stray = stray_describe(work);
        OWN(char) text = json_text(stray);
        const struct db_argument arguments[] = {db_text("actes"), db_text(text)};
        log_event(LOG_LEVEL_WARNING, "mail-aside", "code", work->why.code, "reason", work->why.sentence, NULL);
        return db_call(work->inbox->db, "api.answer_stray", arguments, 2, problem) &&
               imap_set_aside(work->inbox->imap, work->uid, problem);
}

static bool fate_carry_out(struct work *work, enum fate fate, struct problem *problem)
{
        switch (fate) {
        case FATE_DELETE:
                return imap_delete(work->inbox->imap, work->uid, problem);
        case FATE_ASIDE:
                return mail_put_aside(work, problem);
        case FATE_STAY:
                break;
        }
        return false;
}

static bool mail_work(const struct inbox *inbox, uint32_t uid, struct problem *problem)
{
        OWN(uint8_t) data = NULL;
        size_t size = 0;
        if (!imap_fetch(inbox->imap, uid, MAIL_MAX, &data, &size, problem))
                return false;
        struct work work = {.inbox = inbox, .uid = uid, .source = {data, size}};
        enum fate fate = FATE_ASIDE;
        if (data == NULL)
                refuse(&work.why, size == 0 ? "MAIL_EMPTY" : "MAIL_SIZE", "32 MiB a mail",
                       "the mail is empty or larger than %d bytes", MAIL_MAX);
        else
                fate = answers_commit(&work, problem);
        bool well = fate_carry_out(&work, fate, problem);
        mail_free(work.mail);
        return well;
}

bool inbox_look(const struct inbox *inbox, struct problem *problem)
{
        uint32_t uids[INBOX_MAILS_MAX];
        size_t count = 0;
        if (!imap_list(inbox->imap, uids, INBOX_MAILS_MAX, &count, problem))
                return false;
        for (size_t i = 0; i < count && !atomic_load(inbox->stop); i++)
                if (!mail_work(inbox, uids[i], problem))
                        return false;
        return true;
}
