/*
 * minutes.c - one page, in the order a commission reads it: what and when, who
 * was there, the register of deposits, then envelope by envelope what was found.
 * Nothing is decided here: the words say what the opening's report says.
 */
#include "gateway/front/minutes.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/front/minutes_page.h"

static void term(struct minutes_page *page, enum word which, const char *value)
{
        page_element(page, "dt", page_word(page, which));
        page_element(page, "dd", value);
}

static void term_instant(struct minutes_page *page, enum word which, const char *value)
{
        page_element(page, "dt", page_word(page, which));
        fputs("<dd>", page->out);
        page_instant(page, value);
        fputs("</dd>", page->out);
}

static void heading_show(struct minutes_page *page, const json_t *opening, const json_t *consultation)
{
        const json_t *body = json_object_get(consultation, "body");
        const char *finished = page_member(opening, "finished");
        page_element(page, "h1", page_word(page, W_TITLE));
        page_element(page, "p", page_member(consultation, "title"));
        fputs("<dl>", page->out);
        term(page, W_BUYER, page_member(body, "name"));
        term(page, W_REFERENCE, page_member(consultation, "reference"));
        term(page, W_OBJECT, page_member(consultation, "object"));
        term_instant(page, W_DEADLINE, page_member(consultation, "deadline"));
        term_instant(page, W_STARTED, page_member(opening, "started"));
        term(page, W_BY, page_member(opening, "startedBy"));
        if (finished[0] != '\0')
                term_instant(page, W_FINISHED, finished);
        else
                term(page, W_FINISHED, page_word(page, W_RUNNING));
        fputs("</dl>\n", page->out);
}

static void members_show(struct minutes_page *page, const json_t *opening)
{
        const enum word columns[] = {W_NUMBER, W_MEMBER, W_PRESENT};
        size_t n;
        const json_t *member;
        page_element(page, "h2", page_word(page, W_MEMBERS));
        fputs("<p>", page->out);
        page_text(page, page_word(page, W_QUORUM));
        fprintf(page->out, " : %" JSON_INTEGER_FORMAT "</p>", json_integer_value(json_object_get(opening, "quorum")));
        page_table(page, columns, 3);
        json_array_foreach(json_object_get(opening, "members"), n, member)
        {
                fprintf(page->out, "<tr><td>%" JSON_INTEGER_FORMAT "</td>", json_integer_value(json_object_get(member, "x")));
                page_element(page, "td", page_member(member, "name"));
                fputs("<td>", page->out);
                page_text(page, page_word(page, json_is_true(json_object_get(member, "present")) ? W_PRESENT : W_ABSENT));
                if (json_is_true(json_object_get(member, "present"))) {
                        fputs(", ", page->out);
                        page_instant(page, page_member(member, "at"));
                }
                fputs("</td></tr>\n", page->out);
        }
        page_table_end(page);
}

static bool is_member(const json_t *members, const char *name)
{
        size_t n;
        const json_t *member;
        json_array_foreach(members, n, member)
        {
                if (strcmp(page_member(member, "name"), name) == 0)
                        return true;
        }
        return false;
}

/* The buyer's agents, who are present without being of the commission. */
static void others_show(struct minutes_page *page, const json_t *opening)
{
        size_t n, shown = 0;
        const json_t *person;
        json_array_foreach(json_object_get(opening, "present"), n, person)
        {
                if (is_member(json_object_get(opening, "members"), page_member(person, "name")))
                        continue;
                if (shown++ == 0) {
                        page_element(page, "h3", page_word(page, W_OTHERS));
                        fputs("<ul>", page->out);
                }
                fputs("<li>", page->out);
                page_text(page, page_member(person, "name"));
                fputs(", ", page->out);
                page_instant(page, page_member(person, "at"));
                fputs("</li>", page->out);
        }
        if (shown > 0)
                fputs("</ul>\n", page->out);
}

static void company_show(struct minutes_page *page, const json_t *deposit)
{
        const json_t *company = json_object_get(deposit, "company");
        page_text(page, page_member(company, "name"));
        if (page_member(company, "siret")[0] != '\0') {
                fputs(" (SIRET ", page->out);
                page_text(page, page_member(company, "siret"));
                fputs(")", page->out);
        }
}

