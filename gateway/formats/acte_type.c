/* acte_type.c - natures (CodeNatureActe) and media types of @CTES. */
#include "gateway/formats/acte_type.h"

#include <string.h>
#include <strings.h>

static const struct acte_nature natures[] = {
        {"DE", "99_DE", "Délibérations"},
        {"AR", "99_AR", "Actes réglementaires"},
        {"AI", "99_AI", "Actes individuels"},
        {"CC", "99_DC", "Contrats, conventions et avenants"},
        {"BF", "99_BU", "Documents budgétaires et financiers"},
        {"AU", "99_AU", "Autres"},
};

const struct acte_nature *acte_nature_find(unsigned nature)
{
        return nature >= 1 && nature <= sizeof natures / sizeof natures[0] ? &natures[nature - 1] : NULL;
}

static bool starts_with(const uint8_t *head, size_t size, const char *mark, size_t mark_size)
{
        return size >= mark_size && memcmp(head, mark, mark_size) == 0;
}

const char *acte_media_sniff(const uint8_t *head, size_t size)
{
        if (starts_with(head, size, "%PDF-", 5))
                return "pdf";
        if (starts_with(head, size, "\xFF\xD8\xFF", 3))
                return "jpg";
        if (starts_with(head, size, "\x89PNG\r\n\x1A\n", 8))
                return "png";
        if (starts_with(head, size, "\xEF\xBB\xBF", 3)) {
                head += 3;
                size -= 3;
        }
        return starts_with(head, size, "<?xml", 5) ? "xml" : NULL;
}

const char *acte_media_extension(const char *media_type)
{
        static const struct {
                const char *media_type, *extension;
        } known[] = {
                {"application/pdf", "pdf"}, {"image/jpeg", "jpg"}, {"image/png", "png"},
                {"application/xml", "xml"}, {"text/xml", "xml"},
        };
        size_t size = strcspn(media_type, "; ");
        for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
                if (strlen(known[i].media_type) == size && strncasecmp(known[i].media_type, media_type, size) == 0)
                        return known[i].extension;
        }
        return NULL;
}

bool acte_media_allowed(const char *extension, unsigned nature, const char *type, bool first)
{
        bool xml = strcmp(extension, "xml") == 0;
        if (first)
                return xml == (nature == 5);
        return !xml || strcmp(type, "99_SE") == 0;
}
