/* register.c - `pli registers`: who took documents, who deposited, what was handed in, who asked; for spreadsheets or programs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/client/catalogue.h"
#include "gateway/client/command.h"
#include "gateway/client/download.h"
#include "gateway/client/functions.h"
#include "gateway/client/output.h"
#include "gateway/client/session.h"
#include "gateway/client/show.h"

static const char *const registers[] = {"withdrawals", "deposits", "safeguards", "questions"};
enum { REGISTERS = sizeof registers / sizeof registers[0] };

static bool register_fetch(const struct invocation *invocation, struct session *session, const char *name, const char *format,
                           struct problem *problem)
{
        char file_name[64],
                *path = session_path("/api/v1/consultations/%s/registers/%s?format=%s", invocation->arguments[0], name, format);
        snprintf(file_name, sizeof file_name, "%s.%s", name, format);
        char *file = path_join(invocation_option(invocation, "output"), file_name);
        struct download download = {.path = path, .file = file, .label = name};
        bool fetched = download_run(invocation, session, &download, problem);
        if (fetched)
                show_check(true, file);
        free(file);
        free(path);
        return fetched;
}

static bool register_wanted(const struct invocation *invocation, const char *name)
{
        const char *wanted = invocation_option(invocation, "name");
        return wanted == NULL || strcmp(wanted, name) == 0;
}

static bool format_choose(const struct invocation *invocation, const char **format, struct problem *problem)
{
        *format = invocation_option(invocation, "format");
        if (*format == NULL)
                *format = "csv";
        if (strcmp(*format, "csv") != 0 && strcmp(*format, "json") != 0 && strcmp(*format, "html") != 0 &&
            strcmp(*format, "pdf") != 0)
                return problem_set(problem, "usage", words("--format is csv, json, html or pdf, not %s"), *format);
        return invocation_option(invocation, "output") != NULL ||
               problem_set(problem, "usage", "%s", words("where to? Give --output FOLDER"));
}

int pli_registers(const struct invocation *invocation)
{
        struct problem problem = {0};
        struct session *session = NULL;
        const char *format = NULL;
        size_t fetched = 0;
        bool good = format_choose(invocation, &format, &problem) && session_open(invocation, &session, &problem) &&
                    output_folder(invocation_option(invocation, "output"), &problem);
        for (size_t i = 0; good && i < REGISTERS; i++) {
                if (!register_wanted(invocation, registers[i]))
                        continue;
                good = register_fetch(invocation, session, registers[i], format, &problem);
                fetched++;
        }
        if (good && fetched == 0)
                good = problem_set(&problem, "usage", words("there is no register %s"), invocation_option(invocation, "name"));
        session_close(session);
        return good ? 0 : show_problem(invocation, &problem);
}
