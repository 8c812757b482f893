/* A locked key on paper: printed, typed back with slips that are forgiven or told by their line, scanned back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/client/recovery.h"
#include "gateway/client/sheet.h"

static void bytes_fill(uint8_t *out, size_t size)
{
        uint32_t state = 2463534242u;
        for (size_t i = 0; i < size; i++) {
                state ^= state << 13;
                state ^= state >> 17;
                state ^= state << 5;
                out[i] = (uint8_t)(state >> 9);
        }
}

static void assert_reads(const char *text, const uint8_t *key, size_t size)
{
        static uint8_t got[RECOVERY_MOST];
        size_t length = 0;
        unsigned wrong = 99;
        if (!recovery_read(text, got, &length, &wrong))
                fail_msg("line %u of %zu bytes was refused", wrong, size);
        assert_int_equal(length, size);
        assert_memory_equal(got, key, size);
}

static void keys_of_any_length_come_back_both_ways(void **state)
{
        static uint8_t key[RECOVERY_MOST];
        (void)state;
        bytes_fill(key, sizeof key);
        for (size_t size = 1; size <= sizeof key; size += size < 130 ? 1 : 391) {
                char *lines = recovery_lines(key, size), *scan = recovery_scan(key, size);
                assert_reads(lines, key, size);
                assert_reads(scan, key, size);
                free(lines);
                free(scan);
        }
        assert_null(recovery_lines(key, sizeof key + 1));
        assert_null(recovery_scan(key, sizeof key + 1));
}

static void how_it_is_typed_does_not_count(void **state)
{
        uint8_t key[60];
        (void)state;
        memset(key, 0, sizeof key); /* all A */
        key[0] = 0x70;              /* O: five bits, 01110 */
        char *lines = recovery_lines(key, sizeof key), loose[512] = "\n";
        assert_int_equal(lines[3], 'O');
        lines[3] = '0'; /* a zero for an O */
        for (const char *at = lines; *at != '\0'; at++)
                snprintf(loose + strlen(loose), sizeof loose - strlen(loose), "%c%s", *at >= 'A' ? *at + 32 : *at,
                         *at == '\n' ? "\r\n \n" : "");
        assert_reads(loose, key, sizeof key);
        free(lines);
}

/* Two letters let one slip in a thousand through; of all single slips in this key's lines most must be told, by their line. */
static void a_slip_is_told_by_its_line(void **state)
{
        static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        uint8_t key[110], got[RECOVERY_MOST];
        size_t told = 0, tried = 0, size = 0;
        (void)state;
        bytes_fill(key, sizeof key);
        char *lines = recovery_lines(key, sizeof key);
        unsigned line = 1;
        for (char *at = lines; *at != '\0'; at++) {
                line += *at == '\n';
                if (strchr(letters, *at) == NULL || (at > lines && at[-1] != ' '))
                        continue;
                for (size_t i = 0; i < 32; i++) {
                        char kept = *at;
                        unsigned wrong = 0;
                        *at = letters[i];
                        if (letters[i] != kept) {
                                tried++;
                                told += !recovery_read(lines, got, &size, &wrong) && wrong == line;
                        }
                        *at = kept;
                }
        }
        free(lines);
        assert_true(tried > 500);
        assert_true(told * 100 >= tried * 99);
}

static void lines_left_out_doubled_or_exchanged_are_refused(void **state)
{
        uint8_t key[60], got[RECOVERY_MOST];
        char text[512], one[96], two[96], three[96];
        size_t size = 0;
        unsigned wrong = 0;
        (void)state;
        bytes_fill(key, sizeof key);
        char *lines = recovery_lines(key, sizeof key);
        assert_int_equal(sscanf(lines, "%95[^\n]\n%95[^\n]\n%95[^\n]\n", one, two, three), 3);
        snprintf(text, sizeof text, "%s\n%s\n", one, three);
        assert_false(recovery_read(text, got, &size, &wrong));
        assert_int_equal(wrong, 2);
        snprintf(text, sizeof text, "%s\n%s\n%s\n", two, one, three);
        assert_false(recovery_read(text, got, &size, &wrong));
        assert_int_equal(wrong, 1);
        snprintf(text, sizeof text, "%s\n%s\n%s\n%s\n", one, two, three, three);
        assert_false(recovery_read(text, got, &size, &wrong));
        assert_int_equal(wrong, 4);
        assert_false(recovery_read("", got, &size, &wrong));
        assert_false(recovery_read("PLI1:", got, &size, &wrong));
        assert_false(recovery_read("PLI1:AB*D", got, &size, &wrong));
        assert_int_equal(wrong, 0);
        free(lines);
}

static void the_sheet_holds_code_and_lines_and_no_foreign_markup(void **state)
{
        uint8_t key[1900]; /* as long as an RSA key's */
        (void)state;
        bytes_fill(key, sizeof key);
        const struct sheet sheet = {.name = "Farid <Adjoint> & fils",
                                    .kind = "RSA 3072",
                                    .fingerprint = "ab12",
                                    .made = "2026-03-31",
                                    .key = key,
                                    .size = sizeof key};
        char *html = sheet_html(&sheet), *lines = recovery_lines(key, sizeof key);
        assert_non_null(html);
        assert_non_null(strstr(html, lines));
        assert_non_null(strstr(html, "<svg"));
        assert_null(strstr(html, "<Adjoint>"));
        assert_non_null(strstr(html, "Recovery sheet"));
        free(html);
        free(lines);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(keys_of_any_length_come_back_both_ways),
                cmocka_unit_test(how_it_is_typed_does_not_count),
                cmocka_unit_test(a_slip_is_told_by_its_line),
                cmocka_unit_test(lines_left_out_doubled_or_exchanged_are_refused),
                cmocka_unit_test(the_sheet_holds_code_and_lines_and_no_foreign_markup),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
