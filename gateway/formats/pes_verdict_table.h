/* V(code, indication, sub-indication, English, French): what the signature of a PES may be found to be. The codes are the
 * vocabulary of the tiers de télétransmission (STELA), kept because clerks and vendors know it; indications are those of EN 319
 * 102-1 table 6. */
V(INVALID_SCHEMA, "TOTAL-FAILED", "FORMAT_FAILURE", "the signature is malformed", "la signature est mal formée")
V(INVALID_SIGNATURE, "TOTAL-FAILED", "SIG_CRYPTO_FAILURE", "the signature is wrong, or what it signs was changed",
  "la signature est fausse, ou ce qu'elle signe a été modifié")
V(UNVERIFIABLE_SIGNATURE, "INDETERMINATE", "SIGNED_DATA_NOT_FOUND", "the signature cannot be checked",
  "la signature ne peut pas être contrôlée")
V(NOT_SIGNED_CONTENT, "INDETERMINATE", "SIG_CONSTRAINTS_FAILURE", "no right signature covers the whole bordereau",
  "aucune signature juste ne couvre le bordereau entier")
V(SIGNATURE_CONTROL_ERRORS, "INDETERMINATE", "GENERIC", "a check of the signature was not passed",
  "un contrôle de la signature n'est pas passé")
V(ROLE_BLANK, "INDETERMINATE", "SIG_CONSTRAINTS_FAILURE", "the signer's role is not said",
  "la qualité du signataire n'est pas indiquée")
V(DATE_BLANK, "INDETERMINATE", "SIG_CONSTRAINTS_FAILURE", "the signing time is not said", "la date de signature n'est pas indiquée")
V(DATE_FORMAT_ERROR, "INDETERMINATE", "SIG_CONSTRAINTS_FAILURE", "the signing time is not in UTC",
  "la date de signature n'est pas en temps universel (UTC)")
V(XADES_ERROR, "INDETERMINATE", "SIG_CONSTRAINTS_FAILURE", "the signature's properties (XAdES) are faulty",
  "les propriétés XAdES de la signature sont fautives")
V(XADES_UPDATED, "TOTAL-FAILED", "HASH_FAILURE", "the signature's properties (XAdES) were changed after signing",
  "les propriétés XAdES ont été modifiées après la signature")
V(XADES_UNSIGNED, "INDETERMINATE", "SIG_CONSTRAINTS_FAILURE", "the signature's properties (XAdES) are not signed",
  "les propriétés XAdES ne sont pas signées")
V(RECOMMENDATION_NOT_RESPECTED, "INDETERMINATE", "CRYPTO_CONSTRAINTS_FAILURE_NO_POE",
  "the signature uses a method that is too weak today", "la signature emploie une méthode trop faible aujourd'hui")
V(CERTIFICAT_RECOGNITION_ERROR, "INDETERMINATE", "NO_SIGNING_CERTIFICATE_FOUND", "whose certificate signed is not certain",
  "le certificat signataire n'est pas certain")
V(UNTRUSTED_CERTIFICATE, "INDETERMINATE", "NO_CERTIFICATE_CHAIN_FOUND",
  "the certificate is not vouched for: authority, validity or revocation",
  "le certificat n'est pas reconnu : autorité, validité ou révocation")
V(WRONG_CERTIFICATE, "INDETERMINATE", "CHAIN_CONSTRAINTS_FAILURE", "the certificate is not for signing (nonRepudiation)",
  "le certificat n'est pas fait pour signer (nonRepudiation)")
V(XADES_EXCEPTION, "INDETERMINATE", "GENERIC", "the signature could not be judged", "la signature n'a pas pu être jugée")
V(NO_POLICY, "TOTAL-PASSED", "", "no signature policy is named", "aucune politique de signature n'est indiquée")
V(POLICY_QUALIFIER_MISSING, "TOTAL-PASSED", "", "the signature policy's address is missing",
  "l'adresse de la politique de signature manque")
V(POLICY_ID_MISSING, "TOTAL-PASSED", "", "the signature policy's identifier is missing",
  "l'identifiant de la politique de signature manque")
