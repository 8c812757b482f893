/* instant.c - sizes, durations and instants in words. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "gateway/client/catalogue.h"
#include "gateway/client/show.h"

const char *show_size(uint64_t bytes, char buffer[32])
{
        static const char *const english[] = {"B", "KiB", "MiB", "GiB", "TiB"};
        static const char *const french[] = {"o", "Kio", "Mio", "Gio", "Tio"};
        size_t unit = 0;
        double amount = (double)bytes;
        for (; amount >= 1024 && unit < 4; unit++)
                amount /= 1024;
        const char *name = catalogue_language()[0] == 'f' ? french[unit] : english[unit];
        snprintf(buffer, 32, unit == 0 ? "%.0f %s" : "%.1f %s", amount, name);
        char *point = strchr(buffer, '.');
        if (point != NULL && catalogue_language()[0] == 'f')
                *point = ',';
        return buffer;
}

const char *show_duration(int64_t seconds, char buffer[48])
{
        const char *day = catalogue_language()[0] == 'f' ? "j" : "d";
        int64_t left = seconds < 0 ? 0 : seconds;
        if (left >= 86400)
                snprintf(buffer, 48, "%" PRId64 " %s %" PRId64 " h", left / 86400, day, left % 86400 / 3600);
        else if (left >= 3600)
                snprintf(buffer, 48, "%" PRId64 " h %02" PRId64 " min", left / 3600, left % 3600 / 60);
        else if (left >= 60)
                snprintf(buffer, 48, "%" PRId64 " min %02" PRId64 " s", left / 60, left % 60);
        else
                snprintf(buffer, 48, "%" PRId64 " s", left);
        return buffer;
}

/* "+02:00", "-05:30", "Z" */
static bool offset_parse(const char *text, int64_t *seconds)
{
        int hours, minutes, used = 0;
        if (strcmp(text, "Z") == 0 || strcmp(text, "z") == 0) {
                *seconds = 0;
                return true;
        }
        if (*text != '+' && *text != '-')
                return false;
        if (sscanf(text + 1, "%2d:%2d%n", &hours, &minutes, &used) != 2 || text[1 + used] != '\0' || used != 5)
                return false;
        *seconds = (int64_t)(hours * 3600 + minutes * 60) * (*text == '-' ? -1 : 1);
        return true;
}

bool instant_seconds(const char *instant, int64_t *seconds)
{
        struct tm parts = {0};
        const char *rest = strptime(instant, "%Y-%m-%dT%H:%M:%S", &parts);
        int64_t offset;
        if (rest == NULL)
                return false;
        if (*rest == '.')
                rest += 1 + strspn(rest + 1, "0123456789");
        if (!offset_parse(rest, &offset))
                return false;
        *seconds = (int64_t)timegm(&parts) - offset;
        return true;
}

const char *show_instant(const char *instant, char buffer[64])
{
        int64_t seconds;
        if (instant == NULL || !instant_seconds(instant, &seconds)) {
                snprintf(buffer, 64, "%s", instant != NULL ? instant : "");
                return buffer;
        }
        time_t moment = (time_t)seconds;
        struct tm parts;
        localtime_r(&moment, &parts);
        if (strftime(buffer, 64, catalogue_language()[0] == 'f' ? "%d/%m/%Y %H:%M:%S %Z" : "%Y-%m-%d %H:%M:%S %Z", &parts) == 0)
                snprintf(buffer, 64, "%s", instant);
        return buffer;
}
