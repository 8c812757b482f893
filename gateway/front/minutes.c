/*
 * minutes.c - in the order a commission reads it: what and when, who was there,
 * the register of deposits, what was decided, then envelope by envelope what was
 * found. Nothing is decided here: the words say what the opening's report says.
 */
#include "gateway/front/minutes.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/front/minutes_page.h"

static void heading_show(struct minutes_page *page, const json_t *opening, const json_t *consultation)
{
        struct paper *paper = page->paper;
        const json_t *body = json_object_get(consultation, "body");
        char at[PAGE_INSTANT];
        paper_title(paper, 1, "%s", page_word(page, W_TITLE));
        paper_paragraph(paper, "%s", page_member(consultation, "title"));
        paper_term(paper, page_word(page, W_BUYER), "%s", page_member(body, "name"));
        paper_term(paper, page_word(page, W_REFERENCE), "%s", page_member(consultation, "reference"));
        paper_term(paper, page_word(page, W_OBJECT), "%s", page_member(consultation, "object"));
        paper_term(paper, page_word(page, W_DEADLINE), "%s",
                   page_instant(page, page_member(opening, "deadline")[0] != '\0' ? opening : consultation, "deadline", at));
        paper_term(paper, page_word(page, W_STARTED), "%s", page_instant(page, opening, "started", at));
        paper_term(paper, page_word(page, W_BY), "%s", page_member(opening, "startedBy"));
        paper_term(paper, page_word(page, W_FINISHED), "%s",
                   page_member(opening, "finished")[0] != '\0' ? page_instant(page, opening, "finished", at)
                                                               : page_word(page, W_RUNNING));
        if (json_is_true(json_object_get(opening, "candidaturesFirst")))
                paper_term(paper, page_word(page, W_ORDER), "%s", page_word(page, W_CANDIDATURES_FIRST));
}

/* "present, 31/03/2026 à 14:30:10…" */
static void presence_cell(struct minutes_page *page, const json_t *member, const char *present, const char *when)
{
        char at[PAGE_INSTANT];
        if (json_is_true(json_object_get(member, present)))
                paper_cell(page->paper, "%s, %s", page_word(page, W_PRESENT), page_instant(page, member, when, at));
        else
                paper_cell(page->paper, "%s", page_word(page, W_ABSENT));
}

static void members_show(struct minutes_page *page, const json_t *opening)
{
        const enum word columns[] = {W_NUMBER, W_MEMBER, W_PRESENT};
        size_t n;
        const json_t *member;
        paper_title(page->paper, 2, "%s", page_word(page, W_MEMBERS));
        paper_paragraph(page->paper, "%s : %" JSON_INTEGER_FORMAT, page_word(page, W_QUORUM),
                        json_integer_value(json_object_get(opening, "quorum")));
        page_table(page, columns, 3);
        json_array_foreach(json_object_get(opening, "members"), n, member)
        {
                paper_cell(page->paper, "%" JSON_INTEGER_FORMAT, json_integer_value(json_object_get(member, "x")));
                paper_cell(page->paper, "%s", page_member(member, "name"));
                presence_cell(page, member, "present", "at");
                if (page_member(member, "substitute")[0] == '\0')
                        continue;
                paper_cell(page->paper, "%" JSON_INTEGER_FORMAT, json_integer_value(json_object_get(member, "x")));
                paper_cell(page->paper, "%s (%s)", page_member(member, "substitute"), page_word(page, W_SUBSTITUTE));
                presence_cell(page, member, "substitutePresent", "substituteAt");
        }
}

static bool is_member(const json_t *members, const char *name)
{
        size_t n;
        const json_t *member;
        json_array_foreach(members, n, member)
        {
                if (strcmp(page_member(member, "name"), name) == 0 || strcmp(page_member(member, "substitute"), name) == 0)
                        return true;
        }
        return false;
}

/* The buyer's agents, who are present without being of the commission. */
static void others_show(struct minutes_page *page, const json_t *opening)
{
        size_t n, shown = 0;
        const json_t *person;
        char at[PAGE_INSTANT];
        json_array_foreach(json_object_get(opening, "present"), n, person)
        {
                if (is_member(json_object_get(opening, "members"), page_member(person, "name")))
                        continue;
                if (shown++ == 0)
                        paper_title(page->paper, 3, "%s", page_word(page, W_OTHERS));
                paper_item(page->paper, "%s, %s", page_member(person, "name"), page_instant(page, person, "at", at));
        }
}

enum { COMPANY_NAME = 400 };

static const char *company_of(const json_t *deposit, char out[COMPANY_NAME])
{
        const json_t *company = json_object_get(deposit, "company");
        const char *siret = page_member(company, "siret");
        snprintf(out, COMPANY_NAME, "%s%s%s%s", page_member(company, "name"), siret[0] != '\0' ? " (SIRET " : "", siret,
                 siret[0] != '\0' ? ")" : "");
        return out;
}

