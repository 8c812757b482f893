/*
 * validation_values.h - what a later verifier needs of one certificate: the chain
 * to its anchor and, for each certificate below it, the latest revocation data.
 */
#ifndef PLI_SIGNING_VALIDATION_VALUES_H
#define PLI_SIGNING_VALIDATION_VALUES_H

#include "signing/trust.h"

/* Whose values: at `at` its chain is looked for among the helpers (any may be NULL) and in the caller's trust. */
struct validation_subject {
        X509 *leaf;
        STACK_OF(X509) * helpers[2];
        int64_t at;
        bool stamper;
};

/* Certificates and revocation data, each once; every one is held by reference. */
struct validation_values {
        STACK_OF(X509) * certificates;
        struct evidence evidence;
};
struct validation_values validation_values_new(void);
void validation_values_free(struct validation_values *values);

/* Adds the subject's. Refused where a chain does not end, or where revocation data are missing of a certificate below the anchor.
 */
bool validation_values_gather(const struct validation_subject *subject, const signing_trust *trust,
                              struct validation_values *values, struct signing_refusal *why) __attribute__((warn_unused_result));
/* Without what `known` has already. */
void validation_values_less(struct validation_values *values, const struct validation_values *known);
/* xades:CertificateValues and xades:RevocationValues (EN 319 132-1 5.4.1, 5.4.2), whichever have content; malloc'ed, "" where
 * neither has, NULL without memory. */
char *validation_values_text(const struct validation_values *values);

#endif
