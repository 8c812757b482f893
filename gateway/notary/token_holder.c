/*
 * token_holder.c - two processes: a guardian, which starts the holder, kills it when
 * told and starts another; and the holder, which alone loads the module. Both end
 * when the notary's end of their socket is closed.
 */
#include "gateway/notary/token_holder.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/core/log.h"
#include "gateway/notary/pause.h"

enum { DATA_MAX = 2048, LOOK = 0 };

/* One packet each way. A request: `what` is LOOK or the digest's NID; an answer: `what` is the token's state. */
struct packet {
        uint32_t number;
        int32_t what;
        uint32_t size;
        uint8_t data[DATA_MAX];
};

struct token_holder {
        pthread_mutex_t talk;  /* one question at a time; held while it waits */
        int questions, orders; /* to the holder, to its guardian */
        pid_t guardian;
        int64_t seconds;
        uint32_t number;
        pthread_mutex_t lock; /* of what is known */
        enum token_state state;
        struct problem why;
        pthread_t looker;
        bool looking, looked; /* a thread looks for the token; it has ended */
};

static size_t packet_bytes(const struct packet *packet)
{
        return offsetof(struct packet, data) + packet->size;
}

static bool packet_receive(int fd, struct packet *packet)
{
        ssize_t got = recv(fd, packet, sizeof *packet, 0);
        return got >= (ssize_t)offsetof(struct packet, data) && packet->size <= DATA_MAX && (size_t)got == packet_bytes(packet);
}

/* ---- the holder ---- */

struct held {
        const struct token_holding *holding;
        struct token_key *key;
        bool locked;
};

static void text_put(struct packet *packet, const char *text)
{
        int size = snprintf((char *)packet->data, DATA_MAX, "%s", text);
        packet->size = size < DATA_MAX ? (uint32_t)size : DATA_MAX - 1;
}

static enum token_state token_look(struct held *held, struct packet *answer)
{
        struct problem problem = {0};
        if (held->key != NULL)
                return TOKEN_READY;
        if (held->locked)
                return TOKEN_LOCKED;
        if (token_key_open(&held->holding->request, &held->key, &problem))
                return TOKEN_READY;
        text_put(answer, problem.detail);
        held->locked = strcmp(problem.row->code, "token-pin-refused") == 0;
        return held->locked ? TOKEN_LOCKED : TOKEN_AWAY;
}

static enum token_state token_sign(struct held *held, const struct packet *question, struct packet *answer)
{
        enum token_state state = token_look(held, answer);
        if (state != TOKEN_READY)
                return state;
        const struct signing_key *key = token_key_use(held->key);
        size_t size = DATA_MAX;
        if (key->sign(key->context, question->what, (struct signing_bytes){question->data, question->size}, answer->data, &size)) {
                answer->size = (uint32_t)size;
                return TOKEN_READY;
        }
        token_key_close(held->key); /* the next look opens it anew */
        held->key = NULL;
        text_put(answer, "The token did not sign.");
        return TOKEN_AWAY;
}

static void holder_run(const struct token_holding *holding, int fd)
{
        struct held held = {.holding = holding};
        static struct packet question, answer;
        while (packet_receive(fd, &question)) {
                answer = (struct packet){.number = question.number};
                answer.what = (int32_t)(question.what == LOOK ? token_look(&held, &answer) : token_sign(&held, &question, &answer));
                if (send(fd, &answer, packet_bytes(&answer), MSG_NOSIGNAL) < 0)
                        break;
        }
        token_key_close(held.key);
}

/* ---- its guardian ---- */

/* The holder's life is a pipe whose other end only it has. */
static pid_t holder_fork(const struct token_holding *holding, int questions, int orders, int life[2])
{
        if (pipe(life) != 0)
                return -1;
        pid_t holder = fork();
        if (holder == 0) {
                close(orders);
                close(life[0]);
                prctl(PR_SET_PDEATHSIG, SIGKILL);
                holder_run(holding, questions);
                _exit(0);
        }
        close(life[1]);
        return holder;
}

/* Until the holder dies or is to die: false where the notary has gone. */
static bool holder_watch(pid_t holder, int orders, int life)
{
        char order = 0;
        struct pollfd fds[] = {{.fd = orders, .events = POLLIN}, {.fd = life, .events = POLLIN}};
        while (poll(fds, 2, -1) < 0 && errno == EINTR)
                continue;
        bool stays = fds[0].revents == 0 || read(orders, &order, 1) == 1;
        kill(holder, SIGKILL);
        (void)waitpid(holder, NULL, 0);
        return stays;
}

static void guardian_run(const struct token_holding *holding, int questions, int orders)
{
        struct problem problem = {0};
        bool stays = true;
        signal(SIGTERM, SIG_IGN); /* they end with the notary, which may have signatures to ask for */
        signal(SIGINT, SIG_IGN);
        if (!holding->enclose(holding->context, &problem)) {
                log_event(LOG_LEVEL_ERROR, "token-holder-failed", "code", problem.row->code, "detail", problem.detail, NULL);
                return;
        }
        while (stays) {
                int life[2];
                pid_t holder = holder_fork(holding, questions, orders, life);
                if (holder < 0)
                        return;
                stays = holder_watch(holder, orders, life[0]);
                close(life[0]);
        }
}

