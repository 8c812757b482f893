/* The e-mail that says that something waits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/core/base64.h"
#include "gateway/relay/post_message.h"

static char *written(const char *kind, const char *body, const char *expires)
{
        size_t size = 0;
        const struct post_message message = {
                42, kind, "pli@pli.test", "duval@duval.example", body, "MAPA-1", "https://pli.test/m/abc", expires, 1767225600};
        char *text = post_message_write(&message, &size);
        assert_non_null(text);
        assert_int_equal(size, strlen(text));
        return text;
}

/* The text behind the empty line, decoded. */
static char *body_of(const char *text)
{
        uint8_t *data = NULL;
        size_t size = 0, kept = 0;
        const char *at = strstr(text, "\r\n\r\n");
        assert_non_null(at);
        char *lines = strdup(at + 4);
        for (size_t i = 0; lines[i] != '\0'; i++)
                if (lines[i] != '\r')
                        lines[kept++] = lines[i];
        lines[kept] = '\0';
        assert_true(base64_read(lines, &data, &size));
        free(lines);
        char *body = strndup((char *)data, size);
        free(data);
        return body;
}

static void it_says_who_writes_and_where_to_read_it(void **state)
{
        (void)state;
        char *text = written("completion", "Commune de Saint-Exemple", "2026-12-24T11:00:00.000000Z"), *body = body_of(text);
        assert_non_null(strstr(text, "To: <duval@duval.example>\r\n"));
        assert_non_null(strstr(text, "Date: Thu, 01 Jan 2026 00:00:00 +0000\r\n"));
        assert_non_null(strstr(text, "Message-ID: <pli-42@pli.test>\r\n"));
        assert_non_null(strstr(body, "Commune de Saint-Exemple vous demande de compléter votre dossier (consultation MAPA-1)."));
        assert_non_null(strstr(body, "https://pli.test/m/abc"));
        assert_non_null(strstr(body, "To be read before 2026-12-24"));
        free(body);
        free(text);
}

static void no_line_is_too_long_and_no_header_can_be_slipped_in(void **state)
{
        char name[301];
        (void)state;
        for (size_t i = 0; i + 1 < sizeof name; i += 2)
                memcpy(name + i, "é", 2);
        name[300] = '\0';
        memcpy(name + 20, "\r\nBcc: x@x\r\n", 12);
        char *text = written("unheard-of", name, NULL);
        assert_null(strstr(text, "\r\nBcc:"));
        for (char *line = text, *end; (end = strstr(line, "\r\n")) != NULL; line = end + 2)
                assert_true(end - line <= 78);
        for (size_t i = 0; text[i] != '\0'; i++)
                assert_true((unsigned char)text[i] < 0x80);
        free(text);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(it_says_who_writes_and_where_to_read_it),
                cmocka_unit_test(no_line_is_too_long_and_no_header_can_be_slipped_in),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
