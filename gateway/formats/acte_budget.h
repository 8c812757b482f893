/*
 * acte_budget.h - the seal of a budget document (TotEM, Actes budgétaires): an acte
 * of nature 5 must bear /DocumentBudgetaire/Scellement with the MD5 and SHA-1 of
 * what it seals. A checksum against accidents, not a signature; the State asks for it.
 *
 * What is sealed: Canonical XML 1.0 of the document without Scellement, indented
 * anew by three spaces a level, so that white space between elements does not count.
 */
#ifndef PLI_FORMATS_ACTE_BUDGET_H
#define PLI_FORMATS_ACTE_BUDGET_H

#include "gateway/formats/refusals.h"
#include "signing/signing.h"

enum { BUDGET_MAX = 64 * 1024 * 1024 };

/* Adds every reason to `why` and answers false, codes budget-xml (not read, or no DocumentBudgetaire), budget-unsealed,
 * budget-seal. */
bool acte_budget_check(const char *name, struct signing_bytes file, struct refusals *why) __attribute__((warn_unused_result));

#endif
