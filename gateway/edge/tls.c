/*
 * tls.c - OpenSSL contexts. Never SSL_CTX_set_read_ahead(): with libevent's
 * bufferevent the bytes read ahead hide in OpenSSL and the upload stalls.
 */
#include "gateway/edge/tls.h"

#include <openssl/err.h>
#include <string.h>
#include <strings.h>

#include "gateway/core/owner.h"

/* A day's work at a desk; a session carries the client's identity, so it must not outlive a revocation by much. */
enum { SESSION_SECONDS = 7200, NAME_ROOM = 256, VERIFY_DEPTH = 6 };

struct tls {
        SSL_CTX *public_context, *certificate_context;
        char public_name[NAME_ROOM], certificate_name[NAME_ROOM];
        unsigned references; /* ours, and one a connection: a reload must not pull it from under a handshake */
};

static int tls_index = -1;  /* of the SSL's struct tls */
static int name_index = -1; /* of the SSL's server name: one of the two names above, NULL for none */

static void own_tls(struct tls **handle)
{
        tls_free(*handle);
}

static void tls_release(void *parent, void *tls, CRYPTO_EX_DATA *data, int index, long argument, void *context)
{
        (void)parent;
        (void)data;
        (void)index;
        (void)argument;
        (void)context;
        tls_free(tls);
}

bool tls_name_parse(const unsigned char *extension, size_t size, char name[NAME_ROOM])
{
        if (size < 5)
                return false;
        size_t list = (size_t)extension[0] << 8 | extension[1];
        size_t length = (size_t)extension[3] << 8 | extension[4];
        if (list != size - 2 || extension[2] != TLSEXT_NAMETYPE_host_name || length != size - 5 || length == 0 ||
            length >= NAME_ROOM)
                return false;
        if (memchr(extension + 5, '\0', length) != NULL)
                return false;
        memcpy(name, extension + 5, length);
        name[length] = '\0';
        return true;
}

/* The verdict on the chain travels with the connection: a wrong certificate is told in HTTP, not by a dead handshake. */
static int certificate_note(int good, X509_STORE_CTX *context)
{
        (void)good;
        (void)context;
        return 1;
}

/* Before sessions are looked up, so that a ticket is judged in the context of the name asked for. */
static int name_choose(SSL *ssl, int *alert, void *context)
{
        struct tls *tls = context;
        const unsigned char *extension = NULL;
        size_t size = 0;
        char name[NAME_ROOM];
        if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &extension, &size) != 1)
                return SSL_CLIENT_HELLO_SUCCESS;
        if (!tls_name_parse(extension, size, name)) {
                *alert = SSL_AD_DECODE_ERROR;
                return SSL_CLIENT_HELLO_ERROR;
        }
        if (strcasecmp(name, tls->certificate_name) == 0) {
                SSL_set_SSL_CTX(ssl, tls->certificate_context);
                SSL_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_CLIENT_ONCE, certificate_note);
                SSL_set_ex_data(ssl, name_index, tls->certificate_name);
                return SSL_CLIENT_HELLO_SUCCESS;
        }
        if (strcasecmp(name, tls->public_name) == 0) {
                SSL_set_ex_data(ssl, name_index, tls->public_name);
                return SSL_CLIENT_HELLO_SUCCESS;
        }
        *alert = SSL_AD_UNRECOGNIZED_NAME;
        return SSL_CLIENT_HELLO_ERROR;
}

static bool refuse_file(struct problem *problem, const char *option, const char *path)
{
        unsigned long code = ERR_get_error();
        const char *reason = ERR_reason_error_string(code);
        ERR_clear_error();
        return problem_set(problem, "tls-unusable", "%s = %s: %s", option, path, reason != NULL ? reason : "unusable");
}

static bool context_open(const struct config *config, const char *session_context, SSL_CTX **out, struct problem *problem)
{
        SSL_CTX *context = SSL_CTX_new(TLS_server_method());
        if (context == NULL)
                return problem_set(problem, "internal", "no memory for TLS");
        *out = context;
        SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
        SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20");
        SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
        SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
        SSL_CTX_set_session_id_context(context, (const unsigned char *)session_context, (unsigned)strlen(session_context));
        SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF); /* tickets: nothing to keep here */
        SSL_CTX_set_timeout(context, SESSION_SECONDS);
        SSL_CTX_set_num_tickets(context, 1);
        if (SSL_CTX_use_certificate_chain_file(context, config->tls_certificate) != 1)
                return refuse_file(problem, "tls_certificate", config->tls_certificate);
        if (SSL_CTX_use_PrivateKey_file(context, config->tls_key, SSL_FILETYPE_PEM) != 1 || SSL_CTX_check_private_key(context) != 1)
                return refuse_file(problem, "tls_key", config->tls_key);
        return true;
}

static bool anchors_load(SSL_CTX *context, const struct config *config, struct problem *problem)
{
        STACK_OF(X509_NAME) *names = SSL_load_client_CA_file(config->client_anchors);
        if (names == NULL || SSL_CTX_load_verify_file(context, config->client_anchors) != 1) {
                sk_X509_NAME_pop_free(names, X509_NAME_free);
                return refuse_file(problem, "client_anchors", config->client_anchors);
        }
        SSL_CTX_set_client_CA_list(context, names);
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_CLIENT_ONCE, certificate_note);
        SSL_CTX_set_verify_depth(context, VERIFY_DEPTH);
        return true;
}

bool tls_load(const struct config *config, struct tls **out, struct problem *problem)
{
        if (name_index < 0) {
                tls_index = SSL_get_ex_new_index(0, NULL, NULL, NULL, tls_release);
                name_index = SSL_get_ex_new_index(0, NULL, NULL, NULL, NULL);
        }
        __attribute__((cleanup(own_tls))) struct tls *tls = calloc(1, sizeof(*tls));
        if (tls == NULL || tls_index < 0 || name_index < 0)
                return problem_set(problem, "internal", "no memory for TLS");
        ERR_clear_error();
        tls->references = 1;
        snprintf(tls->public_name, NAME_ROOM, "%s", config->public_name);
        snprintf(tls->certificate_name, NAME_ROOM, "%s", config->certificate_name);
        if (!context_open(config, "pli public", &tls->public_context, problem) ||
            !context_open(config, "pli certificate", &tls->certificate_context, problem) ||
            !anchors_load(tls->certificate_context, config, problem))
                return false;
        SSL_CTX_set_client_hello_cb(tls->public_context, name_choose, tls);
        *out = TAKE(tls);
        return true;
}

void tls_free(struct tls *tls)
{
        if (tls == NULL || --tls->references > 0)
                return;
        SSL_CTX_free(tls->public_context);
        SSL_CTX_free(tls->certificate_context);
        free(tls);
}

SSL *tls_accept(struct tls *tls)
{
        ERR_clear_error();
        SSL *ssl = SSL_new(tls->public_context);
        if (ssl != NULL && SSL_set_ex_data(ssl, tls_index, tls) == 1)
                tls->references++;
        return ssl;
}

const char *tls_name(const SSL *ssl)
{
        const char *name = SSL_get_ex_data(ssl, name_index);
        return name != NULL ? name : "";
}
