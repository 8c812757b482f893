/*
 * forms.c - documents written otherwise, that mean the same or seem to: namespaces, comments, encodings, Objects, transforms,
 * references and keys beyond the study's list of attacks.
 */
#include "tests/conformance/own/chapters.h"
#include "tests/unit/signing/encodings.h"

#include "signing/dsig.h"

#define PARTIAL "INDETERMINATE/SIG_CONSTRAINTS_FAILURE"
#define PROPERTIES_TYPE "Type=\"http://uri.etsi.org/01903#SignedProperties\""

/* ---- in a right document ---- */

static const struct form {
        const char *name, *verdict, *reason, *from, *to;
} forms[] = {
        {"comment_before_the_root", "TOTAL-PASSED", "-", "<offre", "<!-- rien --><offre"},
        {"comment_in_a_word", "TOTAL-PASSED", "COMMENT_IN_TEXT", "<prix>100", "<prix>1<!-- -->00"},
        {"instruction_before_the_root", "TOTAL-FAILED/HASH_FAILURE", "DIGEST_DIFFERS", "<offre", "<?lire autrement?><offre"},
        {"instruction_in_text", "TOTAL-FAILED/HASH_FAILURE", "DIGEST_DIFFERS", "<prix>100", "<prix>1<?x?>00"},
        {"cdata", "TOTAL-PASSED", "-", "<prix>100", "<prix><![CDATA[100]]>"},
        {"character_references", "TOTAL-PASSED", "-", "<prix>100", "<prix>&#49;&#x30;0"},
        {"carriage_return_of_a_line_end", "TOTAL-PASSED", "-", "?>\n<offre", "?>\r\n<offre"},
        {"carriage_return_referred_to", "TOTAL-FAILED/HASH_FAILURE", "DIGEST_DIFFERS", "<prix>100", "<prix>100&#13;"},
        {"another_prefix_unused", "TOTAL-PASSED", "-", "<offre xmlns=", "<offre xmlns:autre=\"urn:autre\" xmlns="},
        {"another_namespace", "TOTAL-FAILED/HASH_FAILURE", "DIGEST_DIFFERS", "urn:exemple:offre", "urn:exemple:autre"},
        {"an_attribute_more", "TOTAL-FAILED/HASH_FAILURE", "DIGEST_DIFFERS", "<prix>", "<prix xml:lang=\"fr\">"},
        {"namespace_undeclared", "TOTAL-FAILED/HASH_FAILURE", "DIGEST_DIFFERS", "<prix>", "<prix xmlns=\"\">"},
        {"relative_namespace", "TOTAL-FAILED/FORMAT_FAILURE", "TRANSFORM_REFUSED", "<prix>", "<p:prix xmlns:p=\"relatif\"/><prix>"},
        {"signature_of_another_namespace", "REFUSED", "NO_SIGNATURE", "http://www.w3.org/2000/09/xmldsig#\" Id",
         "http://www.w3.org/2000/09/xmldsig\" Id"},
        {"text_between_the_parts", "TOTAL-FAILED/FORMAT_FAILURE", "SIGNATURE_MALFORMED", "<ds:KeyInfo>", "prix : 1<ds:KeyInfo>"},
        {"foreign_element_in_the_signature", "TOTAL-FAILED/FORMAT_FAILURE", "SIGNATURE_MALFORMED", "</ds:KeyInfo>",
         "</ds:KeyInfo><prix>1</prix>"},
        {"object_beside", PARTIAL, "COVERAGE_PARTIAL", "</ds:KeyInfo>", "</ds:KeyInfo><ds:Object><prix>1</prix></ds:Object>"},
        {"object_with_foreign_properties", PARTIAL, "COVERAGE_PARTIAL", "</ds:KeyInfo>",
         "</ds:KeyInfo><ds:Object><QualifyingProperties><prix>1</prix></QualifyingProperties></ds:Object>"},
        {"content_beside_the_properties", PARTIAL, "COVERAGE_PARTIAL", "</xades:QualifyingProperties>",
         "</xades:QualifyingProperties><prix>1</prix>"},
        {"second_signed_properties", "TOTAL-FAILED/FORMAT_FAILURE", "PROPERTIES_SEVERAL", "</xades:SignedProperties>",
         "</xades:SignedProperties><xades:SignedProperties Id=\"autres\"/>"},
        {"id_in_capitals", "TOTAL-FAILED/FORMAT_FAILURE", "ID_AMBIGUOUS", "</ds:Signature>",
         "<ds:Object><z ID=\"@PROPS@\"/></ds:Object></ds:Signature>"},
        {"id_of_xml", "TOTAL-FAILED/FORMAT_FAILURE", "ID_AMBIGUOUS", "</ds:Signature>",
         "<ds:Object><z xml:id=\"@PROPS@\"/></ds:Object></ds:Signature>"},
        {"id_with_a_prefix", "TOTAL-FAILED/FORMAT_FAILURE", "ID_AMBIGUOUS", "</ds:Signature>",
         "<ds:Object><z xmlns:p=\"urn:p\" p:Id=\"@PROPS@\"/></ds:Object></ds:Signature>"},
        {"empty_signature_beside", "TOTAL-FAILED/FORMAT_FAILURE", "SIGNATURE_MALFORMED", "<ds:Signature",
         "<ds:Signature xmlns:ds=\"" DSIG_SPACE "\"><prix>1</prix></ds:Signature><ds:Signature"},
        {"key_value_first", "TOTAL-PASSED", "-", "<ds:KeyInfo>",
         "<ds:KeyInfo><ds:KeyValue><ds:RSAKeyValue><ds:Modulus>AQAB</ds:Modulus><ds:Exponent>AQ==</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>"},
        {"retrieved_from_elsewhere", "TOTAL-PASSED", "-", "<ds:KeyInfo>",
         "<ds:KeyInfo><ds:RetrievalMethod URI=\"http://exemple.invalid/cle\"/>"},
        {"no_certificate_but_a_stump", "INDETERMINATE/NO_SIGNING_CERTIFICATE_FOUND", "CERTIFICATE_MISSING",
         "<ds:X509Certificate>MII", "<ds:X509Certificate>MI=="},
        {"digest_without_end", "TOTAL-FAILED/FORMAT_FAILURE", "SIGNATURE_MALFORMED", "<ds:DigestValue>", "<ds:DigestValue>A"},
        {"fragment_of_nothing", "TOTAL-FAILED/SIG_CRYPTO_FAILURE", "DATA_NOT_FOUND", "URI=\"\"", "URI=\"#\""},
        {"pointer", "TOTAL-FAILED/SIG_CRYPTO_FAILURE", "DATA_NOT_FOUND", "URI=\"\"", "URI=\"#xpointer(//prix)\""},
        {"pointer_behind_an_id", "TOTAL-FAILED/SIG_CRYPTO_FAILURE", "DATA_NOT_FOUND", "URI=\"\"",
         "URI=\"#xpointer(id('offre')/prix)\""},
        {"no_uri", "TOTAL-FAILED/SIG_CRYPTO_FAILURE", "DATA_NOT_FOUND", " URI=\"\"", ""},
        {"whole_properties_by_type", "TOTAL-FAILED/SIG_CRYPTO_FAILURE", "PROPERTIES_UNCOVERED", "<ds:Reference ",
         "<ds:Reference " PROPERTIES_TYPE " "},
        {"hmac_of_eight_bits", "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE", "METHOD_UNKNOWN",
         "<ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\"/>",
         "<ds:SignatureMethod Algorithm=\"http://www.w3.org/2000/09/xmldsig#hmac-sha1\"><ds:HMACOutputLength>8</ds:HMACOutputLength>"
         "</ds:SignatureMethod>"},
        {"salt_beyond_measure", "TOTAL-FAILED/SIG_CRYPTO_FAILURE", "VALUE_WRONG",
         "<ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\"/>",
         "<ds:SignatureMethod Algorithm=\"http://www.w3.org/2007/05/xmldsig-more#rsa-pss\"><p:RSAPSSParams "
         "xmlns:p=\"http://www.w3.org/2007/05/xmldsig-more#\"><p:SaltLength>99999999999999999999</p:SaltLength></p:RSAPSSParams>"
         "</ds:SignatureMethod>"},
        {"six_transforms", "TOTAL-FAILED/FORMAT_FAILURE", "TRANSFORM_REFUSED", "<ds:Transforms>",
         "<ds:Transforms><ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/><ds:Transform "
         "Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/><ds:Transform "
         "Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/><ds:Transform "
         "Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>"},
        {"bytes_parsed_again", "TOTAL-FAILED/FORMAT_FAILURE", "TRANSFORM_REFUSED", "<ds:Transforms>",
         "<ds:Transforms><ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#base64\"/>"},
        {"prefix_undeclared", "REFUSED", "MALFORMED", "<prix>100</prix>", "<autre:prix>100</autre:prix>"},
        {"claimed_in_a_far_year", "TOTAL-FAILED/HASH_FAILURE", "DIGEST_DIFFERS", "<xades:SigningTime>",
         "<xades:SigningTime>99999999999999999999"},
};

