/* post_message.c - headers by RFC 5322 and 2047, the text in base64 (RFC 2045): any text is safe in either. */
#include "gateway/relay/post_message.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/core/base64.h"
#include "gateway/core/owner.h"

DEFINE_OWNER(char, free)

enum { LINE = 76 };

static const struct {
        const char *kind, *french, *english;
} sentences[] = {
        {"message", "vous a envoyé un message", "has sent you a message"},
        {"completion", "vous demande de compléter votre dossier", "asks you to complete your file"},
        {"negotiation", "vous invite à négocier", "invites you to negotiate"},
        {"rejection", "vous fait connaître le résultat de la consultation", "tells you the outcome of the consultation"},
        {"award", "vous fait connaître le résultat de la consultation", "tells you the outcome of the consultation"},
        {"notification", "vous notifie une décision", "notifies you of a decision"},
        {"question", ": une entreprise a posé une question", ": a company has asked a question"},
        {"answer", "a publié une réponse à une question", "has published an answer to a question"},
        {"correction", "a modifié la consultation", "has corrected the consultation"},
        {"ended", "a mis fin à la consultation", "has ended the consultation"},
        {"contract", "vous notifie le marché", "notifies you of the contract"},
};

static const char *sentence(const char *kind, bool french)
{
        for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++)
                if (strcmp(sentences[i].kind, kind) == 0)
                        return french ? sentences[i].french : sentences[i].english;
        return french ? "vous a écrit" : "has written to you";
}

/* An encoded word holds 36 bytes at most here: its line stays below 76 characters. A character is never cut in two. */
static void words_write(FILE *out, const char *text)
{
        size_t left = strlen(text);
        for (bool first = true; left > 0; first = false) {
                size_t take = left < 36 ? left : 36;
                while (take < left && take > 1 && ((unsigned char)text[take] & 0xc0) == 0x80)
                        take--;
                OWN(char) encoded = base64_write(text, take);
                fprintf(out, "%s=?UTF-8?B?%s?=", first ? "" : "\r\n ", encoded != NULL ? encoded : "");
                text += take;
                left -= take;
        }
        fputs("\r\n", out);
}

static void lines_write(FILE *out, const char *text)
{
        OWN(char) encoded = base64_write(text, strlen(text));
        size_t size = encoded != NULL ? strlen(encoded) : 0;
        for (size_t at = 0; at < size; at += LINE)
                fprintf(out, "%.*s\r\n", LINE, encoded + at);
}

static char *text_write(const struct post_message *message)
{
        char *text = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&text, &size);
        if (out == NULL)
                return NULL;
        fprintf(out, "%s %s (consultation %s).\r\n%s\r\n", message->body, sentence(message->kind, true), message->reference,
                message->url);
        if (message->expires != NULL)
                fprintf(out, "À lire avant le %s.\r\n", message->expires);
        fprintf(out, "\r\n%s %s (consultation %s).\r\n%s\r\n", message->body, sentence(message->kind, false), message->reference,
                message->url);
        if (message->expires != NULL)
                fprintf(out, "To be read before %s.\r\n", message->expires);
        fclose(out);
        return text;
}

char *post_message_write(const struct post_message *message, size_t *size)
{
        OWN(char) text = text_write(message);
        char *whole = NULL, date[64], subject[600];
        struct tm day;
        time_t at = (time_t)message->at;
        FILE *out = text != NULL ? open_memstream(&whole, size) : NULL;
        if (out == NULL)
                return NULL;
        const char *host = strchr(message->from, '@');
        gmtime_r(&at, &day);
        static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
        static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
        snprintf(date, sizeof date, "%s, %02d %s %d %02d:%02d:%02d +0000", days[day.tm_wday], day.tm_mday, months[day.tm_mon],
                 day.tm_year + 1900, day.tm_hour, day.tm_min, day.tm_sec);
        snprintf(subject, sizeof subject, "%s %s", message->body, sentence(message->kind, true));
        fprintf(out, "From: <%s>\r\nTo: <%s>\r\nDate: %s\r\nMessage-ID: <pli-%" PRId64 "%s>\r\nSubject: ", message->from,
                message->to, date, message->item, host != NULL ? host : "@localhost");
        words_write(out, subject);
        fputs("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n"
              "Auto-Submitted: auto-generated\r\n\r\n",
              out);
        lines_write(out, text);
        fclose(out);
        return whole;
}
