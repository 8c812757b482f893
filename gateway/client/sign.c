/*
 * sign.c - `pli sign` and `pli pack`: files into one ASiC-E container with a XAdES
 * signature over all of them, a signature beside them or around them, or one XML
 * document signed in place; or packed without one (annexe 12: signing is not
 * compulsory at deposit). What was made is judged before it gets its name.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/client/catalogue.h"
#include "gateway/client/command.h"
#include "gateway/client/functions.h"
#include "gateway/client/level.h"
#include "gateway/client/output.h"
#include "gateway/client/parcel.h"
#include "gateway/client/show.h"
#include "gateway/client/signer.h"
#include "gateway/client/trust.h"

enum { XML_MOST = 256 << 20 };

enum form { FORM_CONTAINER, FORM_ENVELOPED, FORM_ENVELOPING, FORM_DETACHED };

/* One run: what is signed, how, with what, to where. */
struct order {
        enum form form;
        const char *path;
        struct parcel parcel;
        struct signer signer;
        struct raising raising;
};

static bool output_wanted(const struct invocation *invocation, const char **path, struct problem *problem)
{
        *path = invocation_option(invocation, "output");
        return *path != NULL || problem_set(problem, "usage", "%s", words("where to? Give --output FILE"));
}

static bool form_read(const struct invocation *invocation, enum form *out, struct problem *problem)
{
        static const struct {
                const char *name;
                enum form form;
        } forms[] = {{"asic-e", FORM_CONTAINER},
                     {"enveloped", FORM_ENVELOPED},
                     {"enveloping", FORM_ENVELOPING},
                     {"detached", FORM_DETACHED}};
        const char *name = invocation_option(invocation, "form");
        if (name == NULL)
                name = invocation_flag(invocation, "enveloped") ? "enveloped" : "asic-e";
        for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
                if (strcmp(forms[i].name, name) == 0) {
                        *out = forms[i].form;
                        return *out != FORM_ENVELOPED || invocation->argument_count == 1 ||
                               problem_set(problem, "usage", "%s", words("--enveloped signs one XML document at a time"));
                }
        return problem_set(problem, "usage", words("--form %s is none of enveloped, enveloping, detached and asic-e"), name);
}

static bool order_open(const struct invocation *invocation, struct order *order, struct problem *problem)
{
        return output_wanted(invocation, &order->path, problem) && form_read(invocation, &order->form, problem) &&
               library_start(problem) && raising_open(invocation, LEVEL_B, &order->raising, problem) &&
               signer_open(invocation, &order->signer, problem) && parcel_open(invocation, &order->parcel, problem);
}

static void order_close(struct order *order)
{
        parcel_close(&order->parcel);
        signer_close(&order->signer);
        raising_close(&order->raising);
}

/* ---- signed at B-B ---- */

static bool enveloped_sign(const struct invocation *invocation, const struct order *order, const struct signing_sink *sink,
                           struct problem *problem)
{
        struct content document = {0};
        struct signing_refusal why = {0};
        if (!content_read(invocation->arguments[0], XML_MOST, &document, problem))
                return false;
        bool made = signing_sign_enveloped(content_bytes(&document), signer_use(&order->signer), (int64_t)time(NULL), sink, &why);
        content_free(&document);
        return made || problem_refused(problem, "sign-refused", invocation->arguments[0], &why);
}

static bool order_sign(const struct invocation *invocation, const struct order *order, const struct signing_sink *sink,
                       struct problem *problem)
{
        const struct signing_key *key = signer_use(&order->signer);
        const struct parcel *parcel = &order->parcel;
        const int64_t now = (int64_t)time(NULL);
        struct signing_refusal why = {0};
        bool made = false;
        switch (order->form) {
        case FORM_ENVELOPED:
                return enveloped_sign(invocation, order, sink, problem);
        case FORM_CONTAINER:
                made = signing_sign_container(parcel->files, parcel->count, key, now, sink, &why);
                break;
        case FORM_ENVELOPING:
                made = signing_sign_enveloping(parcel->files, parcel->count, key, now, sink, &why);
                break;
        case FORM_DETACHED:
                made = signing_sign_detached(parcel->files, parcel->count, key, now, sink, &why);
                break;
        }
        return made || problem_refused(problem, "sign-refused", order->path, &why);
}

/* ---- written ---- */

/* A container at B-B may be larger than memory: it goes to its file as it is made, and is judged there before it is named. */
static bool container_stream(const struct invocation *invocation, const struct order *order, struct problem *problem)
{
        struct output *output = NULL;
        if (!output_open(order->path, OUTPUT_PUBLIC, &output, problem))
                return false;
        const struct signing_sink sink = output_sink(output);
        struct signing_source made = {0};
        if (order_sign(invocation, order, &sink, problem) && output_source(output, &made, problem) &&
            raising_check(&order->raising, made, problem))
                return output_settle(output, problem);
        output_free(output);
        return false;
}

static bool document_write(const struct invocation *invocation, const struct order *order, struct problem *problem)
{
        struct sink_memory document = {.limit = LEVEL_DOCUMENT_MOST};
        const struct signing_sink sink = sink_memory(&document);
        bool good = order_sign(invocation, order, &sink, problem) && raising_apply(&order->raising, &document, problem);
        if (good) {
                const struct signing_bytes bytes = {document.data, document.size};
                good = raising_check(&order->raising, source_memory(&bytes), problem) &&
                       output_bytes(order->path, OUTPUT_PUBLIC, document.data, document.size, problem);
        }
        free(document.data);
        return good;
}

int pli_sign(const struct invocation *invocation)
{
        struct order order = {0};
        struct problem problem = {0};
        bool done = order_open(invocation, &order, &problem);
        if (done) {
                const struct signing_detached beside = parcel_beside(&order.parcel);
                bool streamed = order.form == FORM_CONTAINER && order.raising.level == LEVEL_B;
                order.raising.detached = order.form == FORM_DETACHED ? &beside : NULL;
                done = streamed ? container_stream(invocation, &order, &problem) : document_write(invocation, &order, &problem);
        }
        int status = done ? show_written(invocation, order.path, invocation->argument_count) : show_problem(invocation, &problem);
        order_close(&order);
        return status;
}

static bool parcel_pack(const struct parcel *parcel, const char *path, struct problem *problem)
{
        struct output *output = NULL;
        struct signing_refusal why = {0};
        if (!output_open(path, OUTPUT_PUBLIC, &output, problem))
                return false;
        const struct signing_sink sink = output_sink(output);
        if (signing_pack_container(parcel->files, parcel->count, &sink, &why))
                return output_settle(output, problem);
        output_free(output);
        return problem_refused(problem, "sign-refused", path, &why);
}

int pli_pack(const struct invocation *invocation)
{
        struct parcel parcel = {0};
        struct problem problem = {0};
        const char *path = NULL;
        bool done = output_wanted(invocation, &path, &problem) && library_start(&problem) &&
                    parcel_open(invocation, &parcel, &problem) && parcel_pack(&parcel, path, &problem);
        parcel_close(&parcel);
        return done ? show_written(invocation, path, invocation->argument_count) : show_problem(invocation, &problem);
}
