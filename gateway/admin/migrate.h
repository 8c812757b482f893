/*
 * migrate.h - the script that brings a database to this version, made from the
 * files of sql/. One transaction under one advisory lock: all of it, or nothing.
 */
#ifndef PLI_ADMIN_MIGRATE_H
#define PLI_ADMIN_MIGRATE_H

#include <stdbool.h>

#include "gateway/core/problem.h"

/* The caller frees *out. */
bool migrate_script(const char *folder, char **out, struct problem *problem) __attribute__((warn_unused_result));

#endif
