/*
 * db.c - libpq, and nothing else in Pli knows it.
 *
 * A call becomes "select * from api.noun_verb($1,…)" with parameters of unknown
 * type, which the server reads by the function's own signature; bytes go and
 * come in binary. Timeouts are set once, at the connection: a statement that
 * waits for a lock or runs too long answers "database-unavailable" and has
 * changed nothing.
 */
#include "gateway/core/db.h"

#include <assert.h>
#include <inttypes.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/core/log.h"
#include "gateway/core/owner.h"

enum { ARGUMENTS_MOST = 12, CHANNELS_MOST = 8, QUERY_LARGEST = 256, INTEGER_TEXT = 24 };
enum { OID_BYTEA = 17 }; /* pg_type.dat: fixed */

struct db {
        PGconn *connection; /* NULL before the first call */
        char *conninfo, *program;
        char *channels[CHANNELS_MOST];
        size_t channel_count;
};

DEFINE_OWNER(PGresult, PQclear)
DEFINE_OWNER(PGnotify, PQfreemem)

/* ---- connection ---- */

struct db *db_open(const char *conninfo, const char *program)
{
        struct db *db = calloc(1, sizeof *db);
        assert(db != NULL && conninfo != NULL && program != NULL);
        db->conninfo = strdup(conninfo);
        db->program = strdup(program);
        assert(db->conninfo != NULL && db->program != NULL);
        return db;
}

void db_close(struct db *db)
{
        if (db == NULL)
                return;
        PQfinish(db->connection);
        for (size_t i = 0; i < db->channel_count; i++)
                free(db->channels[i]);
        free(db->conninfo);
        free(db->program);
        free(db);
}

/* libpq's texts end with a newline, and may be several lines. */
static bool unavailable(struct db *db, struct problem *problem)
{
        char text[256];
        snprintf(text, sizeof text, "%s", db->connection != NULL ? PQerrorMessage(db->connection) : "no connection");
        text[strcspn(text, "\n")] = '\0';
        log_event(LOG_LEVEL_ERROR, "database-unavailable", "reason", text, NULL);
        return problem_set(problem, "database-unavailable", "The database does not answer.");
}

static void ignore_notice(void *context, const PGresult *notice)
{
        (void)context;
        (void)notice;
}

static bool channel_listen(struct db *db, const char *channel)
{
        char *name = PQescapeIdentifier(db->connection, channel, strlen(channel));
        char query[QUERY_LARGEST];
        snprintf(query, sizeof query, "listen %s", name != NULL ? name : "");
        PQfreemem(name);
        OWN(PGresult) result = PQexec(db->connection, query);
        return PQresultStatus(result) == PGRES_COMMAND_OK;
}

/* What stands in conninfo wins over these. */
static bool connection_open(struct db *db, struct problem *problem)
{
        const char *keywords[] = {"options", "connect_timeout", "client_encoding", "fallback_application_name", "dbname", NULL};
        const char *values[] = {"-c statement_timeout=30s -c lock_timeout=10s -c idle_in_transaction_session_timeout=30s",
                                "5",
                                "UTF8",
                                db->program,
                                db->conninfo,
                                NULL};
        PQfinish(db->connection);
        db->connection = PQconnectdbParams(keywords, values, 1);
        if (PQstatus(db->connection) != CONNECTION_OK)
                return unavailable(db, problem);
        PQsetNoticeReceiver(db->connection, ignore_notice, NULL);
        for (size_t i = 0; i < db->channel_count; i++) {
                if (!channel_listen(db, db->channels[i]))
                        return unavailable(db, problem);
        }
        return true;
}

/* Has the server closed an idle connection? Its last words, then its end of file, wait on the socket. */
static bool connection_alive(struct db *db)
{
        if (db->connection == NULL || PQstatus(db->connection) != CONNECTION_OK)
                return false;
        struct pollfd socket = {.fd = PQsocket(db->connection), .events = POLLIN};
        while (poll(&socket, 1, 0) > 0) {
                if (!PQconsumeInput(db->connection))
                        return false;
        }
        return true;
}

static bool connection_ready(struct db *db, struct problem *problem)
{
        return connection_alive(db) || connection_open(db, problem);
}

/* ---- problems ---- */