static void register_show(struct minutes_page *page, enum word heading, const json_t *deposits)
{
        const enum word columns[] = {W_NUMBER, W_COMPANY, W_RECEIVED, W_LATE, W_STATE, W_RECEIPT};
        size_t n;
        const json_t *deposit;
        page_element(page, "h2", page_word(page, heading));
        if (json_array_size(deposits) == 0) {
                page_element(page, "p", page_word(page, W_NONE));
                return;
        }
        page_table(page, columns, 6);
        json_array_foreach(deposits, n, deposit)
        {
                fprintf(page->out, "<tr><td>%zu</td><td>", n + 1);
                company_show(page, deposit);
                fputs("</td><td>", page->out);
                page_instant(page, page_member(deposit, "received"));
                fputs("</td>", page->out);
                page_element(page, "td", page_word(page, json_is_true(json_object_get(deposit, "late")) ? W_LATE : W_IN_TIME));
                page_element(page, "td", page_code(page, page_member(deposit, "state")));
                fprintf(page->out, "<td>%" JSON_INTEGER_FORMAT "</td></tr>\n",
                        json_integer_value(json_object_get(deposit, "event")));
        }
        page_table_end(page);
}

static void envelope_head(struct minutes_page *page, const json_t *deposit, const json_t *envelope)
{
        fputs("<h3>", page->out);
        company_show(page, deposit);
        fputs(" – ", page->out);
        page_text(page, page_code(page, page_member(envelope, "kind")));
        if (page_member(envelope, "lot")[0] != '\0') {
                fprintf(page->out, ", %s ", page_word(page, W_LOT));
                page_text(page, page_member(envelope, "lot"));
        }
        fputs("</h3><p>", page->out);
        page_text(page, page_word(page, W_STATE));
        fputs(" : <strong>", page->out);
        page_text(page, page_code(page, page_member(envelope, "state")));
        fputs("</strong></p>\n", page->out);
}

static void envelopes_show(struct minutes_page *page, const json_t *deposits)
{
        size_t n, m;
        const json_t *deposit, *envelope;
        page_element(page, "h2", page_word(page, W_ENVELOPES));
        json_array_foreach(deposits, n, deposit)
        {
                json_array_foreach(json_object_get(deposit, "envelopes"), m, envelope)
                {
                        fputs("<section>", page->out);
                        envelope_head(page, deposit, envelope);
                        minutes_envelope(page, envelope);
                        fputs("</section>\n", page->out);
                }
        }
}

static void body_show(struct minutes_page *page, const json_t *opening, const json_t *consultation)
{
        heading_show(page, opening, consultation);
        if (page_member(opening, "started")[0] == '\0') {
                page_element(page, "p", page_word(page, W_NOT_STARTED));
                return;
        }
        members_show(page, opening);
        others_show(page, opening);
        register_show(page, W_DEPOSITS, json_object_get(opening, "deposits"));
        register_show(page, W_WITHDRAWN, json_object_get(opening, "withdrawn"));
        register_show(page, W_REPLACED, json_object_get(opening, "replaced"));
        envelopes_show(page, json_object_get(opening, "deposits"));
}

char *minutes_html(const json_t *opening, const json_t *consultation, const char *language)
{
        char *html = NULL;
        size_t size = 0;
        struct minutes_page page = {.out = open_memstream(&html, &size),
                                    .language = strncmp(language, "en", 2) == 0 ? ENGLISH : FRENCH};
        if (page.out == NULL)
                return NULL;
        fprintf(page.out, "<!doctype html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\">",
                page.language == FRENCH ? "fr" : "en");
        fputs("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><link rel=\"stylesheet\" href=\"/ui/style.css\">",
              page.out);
        page_element(&page, "title", page_word(&page, W_TITLE));
        fputs("</head><body class=\"minutes\"><main>\n", page.out);
        body_show(&page, opening, consultation);
        fputs("</main><footer>", page.out);
        page_element(&page, "p", page_word(&page, W_FOOT));
        fputs("</footer></body></html>\n", page.out);
        bool failed = ferror(page.out) != 0;
        if (fclose(page.out) != 0 || failed) {
                free(html);
                return NULL;
        }
        return html;
}
