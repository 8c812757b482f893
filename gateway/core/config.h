/*
 * config.h - one table row an option: config_table.h gives name, type, default,
 * bounds and help, from which come the parser, --help, the sample file and the
 * manual page.
 *
 * A configuration file has one "name = value" a line; # starts a comment. Every
 * program reads the same file and takes what it needs. PLI_CONFIG or --config
 * names it; NAME=value arguments (--set name=value) win over it.
 */
#ifndef PLI_CORE_CONFIG_H
#define PLI_CORE_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/core/problem.h"

struct config {
#define CONFIG_TEXT(name, fallback, help) const char *name;
#define CONFIG_INTEGER(name, fallback, least, most, help) int64_t name;
#include "gateway/core/config_table.h"
#undef CONFIG_TEXT
#undef CONFIG_INTEGER
};

/* Reads --config FILE and --set name=value out of argv (removing them); --help
 * and --version are answered and exit. The config lives as long as the process. */
bool config_load(int *argc, char **argv, const char *usage, struct config *out, struct problem *problem)
        __attribute__((warn_unused_result));
/* The sample file or the manual page's options section, made from the table, on standard output. */
void config_show_sample(void);
void config_show_manual(void);

#endif
