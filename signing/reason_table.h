/* R(code, indication, sub-indication, clause, English, French): every finding of a verification. "%s" is this occurrence's detail.
 * Indications and sub-indications are those of EN 319 102-1 table 6; SIGNING_PASSED marks a note, which lowers nothing. */
/* 5.2.2 format */
R(SIGNATURE_MALFORMED, SIGNING_FAILED, "FORMAT_FAILURE", "EN 319 102-1 5.2.2", "The signature is malformed: %s", "La signature est mal formée : %s")
R(ID_AMBIGUOUS, SIGNING_FAILED, "FORMAT_FAILURE", "XML 1.0 3.3.1", "The signed Id %s stands on two elements: what is signed is ambiguous.", "L'identifiant signé %s figure sur deux éléments : ce qui est signé est ambigu.")
R(TOO_MUCH, SIGNING_FAILED, "FORMAT_FAILURE", "limits.h", "Judging the signature would cost more work than any honest document does.", "Juger cette signature demanderait plus de travail que tout document honnête.")
R(TRANSFORM_REFUSED, SIGNING_FAILED, "FORMAT_FAILURE", "XMLDSig 4.4.3.4", "The reference %s uses a transform or digest that is not allowed, or that fails.", "La référence %s emploie une transformation ou une empreinte non admise, ou qui échoue.")
R(PROPERTIES_SEVERAL, SIGNING_FAILED, "FORMAT_FAILURE", "EN 319 132-1 4.4.2", "The signature holds several QualifyingProperties.", "La signature contient plusieurs QualifyingProperties.")
R(CONTAINER_MALFORMED, SIGNING_FAILED, "FORMAT_FAILURE", "EN 319 162-1 4.3", "The container breaks the rules of ASiC: %s", "Le conteneur enfreint les règles d'ASiC : %s")
/* 5.2.3 identification of the signing certificate */
R(CERTIFICATE_MISSING, SIGNING_INDETERMINATE, "NO_SIGNING_CERTIFICATE_FOUND", "EN 319 102-1 5.2.3", "The signature holds no certificate.", "La signature ne contient aucun certificat.")
R(CERTIFICATE_UNBOUND, SIGNING_INDETERMINATE, "NO_SIGNING_CERTIFICATE_FOUND", "EN 319 102-1 5.2.3", "SigningCertificate names none of the certificates in the signature.", "SigningCertificate ne désigne aucun des certificats de la signature.")
R(CERTIFICATE_SERIAL, SIGNING_INDETERMINATE, "SIG_CONSTRAINTS_FAILURE", "EN 319 102-1 5.2.3", "Issuer and serial number in SigningCertificate are not those of the certificate it names.", "L'émetteur et le numéro de série de SigningCertificate ne sont pas ceux du certificat désigné.")
/* 5.2.7 cryptographic verification */
R(DATA_NOT_FOUND, SIGNING_INDETERMINATE, "SIGNED_DATA_NOT_FOUND", "EN 319 102-1 5.2.7", "The signed data %s are not at hand.", "Les données signées %s sont introuvables.")
R(DIGEST_DIFFERS, SIGNING_FAILED, "HASH_FAILURE", "EN 319 102-1 5.2.7", "The data %s have been changed since they were signed.", "Les données %s ont été modifiées depuis leur signature.")
R(VALUE_WRONG, SIGNING_FAILED, "SIG_CRYPTO_FAILURE", "EN 319 102-1 5.2.7", "The signature value is not that of this certificate's key over these data.", "La valeur de signature n'est pas celle de la clé de ce certificat sur ces données.")
R(PROPERTIES_ELSEWHERE, SIGNING_INDETERMINATE, "SIGNED_DATA_NOT_FOUND", "EN 319 132-1 4.4.2", "The signed properties lie outside the signature.", "Les propriétés signées sont hors de la signature.")
/* 5.2.8 signature acceptance */
R(PROPERTIES_UNCOVERED, SIGNING_INDETERMINATE, "SIG_CONSTRAINTS_FAILURE", "EN 319 132-1 4.4.2", "No reference of the SignedProperties type covers the signature's properties.", "Aucune référence du type SignedProperties ne couvre les propriétés de la signature.")
R(PROPERTIES_MISAIMED, SIGNING_INDETERMINATE, "SIG_CONSTRAINTS_FAILURE", "EN 319 132-1 4.4.2", "The Target of the properties is not this signature.", "La cible (Target) des propriétés n'est pas cette signature.")
R(CERTIFICATE_UNCLAIMED, SIGNING_INDETERMINATE, "SIG_CONSTRAINTS_FAILURE", "EN 319 132-1 5.2.2", "The signature does not sign which certificate is its own.", "La signature ne signe pas la désignation de son certificat.")
R(COVERAGE_PARTIAL, SIGNING_INDETERMINATE, "SIG_CONSTRAINTS_FAILURE", "EN 319 102-1 5.2.8", "Part of the document is not signed: %s", "Une partie du document n'est pas signée : %s")
R(METHOD_UNKNOWN, SIGNING_INDETERMINATE, "CRYPTO_CONSTRAINTS_FAILURE", "TS 119 312", "The signature method is not accepted: %s", "La méthode de signature n'est pas admise : %s")
R(METHOD_WEAK, SIGNING_INDETERMINATE, "CRYPTO_CONSTRAINTS_FAILURE_NO_POE", "TS 119 312", "Too weak at the time that is proven: %s", "Trop faible à la date prouvée : %s")
/* 5.2.6 certificate validation */
R(CHAIN_UNJUDGED, SIGNING_INDETERMINATE, "NO_CERTIFICATE_CHAIN_FOUND", "EN 319 102-1 5.2.6", "No trust anchor was given: whose certificate it is has not been judged.", "Aucune ancre de confiance n'a été donnée : l'origine du certificat n'a pas été jugée.")
R(CHAIN_MISSING, SIGNING_INDETERMINATE, "NO_CERTIFICATE_CHAIN_FOUND", "EN 319 102-1 5.2.6", "No chain leads to a trust anchor; %s", "Aucune chaîne ne mène à une ancre de confiance ; %s")
R(CHAIN_FAULTY, SIGNING_INDETERMINATE, "CERTIFICATE_CHAIN_GENERAL_FAILURE", "EN 319 102-1 5.2.6", "The certificate chain is faulty: %s", "La chaîne de certificats est fautive : %s")
R(CERTIFICATE_VALIDITY, SIGNING_INDETERMINATE, "OUT_OF_BOUNDS_NO_POE", "EN 319 102-1 5.2.6", "At the time that is proven a certificate is outside its validity; %s", "À la date prouvée un certificat est hors de sa période de validité ; %s")
R(CERTIFICATE_REVOKED, SIGNING_FAILED, "REVOKED", "EN 319 102-1 5.2.6", "The certificate was revoked before the time-stamp; %s", "Le certificat était révoqué avant l'horodatage ; %s")
R(CERTIFICATE_REVOKED_NO_POE, SIGNING_INDETERMINATE, "REVOKED_NO_POE", "EN 319 102-1 5.2.6", "The certificate is revoked and nothing proves that the signature is older; %s", "Le certificat est révoqué et rien ne prouve que la signature est antérieure ; %s")
R(REVOCATION_MISSING, SIGNING_INDETERMINATE, "TRY_LATER", "EN 319 102-1 5.2.5", "The revocation data at hand do not tell; %s", "Les données de révocation disponibles ne permettent pas de conclure ; %s")
R(CERTIFICATE_USE, SIGNING_INDETERMINATE, "CHAIN_CONSTRAINTS_FAILURE", "EN 319 412-2 4.3.2", "The certificate is not for signing: %s", "Le certificat n'est pas fait pour signer : %s")
/* notes */
R(REVOCATION_UNJUDGED, SIGNING_PASSED, "", "EN 319 102-1 5.2.5", "No revocation data were at hand: revocation has not been judged.", "Aucune donnée de révocation disponible : la révocation n'a pas été jugée.")
R(MANIFEST_ENTRY_MISSING, SIGNING_PASSED, "", "XMLDSig 5.1", "The manifest lists %s, which is not at hand and counts as unsigned.", "Le manifeste cite %s, absent et tenu pour non signé.")
R(STAMP_WRONG, SIGNING_PASSED, "", "EN 319 102-1 5.4", "A time-stamp proves nothing: %s", "Un horodatage ne prouve rien : %s")
R(STAMP_UNTRUSTED, SIGNING_PASSED, "", "EN 319 102-1 5.4", "A time-stamp comes from an authority that is not trusted; %s", "Un horodatage vient d'une autorité qui n'est pas de confiance ; %s")
R(COUNTERSIGNATURE_WRONG, SIGNING_PASSED, "", "EN 319 132-1 5.2.7", "A counter-signature of this signature is wrong.", "Un contreseing de cette signature est faux.")
