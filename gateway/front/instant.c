/*
 * instant.c - the difference between two clocks.
 */
#include "gateway/front/instant.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "gateway/core/db.h"

enum { MICRO = 1000000, MILLI = 1000 };

static atomic_int_fast64_t difference; /* microseconds to add to this machine's clock */
static atomic_bool known;

int64_t instant_here(void)
{
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        return (int64_t)now.tv_sec * MICRO + now.tv_nsec / 1000;
}

int64_t instant_ticks(void)
{
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        return (int64_t)now.tv_sec * MILLI + now.tv_nsec / 1000000;
}

bool instant_parse(const char *text, int64_t *microseconds)
{
        struct tm day = {0};
        const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &day);
        int64_t fraction = 0, unit = MICRO;
        if (rest == NULL)
                return false;
        if (*rest == '.') {
                for (rest++; *rest >= '0' && *rest <= '9'; rest++) {
                        unit /= 10;
                        fraction += (*rest - '0') * unit;
                }
        }
        if (strcmp(rest, "Z") != 0)
                return false;
        *microseconds = (int64_t)timegm(&day) * MICRO + fraction;
        return true;
}

bool instant_measure(struct db *db)
{
        struct problem problem = {0};
        json_t *answer = NULL;
        int64_t before = instant_here(), there = 0;
        if (!db_call_json(db, "api.now", NULL, 0, &answer, &problem))
                return false;
        int64_t after = instant_here();
        const char *text = json_string_value(json_object_get(answer, "now"));
        bool good = text != NULL && instant_parse(text, &there);
        json_decref(answer);
        if (!good)
                return false;
        atomic_store(&difference, there - (before + (after - before) / 2));
        atomic_store(&known, true);
        return true;
}

bool instant_known(void)
{
        return atomic_load(&known);
}

void instant_text(int64_t here, char text[40])
{
        int64_t there = here + atomic_load(&difference);
        time_t seconds = (time_t)(there / MICRO);
        struct tm day;
        gmtime_r(&seconds, &day);
        char whole[24];
        strftime(whole, sizeof(whole), "%Y-%m-%dT%H:%M:%S", &day);
        snprintf(text, 40, "%s.%06uZ", whole, (unsigned)(there % MICRO) % MICRO);
}

int64_t instant_control(void)
{
        char text[40];
        int64_t microseconds = 0;
        instant_text(instant_here(), text);
        return instant_parse(text, &microseconds) ? microseconds / 1000000 : 0;
}
