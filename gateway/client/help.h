/* help.h - what the table of commands says, for people and for the shell. */
#ifndef PLI_CLIENT_HELP_H
#define PLI_CLIENT_HELP_H

struct command;

void help_show_all(void);
void help_show_command(const struct command *command);

#endif
