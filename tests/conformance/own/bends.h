/* B(name, verdict, reason, from, to): one text replacement each in a right enveloped signature. XADES attacks by number. */
B(A2_id_twice, "TOTAL-FAILED/FORMAT_FAILURE", "ID_AMBIGUOUS", "</ds:Signature>",
  "<ds:Object><z id=\"@PROPS@\"/></ds:Object></ds:Signature>")
B(A3_xslt, "TOTAL-FAILED/FORMAT_FAILURE", "TRANSFORM_REFUSED", "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
  "http://www.w3.org/TR/1999/REC-xslt-19991116")
B(A6_document_type, "REFUSED", "DOCTYPE", "<offre", "<!DOCTYPE offre><offre")
B(A6_external_entity, "REFUSED", "DOCTYPE", "<offre", "<!DOCTYPE offre [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><offre")
B(A7_bomb_in_content, "REFUSED", "DOCTYPE", "<offre",
  "<!DOCTYPE o [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">]><offre")
B(A9_unknown_certificate_digest, "TOTAL-FAILED/HASH_FAILURE", "CERTIFICATE_UNBOUND",
  "<xades:CertDigest><ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><ds:DigestValue>",
  "<xades:CertDigest><ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><ds:DigestValue>AAAA")
B(A10_untyped, "TOTAL-FAILED/SIG_CRYPTO_FAILURE", "PROPERTIES_UNCOVERED", "Type=\"http://uri.etsi.org/01903#SignedProperties\"",
  "Type=\"urn:autre\"")
B(A10_second_properties, "TOTAL-FAILED/FORMAT_FAILURE", "PROPERTIES_SEVERAL", "</ds:KeyInfo>",
  "</ds:KeyInfo><ds:Object><x:QualifyingProperties xmlns:x=\"http://uri.etsi.org/01903/v1.3.2#\" Target=\"#x\"/></ds:Object>")
B(A10_target_elsewhere, "INDETERMINATE/SIG_CONSTRAINTS_FAILURE", "PROPERTIES_MISAIMED", "Target=\"#S-", "Target=\"#T-")
B(A12_hmac, "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE", "METHOD_UNKNOWN", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
  "http://www.w3.org/2000/09/xmldsig#hmac-sha1")
B(A13_bare_key, "INDETERMINATE/NO_SIGNING_CERTIFICATE_FOUND", "CERTIFICATE_MISSING", "<ds:X509Certificate>",
  "<ds:X509Certificate>%%")
B(A14_value_of_zeros, "TOTAL-FAILED/SIG_CRYPTO_FAILURE", "VALUE_WRONG", "@VALUE@",
  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==")
B(A16_counter_signature, "TOTAL-PASSED", "COUNTERSIGNATURE_WRONG", "</xades:QualifyingProperties>",
  "<xades:UnsignedProperties><xades:UnsignedSignatureProperties><xades:CounterSignature><ds:Signature><ds:SignedInfo/></ds:Signature></xades:CounterSignature></xades:UnsignedSignatureProperties></xades:UnsignedProperties></xades:QualifyingProperties>")
B(A17_no_token, "TOTAL-PASSED", "STAMP_WRONG", "</xades:QualifyingProperties>",
  "<xades:UnsignedProperties><xades:UnsignedSignatureProperties><xades:SignatureTimeStamp><xades:EncapsulatedTimeStamp>AAAA</xades:EncapsulatedTimeStamp></xades:SignatureTimeStamp></xades:UnsignedSignatureProperties></xades:UnsignedProperties></xades:QualifyingProperties>")
B(A18_local_file, "TOTAL-FAILED/SIG_CRYPTO_FAILURE", "DATA_NOT_FOUND", "URI=\"\"", "URI=\"file:///etc/passwd\"")
B(A18_url, "TOTAL-FAILED/SIG_CRYPTO_FAILURE", "DATA_NOT_FOUND", "URI=\"\"", "URI=\"http://exemple.invalid/offre.xml\"")
B(A18_out_of_the_folder, "TOTAL-FAILED/SIG_CRYPTO_FAILURE", "DATA_NOT_FOUND", "URI=\"\"", "URI=\"%2e%2e/offre.xml\"")
B(A19_two_values, "TOTAL-FAILED/FORMAT_FAILURE", "SIGNATURE_MALFORMED", "<ds:KeyInfo>",
  "<ds:SignatureValue>AA==</ds:SignatureValue><ds:KeyInfo>")
B(A19_two_infos, "TOTAL-FAILED/FORMAT_FAILURE", "SIGNATURE_MALFORMED", "<ds:SignedInfo>", "<ds:SignedInfo/><ds:SignedInfo>")
B(A19_comment_in_digest, "TOTAL-FAILED/FORMAT_FAILURE", "SIGNATURE_MALFORMED", "<ds:DigestValue>", "<ds:DigestValue><!-- -->")
B(A20_utf_7, "REFUSED", "ENCODING", "UTF-8", "UTF-7")
B(A20_cut_short, "REFUSED", "MALFORMED", "</offre>", "")
B(A20_undeclared_entity, "REFUSED", "MALFORMED", "100", "&cent;")
B(A22_unknown_method, "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE", "METHOD_UNKNOWN",
  "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "urn:oid:1.2.3.4")
B(A22_unknown_digest, "TOTAL-FAILED/FORMAT_FAILURE", "TRANSFORM_REFUSED",
  "<ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/>", "<ds:DigestMethod Algorithm=\"urn:oid:1.2.3.4\"/>")
B(changed_content, "TOTAL-FAILED/HASH_FAILURE", "DIGEST_DIFFERS", "<prix>100", "<prix>001")
B(spaces_around, "TOTAL-PASSED", "-", "</offre>", "</offre>\n")
