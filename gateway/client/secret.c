/* secret.c - asks for a passphrase, and forgets it. */
#include "gateway/client/secret.h"

#include <assert.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "gateway/client/catalogue.h"
#include "gateway/client/command.h"
#include "gateway/client/input.h"

enum { SECRET_MOST = 1024 };

static bool secret_from_file(const char *path, char **out, struct problem *problem)
{
        struct content content = {0};
        if (!content_read(path, SECRET_MOST, &content, problem))
                return false;
        char *text = (char *)content.data;
        text[strcspn(text, "\r\n")] = '\0';
        *out = strdup(text);
        assert(*out != NULL);
        content_free(&content);
        return true;
}

static void prompt_show(FILE *terminal, const char *prompt, const char *what)
{
        fprintf(terminal, "%s %s%s ", prompt, what, catalogue_language()[0] == 'f' ? " :" : ":");
        fflush(terminal);
}

static bool secret_from_terminal(const char *prompt, const char *what, char **out)
{
        FILE *terminal = fopen("/dev/tty", "r+e");
        struct termios before, silent;
        if (terminal == NULL || tcgetattr(fileno(terminal), &before) != 0) {
                if (terminal != NULL)
                        fclose(terminal);
                return false;
        }
        silent = before;
        silent.c_lflag &= ~(tcflag_t)ECHO;
        prompt_show(terminal, prompt, what);
        char line[SECRET_MOST];
        /* Interrupted here, the terminal would stay without echo. */
        sigset_t interrupts, old;
        sigemptyset(&interrupts);
        sigaddset(&interrupts, SIGINT);
        sigaddset(&interrupts, SIGTERM);
        sigprocmask(SIG_BLOCK, &interrupts, &old);
        tcsetattr(fileno(terminal), TCSAFLUSH, &silent);
        bool read = fgets(line, sizeof line, terminal) != NULL;
        tcsetattr(fileno(terminal), TCSAFLUSH, &before);
        sigprocmask(SIG_SETMASK, &old, NULL);
        fputc('\n', terminal);
        fclose(terminal);
        if (read) {
                line[strcspn(line, "\r\n")] = '\0';
                *out = strdup(line);
                assert(*out != NULL);
        }
        OPENSSL_cleanse(line, sizeof line);
        return read;
}

/* Answers true where a file or the environment has it (or refuses: *problem is then set). */
static bool secret_given(const struct invocation *invocation, char **out, bool *refused, struct problem *problem)
{
        const char *path = invocation_option(invocation, "passphrase-file");
        const char *text = getenv("PLI_PASSPHRASE");
        *refused = false;
        if (path != NULL) {
                *refused = !secret_from_file(path, out, problem);
                return true;
        }
        if (text == NULL)
                return false;
        *out = strdup(text);
        assert(*out != NULL);
        return true;
}

bool secret_read(const struct invocation *invocation, const char *what, char **out, struct problem *problem)
{
        bool refused;
        if (secret_given(invocation, out, &refused, problem))
                return !refused;
        if (secret_from_terminal(words("Passphrase of"), what, out))
                return true;
        return problem_set(problem, "passphrase-missing", "%s", what);
}

bool secret_choose(const struct invocation *invocation, const char *what, char **out, struct problem *problem)
{
        bool refused;
        if (secret_given(invocation, out, &refused, problem))
                return !refused;
        char *first = NULL, *second = NULL;
        if (!secret_from_terminal(words("New passphrase for"), what, &first) ||
            !secret_from_terminal(words("Once more, for"), what, &second)) {
                secret_free(first);
                return problem_set(problem, "passphrase-missing", "%s", what);
        }
        bool same = strcmp(first, second) == 0 && *first != '\0';
        secret_free(second);
        if (!same) {
                secret_free(first);
                return problem_set(problem, "passphrase-missing", "%s", words("the two passphrases differ, or are empty"));
        }
        *out = first;
        return true;
}

void secret_free(char *secret)
{
        if (secret != NULL)
                OPENSSL_cleanse(secret, strlen(secret));
        free(secret);
}
