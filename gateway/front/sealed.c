/* sealed.c - what the database answers is checked like any input: a wrong row must not become a wrong verdict. */
#include "gateway/front/sealed.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/base64.h"
#include "gateway/front/instant.h"
#include "signing/signing.h"

static bool control_time_read(const json_t *json, int64_t *seconds)
{
        const char *at = json_string_value(json_object_get(json, "at"));
        int64_t microseconds = 0;
        if (at == NULL || !instant_parse(at, &microseconds))
                return false;
        *seconds = microseconds / 1000000;
        return true;
}

static bool place_read(const json_t *json, struct sealed *sealed)
{
        const char *day = json_string_value(json_object_get(json, "day"));
        const json_t *content = json_object_get(json, "content"), *bytes = json_object_get(json, "bytes");
        if (day == NULL || strlen(day) >= sizeof sealed->day || !json_is_integer(content) || !json_is_integer(bytes) ||
            json_integer_value(bytes) < 0)
                return false;
        memcpy(sealed->day, day, strlen(day) + 1);
        sealed->place = (struct content_place){.day = sealed->day,
                                               .content = json_integer_value(content),
                                               .size = (uint64_t)json_integer_value(bytes),
                                               .chunk = SIGNING_SEALED_CHUNK};
        return true;
}

bool sealed_read(const json_t *json, struct sealed *out, struct problem *problem)
{
        *out = (struct sealed){0};
        const char *envelope = json_string_value(json_object_get(json, "envelope"));
        if (envelope == NULL || strlen(envelope) >= sizeof out->envelope || !place_read(json, out) ||
            !control_time_read(json, &out->at) ||
            !base64_read(json_string_value(json_object_get(json, "manifest")), &out->manifest, &out->manifest_size) ||
            !base64_read(json_string_value(json_object_get(json, "shares")), &out->shares, &out->shares_size) ||
            out->shares_size % SIGNING_SHARE != 0)
                return problem_set(problem, "internal", "the envelope's row cannot be read");
        memcpy(out->envelope, envelope, strlen(envelope) + 1);
        return true;
}

void sealed_clear(struct sealed *sealed)
{
        if (sealed->shares != NULL)
                OPENSSL_cleanse(sealed->shares, sealed->shares_size);
        free(sealed->shares);
        free(sealed->manifest);
        *sealed = (struct sealed){0};
}

struct verdict_shares sealed_shares(const struct sealed *sealed)
{
        return (struct verdict_shares){.data = sealed->shares, .count = sealed->shares_size / SIGNING_SHARE};
}
