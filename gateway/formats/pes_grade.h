/*
 * pes_grade.h - the signatures of a PES, graded bordereau by bordereau and as a whole:
 * libsigning's report (signing.h) and what the PES says of itself (formats/pes.h) into
 * the verdicts of pes_verdict_table.h. Pure.
 *
 *   kind        "none" | "bordereaux" | "globale" | "globale+bordereaux" | "pieces"
 *   reliance    "metier" where InfoDematerialisee is 1, else "technique"
 *   indication  the gravest of all, TOTAL-PASSED | INDETERMINATE | TOTAL-FAILED; null where nothing is signed
 *   signatures  [{id, on, indication, subIndication, verdicts: [{code,indication,subIndication,text,texte,reason?}], signer, time,
 * role}] bordereaux  [{number, exercise, kind, covered, by: [signature ids], verdicts}] report      libsigning's own, or null
 * "reason" names the finding of libsigning that the verdict comes from.
 *
 * Refused ("pes-signature", "pes-signature-coverage"): a signature that is TOTAL-FAILED,
 * and a bordereau whose signature is relied on and that no right signature covers whole.
 * All else is graded and goes on: the DGFiP judges trust.
 */
#ifndef PLI_FORMATS_PES_GRADE_H
#define PLI_FORMATS_PES_GRADE_H

#include <jansson.h>

#include "gateway/formats/refusals.h"

/* `report` NULL where nothing is signed. The caller owns the answer. */
json_t *pes_grade(const json_t *facts, json_t *report, struct refusals *why) __attribute__((warn_unused_result));
/* Stands for the report of signatures that could not be read at all, for the reason given. */
json_t *pes_grade_unread(const char *reason) __attribute__((warn_unused_result));

#endif
