/*
 * sign.c - `pli sign` and `pli pack`: files into one ASiC-E container, with a
 * XAdES-B-B signature over all of them or without one (annexe 12: signing is
 * not compulsory at deposit); or one XML signed in place.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/client/catalogue.h"
#include "gateway/client/command.h"
#include "gateway/client/functions.h"
#include "gateway/client/identity.h"
#include "gateway/client/input.h"
#include "gateway/client/output.h"
#include "gateway/client/show.h"
#include "gateway/client/trust.h"

enum { XML_MOST = 256 << 20 };

/* What is signed, open for as long as the library works. */
struct parcel {
        size_t count;
        struct input *inputs;
        struct signing_file *files;
};

static void parcel_close(struct parcel *parcel)
{
        for (size_t i = 0; i < parcel->count; i++)
                input_close(&parcel->inputs[i]);
        free(parcel->inputs);
        free(parcel->files);
}

/* In the container a file has its own name, without its folders. */
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

static bool parcel_open(const struct invocation *invocation, struct parcel *parcel, struct problem *problem)
{
        parcel->inputs = calloc(invocation->argument_count, sizeof *parcel->inputs);
        parcel->files = calloc(invocation->argument_count, sizeof *parcel->files);
        assert(parcel->inputs != NULL && parcel->files != NULL);
        for (size_t i = 0; i < invocation->argument_count; i++)
                if (!parcel_add(parcel, invocation->arguments[i], problem))
                        return false;
        return true;
}

static bool output_wanted(const struct invocation *invocation, const char **path, struct problem *problem)
{
        *path = invocation_option(invocation, "output");
        return *path != NULL || problem_set(problem, "usage", "%s", words("where to? Give --output FILE"));
}

static bool key_load(const struct invocation *invocation, signing_memory_key **out, struct problem *problem)
{
        struct identity identity = {0};
        struct signing_refusal why = {0};
        if (!identity_load(invocation, &identity, problem))
                return false;
        bool loaded = signing_memory_key_new(content_bytes(&identity.key), content_bytes(&identity.certificate),
                                             identity.passphrase, out, &why);
        if (!loaded)
                (void)problem_refused(problem, "key-unreadable", identity.name, &why);
        identity_free(&identity);
        return loaded;
}

/* Key NULL: packed without a signature. */
static bool container_write(const struct parcel *parcel, const struct signing_key *key, const char *path, struct problem *problem)
{
        struct output *output = NULL;
        struct signing_refusal why = {0};
        if (!output_open(path, OUTPUT_PUBLIC, &output, problem))
                return false;
        struct signing_sink sink = output_sink(output);
        bool written = key != NULL ? signing_sign_container(parcel->files, parcel->count, key, (int64_t)time(NULL), &sink, &why)
                                   : signing_pack_container(parcel->files, parcel->count, &sink, &why);
        if (written)
                return output_settle(output, problem);
        output_free(output);
        return problem_refused(problem, "sign-refused", path, &why);
}

static bool enveloped_write(const struct invocation *invocation, const struct signing_key *key, const char *path,
                            struct problem *problem)
{
        struct content document = {0};
        struct output *output = NULL;
        struct signing_refusal why = {0};
        if (invocation->argument_count != 1)
                return problem_set(problem, "usage", "%s", words("--enveloped signs one XML document at a time"));
        if (!content_read(invocation->arguments[0], XML_MOST, &document, problem))
                return false;
        bool written = output_open(path, OUTPUT_PUBLIC, &output, problem);
        if (written) {
                struct signing_sink sink = output_sink(output);
                written = signing_sign_enveloped(content_bytes(&document), key, (int64_t)time(NULL), &sink, &why);
                if (written) {
                        written = output_settle(output, problem);
                } else {
                        output_free(output);
                        (void)problem_refused(problem, "sign-refused", invocation->arguments[0], &why);
                }
        }
        content_free(&document);
        return written;
}

static int written_show(const struct invocation *invocation, const char *path, size_t files)
{
        if (invocation_flag(invocation, "json")) {
                json_t *object = json_pack("{s:s,s:I}", "output", path, "files", (json_int_t)files);
                show_json(object);
                json_decref(object);
        } else {
                show_pair(words("Written"), path);
        }
        return 0;
}

int pli_sign(const struct invocation *invocation)
{
        struct parcel parcel = {0};
        struct problem problem = {0};
        signing_memory_key *key = NULL;
        const char *path = NULL;
        bool done = output_wanted(invocation, &path, &problem) && library_start(&problem) && key_load(invocation, &key, &problem);
        if (done && invocation_flag(invocation, "enveloped"))
                done = enveloped_write(invocation, signing_memory_key_use(key), path, &problem);
        else if (done)
                done = parcel_open(invocation, &parcel, &problem) &&
                       container_write(&parcel, signing_memory_key_use(key), path, &problem);
        parcel_close(&parcel);
        if (key != NULL)
                signing_memory_key_free(key);
        return done ? written_show(invocation, path, invocation->argument_count) : show_problem(invocation, &problem);
}

int pli_pack(const struct invocation *invocation)
{
        struct parcel parcel = {0};
        struct problem problem = {0};
        const char *path = NULL;
        bool done = output_wanted(invocation, &path, &problem) && library_start(&problem) &&
                    parcel_open(invocation, &parcel, &problem) && container_write(&parcel, NULL, path, &problem);
        parcel_close(&parcel);
        return done ? written_show(invocation, path, invocation->argument_count) : show_problem(invocation, &problem);
}
