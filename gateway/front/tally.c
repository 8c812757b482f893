/* tally.c - counters a route, without a lock. */
#include "gateway/front/tally.h"

#include <inttypes.h>
#include <stdatomic.h>

enum { ROUTES_MOST = 512, CLASSES = 6, STEPS = 11 };

/* Upper bounds in milliseconds; the last step of a row is everything. */
static const int64_t steps[STEPS] = {5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000};

static struct row {
        atomic_uint_least64_t answers[CLASSES]; /* by the first figure of the status; 0: none */
        atomic_uint_least64_t within[STEPS + 1], milliseconds;
} rows[ROUTES_MOST + 1]; /* the last: of no route */

static struct row *row_of(const struct route *route)
{
        size_t n = route != NULL ? (size_t)(route - routes) : ROUTES_MOST;
        return &rows[n < ROUTES_MOST ? n : ROUTES_MOST];
}

void tally_note(const struct route *route, int status, int64_t milliseconds)
{
        struct row *row = row_of(route);
        int class = status / 100, step = 0;
        while (step < STEPS && milliseconds > steps[step])
                step++;
        atomic_fetch_add(&row->answers[class > 0 && class < CLASSES ? class : 0], 1);
        atomic_fetch_add(&row->within[step], 1);
        atomic_fetch_add(&row->milliseconds, (uint64_t)(milliseconds > 0 ? milliseconds : 0));
}

static void name_write(size_t n, FILE *out)
{
        if (n < route_count)
                fprintf(out, "method=\"%s\",route=\"%s\"", routes[n].method, routes[n].path);
        else
                fputs("method=\"\",route=\"\"", out);
}

static uint64_t count_of(struct row *row)
{
        uint64_t count = 0;
        for (int step = 0; step <= STEPS; step++)
                count += atomic_load(&row->within[step]);
        return count;
}

static void answers_write(size_t n, struct row *row, FILE *out)
{
        static const char *const classes[CLASSES] = {"none", "1xx", "2xx", "3xx", "4xx", "5xx"};
        for (int class = 0; class < CLASSES; class ++) {
                uint64_t count = atomic_load(&row->answers[class]);
                if (count == 0)
                        continue;
                fputs("pli_http_requests_total{", out);
                name_write(n, out);
                fprintf(out, ",status=\"%s\"} %" PRIu64 "\n", classes[class], count);
        }
}

static void line_write(size_t n, const char *suffix, FILE *out)
{
        fprintf(out, "pli_http_request_seconds_%s{", suffix);
        name_write(n, out);
}

static void histogram_write(size_t n, struct row *row, FILE *out)
{
        uint64_t sum = 0;
        for (int step = 0; step <= STEPS; step++) {
                sum += atomic_load(&row->within[step]);
                line_write(n, "bucket", out);
                if (step < STEPS)
                        fprintf(out, ",le=\"%g\"} %" PRIu64 "\n", (double)steps[step] / 1000, sum);
                else
                        fprintf(out, ",le=\"+Inf\"} %" PRIu64 "\n", sum);
        }
        line_write(n, "sum", out);
        fprintf(out, "} %.3f\n", (double)atomic_load(&row->milliseconds) / 1000);
        line_write(n, "count", out);
        fprintf(out, "} %" PRIu64 "\n", sum);
}

void tally_write(FILE *out)
{
        fputs("# HELP pli_http_requests_total Requests answered by this front, by route and class of status\n"
              "# TYPE pli_http_requests_total counter\n",
              out);
        for (size_t n = 0; n <= ROUTES_MOST; n++)
                if (count_of(&rows[n]) > 0)
                        answers_write(n, &rows[n], out);
        fputs("# HELP pli_http_request_seconds How long requests took, from their head to the last byte of the answer\n"
              "# TYPE pli_http_request_seconds histogram\n",
              out);
        for (size_t n = 0; n <= ROUTES_MOST; n++)
                if (count_of(&rows[n]) > 0)
                        histogram_write(n, &rows[n], out);
}
