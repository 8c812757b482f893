/*
 * judgement.h - one signature on its way through EN 319 102-1, block by block.
 *
 * Every finding is kept; the verdict is the gravest one's. A new judgement is
 * SIGNING_UNJUDGED, so that a block forgotten is never a signature passed.
 */
#ifndef PLI_SIGNING_JUDGEMENT_H
#define PLI_SIGNING_JUDGEMENT_H

#include "signing/files.h"
#include "signing/path.h"
#include "signing/proof.h"
#include "signing/qualification.h"
#include "signing/trust.h"
#include "signing/wanted.h"
#include "signing/xades.h"

enum reason_code {
#define R(code, indication, sub, clause, english, french) REASON_##code,
#include "signing/reason_table.h"
#undef R
        REASON_COUNT
};

struct reason {
        enum reason_code code;
        char detail[256];
};

/* As they come up to REASONS_ANY, then one of each code that is not told yet. */
enum { REASONS_ANY = 48, REASONS_MAX = REASONS_ANY + REASON_COUNT };

struct stamp_finding {
        const char *type;
        int64_t at;
        bool intact, trusted, understood; /* understood: its imprint could be made here */
};

struct judgement {
        const xml_document *document;
        xmlNode *signature;
        const struct files *files;  /* or NULL */
        const signing_trust *trust; /* or NULL */
        int64_t at;
        bool contained;    /* in a container: what is not signed is a matter of files */
        struct work *work; /* so far asked, from here found */
        struct dsig *dsig; /* NULL: malformed */
        struct xades xades;
        STACK_OF(X509) * certificates, *key_info; /* all at hand; those of KeyInfo */
        struct evidence evidence;
        X509 *signer;
        enum xades_binding binding;
        bool value_holds, properties_covered;
        struct stamp_finding stamps[LIMIT_TOKENS];
        struct proofs proofs;    /* since when what is in the signature is proven to have existed */
        int64_t best;            /* best signature time */
        bool proven, covers_all; /* that by a trusted time-stamp; all content signed */
        struct qualification qualification;
        struct path_found path; /* at the best signature time */
        bool detailed;          /* asked: chain and revocation data are to be told */
        struct reason reasons[REASONS_MAX];
        struct wanted wanted; /* revocation data of the signer's path */
        size_t reason_count;
        enum signing_indication indication;
        const char *sub_indication;
};

void judgement_make(struct judgement *judgement);
void judgement_close(struct judgement *judgement);
void reason_add(struct judgement *judgement, enum reason_code code, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
