/*
 * report.h - judgements made into the report that signing.h hands out.
 */
#ifndef PLI_SIGNING_REPORT_H
#define PLI_SIGNING_REPORT_H

#include <jansson.h>

#include "signing/judgement.h"

signing_report *report_new(const char *format);
/* One signature, in document order; `countersigns` is the Id of the signature it countersigns, or NULL. The judgement may be closed
 * afterwards. */
bool report_add(signing_report *report, const struct judgement *judgement, const char *countersigns)
        __attribute__((warn_unused_result));
/* What no signature covers: a file's name or an element's path. */
bool report_unsigned(signing_report *report, const char *name) __attribute__((warn_unused_result));
/* A finding about the container as a whole. */
bool report_container(signing_report *report, enum reason_code code, const char *detail) __attribute__((warn_unused_result));
/* A time-stamp that stands by itself in a container; texts are borrowed for the call. */
struct report_stamp {
        const char *name, *covers;
        int64_t at; /* 0: not known */
        bool intact, trusted;
};
bool report_stamp(signing_report *report, const struct report_stamp *stamp) __attribute__((warn_unused_result));
/* The verdict over all, and the JSON text; nothing is added afterwards. */
bool report_finish(signing_report *report) __attribute__((warn_unused_result));
/* The object behind the JSON text, for other forms of the same report; borrowed. */
const json_t *report_object(const signing_report *report);

#endif