bool token_holder_start(const struct token_holding *holding, struct token_holder **out, struct problem *problem)
{
        int questions[2], orders[2];
        struct token_holder *holder = calloc(1, sizeof *holder);
        assert(holder != NULL);
        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, questions) != 0 ||
            socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, orders) != 0 || (holder->guardian = fork()) < 0) {
                free(holder);
                return problem_set(problem, "internal", "The token's holder could not be started: %s", strerror(errno));
        }
        if (holder->guardian == 0) {
                close(questions[0]);
                close(orders[0]);
                guardian_run(holding, questions[1], orders[1]);
                _exit(0);
        }
        close(questions[1]);
        close(orders[1]);
        pthread_mutex_init(&holder->talk, NULL);
        pthread_mutex_init(&holder->lock, NULL);
        holder->questions = questions[0];
        holder->orders = orders[0];
        holder->seconds = holding->seconds;
        *out = holder;
        return true;
}

void token_holder_end(struct token_holder *holder)
{
        if (holder == NULL)
                return;
        close(holder->orders); /* the holder dies of it, and with it a question that waits */
        (void)waitpid(holder->guardian, NULL, 0);
        if (holder->looking)
                pthread_join(holder->looker, NULL);
        close(holder->questions);
        pthread_mutex_destroy(&holder->talk);
        pthread_mutex_destroy(&holder->lock);
        free(holder);
}

/* ---- asking ---- */

/* An answer to another question is one that was given up. */
static bool answer_wait(const struct token_holder *holder, struct packet *answer)
{
        int64_t end = pause_milliseconds() + holder->seconds * 1000;
        for (int64_t left = holder->seconds * 1000; left > 0; left = end - pause_milliseconds()) {
                struct pollfd fd = {.fd = holder->questions, .events = POLLIN};
                if (poll(&fd, 1, (int)left) <= 0)
                        continue;
                if (!packet_receive(holder->questions, answer))
                        return false;
                if (answer->number == holder->number)
                        return true;
        }
        return false;
}

/* What was not answered hangs, or died: its guardian makes another. */
static enum token_state question_put(struct token_holder *holder, struct packet *question, struct packet *answer)
{
        question->number = ++holder->number;
        if (send(holder->questions, question, packet_bytes(question), MSG_NOSIGNAL | MSG_DONTWAIT) >= 0 &&
            answer_wait(holder, answer) && answer->what >= TOKEN_READY && answer->what <= TOKEN_LOCKED)
                return (enum token_state)answer->what;
        (void)send(holder->orders, "k", 1, MSG_NOSIGNAL);
        text_put(answer, "The token does not answer.");
        return TOKEN_STUCK;
}

static void state_keep(struct token_holder *holder, enum token_state state, const struct packet *answer)
{
        pthread_mutex_lock(&holder->lock);
        holder->state = state;
        if (state != TOKEN_READY)
                (void)problem_set(&holder->why, state == TOKEN_LOCKED ? "token-pin-refused" : "token-unusable", "%.*s",
                                  (int)answer->size, (const char *)answer->data);
        pthread_mutex_unlock(&holder->lock);
}

enum token_state token_holder_state(struct token_holder *holder, struct problem *problem)
{
        pthread_mutex_lock(&holder->lock);
        enum token_state state = holder->state;
        if (state > TOKEN_READY)
                *problem = holder->why;
        pthread_mutex_unlock(&holder->lock);
        return state;
}

enum token_state token_holder_ask(struct token_holder *holder, struct problem *problem)
{
        struct packet question = {.what = LOOK}, answer = {0};
        pthread_mutex_lock(&holder->talk);
        state_keep(holder, question_put(holder, &question, &answer), &answer);
        pthread_mutex_unlock(&holder->talk);
        return token_holder_state(holder, problem);
}

static void *looker_run(void *context)
{
        struct token_holder *holder = context;
        struct problem problem;
        (void)token_holder_ask(holder, &problem);
        pthread_mutex_lock(&holder->lock);
        holder->looked = true;
        pthread_mutex_unlock(&holder->lock);
        return NULL;
}

enum token_state token_holder_look(struct token_holder *holder)
{
        pthread_mutex_lock(&holder->lock);
        enum token_state state = holder->state;
        bool over = holder->looking && holder->looked;
        pthread_mutex_unlock(&holder->lock);
        if (over) {
                pthread_join(holder->looker, NULL);
                holder->looking = holder->looked = false;
        } else if (state != TOKEN_READY && state != TOKEN_LOCKED && !holder->looking) {
                holder->looking = pthread_create(&holder->looker, NULL, looker_run, holder) == 0;
        }
        return state;
}

bool token_holder_sign(void *context, int digest_nid, struct signing_bytes digest, uint8_t *signature, size_t *size)
{
        struct token_holder *holder = context;
        struct problem problem;
        struct packet question = {.what = digest_nid, .size = (uint32_t)digest.size}, answer = {0};
        if (digest.size > DATA_MAX || digest_nid == LOOK) /* EdDSA seals are not signed in tokens */
                return false;
        memcpy(question.data, digest.data, digest.size);
        pthread_mutex_lock(&holder->talk);
        bool good = token_holder_state(holder, &problem) == TOKEN_READY;
        if (good) {
                state_keep(holder, question_put(holder, &question, &answer), &answer);
                good = token_holder_state(holder, &problem) == TOKEN_READY && answer.size > 0 && answer.size <= *size;
        }
        pthread_mutex_unlock(&holder->talk);
        if (good) {
                memcpy(signature, answer.data, answer.size);
                *size = answer.size;
        }
        return good;
}
