/*
 * gate.c - each refusal is a row of what intermediaries and servers have read
 * differently (request smuggling), with the clause that forbids it.
 */
#include "gateway/front/gate.h"

#include <string.h>
#include <strings.h>

/* RFC 9110 5.6.2: a field name is a token; the blank in "Content-Length :" is not (RFC 9112 5.1). */
static bool is_token(const char *text)
{
        static const char marks[] = "!#$%&'*+-.^_`|~";
        if (*text == '\0')
                return false;
        for (; *text != '\0'; text++) {
                char c = *text;
                bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
                if (!letter && strchr(marks, c) == NULL)
                        return false;
        }
        return true;
}

/* RFC 9110 5.5: no control characters but the tab. */
static bool is_field_value(const char *text)
{
        for (; *text != '\0'; text++) {
                unsigned char c = (unsigned char)*text;
                if ((c < 0x20 && c != '\t') || c == 0x7f)
                        return false;
        }
        return true;
}

static bool is_length(const char *text)
{
        size_t digits = strspn(text, "0123456789");
        return digits > 0 && digits <= 18 && text[digits] == '\0';
}

static size_t times(const struct gate_header *headers, size_t count, const char *name, const char **value)
{
        size_t found = 0;
        for (size_t i = 0; i < count; i++) {
                if (strcasecmp(headers[i].name, name) != 0)
                        continue;
                *value = headers[i].value;
                found++;
        }
        return found;
}

static bool fields_check(const struct gate_header *headers, size_t count, struct problem *problem)
{
        for (size_t i = 0; i < count; i++) {
                if (!is_token(headers[i].name))
                        return problem_set(problem, "request-malformed", "a header's name is not a token (RFC 9112 5.1)");
                if (!is_field_value(headers[i].value))
                        return problem_set(problem, "request-malformed", "header %s has a control character (RFC 9110 5.5)",
                                           headers[i].name);
        }
        return true;
}

static bool framing_check(const struct gate_header *headers, size_t count, struct problem *problem)
{
        const char *length = NULL, *coding = NULL;
        size_t lengths = times(headers, count, "Content-Length", &length);
        size_t codings = times(headers, count, "Transfer-Encoding", &coding);
        if (lengths > 1)
                return problem_set(problem, "request-malformed", "more than one Content-Length (RFC 9112 6.3)");
        if (lengths == 1 && !is_length(length))
                return problem_set(problem, "request-malformed", "Content-Length is not a number (RFC 9110 8.6)");
        if (codings > 0 && lengths > 0)
                return problem_set(problem, "request-malformed", "Transfer-Encoding with Content-Length (RFC 9112 6.1)");
        if (codings > 1 || (codings == 1 && strcasecmp(coding, "chunked") != 0))
                return problem_set(problem, "request-malformed", "no transfer coding but chunked is served (RFC 9112 6.1)");
        return true;
}

/* RFC 9112 3.2. A host that is not the TLS name would let one name's certificate rules be met by the other's. */
static bool host_check(const struct gate_header *headers, size_t count, const char *name, struct problem *problem)
{
        const char *host = NULL;
        if (times(headers, count, "Host", &host) != 1)
                return problem_set(problem, "request-malformed", "exactly one Host is needed (RFC 9112 3.2)");
        size_t size = strlen(host);
        while (size > 0 && (host[size - 1] == ' ' || host[size - 1] == '\t'))
                size--; /* RFC 9110 5.5: blanks around a value are not part of it */
        const char *colon = memrchr(host, ':', size);
        if (colon != NULL && strspn(colon + 1, "0123456789") == size - (size_t)(colon + 1 - host))
                size = (size_t)(colon - host);
        if (name[0] == '\0')
                return true;
        if (strlen(name) != size || strncasecmp(host, name, size) != 0)
                return problem_set(problem, "host-mismatch",
                                   "Host is not %s, the server name of this TLS connection (RFC 9110 7.4)", name);
        return true;
}

bool gate_check(const struct gate_header *headers, size_t count, const char *name, struct problem *problem)
{
        return fields_check(headers, count, problem) && framing_check(headers, count, problem) &&
               host_check(headers, count, name, problem);
}