/* States in which the same call may succeed later: connection, resources, shutdown, conflict, lock, cancel, standby. */
static bool state_passes(const char *state)
{
        static const char *const passing[] = {"08", "53", "57", "40", "55P03", "25006", "58"};
        for (size_t i = 0; i < sizeof passing / sizeof passing[0]; i++) {
                if (strncmp(state, passing[i], strlen(passing[i])) == 0)
                        return true;
        }
        return false;
}

/* A failed result, in our words. SQLSTATE is NULL where libpq itself made the error. */
static bool result_problem(struct db *db, const PGresult *result, struct problem *problem)
{
        const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
        const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
        const char *detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
        if (state == NULL)
                return unavailable(db, problem);
        if (strcmp(state, "PLI00") == 0)
                return problem_set(problem, message, "%s", detail != NULL ? detail : "");
        log_event(LOG_LEVEL_ERROR, "database-error", "sqlstate", state, "message", message, "context",
                  PQresultErrorField(result, PG_DIAG_CONTEXT), NULL);
        if (strcmp(state, "25006") == 0) { /* read only: this was the primary once; the next call looks for the new one */
                PQfinish(db->connection);
                db->connection = NULL;
        }
        if (state_passes(state))
                return problem_set(problem, "database-unavailable", "The database could not finish (SQLSTATE %s).", state);
        if (strncmp(state, "22", 2) == 0) /* data exception: a text that is no uuid, date or number */
                return problem_set(problem, "request-malformed", "%s", message != NULL ? message : "");
        return problem_set(problem, "internal", "SQLSTATE %s", state);
}

/* ---- parameters ---- */

struct parameters {
        Oid types[ARGUMENTS_MOST];
        const char *values[ARGUMENTS_MOST];
        int lengths[ARGUMENTS_MOST], formats[ARGUMENTS_MOST];
        char integers[ARGUMENTS_MOST][INTEGER_TEXT];
        char query[QUERY_LARGEST];
};

static bool name_is_plain(const char *name)
{
        return strspn(name, "abcdefghijklmnopqrstuvwxyz_.") == strlen(name);
}

static void query_write(struct parameters *p, const char *function, size_t count)
{
        assert(name_is_plain(function) && count <= ARGUMENTS_MOST);
        int size = snprintf(p->query, sizeof p->query, "select * from %s(", function);
        for (size_t i = 0; i < count; i++)
                size += snprintf(p->query + size, sizeof p->query - (size_t)size, "%s$%zu", i > 0 ? "," : "", i + 1);
        snprintf(p->query + size, sizeof p->query - (size_t)size, ")");
}

static void parameter_write(struct parameters *p, size_t i, const struct db_argument *argument)
{
        switch (argument->type) {
        case DB_NULL:
                break;
        case DB_TEXT:
                p->values[i] = argument->text;
                break;
        case DB_INTEGER:
                snprintf(p->integers[i], INTEGER_TEXT, "%" PRId64, argument->integer);
                p->values[i] = p->integers[i];
                break;
        case DB_BOOL:
                p->values[i] = argument->integer != 0 ? "true" : "false";
                break;
        case DB_BYTES:
                assert(argument->size <= INT32_MAX);
                p->types[i] = OID_BYTEA;
                p->values[i] = argument->data;
                p->lengths[i] = (int)argument->size;
                p->formats[i] = 1;
                break;
        }
}

static void parameters_write(struct parameters *p, const struct db_statement *statement)
{
        memset(p, 0, sizeof *p);
        query_write(p, statement->function, statement->count);
        for (size_t i = 0; i < statement->count; i++)
                parameter_write(p, i, &statement->arguments[i]);
}

enum { FORMAT_TEXT = 0, FORMAT_BINARY = 1 }; /* libpq's numbers */

static bool statement_send(struct db *db, const struct db_statement *statement, int format)
{
        struct parameters p;
        parameters_write(&p, statement);
        return PQsendQueryParams(db->connection, p.query, (int)statement->count, p.types, p.values, p.lengths, p.formats, format) ==
               1;
}

/* ---- one call ---- */

static bool call(struct db *db, const struct db_statement *statement, int format, PGresult **out, struct problem *problem)
{
        if (!connection_ready(db, problem))
                return false;
        struct parameters p;
        parameters_write(&p, statement);
        OWN(PGresult)
        result = PQexecParams(db->connection, p.query, (int)statement->count, p.types, p.values, p.lengths, p.formats, format);
        if (PQresultStatus(result) != PGRES_TUPLES_OK)
                return result_problem(db, result, problem);
        *out = TAKE(result);
        return true;
}

