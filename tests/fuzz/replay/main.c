/*
 * Runs a fuzz target over files and folders, without libFuzzer: the corpora are
 * part of every check, so a crash once found stays found.
 */
#include <assert.h>
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned replayed;

static void file_replay(const char *path)
{
        FILE *file = fopen(path, "rbe");
        struct stat status;
        if (file == NULL || fstat(fileno(file), &status) != 0) {
                perror(path);
                exit(1);
        }
        size_t size = (size_t)status.st_size;
        uint8_t *data = malloc(size + 1); /* exactly sized copy below, so that ASan sees one byte too far */
        assert(data != NULL);
        if (fread(data, 1, size, file) != size) {
                perror(path);
                exit(1);
        }
        fclose(file);
        uint8_t *exact = malloc(size > 0 ? size : 1);
        assert(exact != NULL);
        memcpy(exact, data, size);
        free(data);
        (void)LLVMFuzzerTestOneInput(exact, size);
        free(exact);
        replayed++;
}

static void folder_replay(const char *path)
{
        struct dirent **entries = NULL;
        int count = scandir(path, &entries, NULL, alphasort);
        for (int i = 0; i < count; i++) {
                if (entries[i]->d_name[0] != '.') {
                        char name[4096];
                        snprintf(name, sizeof name, "%s/%s", path, entries[i]->d_name);
                        file_replay(name);
                }
                free(entries[i]);
        }
        free(entries);
}

int main(int argc, char **argv)
{
        for (int i = 1; i < argc; i++) {
                struct stat status;
                if (stat(argv[i], &status) == 0 && S_ISDIR(status.st_mode))
                        folder_replay(argv[i]);
                else
                        file_replay(argv[i]);
        }
        printf("%u inputs replayed\n", replayed);
        return replayed > 0 ? 0 : 1;
}
