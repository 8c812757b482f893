/* parcel.c - opens the files that are signed together (parcel.h). */
#include "gateway/client/parcel.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/client/catalogue.h"
#include "gateway/client/command.h"

void parcel_close(struct parcel *parcel)
{
        for (size_t i = 0; i < parcel->count; i++)
                input_close(&parcel->inputs[i]);
        free(parcel->inputs);
        free(parcel->files);
        *parcel = (struct parcel){0};
}

static bool parcel_add(struct parcel *parcel, const char *path, struct problem *problem)
{
        struct input *input = &parcel->inputs[parcel->count];
        const char *name = path_name(path);
        for (size_t i = 0; i < parcel->count; i++)
                if (strcmp(parcel->files[i].name, name) == 0)
                        return problem_set(problem, "usage", words("two files are named %s"), name);
        if (!input_open(path, input, problem))
                return false;
        parcel->files[parcel->count++] =
                (struct signing_file){.name = name, .media_type = path_media_type(name), .content = input_source(input)};
        return true;
}

bool parcel_open(const struct invocation *invocation, struct parcel *parcel, struct problem *problem)
{
        parcel->inputs = calloc(invocation->argument_count, sizeof *parcel->inputs);
        parcel->files = calloc(invocation->argument_count, sizeof *parcel->files);
        assert(parcel->inputs != NULL && parcel->files != NULL);
        for (size_t i = 0; i < invocation->argument_count; i++)
                if (!parcel_add(parcel, invocation->arguments[i], problem))
                        return false;
        return true;
}

static bool beside_find(void *context, const char *name, struct signing_source *out)
{
        const struct parcel *parcel = context;
        for (size_t i = 0; i < parcel->count; i++)
                if (strcmp(parcel->files[i].name, name) == 0) {
                        *out = parcel->files[i].content;
                        return true;
                }
        return false;
}

struct signing_detached parcel_beside(const struct parcel *parcel)
{
        return (struct signing_detached){.context = (void *)(uintptr_t)parcel, .find = beside_find};
}
