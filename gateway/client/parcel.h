/*
 * parcel.h - the files that are signed together, open for as long as the library
 * works: what goes into a container, into a signature, or stays beside it.
 */
#ifndef PLI_CLIENT_PARCEL_H
#define PLI_CLIENT_PARCEL_H

#include "gateway/client/input.h"

struct invocation;

/* In a container or beside a signature a file has its own name, without its folders. */
struct parcel {
        size_t count;
        struct input *inputs;
        struct signing_file *files;
};

/* The arguments of the command line. */
bool parcel_open(const struct invocation *invocation, struct parcel *parcel, struct problem *problem)
        __attribute__((warn_unused_result));
void parcel_close(struct parcel *parcel);
/* The files as those a detached signature names; the parcel must outlive it. */
struct signing_detached parcel_beside(const struct parcel *parcel);

#endif
