/*
 * trusted_list.h - one trusted list or list of lists (ETSI TS 119 612): its one
 * signature, its scheme, its services with their history, its pointers.
 */
#ifndef PLI_SIGNING_TRUSTED_LIST_H
#define PLI_SIGNING_TRUSTED_LIST_H

#include <openssl/x509.h>

#include "signing/service.h"
#include "signing/xml.h"

#define TRUSTED_LIST_SPACE "http://uri.etsi.org/02231/v2#"

/* Where another list is, and who may sign it (5.3.13). */
struct list_pointer {
        char territory[8];
        bool of_lists;
        char *location;
        STACK_OF(X509) * signers;
        struct list_pointer *next;
};

struct trusted_list {
        bool of_lists;
        uint64_t sequence;
        char territory[8];
        int64_t issued, next; /* next: 0 where the scheme is closed */
        struct service *services;
        struct list_pointer *pointers;
        char **pivots; /* of a list of lists: where its pivots are, newest first as it writes them; ends with NULL */
};

/* Is the root element that of a trusted list? Nothing else is looked at. */
bool trusted_list_is(struct signing_bytes bytes);
/* What the list says it is: its scheme, before anybody has vouched for it. The document is the caller's to free. */
bool trusted_list_open(struct signing_bytes bytes, xml_document **document, struct trusted_list *out, struct signing_refusal *why)
        __attribute__((warn_unused_result));
/* `pinned`: certificates of which one has to have signed it; NULL: the caller vouches for the list, and its signature has only to
 * be right. `at`: when its algorithms have to be strong. */
bool trusted_list_check(const xml_document *document, STACK_OF(X509) * pinned, int64_t at, struct signing_refusal *why)
        __attribute__((warn_unused_result));
/* Services and pointers of a list that has been checked. */
bool trusted_list_fill(const xml_document *document, struct trusted_list *list, struct signing_refusal *why)
        __attribute__((warn_unused_result));
void trusted_list_close(struct trusted_list *list);
void list_pointer_free(struct list_pointer *pointer);

#endif