static void forms_judge(const struct ground *ground)
{
        char *properties = between(ground->text, "URI=\"#", "\"");
        for (size_t n = 0; n < sizeof forms / sizeof forms[0]; n++) {
                const struct form *form = &forms[n];
                char *to = strstr(form->to, "@PROPS@") != NULL ? swapped(form->to, "@PROPS@", properties) : strdup(form->to);
                sample_text(ground->samples, form->name, form->verdict, form->reason, swapped(ground->text, form->from, to),
                            ground->trust);
                free(to);
        }
        free(properties);
}

/* ---- signed so by its own signer ---- */

static const struct form templates[] = {
        {"offer_typed_as_properties", "INDETERMINATE/SIGNED_DATA_NOT_FOUND", "PROPERTIES_ELSEWHERE",
         "<ds:Reference URI=\"#offre\">", "<ds:Reference " PROPERTIES_TYPE " URI=\"#offre\">"},
        {"properties_untyped", PARTIAL, "PROPERTIES_UNCOVERED", " " PROPERTIES_TYPE, ""},
        {"serial_of_another", PARTIAL, "CERTIFICATE_SERIAL", "</x:CertDigest>",
         "</x:CertDigest><x:IssuerSerial><ds:X509IssuerName>CN=X</ds:X509IssuerName><ds:X509SerialNumber>"
         "99999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999"
         "</ds:X509SerialNumber></x:IssuerSerial>"},
        {"target_of_another", PARTIAL, "PROPERTIES_MISAIMED", "Target=\"#sig\"", "Target=\"#gis\""},
};

