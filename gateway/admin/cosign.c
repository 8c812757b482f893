/*
 * cosign.c - pliadm journal cosign: a witness has fetched /checkpoint, seen that it
 * contains the one he signed before, and signed it (C2SP tlog-cosignature). His
 * line is judged here by his key and served with the checkpoint from now on.
 */
#include <inttypes.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/admin/command.h"
#include "gateway/core/base64.h"
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
DEFINE_OWNER(json_t, json_decref)
DEFINE_OWNER(EVP_PKEY, EVP_PKEY_free)
DEFINE_OWNER(EVP_MD_CTX, EVP_MD_CTX_free)

/* Bytes of a name, a key; of a line's payload: key id, time, Ed25519 signature. The algorithm's byte (tlog-cosignature "Format").
 */
enum { NAME_MAX_BYTES = 128, KEY = 32, ID = 4, TIME = 8, SIGNATURE = 64, PAYLOAD = ID + TIME + SIGNATURE, ALGORITHM = 0x04 };

struct witness {
        char name[NAME_MAX_BYTES];
        uint8_t id[ID], key[KEY];
};

/* NAME+HEX8+BASE64(0x04 || key); the id is the beginning of SHA-256(name || newline || 0x04 || key). */
static bool witness_parse(const char *text, struct witness *out, struct problem *problem)
{
        uint8_t public[KEY + 1], digest[SHA256_DIGEST_LENGTH];
        char hashed[NAME_MAX_BYTES + 1 + sizeof public];
        size_t name = strcspn(text, "+");
        uint32_t id = 0;
        const char *plus = text[name] == '+' ? strchr(text + name + 1, '+') : NULL;
        if (name == 0 || name >= NAME_MAX_BYTES || plus == NULL || plus - (text + name) != 9 ||
            sscanf(text + name + 1, "%8" SCNx32, &id) != 1 || !base64_read_exactly(plus + 1, public, sizeof public) ||
            public[0] != ALGORITHM)
                return problem_set(problem, "usage", "--witness must be a verifier key of a cosigner: name+hash+key");
        memcpy(hashed, text, name);
        hashed[name] = '\n';
        memcpy(hashed + name + 1, public, sizeof public);
        SHA256((const unsigned char *)hashed, name + 1 + sizeof public, digest);
        if (((uint32_t)digest[0] << 24 | (uint32_t)digest[1] << 16 | (uint32_t)digest[2] << 8 | digest[3]) != id)
                return problem_set(problem, "usage", "--witness: the hash is not that of the name and key");
        snprintf(out->name, sizeof out->name, "%.*s", (int)name, text);
        memcpy(out->id, digest, ID);
        memcpy(out->key, public + 1, KEY);
        return true;
}

static bool signature_holds(const struct witness *witness, const char *text, const uint8_t payload[PAYLOAD])
{
        uint64_t at = 0;
        char *message = NULL;
        for (size_t i = 0; i < TIME; i++)
                at = at << 8 | payload[ID + i];
        int size = asprintf(&message, "cosignature/v1\ntime %" PRIu64 "\n%s", at, text);
        OWN(char) owned = message;
        OWN(EVP_PKEY) key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, witness->key, KEY);
        OWN(EVP_MD_CTX) state = EVP_MD_CTX_new();
        return size > 0 && key != NULL && state != NULL && EVP_DigestVerifyInit(state, NULL, NULL, NULL, key) == 1 &&
               EVP_DigestVerify(state, payload + ID + TIME, SIGNATURE, (const unsigned char *)owned, (size_t)size) == 1;
}

/* Does this line, "— NAME BASE64", hold the witness's signature of the text? */
static bool line_holds(const struct witness *witness, const char *text, const char *line)
{
        static const char dash[] = "\u2014 ";
        uint8_t payload[PAYLOAD];
        size_t name = strlen(witness->name);
        if (strncmp(line, dash, strlen(dash)) != 0 || strncmp(line + strlen(dash), witness->name, name) != 0 ||
            line[strlen(dash) + name] != ' ')
                return false;
        return base64_read_exactly(line + strlen(dash) + name + 1, payload, sizeof payload) &&
               memcmp(payload, witness->id, ID) == 0 && signature_holds(witness, text, payload);
}

/* Cuts a note at its last empty line: the text, with its newline, and the first line after it. */
static char *note_cut(char *note)
{
        char *cut = NULL;
        for (char *at = note; (at = strstr(at, "\n\n")) != NULL; at++)
                cut = at;
        if (cut == NULL)
                return NULL;
        cut[1] = '\0';
        return cut + 2;
}

static bool note_read(const char *path, char **out, struct problem *problem)
{
        OWN(FILE) file = fopen(path, "re");
        OWN(char) text = NULL;
        size_t room = 0;
        if (file == NULL || getdelim(&text, &room, '\0', file) < 0 || !feof(file))
                return problem_set(problem, "file-unreadable", "%s", path);
        *out = TAKE(text);
        return true;
}

static bool line_find(const struct witness *witness, char *note, char **line, struct problem *problem)
{
        char *rest = NULL, *lines = note_cut(note);
        if (lines == NULL)
                return problem_set(problem, "cosignature-foreign", "this is no signed note");
        for (*line = strtok_r(lines, "\n", &rest); *line != NULL; *line = strtok_r(NULL, "\n", &rest))
                if (line_holds(witness, note, *line))
                        return true;
        return problem_set(problem, "cosignature-foreign", "no line of the note is %s's signature of it", witness->name);
}

static bool cosign(const struct command *command, json_t **out, struct problem *problem)
{
        struct witness witness;
        OWN(char) note = NULL;
        char *line = NULL;
        if (command->argc != 3 || strcmp(command->argv[1], "--witness") != 0)
                return problem_set(problem, "usage", "journal cosign FILE --witness KEY");
        if (!witness_parse(command->argv[2], &witness, problem) || !note_read(command->argv[0], &note, problem) ||
            !line_find(&witness, note, &line, problem))
                return false;
        const struct db_argument arguments[] = {db_text(note), db_text(witness.name), db_text(line)};
        struct db *db = command_database(command, "pli_admin");
        bool well = db_call_json(db, "api.cosign", arguments, 3, out, problem);
        db_close(db);
        return well;
}

int journal_cosign(const struct command *command)
{
        struct problem problem = {0};
        OWN(json_t) answer = NULL;
        if (!cosign(command, &answer, &problem))
                return command_fail(command, &problem);
        if (command->json)
                command_show_json(answer);
        else
                printf("The checkpoint of size %" JSON_INTEGER_FORMAT " is served with the signature of %s.\n",
                       json_integer_value(json_object_get(answer, "size")), json_string_value(json_object_get(answer, "witness")));
        return 0;
}
