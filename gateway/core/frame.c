/* frame.c - whole frames through a stream socket, with a deadline. */
#include "gateway/core/frame.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { HEADER = 8 };

void frame_free(struct frame *frame)
{
        free(frame->data);
        *frame = (struct frame){0};
}

int64_t frame_now(void)
{
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Without a deadline the socket call itself blocks and nothing is to be waited for. */
static bool ready_wait(int fd, short events, int64_t deadline)
{
        if (deadline == FRAME_FOREVER)
                return true;
        int64_t left = deadline - frame_now();
        struct pollfd wanted = {.fd = fd, .events = events};
        if (left <= 0)
                return false;
        int got = poll(&wanted, 1, left < 60000 ? (int)left : 60000);
        return got >= 0 || errno == EINTR;
}

static bool again(int error)
{
        return error == EAGAIN || error == EINTR;
}

static bool bytes_write(int fd, const uint8_t *data, size_t size, int64_t deadline)
{
        int flags = MSG_NOSIGNAL | (deadline == FRAME_FOREVER ? 0 : MSG_DONTWAIT);
        while (size > 0) {
                ssize_t sent = send(fd, data, size, flags);
                if (sent < 0 && (!again(errno) || !ready_wait(fd, POLLOUT, deadline)))
                        return false;
                if (sent > 0) {
                        data += sent;
                        size -= (size_t)sent;
                }
        }
        return true;
}

static bool bytes_read(int fd, uint8_t *data, size_t size, int64_t deadline)
{
        int flags = deadline == FRAME_FOREVER ? 0 : MSG_DONTWAIT;
        while (size > 0) {
                ssize_t got = recv(fd, data, size, flags);
                if (got == 0 || (got < 0 && (!again(errno) || !ready_wait(fd, POLLIN, deadline))))
                        return false;
                if (got > 0) {
                        data += got;
                        size -= (size_t)got;
                }
        }
        return true;
}

bool frame_write(int fd, enum frame_type type, const void *data, size_t size, int64_t deadline)
{
        const uint32_t header[2] = {(uint32_t)type, (uint32_t)size};
        return size <= FRAME_MAX && bytes_write(fd, (const uint8_t *)header, HEADER, deadline) &&
               bytes_write(fd, data, size, deadline);
}

static bool room_make(struct frame *frame, size_t size)
{
        if (size < frame->room)
                return true;
        uint8_t *grown = realloc(frame->data, size + 1);
        if (grown == NULL)
                return false;
        frame->data = grown;
        frame->room = size + 1;
        return true;
}

bool frame_read(int fd, struct frame *frame, int64_t deadline)
{
        uint32_t header[2];
        if (!bytes_read(fd, (uint8_t *)header, HEADER, deadline) || header[1] > FRAME_MAX || !room_make(frame, header[1]))
                return false;
        frame->type = (enum frame_type)header[0];
        frame->size = header[1];
        frame->data[frame->size] = '\0';
        return bytes_read(fd, frame->data, frame->size, deadline);
}
