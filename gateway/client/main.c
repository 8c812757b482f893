/*
 * pli - the command of companies, buyers, bodies and State platforms: makes
 * keys, signs, seals, deposits, opens, reads receipts and proves them.
 *
 * Holds no state but the files named on its command line. Calls the gateway and
 * nothing else; verifying and proving call nobody.
 */
#include <curl/curl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "gateway/client/catalogue.h"
#include "gateway/client/command.h"
#include "gateway/client/help.h"
#include "gateway/client/show.h"

/* --lang decides the language of every message, those about the command line too: it is looked for first. */
static bool language_choose(int argc, char **argv, struct problem *problem)
{
        for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
                const char *wanted = strncmp(argv[i], "--lang=", 7) == 0              ? argv[i] + 7
                                     : strcmp(argv[i], "--lang") == 0 && i + 1 < argc ? argv[i + 1]
                                                                                      : NULL;
                if (wanted != NULL && !catalogue_language_set(wanted))
                        return problem_set(problem, "usage", words("--lang is fr or en, not %s"), wanted);
        }
        return true;
}

static int invocation_run(const struct invocation *invocation)
{
        if (invocation_flag(invocation, "version")) {
                puts("pli " PLI_VERSION);
                return 0;
        }
        if (invocation_flag(invocation, "help") || invocation->command == NULL) {
                if (invocation->command != NULL)
                        help_show_command(invocation->command);
                else
                        help_show_all();
                return 0;
        }
        return invocation->command->run(invocation);
}

int main(int argc, char **argv)
{
        struct invocation invocation = {0};
        struct problem problem = {0};
        (void)setlocale(LC_TIME, "");
        (void)signal(SIGPIPE, SIG_IGN); /* a broken connection is an answer to us, not the end */
        if (!language_choose(argc, argv, &problem) || !invocation_parse(argc, argv, &invocation, &problem)) {
                int status = show_problem(NULL, &problem);
                invocation_close(&invocation);
                return status;
        }
        curl_global_init(CURL_GLOBAL_DEFAULT);
        int status = invocation_run(&invocation);
        curl_global_cleanup();
        invocation_close(&invocation);
        if (fflush(stdout) != 0 || ferror(stdout)) {
                (void)problem_set(&problem, "file-unwritable", "%s", words("standard output"));
                return show_problem(NULL, &problem);
        }
        return status;
}
