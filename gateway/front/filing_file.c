/* filing_file.c - bytes as they came, under the name they came with. */
#include "gateway/front/filing_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "gateway/front/call.h"
#include "gateway/front/download.h"
#include "signing/signing.h"

DEFINE_OWNER(json_t, json_decref)
DEFINE_OWNER(uint8_t, free)

enum answer filing_file_show(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) opened = NULL;
        if (!call_about(request, "api.filing_file_open", request->variables[1], &opened, &problem))
                return http_answer_problem(request, &problem);
        return download_opened(request, opened);
}

/* What the filing says of file `number` of one of its answers. */
static void file_name(const json_t *filing, int64_t answer, int64_t number, struct answer_file *out)
{
        size_t n;
        const json_t *one;
        snprintf(out->name, sizeof out->name, "reponse-%lld.xml", (long long)answer);
        snprintf(out->media_type, sizeof out->media_type, "application/xml");
        json_array_foreach(json_object_get(filing, "answers"), n, one)
        {
                const json_t *file = json_array_get(json_object_get(one, "files"), (size_t)number);
                if (json_integer_value(json_object_get(one, "id")) != answer || file == NULL)
                        continue;
                const char *name = json_string_value(json_object_get(file, "name"));
                const char *type = json_string_value(json_object_get(file, "mediaType"));
                snprintf(out->name, sizeof out->name, "%s", name != NULL ? name : "reponse");
                snprintf(out->media_type, sizeof out->media_type, "%s", type != NULL ? type : "application/octet-stream");
        }
}

bool filing_answer_read(struct request *request, const char *filing, int64_t answer, int64_t number, struct answer_file *out,
                        struct problem *problem)
{
        OWN(json_t) shown = NULL;
        const struct db_argument arguments[] = {call_actor(request), db_text(filing), db_integer(answer), db_integer(number)};
        struct answer_file file = {0};
        if (!db_call_json(request->db, "api.filing_show", arguments, 2, &shown, problem) ||
            !db_call_bytes(request->db, "api.answer_file", arguments, 4, &file.data, &file.size, problem))
                return false;
        file_name(shown, answer, number, &file);
        *out = file;
        return true;
}

static bool number_read(const char *text, int64_t *out)
{
        size_t length = strlen(text);
        if (length == 0 || length > 15 || strspn(text, "0123456789") != length)
                return false;
        *out = strtoll(text, NULL, 10);
        return true;
}

enum answer filing_answer_file(struct request *request)
{
        struct problem problem = {0};
        struct answer_file file = {0};
        int64_t answer = 0, number = 0;
        if (!number_read(request->variables[1], &answer) || !number_read(request->variables[2], &number) || number > 1000)
                problem_set(&problem, "not-found", "answers and their files are named by numbers");
        else if (filing_answer_read(request, request->variables[0], answer, number, &file, &problem)) {
                OWN(uint8_t) data = file.data;
                char disposition[300];
                snprintf(disposition, sizeof disposition, "attachment; filename=\"%s\"", file.name);
                for (char *at = disposition + 22; *at != '\0' && at[1] != '\0'; at++)
                        if (*at == '"' || *at == '\\' || (unsigned char)*at < ' ' || (unsigned char)*at > '~')
                                *at = '_';
                http_answer_header(request, "Content-Disposition", disposition);
                return http_answer_bytes(request, 200, file.media_type, data, file.size);
        }
        return http_answer_problem(request, &problem);
}
