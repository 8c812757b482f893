/*
 * coverage.h - which nodes of a document are signed: an output, never assumed.
 *
 * What the digests held were marked node by node as xmlsec was about to
 * canonicalise them; what is left unmarked, signatures apart, is unsigned
 * content, wherever the signed part may have been moved to (XSW).
 */
#ifndef PLI_SIGNING_COVERAGE_H
#define PLI_SIGNING_COVERAGE_H

#include <xmlsec/xmlsec.h>
#include <xmlsec/nodeset.h>

#include "signing/xml.h"

enum { COVERAGE_TEXT = 256, COVERAGE_UNSIGNED = 100 };

/* Forgets what the former signature covered, keeps what any signature did. */
void coverage_begin(const xml_document *document);
/* One reference being digested: the nodes in `set` below `top` (NULL: everything). */
void coverage_see(const xml_document *document, xmlNode *top, xmlSecNodeSetPtr set);
/* Its digest was right (they are covered), or wrong (they are not). */
void coverage_settle(const xml_document *document, xmlNode *top, bool right);
/* The signature as a whole is right: what it covers counts for the document. */
void coverage_accept(const xml_document *document);

/* Does the signature now judged cover everything but signatures? `holes` gets the paths of up to three elements it does not. */
bool coverage_complete(const xml_document *document, const xmlNode *signature, char holes[COVERAGE_TEXT]);
/* The path of an element in whose signed text an unsigned comment stands: whoever reads only up to it reads another text. */
bool coverage_comment(const xml_document *document, char path[COVERAGE_TEXT]);
bool coverage_has(const xmlNode *node);
/* Each topmost element no accepted signature covers, by its path; the first COVERAGE_UNSIGNED of them. */
void coverage_unsigned(const xml_document *document, void (*each)(void *context, const char *path), void *context);
/* How one reference's target is called in a report: its path, and what was left out of it. */
void coverage_name(const xml_document *document, const xmlNode *top, char name[COVERAGE_TEXT]);

#endif
