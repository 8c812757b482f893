/* register.c - one SQL function; the form is the asker's choice. */
#include "gateway/front/register.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/config.h"
#include "gateway/core/owner.h"
#include "gateway/formats/csv.h"
#include "gateway/front/call.h"
#include "gateway/front/paper_answer.h"
#include "gateway/front/register_page.h"

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

enum register_form { REGISTER_JSON, REGISTER_CSV, REGISTER_HTML, REGISTER_PDF };

static bool form_read(const struct request *request, enum register_form *out, struct problem *problem)
{
        static const char *const names[] = {"json", "csv", "html", "pdf"};
        const char *format = http_query(request, "format");
        *out = REGISTER_JSON;
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
                if (format != NULL && strcmp(format, names[i]) == 0) {
                        *out = (enum register_form)i;
                        return true;
                }
        }
        return format == NULL || problem_set(problem, "request-malformed", "format is json, csv, html or pdf");
}

static enum answer register_paper(struct request *request, const json_t *kept, bool pdf)
{
        struct problem problem = {0};
        const char *language = http_query(request, "lang");
        language = language != NULL ? language : request->language;
        const struct paper_heading heading = register_heading(kept, language);
        struct paper *paper = NULL;
        if (!pdf)
                paper = paper_html(&heading);
        else if (!paper_pdf(&heading, request->config->paper_fonts, &paper, &problem))
                return http_answer_problem(request, &problem);
        register_write(kept, language, paper);
        return paper_answer(request, paper);
}

enum answer register_show(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) kept = NULL;
        enum register_form form;
        if (!form_read(request, &form, &problem) ||
            !call_about(request, "api.register_show", request->variables[1], &kept, &problem))
                return http_answer_problem(request, &problem);
        if (form == REGISTER_CSV)
                return csv_answer(request, kept);
        if (form != REGISTER_JSON)
                return register_paper(request, kept, form == REGISTER_PDF);
        json_object_set_new(kept, "rows", rows_named(kept));
        return http_answer_json(request, 200, TAKE(kept));
}
