/* Any JSON as a filing: what is accepted is named, written, and read back as it was. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/formats/acte_xml.h"
#include "signing/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void written_and_read_back(struct acte *acte)
{
        struct acte *back = calloc(1, sizeof *back);
        struct signing_refusal why;
        xml_document *document = NULL;
        size_t size;
        for (size_t i = 0; i < acte->document_count; i++)
                snprintf(acte->documents[i].extension, sizeof acte->documents[i].extension, "pdf");
        char *text = acte_message_write(acte, &size);
        assert(back != NULL);
        assert(xml_read((struct signing_bytes){(const uint8_t *)text, size}, &document, &why));
        assert(acte_read(xml_root(document), back, &why));
        assert(strcmp(back->number, acte->number) == 0 && strcmp(back->date, acte->date) == 0);
        assert(strcmp(back->object, acte->object) == 0 && strcmp(back->previous, acte->previous) == 0);
        assert(back->document_count == acte->document_count && back->matter_count == acte->matter_count);
        xml_document_free(document);
        free(text);
        free(back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        json_t *filing = json_loadb((const char *)data, size, JSON_DECODE_ANY, NULL);
        struct acte *acte = calloc(1, sizeof *acte);
        struct refusals why = {0};
        assert(acte != NULL);
        if (filing != NULL && acte_parse(filing, "2026-04-01", acte, &why) && acte->siren[0] != '\0')
                written_and_read_back(acte);
        json_decref(refusals_json(&why));
        free(acte);
        json_decref(filing);
        return 0;
}
