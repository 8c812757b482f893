/*
 * flags.c - arguments into JSON.
 */
#include "gateway/admin/flags.h"

#include <assert.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"

static void file_close(FILE *file)
{
        fclose(file);
}
static void der_free(unsigned char *der)
{
        OPENSSL_free(der);
}
typedef unsigned char octets;
DEFINE_OWNER(FILE, file_close)
DEFINE_OWNER(X509, X509_free)
DEFINE_OWNER(octets, der_free)
DEFINE_OWNER(json_t, json_decref)

static json_t *list_parse(const char *text)
{
        json_t *list = json_array();
        while (*text != '\0') {
                size_t size = strcspn(text, ",");
                if (size > 0)
                        json_array_append_new(list, json_stringn(text, size));
                text += size + (text[size] == ',');
        }
        return list;
}

static bool certificate_read(const char *path, json_t **out, struct problem *problem)
{
        OWN(FILE) file = fopen(path, "re");
        if (file == NULL)
                return problem_set(problem, "usage", "%s cannot be read", path);
        OWN(X509) certificate = PEM_read_X509(file, NULL, NULL, NULL);
        if (certificate == NULL)
                return problem_set(problem, "usage", "%s holds no PEM certificate", path);
        OWN(octets) der = NULL;
        int size = i2d_X509(certificate, &der);
        assert(size > 0);
        char *text = malloc((size_t)size / 3 * 4 + 8);
        assert(text != NULL);
        EVP_EncodeBlock((unsigned char *)text, der, size);
        *out = json_string(text);
        free(text);
        return true;
}

static bool value_parse(const struct flag *flag, const char *text, json_t **out, struct problem *problem)
{
        if (flag->type == FLAG_CERTIFICATE)
                return certificate_read(text, out, problem);
        json_t *value = flag->type == FLAG_LIST ? list_parse(text) : json_string(text);
        if (value == NULL)
                return problem_set(problem, "usage", "--%s is not UTF-8", flag->name);
        *out = value;
        return true;
}

static const struct flag *flag_find(const char *name, const struct flag *flags, size_t count)
{
        for (size_t i = 0; i < count; i++) {
                if (strcmp(flags[i].name, name) == 0)
                        return &flags[i];
        }
        return NULL;
}

static bool file_merge(const char *path, json_t *object, struct problem *problem)
{
        json_error_t error;
        OWN(json_t) file = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
        if (!json_is_object(file))
                return problem_set(problem, "usage", "%s: %s", path, file == NULL ? error.text : "not a JSON object");
        json_object_update_missing(object, file);
        return true;
}

bool flags_parse(int argc, char **argv, const struct flag *flags, size_t count, json_t **out, struct problem *problem)
{
        OWN(json_t) object = json_object();
        for (int i = 0; i < argc; i++) {
                if (strncmp(argv[i], "--", 2) != 0) {
                        if (!file_merge(argv[i], object, problem))
                                return false;
                        continue;
                }
                const struct flag *flag = flag_find(argv[i] + 2, flags, count);
                if (flag == NULL || i + 1 >= argc)
                        return problem_set(problem, "usage", "%s is no option of this verb, or lacks its value", argv[i]);
                json_t *value = NULL;
                if (!value_parse(flag, argv[++i], &value, problem))
                        return false;
                json_object_set_new(object, flag->name, value);
        }
        *out = TAKE(object);
        return true;
}
