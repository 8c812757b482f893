/*
 * peer.c - reads the edge's message.
 */
#include "gateway/front/peer.h"

#include <jansson.h>
#include <openssl/err.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/core/base64.h"
#include "gateway/core/owner.h"

DEFINE_OWNER(json_t, json_decref)

static bool text_copy(const json_t *message, const char *name, char *out, size_t room)
{
        const char *text = json_string_value(json_object_get(message, name));
        if (text == NULL || strlen(text) >= room)
                return false;
        memcpy(out, text, strlen(text) + 1);
        return true;
}

/* The end of its validity, RFC 3339; "" where it cannot be read. */
static void until_read(const uint8_t *der, size_t size, char until[32])
{
        struct tm end;
        X509 *certificate = d2i_X509(NULL, &der, (long)size);
        until[0] = '\0';
        if (certificate != NULL && ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) == 1)
                (void)strftime(until, 32, "%Y-%m-%dT%H:%M:%SZ", &end);
        X509_free(certificate);
        ERR_clear_error();
}

static bool certificate_read(const json_t *message, struct peer *peer)
{
        const json_t *certificate = json_object_get(message, "certificate");
        if (json_is_null(certificate))
                return true;
        uint8_t *der = NULL;
        size_t size = 0;
        if (!json_is_string(certificate) || !base64_read(json_string_value(certificate), &der, &size))
                return false;
        peer->certified = size > 0;
        peer->verified = peer->certified && json_is_true(json_object_get(message, "verified"));
        SHA256(der, size, peer->certificate_sha256);
        until_read(der, size, peer->until);
        free(der);
        return true;
}

static bool evidence_write(const json_t *message, struct peer *peer)
{
        OWN(json_t)
        evidence = json_pack("{s:O, s:O, s:O, s:O, s:s*}", "address", json_object_get(message, "address"), "tls",
                             json_object_get(message, "tls"), "cipher", json_object_get(message, "cipher"), "session",
                             json_object_get(message, "session"), "until", peer->until[0] != '\0' ? peer->until : NULL);
        if (evidence == NULL)
                return false;
        size_t size = json_dumpb(evidence, peer->evidence, sizeof(peer->evidence) - 1, JSON_COMPACT);
        if (size == 0 || size >= sizeof(peer->evidence))
                return false;
        peer->evidence[size] = '\0';
        return true;
}

bool peer_parse(const char *message, size_t size, struct peer *out)
{
        struct peer peer = {0};
        OWN(json_t) object = json_loadb(message, size, JSON_REJECT_DUPLICATES, NULL);
        if (!text_copy(object, "address", peer.address, sizeof(peer.address)) ||
            !text_copy(object, "name", peer.name, sizeof(peer.name)) || !json_is_string(json_object_get(object, "tls")) ||
            !json_is_string(json_object_get(object, "cipher")) || !json_is_string(json_object_get(object, "session")) ||
            !certificate_read(object, &peer) || !evidence_write(object, &peer))
                return false;
        *out = peer;
        return true;
}
