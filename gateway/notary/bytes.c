/* bytes.c - a growing buffer that is a sink. */
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "gateway/notary/bytes.h"

static void file_close(FILE *file)
{
        fclose(file);
}
DEFINE_OWNER(FILE, file_close)

bool bytes_add(struct bytes *bytes, const void *data, size_t size)
{
        if (size > bytes->limit - bytes->size)
                return false;
        if (bytes->size + size > bytes->room) {
                size_t room = 2 * (bytes->size + size);
                uint8_t *grown = realloc(bytes->data, room);
                if (grown == NULL)
                        return false;
                bytes->data = grown;
                bytes->room = room;
        }
        if (size > 0)
                memcpy(bytes->data + bytes->size, data, size);
        bytes->size += size;
        return true;
}

static bool sink_write(void *context, const uint8_t *data, size_t size)
{
        return bytes_add(context, data, size);
}

struct signing_sink bytes_sink(struct bytes *bytes)
{
        return (struct signing_sink){bytes, sink_write};
}

struct signing_bytes bytes_view(const struct bytes *bytes)
{
        return (struct signing_bytes){bytes->data, bytes->size};
}

/* Keys pass through here too: what is left behind is wiped. */
void bytes_free(struct bytes *bytes)
{
        if (bytes->data != NULL)
                OPENSSL_cleanse(bytes->data, bytes->room);
        free(bytes->data);
        bytes->data = NULL;
        bytes->size = bytes->room = 0;
}

bool bytes_read_file(struct bytes *bytes, const char *path)
{
        uint8_t block[4096];
        size_t size = 0;
        bool good = true;
        OWN(FILE) file = fopen(path, "rbe");
        if (file == NULL)
                return false;
        while (good && (size = fread(block, 1, sizeof block, file)) > 0)
                good = bytes_add(bytes, block, size);
        OPENSSL_cleanse(block, sizeof block);
        return good && ferror(file) == 0;
}
