/* help.c - `pli help`, `--help` and the completion for bash, from the table of commands. */
#include "gateway/client/help.h"

#include <stdio.h>
#include <string.h>

#include "gateway/client/catalogue.h"
#include "gateway/client/command.h"
#include "gateway/client/functions.h"
#include "gateway/client/show.h"

static void options_show(const struct option_row *options)
{
        for (; options->name != NULL; options++) {
                char left[64];
                snprintf(left, sizeof left, "--%s%s%s", options->name, options->value != NULL ? " " : "",
                         options->value != NULL ? options->value : "");
                printf("  %-28s %s%s\n", left, words(options->summary), options->kind == OPTION_LIST ? words(" (several)") : "");
        }
}

void help_show_command(const struct command *command)
{
        printf("%s pli %s%s%s%s\n\n", words("Usage:"), command->words, command->options->name != NULL ? words(" [options]") : "",
               *command->arguments != '\0' ? " " : "", command->arguments);
        printf("%s\n", words(command->summary));
        if (command->options->name != NULL) {
                printf("\n%s\n", words("Options:"));
                options_show(command->options);
        }
        printf("\n%s\n", words("Options of every command:"));
        options_show(common_options);
}

void help_show_all(void)
{
        printf("%s\n\n", words("Usage: pli COMMAND [options] [arguments]"));
        for (size_t i = 0; i < command_count; i++) {
                char left[64];
                snprintf(left, sizeof left, "%s %s", commands[i].words, commands[i].arguments);
                size_t wide = 0; /* "…" is three bytes and one column */
                for (const char *at = left; *at != '\0'; at++)
                        wide += ((unsigned char)*at & 0xc0) != 0x80;
                printf("  %s%*s %s\n", left, wide < 30 ? (int)(30 - wide) : 0, "", words(commands[i].summary));
        }
        printf("\n%s\n", words("Options of every command:"));
        options_show(common_options);
}

int pli_help(const struct invocation *invocation)
{
        char wanted[128] = "";
        bool found = false;
        for (size_t i = 0; i < invocation->argument_count; i++) {
                size_t used = strlen(wanted);
                snprintf(wanted + used, sizeof wanted - used, "%s%s", i > 0 ? " " : "", invocation->arguments[i]);
        }
        size_t length = strlen(wanted);
        for (size_t i = 0; length > 0 && i < command_count; i++) {
                const char *name = commands[i].words;
                if (strncmp(name, wanted, length) != 0 || (name[length] != '\0' && name[length] != ' '))
                        continue;
                if (found)
                        putchar('\n');
                help_show_command(&commands[i]);
                found = true;
        }
        if (found || length == 0) {
                if (!found)
                        help_show_all();
                return 0;
        }
        struct problem problem = {0};
        (void)problem_set(&problem, "usage", words("unknown command \"%s\"; `pli help` lists them"), wanted);
        return show_problem(invocation, &problem);
}

static void words_print(const struct option_row *options)
{
        for (; options->name != NULL; options++)
                printf(" --%s", options->name);
}

/* bash: the words of commands first, then options, then files. */
int pli_completion(const struct invocation *invocation)
{
        (void)invocation;
        printf("_pli()\n{\n        local word=${COMP_WORDS[COMP_CWORD]} line=\"${COMP_WORDS[*]:1:COMP_CWORD-1}\" choices=\"\"\n"
               "        case \"$line\" in\n");
        for (size_t i = command_count; i > 0; i--) {
                printf("        \"%s\"*) choices=\"", commands[i - 1].words);
                words_print(commands[i - 1].options);
                printf("\" ;;\n");
        }
        printf("        esac\n        if [ \"$COMP_CWORD\" = 1 ]; then choices=\"");
        for (size_t i = 0; i < command_count; i++) {
                size_t first = strcspn(commands[i].words, " ");
                bool again = i > 0 && strcspn(commands[i - 1].words, " ") == first &&
                             memcmp(commands[i - 1].words, commands[i].words, first) == 0;
                if (!again)
                        printf(" %.*s", (int)first, commands[i].words);
        }
        printf("\"; fi\n        case \"$COMP_CWORD,$line\" in\n");
        for (size_t i = 0; i < command_count; i++) {
                size_t first = strcspn(commands[i].words, " ");
                if (commands[i].words[first] == ' ')
                        printf("        \"2,%.*s\") choices=\"$choices %s\" ;;&\n", (int)first, commands[i].words,
                               commands[i].words + first + 1);
        }
        printf("        esac\n        choices=\"$choices");
        words_print(common_options);
        printf("\"\n        COMPREPLY=($(compgen -W \"$choices\" -- \"$word\") $(compgen -f -- \"$word\"))\n}\n"
               "complete -o filenames -F _pli pli\n");
        return 0;
}
