/* register.c - one SQL function; the form is the asker's choice. */
#include "gateway/front/register.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "gateway/formats/csv.h"
#include "gateway/front/call.h"

DEFINE_OWNER(json_t, json_decref)

static enum answer csv_answer(struct request *request, const json_t *kept)
{
        size_t size = 0;
        char *text = csv_write(json_object_get(kept, "columns"), json_object_get(kept, "rows"), &size), disposition[160];
        struct problem problem = {0};
        if (text == NULL) {
                problem_set(&problem, "internal", "the register's rows cannot be written");
                return http_answer_problem(request, &problem);
        }
        snprintf(disposition, sizeof(disposition), "attachment; filename=\"%s.csv\"",
                 json_string_value(json_object_get(kept, "register")));
        http_answer_header(request, "Content-Disposition", disposition);
        enum answer answer = http_answer_bytes(request, 200, "text/csv; charset=utf-8; header=present", text, size);
        free(text);
        return answer;
}

/* For programs: each row an object under the columns' names. */
static json_t *rows_named(const json_t *kept)
{
        const json_t *columns = json_object_get(kept, "columns");
        json_t *rows = json_array(), *row, *column;
        size_t at, n;
        json_array_foreach(json_object_get(kept, "rows"), at, row)
        {
                json_t *named = json_object();
                json_array_foreach(columns, n, column) json_object_set(named, json_string_value(column), json_array_get(row, n));
                json_array_append_new(rows, named);
        }
        return rows;
}

enum answer register_show(struct request *request)
{
        struct problem problem = {0};
        json_t *kept = NULL;
        const char *format = http_query(request, "format");
        bool csv = format != NULL && strcmp(format, "csv") == 0;
        if (!csv && format != NULL && strcmp(format, "json") != 0) {
                problem_set(&problem, "request-malformed", "format is csv or json");
                return http_answer_problem(request, &problem);
        }
        if (!call_about(request, "api.register_show", request->variables[1], &kept, &problem))
                return http_answer_problem(request, &problem);
        if (csv) {
                OWN(json_t) owned = kept;
                return csv_answer(request, owned);
        }
        json_object_set_new(kept, "rows", rows_named(kept));
        return http_answer_json(request, 200, kept);
}
