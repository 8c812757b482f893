/*
 * statement.h - what a certificate says of itself as a qualified one: its
 * QCStatements (RFC 3739 3.2.6, EN 319 412-5) and, before eIDAS, its policies.
 */
#ifndef PLI_SIGNING_STATEMENT_H
#define PLI_SIGNING_STATEMENT_H

#include <openssl/x509.h>
#include <stdbool.h>

struct statements {
        bool compliance, device;                   /* QcCompliance; QcSSCD */
        bool for_signature, for_seal, for_website; /* QcType; none of them: it does not say */
        bool policy, policy_device;                /* QCP, QCP+ of TS 101 456 */
};

/* Broken statements state nothing. */
struct statements statements_of(X509 *certificate);

#endif
