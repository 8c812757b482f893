/*
 * container_stamp.h - a container that nobody signed, but a time-stamping authority
 * stamped (EN 319 162-1 4.3.3.2, 4.4.4.2): META-INF/timestamp.tst over the one file
 * of an ASiC-S, META-INF/….tst over an ASiCManifest that names files of an ASiC-E.
 *
 * It proves when the files were there and not whose they are: the verdict is never
 * better than INDETERMINATE.
 */
#ifndef PLI_SIGNING_CONTAINER_STAMP_H
#define PLI_SIGNING_CONTAINER_STAMP_H

#include "signing/container.h"
#include "signing/report.h"

/* Adds each to the report, with its findings. *count: how many there are. False only without memory. */
bool container_stamps_judge(const signing_container *container, const struct signing_request *request, signing_report *report,
                            size_t *count) __attribute__((warn_unused_result));

#endif
