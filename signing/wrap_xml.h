/*
 * wrap_xml.h - xenc:EncryptedKey, the XML form of a wrapped secret.
 */
#ifndef PLI_SIGNING_WRAP_XML_H
#define PLI_SIGNING_WRAP_XML_H

#include <libxml/tree.h>

#include "signing/wrap.h"
#include "signing/writer.h"

/* Declares the prefixes xenc, xenc11, ds and dsig11 on the element just started. */
void wrap_xml_namespaces(struct writer *writer);
/* `certificate`: the recipient's, SHA-256, written as dsig11:X509Digest. */
void wrap_xml_write(struct writer *writer, const struct wrapped *wrapped, const uint8_t certificate[32]);
/* Closed reading: what wrap_xml_write() and the browser write, any order of nothing else. */
bool wrap_xml_read(const xmlNode *encrypted_key, struct wrapped *out, struct signing_refusal *why)
        __attribute__((warn_unused_result));
/* ConcatKDF's input for a recipient: AlgorithmID = the key wrap's URI, PartyUInfo empty, PartyVInfo = `certificate`. */
void wrap_xml_info(struct wrapped *out, const uint8_t certificate[32]);

#endif
