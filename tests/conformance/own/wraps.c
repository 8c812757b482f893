/*
 * wraps.c - signature wrapping, and what a transform or a manifest takes out of sight.
 */
#include "tests/conformance/own/chapters.h"
#include "tests/unit/signing/wraps.h"

#include "signing/dsig.h"

#define PARTIAL "INDETERMINATE/SIG_CONSTRAINTS_FAILURE"
#define XPATH_2 "http://www.w3.org/2002/06/xmldsig-filter2"

/* A transform takes an element away before the digest: whoever puts one there breaks nothing, and signs nothing. */
static void filter_judge(struct samples *samples, const struct holder *holder, const signing_trust *trust)
{
        static const char filter[] = "<ds:Transform Algorithm=\"" XPATH_2 "\"><f:XPath xmlns:f=\"" XPATH_2
                                     "\" Filter=\"subtract\">//*[local-name()='prix']</f:XPath></ds:Transform>";
        char *text = part_signed("<dossier><offre Id=\"offre\"><lot>1</lot></offre>@SIGNATURE@</dossier>", filter, holder);
        sample_text(samples, "A23_filter", PARTIAL, "COVERAGE_PARTIAL", swapped(text, "<lot>1</lot>", "<lot>1</lot><prix>1</prix>"),
                    trust);
        free(text);
}

static void wraps_judge(struct samples *samples, const struct holder *holder, const signing_trust *trust)
{
        char *document = NULL, name[32];
        assert_true(asprintf(&document, "<dossier>%s@SIGNATURE@</dossier>", WRAP_ORIGINAL) > 0);
        char *text = part_signed(document, "", holder), *inner = between(text, "<ds:Signature ", "</dossier>"), *signature = NULL;
        assert_true(asprintf(&signature, "<ds:Signature %s", inner) > 0);
        for (size_t n = 0; n < sizeof wraps / sizeof wraps[0]; n++) {
                snprintf(name, sizeof name, "A1_wrapping_%c", wraps[n].name[0]);
                sample_text(samples, name, wraps[n].ambiguous ? "TOTAL-FAILED/FORMAT_FAILURE" : PARTIAL,
                            wraps[n].ambiguous ? "ID_AMBIGUOUS" : "COVERAGE_PARTIAL", wrapped(signature, &wraps[n]), trust);
        }
        filter_judge(samples, holder, trust);
        char *object = between(text, "<ds:Object>", "</ds:Object>"), *whole = NULL, *moved = NULL;
        assert_true(asprintf(&whole, "<ds:Object>%s</ds:Object>", object) > 0);
        assert_true(asprintf(&moved, "<copie xmlns:ds=\"" DSIG_SPACE "\">%s</copie></dossier>", whole) > 0);
        char *without = swapped(text, whole, "");
        sample_text(samples, "A10_properties_moved_out", "INDETERMINATE/SIGNED_DATA_NOT_FOUND", "PROPERTIES_ELSEWHERE",
                    swapped(without, "</dossier>", moved), trust);
        char *unclaimed = between(PART_SIGNATURE, "<x:SigningCertificateV2>", "</x:SigningCertificateV2>"), *claim = NULL;
        assert_true(asprintf(&claim, "<x:SigningCertificateV2>%s</x:SigningCertificateV2>", unclaimed) > 0);
        char *bare = swapped(PART_SIGNATURE, claim, "<x:SigningCertificateV2/><!--@CERTDIGEST@-->");
        sample_text(samples, "A11_no_certificate_named", PARTIAL, "CERTIFICATE_UNCLAIMED",
                    part_signed_as(document, bare, "", holder), trust);
        char *all[] = {document, text, inner, signature, object, whole, moved, without, unclaimed, claim, bare};
        for (size_t n = 0; n < sizeof all / sizeof all[0]; n++)
                free(all[n]);
}

/* A15: a manifest whose entry is wrong. */
static void manifest_judge(struct samples *samples, const struct holder *holder, const signing_trust *trust)
{
        char *text = part_signed("<d xmlns:ds=\"" DSIG_SPACE
                                 "\"><ds:Manifest Id=\"offre\"><ds:Reference URI=\"#piece\"><ds:DigestMethod "
                                 "Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><ds:DigestValue>AAAA</ds:DigestValue>"
                                 "</ds:Reference></ds:Manifest><piece Id=\"piece\"/>@SIGNATURE@</d>",
                                 "", holder);
        sample_text(samples, "A15_manifest", "TOTAL-FAILED/HASH_FAILURE", "DIGEST_DIFFERS", text, trust);
}

void chapter_wraps(const struct ground *ground)
{
        wraps_judge(ground->samples, &ground->holder, ground->trust);
        manifest_judge(ground->samples, &ground->holder, ground->trust);
}
