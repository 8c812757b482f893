/* media.c - the table of file types seen in tenders and filings. */
#include "signing/media.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

static const struct media {
        const char *extension, *type;
        bool compressed;
} media[] = {
        {"7z", "application/x-7z-compressed", true},
        {"asice", "application/vnd.etsi.asic-e+zip", true},
        {"asics", "application/vnd.etsi.asic-s+zip", true},
        {"csv", "text/csv", false},
        {"doc", "application/msword", false},
        {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", true},
        {"dwg", "image/vnd.dwg", true},
        {"dxf", "image/vnd.dxf", false},
        {"gz", "application/gzip", true},
        {"htm", "text/html", false},
        {"html", "text/html", false},
        {"ifc", "application/x-step", false},
        {"jpeg", "image/jpeg", true},
        {"jpg", "image/jpeg", true},
        {"json", "application/json", false},
        {"mp4", "video/mp4", true},
        {"odp", "application/vnd.oasis.opendocument.presentation", true},
        {"ods", "application/vnd.oasis.opendocument.spreadsheet", true},
        {"odt", "application/vnd.oasis.opendocument.text", true},
        {"p7m", "application/pkcs7-mime", false},
        {"p7s", "application/pkcs7-signature", false},
        {"pdf", "application/pdf", true},
        {"png", "image/png", true},
        {"ppt", "application/vnd.ms-powerpoint", false},
        {"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation", true},
        {"rtf", "application/rtf", false},
        {"svg", "image/svg+xml", false},
        {"tif", "image/tiff", false},
        {"tiff", "image/tiff", false},
        {"txt", "text/plain", false},
        {"xls", "application/vnd.ms-excel", false},
        {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", true},
        {"xml", "application/xml", false},
        {"zip", "application/zip", true},
};

const char *media_type_of(const char *name)
{
        const char *dot = strrchr(name, '.');
        for (size_t i = 0; dot != NULL && i < sizeof media / sizeof *media; i++)
                if (strcasecmp(dot + 1, media[i].extension) == 0)
                        return media[i].type;
        return "application/octet-stream";
}

bool media_compressed(const char *media_type)
{
        for (size_t i = 0; i < sizeof media / sizeof *media; i++)
                if (strcasecmp(media_type, media[i].type) == 0)
                        return media[i].compressed;
        return false;
}
