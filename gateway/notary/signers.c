/* signers.c - the journal's keys from the files that the configuration names. */
#include <stdio.h>
#include <string.h>

#include "gateway/core/config.h"
#include "gateway/notary/bytes.h"
#include "gateway/notary/signers.h"

enum { JOURNAL_KEY_MAX = 4096 };

static bool signer_open(const char *path, const char *option, const char *origin, struct note_signer **out, struct problem *problem)
{
        struct bytes pem = {.limit = JOURNAL_KEY_MAX};
        struct signing_refusal why = {.sentence = "the file cannot be read"};
        bool good = bytes_read_file(&pem, path) && note_signer_new(bytes_view(&pem), origin, out, &why);
        bytes_free(&pem);
        return good || problem_set(problem, "config-invalid", "%s: %s", option, why.sentence);
}

/* Is it a verifier key that the file of journal_key_previous holds? */
static bool accepted_read(const struct config *config, struct note_key *out)
{
        struct bytes file = {.limit = JOURNAL_KEY_MAX};
        struct signing_refusal why;
        bool read = bytes_read_file(&file, config->journal_key_previous) && bytes_add(&file, "\n", 2);
        if (read)
                file.data[strcspn((const char *)file.data, "\r\n")] = '\0';
        read = read && note_key_parse((const char *)file.data, out, &why);
        bytes_free(&file);
        return read;
}

bool signers_open(const struct config *config, struct journal_signers *out, struct problem *problem)
{
        static struct note_key accepted;
        if (!signer_open(config->journal_key, "journal_key", config->journal_origin, &out->current, problem))
                return false;
        if (config->journal_key_previous[0] != '\0' && accepted_read(config, &accepted)) {
                out->accepted = &accepted;
                return true;
        }
        return (config->journal_key_previous[0] == '\0' ||
                signer_open(config->journal_key_previous, "journal_key_previous", config->journal_origin, &out->previous, problem));
}

void signers_close(struct journal_signers *signers)
{
        note_signer_free(signers->current);
        note_signer_free(signers->previous);
        *signers = (struct journal_signers){.current = NULL};
}

/* The journal's verifier keys, to be published: what `pli receipt verify --journal-key` takes. */
void signers_show(const struct journal_signers *signers)
{
        char text[NOTE_KEY_TEXT_MAX];
        const struct note_signer *const all[] = {signers->current, signers->previous};
        for (size_t i = 0; i < 2 && all[i] != NULL; i++) {
                note_key_show(note_signer_key(all[i]), text);
                puts(text);
        }
}
