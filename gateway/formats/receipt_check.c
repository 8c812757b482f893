/*
 * receipt_check.c - does the receipt prove what it says? Every reason is told:
 * the event is in the journal as committed to, the journal's state is signed,
 * and no field for people says anything but what the event says.
 */
#include <string.h>

#include "gateway/core/owner.h"
#include "gateway/formats/receipt_form.h"
#include "gateway/formats/receipt_view.h"
#include "signing/xml.h"

DEFINE_OWNER(xmlDoc, xmlFreeDoc)

#define PROOF "RFC 9162 2.1.3.2"

static const char *name_of(const xmlNode *node)
{
        return (const char *)node->name;
}

static void refusals_take(struct refusals *out, const struct signing_refusal *why)
{
        refusals_add(out, why->code, why->clause, "%s", why->sentence);
}

/* The checkpoint's lines, with as much trust as `key` gives. */
static bool checkpoint_judge(const struct receipt_source *source, const struct note_key *key, struct checkpoint *out,
                             struct refusals *findings)
{
        struct signing_refusal why;
        bool good = key != NULL ? checkpoint_check(source->checkpoint, key, out, &why)
                                : checkpoint_parse(source->checkpoint, out, &why);
        if (!good)
                refusals_take(findings, &why);
        return good;
}

static void inclusion_judge(const struct receipt_source *source, const struct checkpoint *checkpoint, struct refusals *findings)
{
        struct merkle_hash leaf;
        merkle_commitment(source->salt, source->text.data, source->text.size, &leaf);
        if (source->index >= checkpoint->size)
                refusals_add(findings, "RECEIPT_INDEX", PROOF, "entry %llu is not among the %llu of the checkpoint",
                             (unsigned long long)source->index, (unsigned long long)checkpoint->size);
        else if (!merkle_inclusion_check(source->index, checkpoint->size, &leaf, source->proof, &checkpoint->root))
                refusals_add(findings, "RECEIPT_PROOF", PROOF, "text, salt and proof do not lead to the checkpoint's root");
}

static bool named_among(const xmlNode *node, const xmlChar *name)
{
        for (; node != NULL; node = xml_next(node, RECEIPT_SPACE, NULL))
                if (xmlStrEqual(node->name, name))
                        return true;
        return false;
}

static void values_compare(const xmlNode *wanted, const xmlNode *found, struct refusals *findings)
{
        const char *a = xml_text(wanted), *b = xml_text(found);
        if (a == NULL || b == NULL || strcmp(a, b) != 0)
                refusals_add(findings, "RECEIPT_FIELD", RECEIPT_SPACE, "%s/%s says \"%.80s\", the event says \"%.80s\"",
                             name_of(found->parent), name_of(found), b == NULL ? "" : b, a == NULL ? "" : a);
}

/* Both are of the grammar: the same rows in the same order, some absent. Its depth is four. */
static void elements_compare(const xmlNode *wanted, const xmlNode *found, struct refusals *findings)
{
        const xmlNode *a = xml_child(wanted, NULL, NULL), *b = xml_child(found, RECEIPT_SPACE, NULL);
        if (a == NULL && b == NULL) {
                values_compare(wanted, found, findings);
                return;
        }
        while (a != NULL || b != NULL) {
                bool same = a != NULL && b != NULL && xmlStrEqual(a->name, b->name),
                     lacking = !same && a != NULL && !named_among(b, a->name);
                if (same)
                        elements_compare(a, b, findings);
                else if (lacking)
                        refusals_add(findings, "RECEIPT_FIELD", RECEIPT_SPACE, "%s lacks %s, which the event says", name_of(found),
                                     name_of(a));
                else
                        refusals_add(findings, "RECEIPT_FIELD", RECEIPT_SPACE, "%s has %s, which the event does not say",
                                     name_of(found), name_of(b));
                a = same || lacking ? xml_next(a, NULL, NULL) : a;
                b = lacking ? b : xml_next(b, RECEIPT_SPACE, NULL);
        }
}

static void fields_judge(const struct receipt *receipt, struct refusals *findings)
{
        struct signing_refusal why;
        OWN(xmlDoc) wanted = NULL;
        if (receipt_tree(receipt_source(receipt), &wanted, &why))
                elements_compare(xmlDocGetRootElement(wanted), receipt_root(receipt), findings);
        else
                refusals_take(findings, &why);
}

enum signing_indication receipt_check(const struct receipt *receipt, const struct note_key *key, struct refusals *out)
{
        const struct receipt_source *source = receipt_source(receipt);
        struct refusals findings = {.count = 0};
        struct checkpoint checkpoint;
        if (checkpoint_judge(source, key, &checkpoint, &findings))
                inclusion_judge(source, &checkpoint, &findings);
        fields_judge(receipt, &findings);
        enum signing_indication indication = findings.count > 0 ? SIGNING_FAILED
                                             : key != NULL      ? SIGNING_PASSED
                                                                : SIGNING_INDETERMINATE;
        if (key == NULL)
                refusals_add(&findings, "JOURNAL_KEY_MISSING", "C2SP tlog-checkpoint",
                             "no verifier key was given: the checkpoint's signature is not judged");
        *out = findings;
        return indication;
}
