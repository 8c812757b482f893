/* Judging signed documents: what passes, and each way a document may be bent. */
#include "tests/unit/signing/forgery.h"

#include "signing/container.h"
#include "signing/pack.h"

static const char DOCUMENT[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<offre xmlns=\"urn:exemple:offre\">"
                               "<soumissionnaire>Menuiserie Duval SARL</soumissionnaire><prix>100</prix></offre>";

struct ground {
        struct holder duval, other;
        signing_trust *trust;
        char *text;
};

static int ground_make(void **state)
{
        struct ground *ground = calloc(1, sizeof *ground);
        struct signing_refusal why;
        assert_true(signing_start(&why));
        ground->duval = holder_rsa("Menuiserie Duval SARL");
        ground->other = holder_rsa("Maçonnerie Petit SARL");
        ground->trust = trust_in(&ground->duval);
        ground->text = signed_text(DOCUMENT, &ground->duval);
        *state = ground;
        return 0;
}

static int ground_free(void **state)
{
        struct ground *ground = *state;
        holder_free(&ground->duval);
        holder_free(&ground->other);
        signing_trust_free(ground->trust);
        free(ground->text);
        free(ground);
        return 0;
}

static void a_right_signature_passes_and_covers_all(void **state)
{
        const struct ground *ground = *state;
        struct found found = judged_text(ground->text, ground->trust);
        assert_true(found.readable);
        assert_int_equal(found.indication, SIGNING_PASSED);
        assert_true(found.covers_all);
        assert_true(flag_of(&found, "intact"));
        assert_true(flag_of(&found, "signedPropertiesCovered"));
        assert_string_equal(json_string_value(json_object_get(first_signature(&found), "level")), "XAdES-B-B");
        assert_true(json_is_true(json_object_get(json_object_get(first_signature(&found), "signingCertificate"), "bound")));
        json_decref(found.json);
}

static void an_elliptic_signature_passes_too(void **state)
{
        (void)state;
        struct holder holder = holder_ec("Commune de Saint-Exemple", "P-256");
        signing_trust *trust = trust_in(&holder);
        char *text = signed_text(DOCUMENT, &holder);
        struct found found = judged_text(text, trust);
        assert_int_equal(found.indication, SIGNING_PASSED);
        json_decref(found.json);
        free(text);
        signing_trust_free(trust);
        holder_free(&holder);
}

static void without_trust_everything_but_the_chain_is_judged(void **state)
{
        const struct ground *ground = *state;
        struct found found = judged_text(ground->text, NULL);
        assert_int_equal(found.indication, SIGNING_INDETERMINATE);
        assert_true(has_reason(&found, "CHAIN_UNJUDGED"));
        assert_true(flag_of(&found, "intact"));
        json_decref(found.json);
}

static void another_company_is_not_an_anchor(void **state)
{
        const struct ground *ground = *state;
        signing_trust *trust = trust_in(&ground->other);
        struct found found = judged_text(ground->text, trust);
        assert_int_equal(found.indication, SIGNING_INDETERMINATE);
        assert_true(has_reason(&found, "CHAIN_MISSING"));
        json_decref(found.json);
        signing_trust_free(trust);
}

struct bend {
        const char *name, *from, *to, *reason; /* reason: of the signature; NULL: the document is refused with `code` */
        enum signing_indication indication;
        const char *code;
};

/* One text replacement each: what becomes of the right document. */
static const struct bend bends[] = {
        {"a changed byte", "<prix>100", "<prix>001", "DIGEST_DIFFERS", SIGNING_FAILED, NULL},
        {"a removed reference to the properties", "Type=\"http://uri.etsi.org/01903#SignedProperties\"", "Type=\"urn:autre\"",
         "PROPERTIES_UNCOVERED", SIGNING_FAILED, NULL},
        {"a Target elsewhere", "Target=\"#S-", "Target=\"#T-", "PROPERTIES_MISAIMED", SIGNING_INDETERMINATE, NULL},
        {"HMAC", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2000/09/xmldsig#hmac-sha1",
         "METHOD_UNKNOWN", SIGNING_INDETERMINATE, NULL},
        {"XSLT", "http://www.w3.org/2000/09/xmldsig#enveloped-signature", "http://www.w3.org/TR/1999/REC-xslt-19991116",
         "TRANSFORM_REFUSED", SIGNING_FAILED, NULL},
        {"two SignatureValue", "<ds:KeyInfo>", "<ds:SignatureValue>AA==</ds:SignatureValue><ds:KeyInfo>", "SIGNATURE_MALFORMED",
         SIGNING_FAILED, NULL},
        {"a comment in DigestValue", "<ds:DigestValue>", "<ds:DigestValue><!-- -->", "SIGNATURE_MALFORMED", SIGNING_FAILED, NULL},
        {"no certificate", "<ds:X509Certificate>", "<ds:X509Certificate>%%", "CERTIFICATE_MISSING", SIGNING_INDETERMINATE, NULL},
        {"a Reference to a URL", "URI=\"\"", "URI=\"http://exemple.invalid/offre.xml\"", "DATA_NOT_FOUND", SIGNING_FAILED, NULL},
        {"a Reference to a local file", "URI=\"\"", "URI=\"file:///etc/passwd\"", "DATA_NOT_FOUND", SIGNING_FAILED, NULL},
        {"a Reference out of the folder", "URI=\"\"", "URI=\"../offre.xml\"", "DATA_NOT_FOUND", SIGNING_FAILED, NULL},
        {"an unknown Id", "URI=\"#S-", "URI=\"#nul", "DATA_NOT_FOUND", SIGNING_FAILED, NULL},
        {"a second element with a signed Id", "<prix>", "<prix Id=\"x\"/><prix>", "DIGEST_DIFFERS", SIGNING_FAILED, NULL},
        {"a document type", "<offre", "<!DOCTYPE offre><offre", NULL, SIGNING_UNJUDGED, "DOCTYPE"},
        {"an external entity", "<offre", "<!DOCTYPE offre [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><offre", NULL,
         SIGNING_UNJUDGED, "DOCTYPE"},
        {"a bomb of entities", "<offre", "<!DOCTYPE o [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]><offre",
         NULL, SIGNING_UNJUDGED, "DOCTYPE"},
        {"an undeclared entity", "100", "&cent;", NULL, SIGNING_UNJUDGED, "MALFORMED"},
        {"UTF-7", "UTF-8", "UTF-7", NULL, SIGNING_UNJUDGED, "ENCODING"},
        {"a document cut short", "</offre>", "", NULL, SIGNING_UNJUDGED, "MALFORMED"},
};

static void each_bend_has_its_reason(void **state)
{
        const struct ground *ground = *state;
        for (size_t n = 0; n < sizeof bends / sizeof bends[0]; n++) {
                const struct bend *bend = &bends[n];
                char *text = swapped(ground->text, bend->from, bend->to);
                struct found found = judged_text(text, ground->trust);
                if (bend->code != NULL && (found.readable || strcmp(found.why.code, bend->code) != 0))
                        fail_msg("%s: refused with %s", bend->name, found.why.code);
                if (bend->reason != NULL && (!has_reason(&found, bend->reason) || found.indication != bend->indication ||
                                             (found.covers_all && bend->indication == SIGNING_FAILED)))
                        fail_msg("%s: %s", bend->name, json_dumps(found.json, JSON_INDENT(1)));
                json_decref(found.json);
                free(text);
        }
}

/* XADES A9: another certificate in KeyInfo, over the same document, is not the signer's. */
static void a_certificate_the_properties_do_not_name_is_not_bound(void **state)
{
        const struct ground *ground = *state;
        char *theirs = signed_text(DOCUMENT, &ground->other);
        const char *from = strstr(ground->text, "<ds:X509Data>"), *to = strstr(theirs, "<ds:X509Data>");
        char *mine = strndup(from, (size_t)(strstr(from, "</ds:X509Data>") - from));
        char *other = strndup(to, (size_t)(strstr(to, "</ds:X509Data>") - to));
        char *text = swapped(ground->text, mine, other);
        struct found found = judged_text(text, ground->trust);
        assert_int_equal(found.indication, SIGNING_INDETERMINATE);
        assert_true(has_reason(&found, "CERTIFICATE_UNBOUND"));
        assert_false(flag_of(&found, "intact"));
        json_decref(found.json);
        free(text);
        free(mine);
        free(other);
        free(theirs);
}

static void a_second_element_with_the_signed_id_is_ambiguous(void **state)
{
        const struct ground *ground = *state;
        const char *uri = strstr(ground->text, "URI=\"#");
        char id[64], twice[128];
        snprintf(id, sizeof id, "%.*s", (int)strcspn(uri + 6, "\""), uri + 6);
        snprintf(twice, sizeof twice, "<ds:Object><x xmlns=\"urn:x\" id=\"%s\"/></ds:Object></ds:Signature>", id);
        char *text = swapped(ground->text, "</ds:Signature>", twice);
        struct found found = judged_text(text, ground->trust);
        assert_int_equal(found.indication, SIGNING_FAILED);
        assert_true(has_reason(&found, "ID_AMBIGUOUS"));
        json_decref(found.json);
        free(text);
}

static void whitespace_and_a_mark_before_the_document_change_nothing(void **state)
{
        const struct ground *ground = *state;
        char *text = NULL;
        assert_true(asprintf(&text, "\n\xEF\xBB\xBF%s\n", ground->text) > 0);
        struct found found = judged_text(text + 1, ground->trust);
        assert_int_equal(found.indication, SIGNING_PASSED);
        json_decref(found.json);
        free(text);
}

static void a_document_without_signature_is_no_signed_document(void **state)
{
        (void)state;
        struct found found = judged_text(DOCUMENT, NULL);
        assert_false(found.readable);
        assert_string_equal(found.why.code, "NO_SIGNATURE");
}

static void every_flipped_byte_is_seen_or_unsigned(void **state)
{
        const struct ground *ground = *state;
        size_t size = strlen(ground->text);
        const char *content_end = strstr(ground->text, "<ds:Signature ");
        char *text = strdup(ground->text);
        for (size_t n = (size_t)(strstr(text, "<offre") - text); text + n < text + size; n += 3) {
                text[n] ^= 1;
                struct found found = judged_text(text, ground->trust);
                bool content = n < (size_t)(content_end - ground->text);
                if (content && found.readable && found.indication == SIGNING_PASSED)
                        fail_msg("byte %zu may be flipped unseen", n);
                json_decref(found.json);
                text[n] ^= 1;
        }
        free(text);
}

/* A signed container of two files; with `changed`, its second file is another one, and a third stands beside. */
static struct sink_memory container_of(const struct ground *ground, bool changed)
{
        const struct signing_bytes offer = {(const uint8_t *)"Offre : 100 euros", 17}, annex = {(const uint8_t *)"Annexe", 6};
        const struct signing_file files[] = {{"offre.txt", "text/plain", source_memory(&offer)},
                                             {"pi\xC3\xA8"
                                              "ces/annexe 1.txt",
                                              "text/plain", source_memory(&annex)}};
        struct sink_memory memory = memory_sink(), bent = memory_sink();
        const struct signing_sink sink = sink_memory(&memory), again = sink_memory(&bent);
        struct signing_refusal why = {0};
        signing_memory_key *key = holder_key(&ground->duval);
        if (!signing_sign_container(files, 2, signing_memory_key_use(key), time(NULL) - 60, &sink, &why))
                fail_msg("%s: %s", why.code, why.sentence);
        signing_memory_key_free(key);
        if (!changed)
                return memory;
        signing_container *container = NULL;
        const struct signing_bytes whole = sink_bytes(&memory);
        assert_true(signing_container_open(source_memory(&whole), &container, &why));
        struct pack *pack = pack_new(&again);
        for (size_t n = 0; n < container_entries(container); n++) {
                uint8_t *bytes = NULL;
                size_t size = 0;
                assert_true(container_entry_read(container, n, 1 << 20, &bytes, &size, &why));
                bool annexed = strstr(container_entry_name(container, n), "annexe") != NULL;
                const struct signing_bytes content = {annexed ? (const uint8_t *)"Autre annexe" : bytes, annexed ? 12 : size};
                const struct signing_file file = {container_entry_name(container, n), "text/plain", source_memory(&content)};
                assert_true(pack_add(pack, &file, n == 0 ? PACK_STORED : PACK_SMALLEST, NULL, &why));
                free(bytes);
        }
        const struct signing_file third = {"ajout.txt", "text/plain", source_memory(&annex)};
        assert_true(pack_add(pack, &third, PACK_SMALLEST, NULL, &why));
        assert_true(pack_finish(pack, &why));
        pack_free(pack);
        signing_container_free(container);
        free(memory.data);
        return bent;
}

static void a_container_passes(void **state)
{
        struct sink_memory memory = container_of(*state, false);
        struct found found = judged(sink_bytes(&memory), ((const struct ground *)*state)->trust);
        assert_true(found.readable);
        assert_int_equal(found.indication, SIGNING_PASSED);
        assert_true(found.covers_all);
        assert_int_equal(json_array_size(json_object_get(found.json, "unsigned")), 0);
        json_decref(found.json);
        free(memory.data);
}

static void a_changed_file_fails_a_container_and_an_added_one_is_listed(void **state)
{
        struct sink_memory memory = container_of(*state, true);
        struct found found = judged(sink_bytes(&memory), ((const struct ground *)*state)->trust);
        assert_true(found.readable);
        assert_int_equal(found.indication, SIGNING_FAILED);
        assert_true(has_reason(&found, "DIGEST_DIFFERS"));
        assert_false(found.covers_all);
        const json_t *unsigned_files = json_object_get(found.json, "unsigned");
        assert_string_equal(json_string_value(json_array_get(unsigned_files, json_array_size(unsigned_files) - 1)), "ajout.txt");
        json_decref(found.json);
        free(memory.data);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_right_signature_passes_and_covers_all),
                cmocka_unit_test(an_elliptic_signature_passes_too),
                cmocka_unit_test(without_trust_everything_but_the_chain_is_judged),
                cmocka_unit_test(another_company_is_not_an_anchor),
                cmocka_unit_test(each_bend_has_its_reason),
                cmocka_unit_test(a_certificate_the_properties_do_not_name_is_not_bound),
                cmocka_unit_test(a_second_element_with_the_signed_id_is_ambiguous),
                cmocka_unit_test(whitespace_and_a_mark_before_the_document_change_nothing),
                cmocka_unit_test(a_document_without_signature_is_no_signed_document),
                cmocka_unit_test(every_flipped_byte_is_seen_or_unsigned),
                cmocka_unit_test(a_container_passes),
                cmocka_unit_test(a_changed_file_fails_a_container_and_an_added_one_is_listed),
        };
        return cmocka_run_group_tests(tests, ground_make, ground_free);
}