static void templates_judge(const struct ground *ground)
{
        for (size_t n = 0; n < sizeof templates / sizeof templates[0]; n++) {
                const struct form *form = &templates[n];
                char *template = swapped(PART_SIGNATURE, form->from, form->to);
                sample_text(ground->samples, form->name, form->verdict, form->reason,
                            part_signed_as("<d><offre Id=\"offre\"/>@SIGNATURE@</d>", template, "", &ground->holder),
                            ground->trust);
                free(template);
        }
        char *first = between(PART_SIGNATURE, "rsa-sha256\"/>", "</ds:SignedInfo>");
        char *none = swapped(PART_SIGNATURE, first, "");
        char *text = swapped("<d>@SIGNATURE@</d>", "@SIGNATURE@", none);
        sample_text(ground->samples, "no_reference", "TOTAL-FAILED/FORMAT_FAILURE", "SIGNATURE_MALFORMED", text, ground->trust);
        free(first);
        free(none);
}

/* ---- in other encodings ---- */

static void encodings_judge(const struct ground *ground)
{
        for (size_t n = 0; n < sizeof encodings / sizeof encodings[0]; n++) {
                char name[48], *other = swapped(ground->text, "UTF-8", encodings[n].declared);
                snprintf(name, sizeof name, "in_%s", encodings[n].declared);
                const struct sample sample = {.name = name,
                                              .verdict = "TOTAL-PASSED",
                                              .reason = "-",
                                              .document = encoded_text(other, encodings[n].to),
                                              .trust = ground->trust};
                sample_judge(ground->samples, &sample);
                free(other);
        }
        char *marked = NULL;
        assert_true(asprintf(&marked, "\xEF\xBB\xBF%s", ground->text) > 0);
        sample_text(ground->samples, "with_a_mark", "TOTAL-PASSED", "-", marked, ground->trust);
        sample_text(ground->samples, "declared_twice", "REFUSED", "ENCODING",
                    swapped(ground->text, "version=\"1.0\" encoding=\"UTF-8\"", "version='encoding=\"UTF-8\"' encoding=\"UTF-7\""),
                    ground->trust);
        char *ebcdic = swapped(ground->text, "<?xml", "\x4C\x6F\xA7\x94\x93");
        sample_text(ground->samples, "ebcdic", "REFUSED", "MALFORMED", ebcdic, ground->trust);
}

void chapter_forms(const struct ground *ground)
{
        forms_judge(ground);
        templates_judge(ground);
        encodings_judge(ground);
}
