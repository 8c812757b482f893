/*
 * acte_classification.h - RetourClassification (7-2): the natures with their
 * typologies and the tree of matters that a prefecture accepts, with its date.
 * Read out of the State's XML, and an acte held against it.
 */
#ifndef PLI_FORMATS_ACTE_CLASSIFICATION_H
#define PLI_FORMATS_ACTE_CLASSIFICATION_H

#include <jansson.h>
#include <libxml/tree.h>

/* [{"code":5,"label","abbreviation":"BF","types":[{"code":"99_BU","label"}…]}…]; the caller owns it. */
json_t *acte_classification_natures(const xmlNode *root) __attribute__((warn_unused_result));
/* [{"code":"8.9.2","label"}…] in document order, every level; the caller owns it. */
json_t *acte_classification_matters(const xmlNode *root) __attribute__((warn_unused_result));

/* Holds the acte's matter and typologies against {"version","natures","matters"}; null, or of another version than the acte
 * names, it checks nothing. */
struct acte;
struct refusals;
void acte_classification_check(const struct acte *acte, const json_t *classification, struct refusals *why);

#endif
