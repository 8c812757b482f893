/* journal_keys.c - see journal_keys.h. */
#include "gateway/admin/journal_keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"

static void file_close(FILE *file)
{
        fclose(file);
}
static void text_free(char *text)
{
        free(text);
}
DEFINE_OWNER(FILE, file_close)
DEFINE_OWNER(char, text_free)

static bool key_add(struct journal_keys *keys, const char *text, struct problem *problem)
{
        struct signing_refusal why;
        if (keys->count == JOURNAL_KEYS_MAX)
                return problem_set(problem, "usage", "more than %d keys", JOURNAL_KEYS_MAX);
        if (!note_key_parse(text, &keys->list[keys->count], &why))
                return problem_set(problem, "usage", "--journal-key: %s", why.sentence);
        keys->count++;
        return true;
}

bool journal_keys_add(struct journal_keys *keys, const char *text, struct problem *problem)
{
        OWN(char) line = NULL;
        size_t room = 0;
        if (strchr(text, '+') != NULL)
                return key_add(keys, text, problem);
        OWN(FILE) file = fopen(text, "re");
        if (file == NULL)
                return problem_set(problem, "file-unreadable", "%s", text);
        while (getline(&line, &room, file) > 0) {
                line[strcspn(line, "\r\n")] = '\0';
                if (*line != '\0' && !key_add(keys, line, problem))
                        return false;
        }
        return true;
}

bool journal_keys_sign(const struct journal_keys *keys, const char *note)
{
        struct checkpoint checkpoint;
        struct signing_refusal why;
        for (size_t i = 0; i < keys->count; i++)
                if (checkpoint_check((struct signing_bytes){(const uint8_t *)note, strlen(note)}, &keys->list[i], &checkpoint,
                                     &why))
                        return true;
        return false;
}
