/* journal_keys.c - verifier keys from the command line, a file, or the gateway's published history. */
#include "gateway/client/journal_keys.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "gateway/client/input.h"
#include "gateway/client/show.h"
#include "gateway/core/owner.h"

DEFINE_OWNER(json_t, json_decref)

enum { KEY_FILE_MOST = 1 << 20 };

static bool key_add(struct journal_keys *keys, const char *text, const char *revoked, struct problem *problem)
{
        struct signing_refusal why = {.sentence = "too many keys"};
        if (keys->count == JOURNAL_KEYS_MOST || !note_key_parse(text, &keys->list[keys->count], &why))
                return problem_refused(problem, "key-unreadable", "--journal-key", &why);
        snprintf(keys->revoked[keys->count++], INSTANT_ROOM, "%s", revoked != NULL ? revoked : "");
        return true;
}

static bool history_add(struct journal_keys *keys, const struct content *file, struct problem *problem)
{
        OWN(json_t) history = json_loadb((const char *)file->data, file->size, JSON_REJECT_DUPLICATES, NULL);
        const json_t *list = json_object_get(history, "keys");
        for (size_t i = 0; i < json_array_size(list); i++) {
                const json_t *row = json_array_get(list, i);
                const char *use = json_string_value(json_object_get(row, "use")),
                           *key = json_string_value(json_object_get(row, "key"));
                if (use != NULL && key != NULL && strcmp(use, "journal") == 0 &&
                    !key_add(keys, key, json_string_value(json_object_get(row, "revoked")), problem))
                        return false;
        }
        return keys->count > 0 ||
               problem_set(problem, "key-unreadable", "--journal-key: the history of keys names no key of a journal");
}

static bool lines_add(struct journal_keys *keys, char *text, struct problem *problem)
{
        char *rest = NULL;
        for (char *line = strtok_r(text, "\r\n", &rest); line != NULL; line = strtok_r(NULL, "\r\n", &rest))
                if (!key_add(keys, line, NULL, problem))
                        return false;
        return true;
}

static bool file_add(struct journal_keys *keys, const char *path, struct problem *problem)
{
        struct content file = {0};
        if (!content_read(path, KEY_FILE_MOST, &file, problem))
                return false;
        bool added = file.size > 0 && file.data[0] == '{' ? history_add(keys, &file, problem)
                                                          : lines_add(keys, (char *)file.data, problem);
        content_free(&file);
        return added;
}

/* No path of a file has a plus, eight digits and another plus in it; a verifier key has. */
static bool is_key(const char *text)
{
        const char *plus = strchr(text, '+');
        return plus != NULL && strspn(plus + 1, "0123456789abcdef") == 8 && plus[9] == '+';
}

bool journal_keys_given(const struct invocation *invocation, struct journal_keys *out, struct problem *problem)
{
        const char *text;
        out->count = 0;
        for (size_t i = 0; (text = invocation_listed(invocation, "journal-key", i)) != NULL; i++)
                if (!(is_key(text) ? key_add(out, text, NULL, problem) : file_add(out, text, problem)))
                        return false;
        return true;
}

/* Both instants are RFC 3339 in UTC of one width: their order is that of their texts. */
static bool believed(const struct journal_keys *keys, size_t n, const struct receipt *receipt)
{
        return keys->revoked[n][0] == '\0' || strcmp(receipt_time(receipt), keys->revoked[n]) < 0;
}

enum signing_indication journal_keys_check(const struct journal_keys *keys, const struct receipt *receipt, struct refusals *out)
{
        static struct refusals findings;
        if (keys->count == 0)
                return receipt_check(receipt, NULL, out);
        for (size_t n = 0; n < keys->count; n++) {
                enum signing_indication indication = receipt_check(receipt, &keys->list[n], &findings);
                if (n == 0 || indication == SIGNING_PASSED)
                        *out = findings;
                if (indication != SIGNING_PASSED)
                        continue;
                if (believed(keys, n, receipt))
                        return SIGNING_PASSED;
                refusals_add(out, "JOURNAL_KEY_REVOKED", "C2SP signed-note", "the journal's key was revoked from %s on",
                             keys->revoked[n]);
                return SIGNING_FAILED;
        }
        return SIGNING_FAILED;
}
