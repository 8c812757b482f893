/*
 * report.h - a verification report in words: what holds, what does not, and the
 * clause that says so.
 */
#ifndef PLI_CLIENT_REPORT_H
#define PLI_CLIENT_REPORT_H

#include <jansson.h>

/* `report` is signing_report_json()'s object. */
void report_show_words(const json_t *report);

#endif
