/*
 * owner.h - scope-bound owners: OWN(xmlDoc) doc = NULL; frees doc when the scope
 * is left; *out = TAKE(doc) gives it away instead. DEFINE_OWNER(type, free) once
 * for each type, in the file that uses it.
 */
#ifndef PLI_CORE_OWNER_H
#define PLI_CORE_OWNER_H

#define DEFINE_OWNER(type, release)                                                                                                \
        static inline void own_##type(type **handle)                                                                               \
        {                                                                                                                          \
                if (*handle != NULL)                                                                                               \
                        release(*handle);                                                                                          \
        }
#define OWN(type) __attribute__((cleanup(own_##type))) type *
#define TAKE(handle)                                                                                                               \
        __extension__({                                                                                                            \
                __typeof__(handle) taken = (handle);                                                                               \
                (handle) = NULL;                                                                                                   \
                taken;                                                                                                             \
        })

#endif
