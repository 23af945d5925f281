// SPDX-License-Identifier: BSD-2-Clause
/* The measured functions. Callgrind counts from the entry of a function whose name begins with
 * "measured_" to its return, and nothing else. They are called once a packet, or once a batch. */
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench.h"

#if defined(__clang__)
#define MEASURED __attribute__((noinline)) static
#else
#define MEASURED __attribute__((noinline, noclone)) static
#endif

MEASURED ssize_t measured_hand_receive(struct side *s, int i)
{
    return hand_receive(s->fd, s->payload[i], ROOM, &s->packets[i]);
}

MEASURED ssize_t measured_hand_receive_plain(struct side *s, int i)
{
    return hand_receive_plain(s->fd, s->payload[i], ROOM, &s->packets[i]);
}

MEASURED int measured_hand_receive_batch(struct side *s)
{
    return hand_receive_batch(s->fd, &s->hand, s->packets);
}

MEASURED int measured_hand_receive_batch_plain(struct side *s)
{
    return hand_receive_batch_plain(s->fd, &s->hand, s->packets);
}

MEASURED ssize_t measured_hand_send(struct side *s, int i)
{
    return hand_send(s->fd, &s->out[i]);
}

MEASURED ssize_t measured_hand_send_plain(struct side *s, int i)
{
    return hand_send_plain(s->fd, &s->out[i]);
}

MEASURED int measured_hand_send_batch(struct side *s)
{
    return hand_send_batch(s->fd, &s->hand, s->out);
}

MEASURED int measured_hand_send_batch_plain(struct side *s)
{
    return hand_send_batch_plain(s->fd, &s->hand, s->out);
}

MEASURED int measured_receive(struct side *s, int i)
{
    return ipsock_recv(s->endpoint, &s->messages[i], IPSOCK_MSG_DONTWAIT);
}

MEASURED int measured_receive_batch(struct side *s, uint32_t *done)
{
    return ipsock_recv_batch(s->endpoint, s->batch, s->messages, sizeof s->messages[0], BATCH, done,
                             IPSOCK_MSG_DONTWAIT);
}

MEASURED int measured_send(struct side *s, int i)
{
    return ipsock_send(s->endpoint, &s->messages[i], IPSOCK_MSG_DONTWAIT);
}

MEASURED int measured_send_batch(struct side *s, uint32_t *done)
{
    return ipsock_send_batch(s->endpoint, s->batch, s->messages, sizeof s->messages[0], BATCH, done,
                             IPSOCK_MSG_DONTWAIT);
}

MEASURED void *measured_selfcheck(void)
{
    syscall(SYS_getpid);
    syscall(SYS_getpid);
    return malloc(1);
}

void play_selfcheck(void)
{
    free(measured_selfcheck());
}

static void play_hand_batch(struct side *s)
{
    int n;
    if (s->scenario->sends)
        n = s->scenario->control ? measured_hand_send_batch(s) : measured_hand_send_batch_plain(s);
    else
        n = s->scenario->control ? measured_hand_receive_batch(s)
                                 : measured_hand_receive_batch_plain(s);
    require(n == BATCH, "a whole batch");
}

static void play_hand_single(struct side *s)
{
    ssize_t (*const sending)(struct side *, int) =
        s->scenario->control ? measured_hand_send : measured_hand_send_plain;
    ssize_t (*const receiving)(struct side *, int) =
        s->scenario->control ? measured_hand_receive : measured_hand_receive_plain;
    ssize_t (*const play)(struct side *, int) = s->scenario->sends ? sending : receiving;
    for (int i = 0; i < BATCH; i++)
        require(play(s, i) == PAYLOAD, "a packet");
}

static void play_ours(struct side *s)
{
    uint32_t done = 0;
    int (*const play)(struct side *, int) = s->scenario->sends ? measured_send : measured_receive;
    if (s->scenario->batch) {
        const int code =
            s->scenario->sends ? measured_send_batch(s, &done) : measured_receive_batch(s, &done);
        require(code == IPSOCK_OK && done == BATCH, "a whole batch");
        return;
    }
    for (int i = 0; i < BATCH; i++)
        require(play(s, i) == IPSOCK_OK, "a packet");
}

void play_round(struct side *s)
{
    if (s->ours)
        play_ours(s);
    else if (s->scenario->batch)
        play_hand_batch(s);
    else
        play_hand_single(s);
}
