/* Keys in tokens: URIs, and a SoftHSM2 token whose RSA and EC keys sign what verifies. */
#include "tests/unit/signing/forgery.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/core/token_key.h"
#include "gateway/core/token_uri.h"

/* ---- URIs ---- */

static void a_uri_names_token_key_module_and_pin_file(void **state)
{
        struct token_uri uri;
        struct problem problem = {0};
        (void)state;
        assert_true(token_uri_parse("pkcs11:token=Cachet%20Pli;object=cachet;id=%01%ff;serial=42;type=private"
                                    "?module-path=/usr/lib/m.so&pin-source=file:/etc/pli/pin",
                                    &uri, &problem));
        assert_string_equal(uri.token, "Cachet Pli");
        assert_string_equal(uri.object, "cachet");
        assert_string_equal(uri.serial, "42");
        assert_int_equal(uri.id_size, 2);
        assert_int_equal(uri.id[1], 0xff);
        assert_string_equal(uri.module, "/usr/lib/m.so");
        assert_string_equal(uri.pin_file, "/etc/pli/pin");
}

static void what_a_uri_may_not_say_is_refused(void **state)
{
        static const char *const refused[] = {
                "",
                "token=a",
                "pkcs11:token",
                "pkcs11:token=",
                "pkcs11:token=%4",
                "pkcs11:token=a%00b",
                "pkcs11:slot-id=3",
                "pkcs11:type=cert",
                "pkcs11:token=a?pin-value=1234",
                "pkcs11:token=a?module-path=relative.so",
                "pkcs11:token=a?pin-source=|command",
                "pkcs11:id=",
        };
        struct problem problem;
        (void)state;
        for (size_t n = 0; n < sizeof refused / sizeof *refused; n++) {
                struct token_uri uri = {.token = "untouched"};
                problem = (struct problem){0};
                if (token_uri_parse(refused[n], &uri, &problem))
                        fail_msg("taken: %s", refused[n]);
                assert_string_equal(problem.row->code, "token-unusable");
                assert_string_equal(uri.token, "untouched");
        }
}

/* ---- SoftHSM2 ---- */

static const char MODULE[] = "/usr/lib/softhsm/libsofthsm2.so";

struct drawer {
        char folder[64], pin[96];
        struct holder rsa, ec;
        bool there;
};

static void path_write(const char *folder, const char *name, const void *data, size_t size)
{
        char path[160];
        snprintf(path, sizeof path, "%s/%s", folder, name);
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        assert_int_equal(fwrite(data, 1, size, file), size);
        fclose(file);
}

static void command_run(const char *format, ...)
{
        char command[512];
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(command, sizeof command, format, arguments);
        va_end(arguments);
        if (system(command) != 0)
                fail_msg("%s", command);
}

/* softhsm2-util imports keys that may sign only; a member's may agree on keys too. */
static void agreeing_key_import(const struct drawer *drawer, const struct holder *holder, const char *name, const char *id)
{
        path_write(drawer->folder, "key.pem", holder->pem.data, holder->pem.size);
        command_run("openssl pkey -in %s/key.pem -outform DER -out %s/key.der", drawer->folder, drawer->folder);
        command_run("pkcs11-tool --module %s --token-label Essai --login --pin 4321 --write-object %s/key.der --type privkey "
                    "--label %s --id %s --usage-sign --usage-derive >/dev/null",
                    MODULE, drawer->folder, name, id);
        command_run("openssl pkey -in %s/key.pem -pubout -outform DER -out %s/key.der", drawer->folder, drawer->folder);
        command_run("pkcs11-tool --module %s --token-label Essai --login --pin 4321 --write-object %s/key.der --type pubkey "
                    "--label %s --id %s >/dev/null",
                    MODULE, drawer->folder, name, id);
}

static void key_import(const struct drawer *drawer, const struct holder *holder, const char *name, const char *id)
{
        path_write(drawer->folder, "key.pem", holder->pem.data, holder->pem.size);
        command_run("softhsm2-util --import %s/key.pem --token Essai --label %s --id %s --pin 4321 >/dev/null", drawer->folder,
                    name, id);
}

