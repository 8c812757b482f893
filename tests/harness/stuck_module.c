/*
 * A PKCS#11 module of SoftHSM's that misbehaves when it is told: while the file
 * named by PLI_STUCK exists C_Sign never comes back, while PLI_STUCK.crash exists it
 * crashes. Nothing of PKCS#11 is needed but the place of C_Sign in the list of
 * functions (PKCS #11 2.40, CK_FUNCTION_LIST).
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FUNCTIONS = 68, SIGN = 43 };

struct list {
        unsigned char version[2];
        void (*functions[FUNCTIONS])(void);
};
typedef unsigned long list_get(struct list **out);
typedef unsigned long sign(unsigned long session, unsigned char *data, unsigned long size, unsigned char *out,
                           unsigned long *out_size);

list_get C_GetFunctionList;

static struct list list;
static sign *true_sign;

static unsigned long troubled_sign(unsigned long session, unsigned char *data, unsigned long size, unsigned char *out,
                                   unsigned long *out_size)
{
        const char *stuck = getenv("PLI_STUCK");
        char crash[4096];
        snprintf(crash, sizeof crash, "%s.crash", stuck != NULL ? stuck : "");
        if (access(crash, F_OK) == 0)
                abort();
        while (stuck != NULL && access(stuck, F_OK) == 0)
                pause();
        return true_sign(session, data, size, out, out_size);
}

unsigned long C_GetFunctionList(struct list **out)
{
        void *module = dlopen("/usr/lib/softhsm/libsofthsm2.so", RTLD_NOW | RTLD_LOCAL);
        void *found = module != NULL ? dlsym(module, "C_GetFunctionList") : NULL;
        list_get *get = NULL;
        struct list *theirs = NULL;
        memcpy(&get, &found, sizeof get);
        if (get == NULL || get(&theirs) != 0)
                return 5; /* CKR_GENERAL_ERROR */
        list = *theirs;
        memcpy(&true_sign, &list.functions[SIGN], sizeof true_sign);
        sign *ours = troubled_sign;
        memcpy(&list.functions[SIGN], &ours, sizeof ours);
        *out = &list;
        return 0;
}
