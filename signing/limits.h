/*
 * limits.h - every bound this library puts on hostile input, with its reason.
 *
 * The largest seen in 700 real signed documents stands in brackets. A document
 * past a bound is refused with the code TOO_MUCH, before the work it would cost.
 */
#ifndef PLI_SIGNING_LIMITS_H
#define PLI_SIGNING_LIMITS_H

enum signing_limits {
        LIMIT_XML_BYTES = 20 << 20,         /* a tree takes 16 times its text: 330 MB [4 MB] */
        LIMIT_TAG_BYTES = 64 << 10,         /* one start tag; libxml2 compares each attribute with each other [2 KB] */
        LIMIT_ATTRIBUTES = 256,             /* of one element: the same comparison, squared [6] */
        LIMIT_DEPTH = 256,                  /* elements inside one another; recursion in canonicalisation [22] */
        LIMIT_ELEMENTS = 1000 * 1000,       /* of a document [18,437] */
        LIMIT_NAMESPACES = 64,              /* declarations in scope; inclusive canonicalisation walks them for each node [9] */
        LIMIT_SIGNATURES = 64,              /* in one document or container [3] */
        LIMIT_REFERENCES = 1000,            /* of one signature or manifest [901] */
        LIMIT_TRANSFORMS = 5,               /* of one reference [3] */
        LIMIT_CANONICAL = 10000 * 1000,     /* elements, weighed by namespaces in scope, canonicalised for one document */
        LIMIT_PASSES = 16,                  /* times all of a document is canonicalised: references, then archive time-stamps [8] */
        LIMIT_PASSES_FREE = 500 * 1000,     /* in the measure of LIMIT_CANONICAL; more passes of a document this cheap: 0.05 s */
        LIMIT_PARSED = 64 << 20,            /* bytes of XML files beside a document, counted anew for each reference to them */
        LIMIT_XPATH = 1000 * 1000,          /* libxml2's operations, all expressions of one document: 0.1 s */
        LIMIT_CERTIFICATES = 256,           /* embedded in one signature [17] */
        LIMIT_CERTIFICATE_BYTES = 64 << 10, /* one certificate [9 KB] */
        LIMIT_TOKEN_BYTES = 1 << 20,        /* one time-stamp token [38 KB] */
        LIMIT_TOKENS = 64,                  /* time-stamps of one signature [6] */
        LIMIT_EVIDENCE_BYTES = 16 << 20,    /* one CRL or OCSP answer [2 MB] */
        LIMIT_BLOCK = 64 << 10,             /* bytes of a detached file in memory at once */
};

#endif
