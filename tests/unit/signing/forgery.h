/*
 * forgery.h - signed documents made on the fly, bent by text replacement, and judged.
 */
#ifndef PLI_TESTS_FORGERY_H
#define PLI_TESTS_FORGERY_H

#include "tests/unit/signing/material.h"

#include <jansson.h>
#include <stdio.h>

/* `text` with the first `from` replaced by `to`; malloc'ed, NUL-terminated. Fails where `from` is not there. */
static inline char *swapped(const char *text, const char *from, const char *to)
{
        const char *at = strstr(text, from);
        assert_non_null(at);
        size_t head = (size_t)(at - text), tail = strlen(text) - head - strlen(from);
        char *out = malloc(head + strlen(to) + tail + 1);
        assert_non_null(out);
        memcpy(out, text, head);
        memcpy(out + head, to, strlen(to));
        memcpy(out + head + strlen(to), at + strlen(from), tail + 1);
        return out;
}

static inline signing_trust *trust_in(const struct holder *holder)
{
        struct signing_refusal why = {0};
        signing_trust *trust = signing_trust_new();
        assert_non_null(trust);
        assert_true(signing_trust_anchor(trust, holder->certificate, &why));
        return trust;
}

static inline char *signed_text(const char *document, const struct holder *holder)
{
        struct sink_memory memory = memory_sink();
        const struct signing_sink sink = sink_memory(&memory);
        struct signing_refusal why = {0};
        signing_memory_key *key = holder_key(holder);
        struct signing_bytes bytes = {(const uint8_t *)document, strlen(document)};
        if (!signing_sign_enveloped(bytes, signing_memory_key_use(key), time(NULL) - 60, &sink, &why))
                fail_msg("%s: %s", why.code, why.sentence);
        signing_memory_key_free(key);
        char *text = strndup((const char *)memory.data, memory.size);
        free(memory.data);
        return text;
}

struct found {
        bool readable;
        struct signing_refusal why;
        json_t *json;
        enum signing_indication indication;
        bool covers_all;
};

static inline struct found judged_with(struct signing_bytes document, const struct signing_detached *detached,
                                       const signing_trust *trust)
{
        struct found found = {0};
        signing_report *report = NULL;
        /* time() may lag behind the clock that a time-stamp of this very second was made with */
        const struct signing_request request = {
                .document = source_memory(&document), .detached = detached, .trust = trust, .at = time(NULL) + 1};
        found.readable = signing_verify(&request, &report, &found.why);
        if (found.readable) {
                found.json = json_loads(signing_report_json(report), 0, NULL);
                assert_non_null(found.json);
                found.indication = signing_report_indication(report);
                found.covers_all = signing_report_covers_all(report, 0);
        }
        signing_report_free(report);
        return found;
}

static inline struct found judged(struct signing_bytes document, const signing_trust *trust)
{
        return judged_with(document, NULL, trust);
}

static inline struct found judged_text(const char *text, const signing_trust *trust)
{
        return judged((struct signing_bytes){(const uint8_t *)text, strlen(text)}, trust);
}

static inline const json_t *first_signature(const struct found *found)
{
        return json_array_get(json_object_get(found->json, "signatures"), 0);
}

static inline bool has_reason(const struct found *found, const char *code)
{
        size_t n;
        json_t *reason;
        const json_t *signature = first_signature(found);
        json_array_foreach(json_object_get(signature, "reasons"), n,
                           reason) if (strcmp(json_string_value(json_object_get(reason, "code")), code) == 0) return true;
        json_array_foreach(json_object_get(signature, "notes"), n,
                           reason) if (strcmp(json_string_value(json_object_get(reason, "code")), code) == 0) return true;
        return false;
}

static inline bool flag_of(const struct found *found, const char *key)
{
        return json_is_true(json_object_get(first_signature(found), key));
}

#endif
