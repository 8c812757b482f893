/*
 * The life of a mail against a mailbox and a database that this test plays: deleted
 * after its answer is committed, put aside after the alert is, and never otherwise.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/relay/inbox.h"
#include "gateway/relay/mail.h"

#define ACTES "http://www.interieur.gouv.fr/ACTES#v1.1-20040216"
#define HEAD                                                                                                                       \
        "From: actes@ministere.test\r\nSubject: retour\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
#define PART(name, text)                                                                                                           \
        "--b\r\nContent-Type: application/xml\r\nContent-Disposition: attachment; filename=" name "\r\n\r\n" text "\r\n"
#define RECEIVED                                                                                                                   \
        PART("a-1-2_1.xml", "<a:ARActe xmlns:a='" ACTES "' a:IDActe='006-210609991-20260331-R1-DE' a:DateReception='2026-04-01'/>")
#define LETTER                                                                                                                     \
        PART("a-2-1_1.xml", "<a:CourrierSimple xmlns:a='" ACTES "' a:IDActe='006-210609991-20260331-R1-DE'"                        \
                            " DateCourrierPref='2026-04-09'><a:Document><a:NomFichier>lettre.pdf</a:NomFichier></a:Document>"      \
                            "</a:CourrierSimple>")
#define ENVELOPE(siren)                                                                                                            \
        PART("EACT--SPREF0061-" siren "-20260401-1.xml",                                                                           \
             "<a:EnveloppeMISILLCL xmlns:a='" ACTES "' xmlns:i='http://xml.insee.fr/schema'><a:Destinataire i:SIREN='" siren       \
             "'/></a:EnveloppeMISILLCL>")
#define END "--b--\r\n"

static struct {
        const char *mail;  /* NULL: too large */
        bool cut;          /* the transfer breaks off */
        const char *fault; /* of api.filing_answer; NULL: it takes the answer */
        const char *alert_fault;
        char steps[256], facts[4096], content[4096], stray[1024];
} played;

static void step_add(const char *step)
{
        strncat(played.steps, step, sizeof played.steps - strlen(played.steps) - 1);
}

bool imap_list(struct imap *imap, uint32_t *uids, size_t room, size_t *count, struct problem *problem)
{
        (void)imap, (void)problem;
        assert_true(room > 0);
        uids[0] = 7;
        *count = 1;
        return true;
}

bool imap_fetch(struct imap *imap, uint32_t uid, size_t most, uint8_t **out, size_t *size, struct problem *problem)
{
        (void)imap;
        assert_int_equal(uid, 7);
        step_add("fetch ");
        if (played.cut)
                return problem_set(problem, "mailbox-unavailable", "played");
        *size = played.mail != NULL ? strlen(played.mail) : most;
        *out = played.mail != NULL ? (uint8_t *)strdup(played.mail) : NULL;
        return true;
}

bool imap_delete(struct imap *imap, uint32_t uid, struct problem *problem)
{
        (void)imap, (void)uid, (void)problem;
        step_add("delete ");
        return true;
}

bool imap_set_aside(struct imap *imap, uint32_t uid, struct problem *problem)
{
        (void)imap, (void)uid, (void)problem;
        step_add("aside ");
        return true;
}

bool db_call_json(struct db *db, const char *function, const struct db_argument *arguments, size_t count, json_t **out,
                  struct problem *problem)
{
        (void)db;
        assert_string_equal(function, "api.filing_answer");
        assert_int_equal(count, 3);
        step_add("answer ");
        snprintf(played.facts, sizeof played.facts, "%s", arguments[1].text);
        snprintf(played.content, sizeof played.content, "%.*s", (int)arguments[2].size, (const char *)arguments[2].data);
        if (played.fault != NULL)
                return problem_set(problem, played.fault, "played");
        *out = json_pack("{s:s, s:b}", "filing", "f", "duplicate", 0);
        return true;
}

bool db_call(struct db *db, const char *function, const struct db_argument *arguments, size_t count, struct problem *problem)
{
        (void)db;
        assert_string_equal(function, "api.answer_stray");
        assert_int_equal(count, 2);
        step_add("alert ");
        snprintf(played.stray, sizeof played.stray, "%s", arguments[1].text);
        return played.alert_fault == NULL || problem_set(problem, played.alert_fault, "played");
}

