/* member.c - puts the commission's certificates into a consultation before it is sent. */
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/client/catalogue.h"
#include "gateway/client/consultation.h"
#include "gateway/client/input.h"
#include "gateway/client/output.h"
#include "gateway/client/show.h"
#include "gateway/core/base64.h"
#include "gateway/core/owner.h"

enum { CERTIFICATE_MOST = 1 << 20 };

DEFINE_OWNER(X509, X509_free)
DEFINE_OWNER(BIO, BIO_free_all)

/* PEM, or DER where it is no PEM. */
static X509 *certificate_read(const struct content *content)
{
        OWN(BIO) bio = BIO_new_mem_buf(content->data, (int)content->size);
        X509 *certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
        const uint8_t *at = content->data;
        return certificate != NULL ? certificate : d2i_X509(NULL, &at, (long)content->size);
}

static bool member_complete(json_t *member, const char *path, struct problem *problem)
{
        struct content content = {0};
        if (!content_read(path, CERTIFICATE_MOST, &content, problem))
                return false;
        OWN(X509) certificate = certificate_read(&content);
        content_free(&content);
        uint8_t *der = NULL;
        int size = certificate != NULL ? i2d_X509(certificate, &der) : -1;
        if (size <= 0)
                return problem_set(problem, "key-unreadable", words("%s is not a certificate"), path);
        char *text = base64_write(der, (size_t)size);
        json_object_set_new(member, "certificate", json_string(text));
        json_object_del(member, "certificateFile");
        free(text);
        OPENSSL_free(der);
        return true;
}

/* The certificate of a member or a substitute, beside the consultation's JSON where its path is relative. */
static bool holder_complete(json_t *holder, const char *json_path, struct problem *problem)
{
        const char *file = field_text(holder, "certificateFile");
        if (*file == '\0')
                return true;
        char *folder = strndup(json_path, (size_t)(path_name(json_path) - json_path));
        char *path = *file == '/' || *folder == '\0' ? strdup(file) : path_join(folder, file);
        bool done = member_complete(holder, path, problem);
        free(folder);
        free(path);
        return done;
}

bool consultation_members(json_t *consultation, const char *json_path, struct problem *problem)
{
        size_t index;
        json_t *member;
        json_array_foreach(json_object_get(consultation, "members"), index, member)
        {
                if (!holder_complete(member, json_path, problem) ||
                    !holder_complete(json_object_get(member, "substitute"), json_path, problem))
                        return false;
        }
        return true;
}
