/*
 * wraps.h - the eight signature wrapping attacks (Somorovsky et al., USENIX Security 2012) on a signed element.
 */
#ifndef PLI_TESTS_WRAPS_H
#define PLI_TESTS_WRAPS_H

#include "tests/unit/signing/part.h"

static const char WRAP_ORIGINAL[] = "<offre Id=\"offre\" xmlns=\"urn:exemple\"><prix>100</prix></offre>";

#define WRAP_EVIL "<offre Id=\"autre\" xmlns=\"urn:exemple\"><prix>1</prix></offre>"
#define WRAP_EVIL_SAME "<offre Id=\"offre\" xmlns=\"urn:exemple\"><prix>1</prix></offre>"

/* @O@ is the signed element, @S@ the signature, @S(O)@ the signature with the signed element in an Object of its own. */
static const struct wrap {
        const char *name, *document;
        bool ambiguous;
} wraps[] = {
        {"1: evil root, original in the signature's Object",
         "<offre Id=\"autre\" xmlns=\"urn:exemple\"><prix>1</prix>@S(O)@</offre>", false},
        {"2: original beside the signature, evil around both",
         "<offre Id=\"autre\" xmlns=\"urn:exemple\"><prix>1</prix>@O@@S@</offre>", false},
        {"3: evil before the original", "<dossier>" WRAP_EVIL "@O@@S@</dossier>", false},
        {"4: evil around the original", "<dossier><offre Id=\"autre\" xmlns=\"urn:exemple\"><prix>1</prix>@O@</offre>@S@</dossier>",
         false},
        {"5: evil with the same Id, original behind the signature", "<dossier>" WRAP_EVIL_SAME "@S@@O@</dossier>", true},
        {"6: evil with the same Id, original in the Object", "<dossier>" WRAP_EVIL_SAME "@S(O)@</dossier>", true},
        {"7: original in an extension element", "<dossier>" WRAP_EVIL "<extensions>@O@</extensions>@S@</dossier>", false},
        {"8: evil in place, original in the signature's Object", "<dossier>" WRAP_EVIL "@S(O)@</dossier>", false},
};

/* `signature` alone, over WRAP_ORIGINAL. */
static inline char *wrapped(const char *signature, const struct wrap *wrap)
{
        char *object = NULL;
        assert_true(asprintf(&object, "<ds:Object>%s</ds:Object></ds:Signature>", WRAP_ORIGINAL) > 0);
        char *with = swapped(signature, "</ds:Signature>", object), *text = strdup(wrap->document);
        if (strstr(text, "@S(O)@") != NULL)
                text = part_put(text, "@S(O)@", with);
        if (strstr(text, "@O@") != NULL)
                text = part_put(text, "@O@", WRAP_ORIGINAL);
        if (strstr(text, "@S@") != NULL)
                text = part_put(text, "@S@", signature);
        free(object);
        free(with);
        return text;
}

#endif
