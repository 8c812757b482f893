/*
 * metric.c - Prometheus' text exposition format 0.0.4: HELP and TYPE once a name,
 * then its samples.
 */
#include "gateway/front/metric.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "gateway/front/call.h"
#include "gateway/front/tally.h"

DEFINE_OWNER(json_t, json_decref)

static const char *member(const json_t *object, const char *name)
{
        const char *text = json_string_value(json_object_get(object, name));
        return text != NULL ? text : "";
}

/* A label's value: backslash, quote and line feed are escaped. */
static void text_write(const char *text, FILE *out)
{
        for (; *text != '\0'; text++) {
                if (*text == '\n') {
                        fputs("\\n", out);
                        continue;
                }
                if (*text == '\\' || *text == '"')
                        fputc('\\', out);
                fputc(*text, out);
        }
}

static void labels_write(json_t *labels, FILE *out)
{
        const char *name, *separator = "{";
        json_t *value;
        json_object_foreach(labels, name, value)
        {
                fprintf(out, "%s%s=\"", separator, name);
                text_write(json_string_value(value) != NULL ? json_string_value(value) : "", out);
                fputc('"', out);
                separator = ",";
        }
        if (*separator == ',')
                fputc('}', out);
}

void metric_write(const json_t *metrics, FILE *out)
{
        const char *last = "";
        size_t index;
        json_t *metric;
        json_array_foreach(metrics, index, metric)
        {
                const char *name = member(metric, "name");
                if (strcmp(name, last) != 0)
                        fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, member(metric, "help"), name, member(metric, "kind"));
                last = name;
                fputs(name, out);
                labels_write(json_object_get(metric, "labels"), out);
                fprintf(out, " %.15g\n", json_number_value(json_object_get(metric, "value")));
        }
}

enum answer metric_show(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) metrics = NULL;
        const struct db_argument actor = call_actor(request);
        char *text = NULL;
        size_t size = 0;
        if (!db_call_json(request->db, "api.metrics", &actor, 1, &metrics, &problem))
                return http_answer_problem(request, &problem);
        FILE *out = open_memstream(&text, &size);
        if (out == NULL)
                abort();
        metric_write(metrics, out);
        tally_write(out);
        fclose(out);
        enum answer answer = http_answer_bytes(request, 200, "text/plain; version=0.0.4; charset=utf-8", text, size);
        free(text);
        return answer;
}