/* Looks once at a mailbox with that one mail; what was done, in order. */
static const char *look(const char *mail, bool well)
{
        atomic_bool stop = false;
        struct problem problem = {0};
        const struct inbox inbox = {NULL, NULL, &stop};
        played.mail = mail;
        *played.steps = *played.stray = '\0';
        assert_int_equal(inbox_look(&inbox, &problem), well);
        return played.steps;
}

static int reset(void **state)
{
        (void)state;
        memset(&played, 0, sizeof played);
        return 0;
}

static void a_mail_is_deleted_after_its_answer_is_committed(void **state)
{
        (void)state;
        assert_string_equal(look(HEAD ENVELOPE("210609991") RECEIVED END, true), "fetch answer delete ");
        assert_non_null(strstr(played.facts, "\"message\":\"1-2\""));
        assert_non_null(strstr(played.facts, "\"carrier\":{\"name\":\"EACT--SPREF0061-210609991-20260401-1.xml\""));
        assert_memory_equal(played.content, "<a:ARActe", 9);
}

static void the_files_of_a_letter_are_kept_behind_it(void **state)
{
        (void)state;
        assert_string_equal(look(HEAD LETTER PART("lettre.pdf", "%PDF-1.7") END, true), "fetch answer delete ");
        assert_non_null(strstr(played.content, "</a:CourrierSimple>%PDF-1.7"));
        assert_non_null(strstr(played.facts, "\"letter\":\"2026-04-09\""));
        assert_non_null(strstr(played.facts, "{\"name\":\"lettre.pdf\",\"mediaType\":\"application/xml\",\"size\":8}"));
}

static void a_mail_stays_while_the_database_is_away(void **state)
{
        (void)state;
        played.fault = "database-unavailable";
        assert_string_equal(look(HEAD RECEIVED END, false), "fetch answer ");
}

static void a_mail_that_is_not_for_us_is_told_then_put_aside(void **state)
{
        (void)state;
        played.fault = "answer-unmatched";
        assert_string_equal(look(HEAD RECEIVED END, true), "fetch answer alert aside ");
        assert_non_null(strstr(played.stray, "\"code\":\"answer-unmatched\""));
}

static void a_mail_is_not_moved_before_its_alert_is_committed(void **state)
{
        (void)state;
        played.fault = "answer-unmatched";
        played.alert_fault = "database-unavailable";
        assert_string_equal(look(HEAD RECEIVED END, false), "fetch answer alert ");
}

static void a_half_fetched_mail_is_left_alone(void **state)
{
        (void)state;
        played.cut = true;
        assert_string_equal(look(HEAD RECEIVED END, false), "fetch ");
}

static void what_is_no_answer_is_put_aside(void **state)
{
        (void)state;
        assert_string_equal(look("Subject: Bonjour\r\n\r\nUne question.\r\n", true), "fetch alert aside ");
        assert_non_null(strstr(played.stray, "ANSWER_NONE"));
        assert_string_equal(look(NULL, true), "fetch alert aside ");
        assert_non_null(strstr(played.stray, "MAIL_SIZE"));
        assert_string_equal(look("", true), "fetch alert aside ");
}

static void an_envelope_for_another_body_stops_its_message(void **state)
{
        (void)state;
        assert_string_equal(look(HEAD ENVELOPE("210609983") RECEIVED END, true), "fetch alert aside ");
        assert_non_null(strstr(played.stray, "ANSWER_ADDRESSEE"));
}

static void each_message_of_a_mail_is_applied(void **state)
{
        (void)state;
        assert_string_equal(look(HEAD RECEIVED LETTER END, true), "fetch answer answer delete ");
}

int main(void)
{
        mail_start();
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup(a_mail_is_deleted_after_its_answer_is_committed, reset),
                cmocka_unit_test_setup(the_files_of_a_letter_are_kept_behind_it, reset),
                cmocka_unit_test_setup(a_mail_stays_while_the_database_is_away, reset),
                cmocka_unit_test_setup(a_mail_that_is_not_for_us_is_told_then_put_aside, reset),
                cmocka_unit_test_setup(a_mail_is_not_moved_before_its_alert_is_committed, reset),
                cmocka_unit_test_setup(a_half_fetched_mail_is_left_alone, reset),
                cmocka_unit_test_setup(what_is_no_answer_is_put_aside, reset),
                cmocka_unit_test_setup(an_envelope_for_another_body_stops_its_message, reset),
                cmocka_unit_test_setup(each_message_of_a_mail_is_applied, reset),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