bool db_call(struct db *db, const char *function, const struct db_argument *arguments, size_t count, struct problem *problem)
{
        OWN(PGresult) result = NULL;
        return call(db, &(struct db_statement){function, arguments, count}, FORMAT_TEXT, &result, problem);
}

static bool is_null(const PGresult *result)
{
        return PQntuples(result) == 0 || PQgetisnull(result, 0, 0);
}

bool db_call_json(struct db *db, const char *function, const struct db_argument *arguments, size_t count, json_t **out,
                  struct problem *problem)
{
        OWN(PGresult) result = NULL;
        if (!call(db, &(struct db_statement){function, arguments, count}, FORMAT_TEXT, &result, problem))
                return false;
        json_error_t error;
        json_t *json = is_null(result) ? json_null() : json_loads(PQgetvalue(result, 0, 0), JSON_DECODE_ANY, &error);
        if (json == NULL)
                return problem_set(problem, "internal", "%s answered no JSON: %s", function, error.text);
        *out = json;
        return true;
}

bool db_call_bytes(struct db *db, const char *function, const struct db_argument *arguments, size_t count, uint8_t **out,
                   size_t *size, struct problem *problem)
{
        OWN(PGresult) result = NULL;
        if (!call(db, &(struct db_statement){function, arguments, count}, FORMAT_BINARY, &result, problem))
                return false;
        if (is_null(result)) {
                *out = NULL;
                *size = 0;
                return true;
        }
        size_t length = (size_t)PQgetlength(result, 0, 0);
        uint8_t *copy = malloc(length + 1);
        assert(copy != NULL);
        memcpy(copy, PQgetvalue(result, 0, 0), length);
        copy[length] = '\0';
        *out = copy;
        *size = length;
        return true;
}

/* ---- rows ---- */

/* int4 or int8, big-endian. */
static int64_t integer_read(const PGresult *row, int column)
{
        const unsigned char *data = (const unsigned char *)PQgetvalue(row, 0, column);
        uint64_t value = 0;
        for (int i = 0; i < PQgetlength(row, 0, column); i++)
                value = value << 8 | data[i];
        return PQgetlength(row, 0, column) == 4 ? (int64_t)(int32_t)(uint32_t)value : (int64_t)value;
}

/* What is left of an answer that nobody wants any more. */
static void answer_drop(struct db *db)
{
        PGcancel *cancel = PQgetCancel(db->connection);
        char reason[256];
        if (cancel != NULL)
                PQcancel(cancel, reason, sizeof reason);
        PQfreeCancel(cancel);
        for (PGresult *rest = PQgetResult(db->connection); rest != NULL; rest = PQgetResult(db->connection))
                PQclear(rest);
}

bool db_call_rows(struct db *db, const char *function, const struct db_argument *arguments, size_t count,
                  bool (*each)(void *context, int64_t number, const uint8_t *data, size_t size), void *context,
                  struct problem *problem)
{
        if (!connection_ready(db, problem))
                return false;
        if (!statement_send(db, &(struct db_statement){function, arguments, count}, FORMAT_BINARY) ||
            !PQsetSingleRowMode(db->connection))
                return unavailable(db, problem);
        bool well = true;
        for (PGresult *next = PQgetResult(db->connection); next != NULL; next = PQgetResult(db->connection)) {
                OWN(PGresult) row = next;
                ExecStatusType status = PQresultStatus(row);
                if (status != PGRES_SINGLE_TUPLE && status != PGRES_TUPLES_OK) {
                        well = result_problem(db, row, problem);
                } else if (status == PGRES_SINGLE_TUPLE &&
                           !each(context, integer_read(row, 0), (const uint8_t *)PQgetvalue(row, 0, 1),
                                 (size_t)PQgetlength(row, 0, 1))) {
                        answer_drop(db);
                        break;
                }
        }
        return well;
}

/* ---- several calls, one transaction ---- */