static void register_show(struct minutes_page *page, enum word heading, const json_t *deposits)
{
        const enum word columns[] = {W_NUMBER, W_COMPANY, W_RECEIVED, W_LATE, W_STATE, W_RECEIPT};
        char company[COMPANY_NAME], at[PAGE_INSTANT];
        size_t n;
        const json_t *deposit;
        paper_title(page->paper, 2, "%s", page_word(page, heading));
        if (json_array_size(deposits) == 0) {
                paper_paragraph(page->paper, "%s", page_word(page, W_NONE));
                return;
        }
        page_table(page, columns, 6);
        json_array_foreach(deposits, n, deposit)
        {
                bool late = json_is_true(json_object_get(deposit, "late"));
                paper_cell(page->paper, "%zu", n + 1);
                paper_cell(page->paper, "%s", company_of(deposit, company));
                paper_cell(page->paper, "%s", page_instant(page, deposit, "received", at));
                paper_cell(page->paper, "%s", page_word(page, late ? W_LATE : W_IN_TIME));
                paper_cell(page->paper, "%s", page_code(page, page_member(deposit, "state")));
                paper_cell(page->paper, "%" JSON_INTEGER_FORMAT, json_integer_value(json_object_get(deposit, "event")));
        }
}

static void decision_show(struct minutes_page *page, const json_t *deposit, const json_t *decision)
{
        char company[COMPANY_NAME], at[PAGE_INSTANT];
        paper_cell(page->paper, "%s", company_of(deposit, company));
        paper_cell(page->paper, "%s", page_code(page, page_member(decision, "decision")));
        paper_cell(page->paper, "%s", page_member(decision, "reason"));
        paper_cell(page->paper, "%s", page_member(decision, "by"));
        paper_cell(page->paper, "%s", page_instant(page, decision, "at", at));
}

static void decisions_show(struct minutes_page *page, const json_t *deposits)
{
        const enum word columns[] = {W_COMPANY, W_DECISION, W_REASONS, W_BY, W_AT};
        size_t n, m, shown = 0;
        const json_t *deposit, *decision;
        json_array_foreach(deposits, n, deposit)
        {
                json_array_foreach(json_object_get(deposit, "decisions"), m, decision)
                {
                        if (shown++ == 0) {
                                paper_title(page->paper, 2, "%s", page_word(page, W_DECISIONS));
                                page_table(page, columns, 5);
                        }
                        decision_show(page, deposit, decision);
                }
        }
}

static void envelope_head(struct minutes_page *page, const json_t *deposit, const json_t *envelope)
{
        char company[COMPANY_NAME];
        const char *lot = page_member(envelope, "lot");
        paper_title(page->paper, 3, "%s – %s%s%s%s%s", company_of(deposit, company), page_code(page, page_member(envelope, "kind")),
                    lot[0] != '\0' ? ", " : "", lot[0] != '\0' ? page_word(page, W_LOT) : "", lot[0] != '\0' ? " " : "", lot);
        paper_paragraph(page->paper, "%s : %s", page_word(page, W_STATE), page_code(page, page_member(envelope, "state")));
}

static void envelopes_show(struct minutes_page *page, const json_t *deposits)
{
        size_t n, m;
        const json_t *deposit, *envelope;
        paper_title(page->paper, 2, "%s", page_word(page, W_ENVELOPES));
        json_array_foreach(deposits, n, deposit)
        {
                json_array_foreach(json_object_get(deposit, "envelopes"), m, envelope)
                {
                        envelope_head(page, deposit, envelope);
                        minutes_envelope(page, envelope);
                }
        }
}

struct paper_heading minutes_heading(const struct minutes *minutes)
{
        const struct minutes_page page = {.language = page_language(minutes->language)};
        return (struct paper_heading){.title = page_word(&page, W_TITLE),
                                      .author = page_member(json_object_get(minutes->consultation, "body"), "name"),
                                      .language = page.language == FRENCH ? "fr" : "en"};
}

void minutes_write(const struct minutes *minutes, struct paper *paper)
{
        struct minutes_page page = {.paper = paper, .language = page_language(minutes->language)};
        const json_t *opening = minutes->opening;
        heading_show(&page, opening, minutes->consultation);
        if (page_member(opening, "started")[0] == '\0') {
                paper_paragraph(paper, "%s", page_word(&page, W_NOT_STARTED));
        } else {
                paper_paragraph(paper, "%s", page_word(&page, W_HOURS));
                members_show(&page, opening);
                others_show(&page, opening);
                register_show(&page, W_DEPOSITS, json_object_get(opening, "deposits"));
                register_show(&page, W_WITHDRAWN, json_object_get(opening, "withdrawn"));
                register_show(&page, W_REPLACED, json_object_get(opening, "replaced"));
                decisions_show(&page, json_object_get(opening, "deposits"));
                envelopes_show(&page, json_object_get(opening, "deposits"));
        }
        paper_paragraph(paper, "%s", page_word(&page, W_FOOT));
}

char *minutes_html(const json_t *opening, const json_t *consultation, const char *language)
{
        const struct minutes minutes = {opening, consultation, language};
        const struct paper_heading heading = minutes_heading(&minutes);
        struct paper *paper = paper_html(&heading);
        size_t size = 0;
        minutes_write(&minutes, paper);
        return (char *)paper_end(paper, &size, NULL);
}