static int drawer_open(void **state)
{
        struct drawer *drawer = calloc(1, sizeof *drawer);
        char text[256];
        *state = drawer;
        assert_true(signing_start(NULL));
        drawer->rsa = holder_rsa("Commune de Saint-Exemple");
        drawer->ec = holder_ec("Menuiserie Duval SARL", "P-256");
        drawer->there = access(MODULE, R_OK) == 0 && system("command -v softhsm2-util pkcs11-tool >/dev/null 2>&1") == 0;
        if (!drawer->there)
                return 0;
        strcpy(drawer->folder, "/tmp/pli-token-XXXXXX");
        assert_non_null(mkdtemp(drawer->folder));
        snprintf(text, sizeof text, "%s/tokens", drawer->folder);
        assert_int_equal(mkdir(text, 0700), 0);
        int size = snprintf(text, sizeof text, "directories.tokendir = %s/tokens\nlog.level = ERROR\n", drawer->folder);
        path_write(drawer->folder, "softhsm2.conf", text, (size_t)size);
        snprintf(text, sizeof text, "%s/softhsm2.conf", drawer->folder);
        setenv("SOFTHSM2_CONF", text, 1);
        command_run("softhsm2-util --init-token --free --label Essai --so-pin 8765 --pin 4321 >/dev/null");
        key_import(drawer, &drawer->rsa, "cachet", "01");
        agreeing_key_import(drawer, &drawer->ec, "duval", "02");
        path_write(drawer->folder, "pin", "4321\n", 5);
        snprintf(drawer->pin, sizeof drawer->pin, "%s/pin", drawer->folder);
        return 0;
}

static int drawer_close(void **state)
{
        struct drawer *drawer = *state;
        if (drawer->there)
                command_run("rm -r %s", drawer->folder);
        holder_free(&drawer->rsa);
        holder_free(&drawer->ec);
        free(drawer);
        signing_stop();
        return 0;
}

static bool token_opened(const struct drawer *drawer, const char *what, const char *pin, struct signing_bytes certificates,
                         struct token_key **out, struct problem *problem)
{
        char uri[256];
        snprintf(uri, sizeof uri, "pkcs11:%s?module-path=%s", what, MODULE);
        const struct token_request request = {.uri = uri, .pin_file = pin, .certificates = certificates};
        if (!drawer->there) {
                print_message("skipped: no SoftHSM2\n");
                skip();
        }
        return token_key_open(&request, out, problem);
}

static void assert_signs(const struct drawer *drawer, const char *what, const struct holder *holder)
{
        struct token_key *key = NULL;
        struct problem problem = {0};
        struct signing_refusal why = {0};
        struct sink_memory out = memory_sink();
        const struct signing_sink sink = sink_memory(&out);
        const struct signing_bytes document = {(const uint8_t *)"<offre/>", 8};
        if (!token_opened(drawer, what, drawer->pin, holder->certificate, &key, &problem))
                fail_msg("%s", problem.detail);
        if (!signing_sign_enveloped(document, token_key_use(key), time(NULL) - 60, &sink, &why))
                fail_msg("%s: %s", why.code, why.sentence);
        signing_trust *trust = trust_in(holder);
        struct found found = judged(sink_bytes(&out), trust);
        assert_int_equal(found.indication, SIGNING_PASSED);
        json_decref(found.json);
        signing_trust_free(trust);
        free(out.data);
        token_key_close(key);
}

static void a_token_signs_with_its_rsa_key(void **state)
{
        const struct drawer *drawer = *state;
        assert_signs(drawer, "token=Essai;object=cachet", &drawer->rsa);
}

static void a_token_signs_with_its_elliptic_key_found_by_id(void **state)
{
        const struct drawer *drawer = *state;
        assert_signs(drawer, "token=Essai;id=%02", &drawer->ec);
}

