/* Signed notes, checkpoints and verifier keys of any bytes: no crash; what is read is within its bounds. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/formats/note.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void key_try(const uint8_t *data, size_t size)
{
        struct signing_refusal why;
        struct note_key key;
        char *text = calloc(1, size + 1), shown[NOTE_KEY_TEXT_MAX];
        assert(text != NULL);
        if (size > 0)
                memcpy(text, data, size);
        if (note_key_parse(text, &key, &why)) {
                note_key_show(&key, shown);
                assert(strcmp(shown, text) == 0);
        }
        free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static const char known[] = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        const struct signing_bytes note = {data, size};
        struct signing_refusal why;
        struct note_key key;
        struct checkpoint checkpoint;
        size_t text_size = 0;
        if (!note_key_parse(known, &key, &why))
                abort();
        if (note_check(note, &key, &text_size, &why))
                assert(text_size < size);
        if (checkpoint_parse(note, &checkpoint, &why))
                assert(checkpoint.size <= MERKLE_SIZE_MAX && checkpoint.origin[0] != '\0');
        key_try(data, size);
        return 0;
}
