/* progress.c - the bar on the terminal. */
#include "gateway/client/progress.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "gateway/client/catalogue.h"
#include "gateway/client/command.h"
#include "gateway/client/show.h"

enum { PACE_WINDOW = 10000, PACE_STEP = 400, BAR_WIDTH = 24, REDRAW_TERMINAL = 200, REDRAW_LINES = 1000 };

static unsigned sample_at(const struct pace *pace, unsigned back)
{
        return (pace->next + PACE_SAMPLES - back) % PACE_SAMPLES;
}

void pace_add(struct pace *pace, int64_t milliseconds, uint64_t done)
{
        /* Closer together they would crowd out the last ten seconds. */
        bool close = pace->count > 1 && milliseconds - pace->samples[sample_at(pace, 2)].at < PACE_STEP;
        unsigned place = close ? sample_at(pace, 1) : pace->next;
        pace->samples[place].at = milliseconds;
        pace->samples[place].done = done;
        if (close)
                return;
        pace->next = (pace->next + 1) % PACE_SAMPLES;
        pace->count += pace->count < PACE_SAMPLES;
}

uint64_t pace_rate(const struct pace *pace)
{
        if (pace->count < 2)
                return 0;
        unsigned last = sample_at(pace, 1), first = last;
        for (unsigned back = 2; back <= pace->count; back++) {
                unsigned place = sample_at(pace, back);
                if (pace->samples[last].at - pace->samples[place].at > PACE_WINDOW && back > 2)
                        break;
                first = place;
        }
        int64_t time = pace->samples[last].at - pace->samples[first].at;
        if (time <= 0 || pace->samples[last].done <= pace->samples[first].done)
                return 0;
        return (pace->samples[last].done - pace->samples[first].done) * 1000 / (uint64_t)time;
}

int64_t pace_left(const struct pace *pace, uint64_t done, uint64_t total)
{
        uint64_t rate = pace_rate(pace);
        if (done >= total)
                return 0;
        return rate == 0 ? -1 : (int64_t)((total - done + rate - 1) / rate);
}

struct progress {
        const char *label;
        uint64_t total, done;
        struct pace pace;
        bool terminal, lines, begun;
        int64_t drawn;
};

static int64_t milliseconds_now(void)
{
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct progress *progress_new(const struct invocation *invocation, const char *label, uint64_t total)
{
        struct progress *progress = calloc(1, sizeof *progress);
        assert(progress != NULL);
        bool wanted = invocation_flag(invocation, "progress"), quiet = invocation_flag(invocation, "quiet");
        progress->label = label;
        progress->total = total;
        progress->terminal = !quiet && isatty(STDERR_FILENO) == 1;
        progress->lines = wanted && !progress->terminal;
        return progress;
}

static void progress_draw(const struct progress *progress)
{
        char done[32], total[32], rate[32], left[48];
        unsigned percent = progress->total > 0 ? (unsigned)(progress->done * 100 / progress->total) : 100;
        int64_t seconds = pace_left(&progress->pace, progress->done, progress->total);
        if (progress->terminal) {
                fprintf(stderr, "\r\033[K%s [", progress->label);
                for (unsigned i = 0; i < BAR_WIDTH; i++)
                        fputs(i * 100 < percent * BAR_WIDTH ? "█" : "·", stderr);
                fputs("] ", stderr);
        } else {
                fprintf(stderr, "%s ", progress->label);
        }
        fprintf(stderr, words("%3u %%  %s of %s  %s/s"), percent, show_size(progress->done, done),
                show_size(progress->total, total), show_size(pace_rate(&progress->pace), rate));
        if (seconds > 0)
                fprintf(stderr, words("  %s left"), show_duration(seconds, left));
        if (!progress->terminal)
                fputc('\n', stderr);
        fflush(stderr);
}

void progress_set(struct progress *progress, uint64_t done)
{
        int64_t now = milliseconds_now();
        progress->done = done;
        progress->begun = true;
        pace_add(&progress->pace, now, done);
        int64_t pause = progress->terminal ? REDRAW_TERMINAL : REDRAW_LINES;
        if ((!progress->terminal && !progress->lines) || (progress->drawn != 0 && now - progress->drawn < pause))
                return;
        progress->drawn = now;
        progress_draw(progress);
}

int64_t progress_left(const struct progress *progress)
{
        return pace_left(&progress->pace, progress->done, progress->total);
}

void progress_note(struct progress *progress, const char *format, ...)
{
        va_list arguments;
        if (progress->terminal)
                fputs("\r\033[K", stderr);
        va_start(arguments, format);
        vfprintf(stderr, format, arguments);
        va_end(arguments);
        fputc('\n', stderr);
}

void progress_free(struct progress *progress)
{
        if (progress != NULL && progress->begun && (progress->terminal || progress->lines)) {
                progress_draw(progress);
                if (progress->terminal)
                        fputc('\n', stderr);
        }
        free(progress);
}
