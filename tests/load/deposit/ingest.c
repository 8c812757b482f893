/*
 * ingest.c - what PostgreSQL itself takes: the same bytes as rows of the same
 * shape, by libpq's pipeline, a transaction each 32 chunks, durable at each.
 *
 * usage: ingest CONNINFO CONNECTIONS BYTES     prints the seconds it took
 */
#include <arpa/inet.h>
#include <endian.h>
#include <libpq-fe.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

enum { CHUNK = 262172, GROUP = 32, PARAMETERS = 4 };

static const char statement[] = "insert into ingest (content, number, size, arrived_at, sha256, data) "
                                "values ($1, $2, length($4::bytea), clock_timestamp(), $3, $4)";

struct sender {
        pthread_t thread;
        const char *conninfo;
        int64_t content;
        int first, count;
        const char *data; /* of one chunk */
        bool failed;
};

static bool result_take(PGconn *connection)
{
        PGresult *result = PQgetResult(connection);
        bool good = result == NULL || PQresultStatus(result) == PGRES_COMMAND_OK || PQresultStatus(result) == PGRES_PIPELINE_SYNC;
        if (!good)
                fprintf(stderr, "ingest: %s", PQresultErrorMessage(result));
        PQclear(result);
        return good;
}

/* Sends what waits, reading meanwhile: else both sides block on full buffers. */
static bool flush(PGconn *connection)
{
        int left;
        while ((left = PQflush(connection)) > 0) {
                struct pollfd ready = {.fd = PQsocket(connection), .events = POLLIN | POLLOUT};
                poll(&ready, 1, -1);
                if ((ready.revents & POLLIN) != 0 && PQconsumeInput(connection) == 0)
                        return false;
        }
        return left == 0;
}

static bool chunk_send(PGconn *connection, const struct sender *sender, int n)
{
        int64_t content = (int64_t)htobe64((uint64_t)sender->content);
        uint32_t number = htonl((uint32_t)n);
        const char *values[PARAMETERS] = {(const char *)&content, (const char *)&number, sender->data, sender->data};
        const int sizes[PARAMETERS] = {8, 4, 32, CHUNK}, formats[PARAMETERS] = {1, 1, 1, 1};
        return PQsendQueryPrepared(connection, "put", PARAMETERS, values, sizes, formats, 1) == 1 && flush(connection);
}

/* One implicit transaction: what lies between two syncs. */
static bool group_put(PGconn *connection, const struct sender *sender, int first, int count)
{
        for (int n = 0; n < count; n++)
                if (!chunk_send(connection, sender, first + n))
                        return false;
        bool good = PQpipelineSync(connection) == 1 && flush(connection);
        for (int n = 0; good && n < 2 * count + 1; n++) /* each result, and the NULL behind it; then the sync */
                good = result_take(connection);
        return good;
}

static void *sender_run(void *context)
{
        struct sender *sender = context;
        PGconn *connection = PQconnectdb(sender->conninfo);
        PGresult *prepared = PQprepare(connection, "put", statement, 0, NULL);
        sender->failed = PQresultStatus(prepared) != PGRES_COMMAND_OK || PQenterPipelineMode(connection) != 1 ||
                         PQsetnonblocking(connection, 1) != 0;
        PQclear(prepared);
        for (int n = 0; !sender->failed && n < sender->count; n += GROUP) {
                int count = sender->count - n < GROUP ? sender->count - n : GROUP;
                sender->failed = !group_put(connection, sender, sender->first + n, count);
        }
        if (sender->failed)
                fprintf(stderr, "ingest: %s", PQerrorMessage(connection));
        PQfinish(connection);
        return NULL;
}

int main(int argc, char **argv)
{
        enum { SENDERS = 16 };
        static struct sender senders[SENDERS];
        static char data[CHUNK];
        struct timespec began, ended;
        bool failed = argc != 4;
        int count = failed ? 0 : atoi(argv[2]), chunks = failed ? 0 : (int)(atoll(argv[3]) / CHUNK);
        if (failed || count < 1 || count > SENDERS) {
                fprintf(stderr, "usage: ingest CONNINFO CONNECTIONS BYTES\n");
                return 64;
        }
        for (size_t at = 0; at < sizeof data; at += 256)
                if (getrandom(data + at, sizeof data - at < 256 ? sizeof data - at : 256, 0) < 0)
                        return 71;
        clock_gettime(CLOCK_MONOTONIC, &began);
        for (int n = 0; n < count; n++) {
                senders[n] = (struct sender){.conninfo = argv[1], .content = n, .count = chunks / count, .data = data};
                pthread_create(&senders[n].thread, NULL, sender_run, &senders[n]);
        }
        for (int n = 0; n < count; n++) {
                pthread_join(senders[n].thread, NULL);
                failed = failed || senders[n].failed;
        }
        clock_gettime(CLOCK_MONOTONIC, &ended);
        printf("%.3f\n", (double)(ended.tv_sec - began.tv_sec) + (double)(ended.tv_nsec - began.tv_nsec) / 1e9);
        return failed;
}
