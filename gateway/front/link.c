/* link.c - two small pages without scripts. */
#include "gateway/front/link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "gateway/front/call.h"

DEFINE_OWNER(json_t, json_decref)

struct sheet {
        FILE *out;
        bool french;
};

static const char *member(const json_t *object, const char *key)
{
        const char *text = json_string_value(json_object_get(object, key));
        return text != NULL ? text : "";
}

/* Every text from outside passes here. */
static void element(struct sheet *page, const char *name, const char *value)
{
        fprintf(page->out, "<%s>", name);
        for (; *value != '\0'; value++) {
                const char *entity = *value == '<'   ? "&lt;"
                                     : *value == '>' ? "&gt;"
                                     : *value == '&' ? "&amp;"
                                     : *value == '"' ? "&quot;"
                                                     : NULL;
                if (entity != NULL)
                        fputs(entity, page->out);
                else
                        fputc(*value, page->out);
        }
        fprintf(page->out, "</%s>", name);
}

static const char *said(const struct sheet *page, const char *french, const char *english)
{
        return page->french ? french : english;
}

static void pair(struct sheet *page, const char *term, const char *value)
{
        element(page, "dt", term);
        element(page, "dd", value);
}

static void heads(struct sheet *page, const json_t *announced)
{
        element(page, "h1", said(page, "Un message vous attend", "A message waits for you"));
        fputs("<dl>", page->out);
        pair(page, said(page, "De", "From"), member(json_object_get(announced, "from"), "name"));
        pair(page, said(page, "À", "To"), member(announced, "to"));
        pair(page, said(page, "Consultation", "Consultation"), member(announced, "consultation"));
        pair(page, said(page, "À lire avant le", "To be read before"), member(announced, "expires"));
        fputs("</dl>\n<form method=\"post\">", page->out);
        element(page, "p",
                said(page, "En l'ouvrant, vous en accusez réception : la date et l'heure sont enregistrées.",
                     "Opening it acknowledges it: the date and hour are recorded."));
        element(page, "button", said(page, "Lire le message", "Read the message"));
        fputs("</form>", page->out);
}

static void message(struct sheet *page, const json_t *opened)
{
        size_t at;
        const json_t *file;
        element(page, "h1", member(opened, "subject"));
        element(page, "pre", member(opened, "text"));
        json_array_foreach(json_object_get(opened, "files"), at, file) element(page, "p", member(file, "name"));
        element(page, "p",
                said(page, "Pour prendre les pièces jointes ou répondre, employez votre certificat (pli mail show).",
                     "To take the files or answer, use your certificate (pli mail show)."));
        pair(page, said(page, "Lu le", "Read"), member(opened, "read"));
}

static enum answer page_answer(struct request *request, const json_t *shown, void (*body)(struct sheet *page, const json_t *shown))
{
        char *text = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&text, &size);
        if (out == NULL)
                return http_answer_none(request, 500);
        struct sheet page = {out, strcmp(request->language, "fr") == 0};
        fprintf(out,
                "<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">"
                "<meta name=\"robots\" content=\"noindex\"><title>Pli</title><link rel=\"stylesheet\" href=\"/ui/style.css\"></head><body><main>",
                page.french ? "fr" : "en");
        body(&page, shown);
        fputs("</main></body></html>\n", out);
        fclose(out);
        http_answer_header(request, "Referrer-Policy", "no-referrer");
        http_answer_header(request, "Content-Security-Policy",
                           "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'");
        enum answer answer = http_answer_bytes(request, 200, "text/html; charset=utf-8", text, size);
        free(text);
        return answer;
}

enum answer link_page(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) announced = NULL;
        const struct db_argument token = db_text(request->variables[0]);
        if (!db_call_json(request->db, "api.mail_announce", &token, 1, &announced, &problem))
                return http_answer_problem(request, &problem);
        return page_answer(request, announced, heads);
}

enum answer link_open(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) opened = NULL;
        const struct db_argument arguments[] = {db_text(request->variables[0]), db_text(request->peer)};
        if (!db_call_json(request->db, "api.mail_open", arguments, 2, &opened, &problem))
                return http_answer_problem(request, &problem);
        return page_answer(request, opened, message);
}
