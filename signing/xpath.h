/*
 * xpath.h - XPath transforms under a budget, in place of xmlsec's unbounded ones
 * (XMLDSig 6.6.3; XML-Signature XPath Filter 2.0). xmlSecTransformCtx.userData
 * must point to the document's struct work.
 */
#ifndef PLI_SIGNING_XPATH_H
#define PLI_SIGNING_XPATH_H

#include <xmlsec/xmlsec.h>
#include <xmlsec/transforms.h>

xmlSecTransformId xpath_klass(void);
xmlSecTransformId xpath_filter_klass(void);

#endif