/* Both sides would block on full buffers if we only wrote: read while writing. */
static bool pipeline_flush(struct db *db)
{
        int left = PQflush(db->connection);
        while (left > 0) {
                struct pollfd socket = {.fd = PQsocket(db->connection), .events = POLLIN | POLLOUT};
                if (poll(&socket, 1, -1) > 0 && (socket.revents & POLLIN) != 0 && !PQconsumeInput(db->connection))
                        return false;
                left = PQflush(db->connection);
        }
        return left == 0;
}

static bool pipeline_send(struct db *db, const struct db_statement *statements, size_t count)
{
        for (size_t i = 0; i < count; i++) {
                if (!statement_send(db, &statements[i], FORMAT_TEXT) || !pipeline_flush(db))
                        return false;
        }
        return PQpipelineSync(db->connection) == 1 && pipeline_flush(db);
}

/* Reads up to the Sync's own answer; the statements after a failed one answer "aborted". */
static bool pipeline_read(struct db *db, struct problem *problem)
{
        bool well = true;
        bool ended = false; /* libpq puts one NULL between two answers; two in a row mean that it has no more */
        for (;;) {
                OWN(PGresult) result = PQgetResult(db->connection);
                ExecStatusType status = result != NULL ? PQresultStatus(result) : PGRES_EMPTY_QUERY;
                if (status == PGRES_PIPELINE_SYNC)
                        return well;
                if (result == NULL && (ended || PQstatus(db->connection) != CONNECTION_OK))
                        return well ? unavailable(db, problem) : false;
                ended = result == NULL;
                if (result != NULL && status != PGRES_TUPLES_OK && status != PGRES_PIPELINE_ABORTED && well)
                        well = result_problem(db, result, problem);
        }
}

bool db_call_together(struct db *db, const struct db_statement *statements, size_t count, struct problem *problem)
{
        if (!connection_ready(db, problem))
                return false;
        if (!PQenterPipelineMode(db->connection) || PQsetnonblocking(db->connection, 1) != 0)
                return unavailable(db, problem);
        bool well = pipeline_send(db, statements, count) ? pipeline_read(db, problem) : unavailable(db, problem);
        bool left = PQstatus(db->connection) == CONNECTION_OK && PQexitPipelineMode(db->connection) == 1 &&
                    PQsetnonblocking(db->connection, 0) == 0;
        if (!left) { /* never reuse a connection whose state is not known */
                PQfinish(db->connection);
                db->connection = NULL;
        }
        return well;
}

/* ---- notifications ---- */

bool db_listen(struct db *db, const char *channel, struct problem *problem)
{
        assert(db->channel_count < CHANNELS_MOST);
        if (!connection_ready(db, problem))
                return false;
        if (!channel_listen(db, channel))
                return unavailable(db, problem);
        db->channels[db->channel_count] = strdup(channel);
        assert(db->channels[db->channel_count] != NULL);
        db->channel_count++;
        return true;
}

static bool notification_take(struct db *db, char payload[128])
{
        OWN(PGnotify) notification = PQnotifies(db->connection);
        if (notification == NULL)
                return false;
        snprintf(payload, 128, "%s", notification->extra);
        return true;
}

static int64_t milliseconds_now(void)
{
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool db_wait(struct db *db, int milliseconds, char payload[128])
{
        struct problem problem;
        payload[0] = '\0';
        if (!connection_alive(db)) {
                /* What was notified meanwhile is lost: once back, say that there may be something. */
                if (connection_open(db, &problem))
                        return true;
                poll(NULL, 0, milliseconds);
                return false;
        }
        int64_t end = milliseconds_now() + milliseconds;
        for (int64_t left = milliseconds; !notification_take(db, payload); left = end - milliseconds_now()) {
                struct pollfd socket = {.fd = PQsocket(db->connection), .events = POLLIN};
                if (left <= 0 || poll(&socket, 1, (int)left) <= 0 || !PQconsumeInput(db->connection))
                        return notification_take(db, payload);
        }
        return true;
}

bool db_script(struct db *db, const char *sql, struct problem *problem)
{
        if (!connection_ready(db, problem))
                return false;
        OWN(PGresult) result = PQexec(db->connection, sql);
        ExecStatusType status = PQresultStatus(result);
        if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY)
                return true;
        const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
        if (state != NULL && strcmp(state, "PLI00") != 0)
                return problem_set(problem, "internal", "%s: %s", state, PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
        return result_problem(db, result, problem);
}
