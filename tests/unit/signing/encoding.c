/* Encodings: the same document in each that is read, and the ways to be read as two documents. */
#include "tests/unit/signing/encodings.h"

#include "signing/encoding.h"
#include "signing/xml.h"

static void a_signature_holds_in_every_encoding_of_its_document(void **state)
{
        struct holder holder = holder_rsa("Menuiserie Duval SARL");
        signing_trust *trust = trust_in(&holder);
        char *text =
                signed_text("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<offre><objet>Fenêtres, été</objet></offre>", &holder);
        (void)state;
        for (size_t n = 0; n < sizeof encodings / sizeof encodings[0]; n++) {
                char *other = swapped(text, "UTF-8", encodings[n].declared);
                struct signing_bytes bytes = encoded_text(other, encodings[n].to);
                struct found found = judged(bytes, trust);
                if (!found.readable || found.indication != SIGNING_PASSED)
                        fail_msg("%s: %s", encodings[n].name, found.why.sentence);
                json_decref(found.json);
                free((void *)(uintptr_t)bytes.data);
                free(other);
        }
        free(text);
        signing_trust_free(trust);
        holder_free(&holder);
}

#define WIDE(text)                                                                                                                 \
        {                                                                                                                          \
                text, sizeof(text) - 1                                                                                             \
        }

static const struct {
        const char *name;
        struct {
                const char *data;
                size_t size;
        } text;
        const char *code;
} refused[] = {
        {"UTF-7 hidden behind another pair", WIDE("<?xml version='encoding=\"UTF-8\"' encoding=\"UTF-7\"?><a/>"), "ENCODING"},
        {"UTF-16 declared in UTF-8", WIDE("<?xml version=\"1.0\" encoding=\"UTF-16\"?><a/>"), "ENCODING"},
        {"a mark of UTF-8 that is belied", WIDE("\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a/>"), "ENCODING"},
        {"UTF-8 declared in UTF-16",
         WIDE("\xFF\xFE<\0?\0x\0m\0l\0 \0e\0n\0c\0o\0d\0i\0n\0g\0=\0'\0U\0T\0F\0-\0008\0'\0?\0>\0<\0a\0/\0>\0"), "ENCODING"},
        {"UTF-16 cut in the middle of a character", WIDE("\xFF\xFE<\0a\0/\0>"), "ENCODING"},
        {"half a pair", WIDE("\xFF\xFE<\0a\0>\0\x00\xD8<\0/\0a\0>\0"), "ENCODING"},
        {"UTF-16 without its mark", WIDE("<\0a\0/\0>\0"), "ENCODING"},
        {"EBCDIC", WIDE("\x4C\x6F\xA7\x94\x93\x40\x6E"), "MALFORMED"},
        {"a NUL in the text", WIDE("<a>\0</a>"), "ENCODING"},
        {"nothing but a mark", WIDE("\xEF\xBB\xBF"), "EMPTY"},
};

static void an_encoding_that_two_readers_could_take_for_two_is_refused(void **state)
{
        (void)state;
        for (size_t n = 0; n < sizeof refused / sizeof refused[0]; n++) {
                struct signing_refusal why = {0};
                xml_document *document = NULL;
                if (xml_read((struct signing_bytes){(const uint8_t *)refused[n].text.data, refused[n].text.size}, &document,
                             &why) ||
                    strcmp(why.code, refused[n].code) != 0)
                        fail_msg("%s: %s", refused[n].name, why.code);
        }
}

static int start(void **state)
{
        struct signing_refusal why;
        (void)state;
        return signing_start(&why) ? 0 : -1;
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_signature_holds_in_every_encoding_of_its_document),
                cmocka_unit_test(an_encoding_that_two_readers_could_take_for_two_is_refused),
        };
        return cmocka_run_group_tests(tests, start, NULL);
}