/* Sealed for both keys, two of two: what the token unwraps is what the file's key unwraps, and together they open. */
static void assert_unwraps(const struct drawer *drawer, const char *what, const struct holder *holder)
{
        struct token_key *key = NULL;
        struct problem problem = {0};
        struct signing_refusal why = {0};
        signing_manifest *manifest = NULL;
        const struct signing_bytes text = {(const uint8_t *)"12 500 euros", 12},
                                   members[] = {drawer->rsa.certificate, drawer->ec.certificate};
        const struct signing_file file = {"prix.txt", "text/plain", source_memory(&text)};
        struct sink_memory packed = memory_sink(), ciphertext = memory_sink(), written = memory_sink();
        const struct signing_sink packing = sink_memory(&packed), sealing = sink_memory(&ciphertext),
                                  writing = sink_memory(&written);
        uint8_t by_token[SIGNING_SHARE] = {0}, by_file[SIGNING_SHARE];
        assert_true(signing_pack_container(&file, 1, &packing, NULL));
        const struct signing_bytes container = sink_bytes(&packed);
        const struct signing_seal_request request = {.consultation = "c-1",
                                                     .lot = "",
                                                     .kind = "offre",
                                                     .members = members,
                                                     .member_count = 2,
                                                     .threshold = 2,
                                                     .plaintext = source_memory(&container)};
        assert_true(signing_seal(&request, &sealing, &writing, NULL) &&
                    signing_manifest_read(sink_bytes(&written), &manifest, NULL));
        if (!token_opened(drawer, what, drawer->pin, holder->certificate, &key, &problem))
                fail_msg("%s", problem.detail);
        if (!token_key_unwrap(key, manifest, by_token, &why))
                fail_msg("%s: %s", why.code, why.sentence);
        assert_true(signing_share_unwrap(manifest, holder->pem, holder->certificate, NULL, by_file, NULL));
        assert_memory_equal(by_token, by_file, sizeof by_file);
        token_key_close(key);
        signing_manifest_free(manifest);
        free(packed.data);
        free(ciphertext.data);
        free(written.data);
}

static void a_token_unwraps_a_share_with_its_rsa_key(void **state)
{
        const struct drawer *drawer = *state;
        assert_unwraps(drawer, "token=Essai;object=cachet", &drawer->rsa);
}

static void a_token_unwraps_a_share_with_its_elliptic_key(void **state)
{
        const struct drawer *drawer = *state;
        assert_unwraps(drawer, "token=Essai;object=duval", &drawer->ec);
}

static void assert_refused(const struct drawer *drawer, const char *what, const char *pin, struct signing_bytes certificates,
                           const char *code)
{
        struct token_key *key = NULL;
        struct problem problem = {0};
        assert_false(token_opened(drawer, what, pin, certificates, &key, &problem));
        assert_string_equal(problem.row->code, code);
        assert_null(key);
}

static void a_token_is_not_used_by_guess(void **state)
{
        const struct drawer *drawer = *state;
        const struct signing_bytes rsa = drawer->rsa.certificate, ec = drawer->ec.certificate;
        char wrong[96];
        assert_refused(drawer, "token=Autre;object=cachet", drawer->pin, rsa, "token-unusable");
        assert_refused(drawer, "token=Essai;object=autre", drawer->pin, rsa, "token-unusable");
        assert_refused(drawer, "token=Essai", drawer->pin, rsa, "token-unusable");               /* two keys */
        assert_refused(drawer, "token=Essai;object=cachet", drawer->pin, ec, "token-unusable");  /* another's certificate */
        assert_refused(drawer, "token=Essai;object=cachet", NULL, rsa, "token-unusable");        /* no PIN */
        assert_refused(drawer, "token=Essai;object=cachet", "/nowhere", rsa, "file-unreadable"); /* no PIN file */
        path_write(drawer->folder, "wrong", "1111", 4);
        snprintf(wrong, sizeof wrong, "%s/wrong", drawer->folder);
        assert_refused(drawer, "token=Essai;object=cachet", wrong, rsa, "token-pin-refused");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_uri_names_token_key_module_and_pin_file),
                cmocka_unit_test(what_a_uri_may_not_say_is_refused),
                cmocka_unit_test(a_token_signs_with_its_rsa_key),
                cmocka_unit_test(a_token_signs_with_its_elliptic_key_found_by_id),
                cmocka_unit_test(a_token_unwraps_a_share_with_its_rsa_key),
                cmocka_unit_test(a_token_unwraps_a_share_with_its_elliptic_key),
                cmocka_unit_test(a_token_is_not_used_by_guess),
        };
        return cmocka_run_group_tests(tests, drawer_open, drawer_close);
}
