/*
 * handover.c - the message about a connection.
 */
#include "gateway/edge/handover.h"

#include <jansson.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>

#include "gateway/edge/tls.h"

enum { SESSION_BYTES = 16, CERTIFICATE_MOST = 16384 };

static json_t *certificate_text(const SSL *ssl)
{
        X509 *certificate = SSL_get0_peer_certificate(ssl);
        if (certificate == NULL)
                return json_null();
        unsigned char *der = NULL;
        int size = i2d_X509(certificate, &der);
        if (size <= 0 || size > CERTIFICATE_MOST) {
                OPENSSL_free(der);
                return json_null();
        }
        char *text = malloc((size_t)size * 4 / 3 + 8);
        json_t *value = NULL;
        if (text != NULL) {
                EVP_EncodeBlock((unsigned char *)text, der, size);
                value = json_string(text);
        }
        free(text);
        OPENSSL_free(der);
        return value;
}

static void session_text(const SSL *ssl, char text[2 * SESSION_BYTES + 1])
{
        static const char label[] = "EXPORTER-pli-session";
        unsigned char exported[SESSION_BYTES];
        text[0] = '\0';
        ERR_clear_error();
        /* OpenSSL's prototype lacks the const; it changes nothing. */
        if (SSL_export_keying_material((SSL *)(uintptr_t)ssl, exported, sizeof(exported), label, sizeof(label) - 1, NULL, 0, 0) !=
            1)
                return;
        for (size_t i = 0; i < sizeof(exported); i++)
                snprintf(text + 2 * i, 3, "%02x", exported[i]);
}

char *handover_message(const SSL *ssl, const char *address)
{
        char session[2 * SESSION_BYTES + 1];
        session_text(ssl, session);
        json_t *certificate = certificate_text(ssl);
        bool verified = json_is_string(certificate) && SSL_get_verify_result(ssl) == X509_V_OK;
        json_t *message = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:b}", "address", address, "tls", SSL_get_version(ssl),
                                    "cipher", SSL_get_cipher_name(ssl), "name", tls_name(ssl), "session", session, "certificate",
                                    certificate, "verified", verified);
        char *text = message != NULL ? json_dumps(message, JSON_COMPACT) : NULL;
        json_decref(message);
        return text;
}
