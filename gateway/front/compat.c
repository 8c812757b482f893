/* compat.c - see compat.h. */
#include "gateway/front/compat.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "gateway/front/call.h"
#include "gateway/front/filing_make.h"

DEFINE_OWNER(json_t, json_decref)
DEFINE_OWNER(char, free)

static const char plain[] = "text/plain; charset=ISO-8859-1";

char *compat_latin1(const char *text)
{
        char *out = malloc(strlen(text) + 1);
        size_t n = 0;
        if (out == NULL)
                abort();
        for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
                if (*at < 0x80)
                        out[n++] = (char)*at;
                else if ((*at == 0xC2 || *at == 0xC3) && at[1] != '\0')
                        out[n++] = (char)((*at & 0x03) << 6 | (at[1] & 0x3F));
                else if (*at >= 0xC4)
                        out[n++] = '?';
                if (*at == 0xC2 || *at == 0xC3)
                        at++;
        }
        out[n] = '\0';
        return out;
}

static enum answer text_answer(struct request *request, const char *first, const char *line, const void *more, size_t size)
{
        OWN(char) latin = compat_latin1(line != NULL ? line : "");
        size_t head = strlen(first) + strlen(latin) + 3;
        OWN(char) text = malloc(head + size);
        if (text == NULL)
                abort();
        int written = snprintf(text, head, "%s\n%s%s", first, latin, *latin != '\0' ? "\n" : "");
        if (size > 0)
                memcpy(text + written, more, size);
        return http_answer_bytes(request, 200, plain, text, (size_t)written + size);
}

enum answer compat_ok(struct request *request, const char *line, const void *more, size_t size)
{
        return text_answer(request, "OK", line, more, size);
}

enum answer compat_ko(struct request *request, const char *sentence)
{
        return text_answer(request, "KO", sentence, NULL, 0);
}

/* What went wrong with us is a status too: such software tries again. */
enum answer compat_problem(struct request *request, const struct problem *problem)
{
        char text[1024];
        if (problem->row->status >= 500)
                return http_answer_problem(request, problem);
        bool french = strcmp(request->language, "en") != 0;
        snprintf(text, sizeof text, "%s : %.900s", french ? problem->row->title_fr : problem->row->title_en, problem->detail);
        return compat_ko(request, text);
}

enum answer compat_refused(struct request *request, const struct refusals *why)
{
        OWN(char) text = NULL;
        size_t size = 0;
        FILE *stream = open_memstream(&text, &size);
        if (stream == NULL)
                abort();
        for (size_t i = 0; i < why->count; i++)
                fprintf(stream, "%s%s (%s)", i > 0 ? "\n" : "", why->list[i].sentence, why->list[i].clause);
        fclose(stream);
        return compat_ko(request, text);
}

bool compat_number(const char *text, int64_t *out)
{
        size_t length = text != NULL ? strlen(text) : 0;
        if (length == 0 || length > 15 || strspn(text, "0123456789") != length)
                return false;
        *out = strtoll(text, NULL, 10);
        return true;
}

enum answer compat_settle(struct request *request, const char *filing, int64_t transaction)
{
        struct problem problem = {0};
        struct refusals why = {0};
        OWN(json_t) settled = NULL;
        char line[24];
        if (!filing_settle(request, filing, &settled, &why, &problem))
                return compat_problem(request, &problem);
        if (why.count > 0)
                return compat_refused(request, &why);
        snprintf(line, sizeof line, "%" PRId64, transaction);
        return compat_ok(request, line, NULL, 0);
}
