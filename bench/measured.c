// SPDX-License-Identifier: BSD-2-Clause
/* The measured functions, once a packet or once a batch; those of unit.c and uv.c are there. */
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "side.h"

MEASURED ssize_t measured_lean_receive(struct side *s, unsigned i)
{
    return lean_receive(s->fd, payload_of(s, i), ROOM, &s->packets_in[i]);
}

MEASURED ssize_t measured_lean_receive_plain(struct side *s, unsigned i)
{
    return lean_receive_plain(s->fd, payload_of(s, i), ROOM, &s->packets_in[i]);
}

MEASURED ssize_t measured_lean_receive_coalesced(struct side *s, unsigned i)
{
    return lean_receive_coalesced(s->fd, payload_of(s, i), COALESCED_ROOM, &s->packets_in[i]);
}

MEASURED ssize_t measured_lean_send(struct side *s, unsigned i)
{
    return lean_send(s->fd, &s->packets_out[i]);
}

MEASURED ssize_t measured_lean_send_plain(struct side *s, unsigned i)
{
    return lean_send_plain(s->fd, &s->packets_out[i]);
}

MEASURED ssize_t measured_lean_send_connected(struct side *s, unsigned i)
{
    return lean_send_connected(s->fd, &s->packets_out[i]);
}

MEASURED ssize_t measured_lean_send_segments(struct side *s, unsigned i)
{
    return lean_send_segments(s->fd, &s->packets_out[i]);
}

MEASURED int measured_lean_receive_batch(struct side *s)
{
    return lean_receive_batch(s->fd, &s->lean, s->packets_in, s->packets);
}

MEASURED int measured_lean_receive_batch_plain(struct side *s)
{
    return lean_receive_batch_plain(s->fd, &s->lean, s->packets_in, s->packets);
}

MEASURED int measured_lean_send_batch(struct side *s)
{
    return lean_send_batch(s->fd, &s->lean, s->packets_out, s->packets);
}

MEASURED int measured_lean_send_batch_plain(struct side *s)
{
    return lean_send_batch_plain(s->fd, &s->lean, s->packets_out, s->packets);
}

MEASURED ssize_t measured_full_receive(struct side *s, unsigned i)
{
    return full_receive(&s->socket, &s->full_messages[i]);
}

MEASURED ssize_t measured_full_receive_plain(struct side *s, unsigned i)
{
    return full_receive_plain(&s->socket, &s->full_messages[i]);
}

MEASURED ssize_t measured_full_receive_coalesced(struct side *s, unsigned i)
{
    return full_receive_coalesced(&s->socket, &s->full_messages[i]);
}

MEASURED ssize_t measured_full_send(struct side *s, unsigned i)
{
    return full_send(&s->socket, &s->full_messages[i]);
}

MEASURED ssize_t measured_full_send_plain(struct side *s, unsigned i)
{
    return full_send_plain(&s->socket, &s->full_messages[i]);
}

MEASURED ssize_t measured_full_send_connected(struct side *s, unsigned i)
{
    return full_send_connected(&s->socket, &s->full_messages[i]);
}

MEASURED ssize_t measured_full_send_segments(struct side *s, unsigned i)
{
    return full_send_segments(&s->socket, &s->full_messages[i]);
}

MEASURED int measured_full_receive_batch(struct side *s)
{
    return full_receive_batch(&s->socket, &s->full, s->full_messages, s->packets);
}

MEASURED int measured_full_receive_batch_plain(struct side *s)
{
    return full_receive_batch_plain(&s->socket, &s->full, s->full_messages, s->packets);
}

MEASURED int measured_full_send_batch(struct side *s)
{
    return full_send_batch(&s->socket, &s->full, s->full_messages, s->packets);
}

MEASURED int measured_full_send_batch_plain(struct side *s)
{
    return full_send_batch_plain(&s->socket, &s->full, s->full_messages, s->packets);
}

MEASURED int measured_receive(struct side *s, unsigned i)
{
    return ipsock_recv(s->endpoint, &s->messages[i], IPSOCK_MSG_DONTWAIT);
}

MEASURED int measured_send(struct side *s, unsigned i)
{
    return ipsock_send(s->endpoint, &s->messages[i], IPSOCK_MSG_DONTWAIT);
}

MEASURED int measured_receive_batch(struct side *s, uint32_t *done)
{
    return ipsock_recv_batch(s->endpoint, s->batch, s->messages, sizeof s->messages[0], s->packets,
                             done, IPSOCK_MSG_DONTWAIT);
}

MEASURED int measured_send_batch(struct side *s, uint32_t *done)
{
    return ipsock_send_batch(s->endpoint, s->batch, s->messages, sizeof s->messages[0], s->packets,
                             done, IPSOCK_MSG_DONTWAIT);
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

static void play_our_batch(struct side *s)
{
    uint32_t done = 0;
    const int code = s->scenario->what == SEND ? measured_send_batch(s, &done)
                                               : measured_receive_batch(s, &done);
    require(code == IPSOCK_OK && done == s->packets, "a whole batch");
}

static void play_batch(struct side *s)
{
    static int (*const play[2][2][2])(struct side *) = {
        [LEAN] = {[RECEIVE] = {measured_lean_receive_batch_plain, measured_lean_receive_batch},
                  [SEND] = {measured_lean_send_batch_plain, measured_lean_send_batch}},
        [FULL] = {[RECEIVE] = {measured_full_receive_batch_plain, measured_full_receive_batch},
                  [SEND] = {measured_full_send_batch_plain, measured_full_send_batch}},
    };
    const int n = play[s->player][s->scenario->what][has_control(s->scenario)](s);
    require(n == (int)s->packets, "a whole batch");
}

static void play_our_single(struct side *s)
{
    const bool send = s->scenario->what == SEND;
    for (unsigned i = 0; i < s->packets; i++)
        require((send ? measured_send(s, i) : measured_receive(s, i)) == IPSOCK_OK, "a packet");
}

static void play_single(struct side *s)
{
    static ssize_t (*const play[2][2][EXTRAS])(struct side *, unsigned) = {
        [LEAN] = {[RECEIVE] = {[PLAIN] = measured_lean_receive_plain,
                               [CONTROL] = measured_lean_receive,
                               [SEGMENTED] = measured_lean_receive_coalesced},
                  [SEND] = {[PLAIN] = measured_lean_send_plain,
                            [CONTROL] = measured_lean_send,
                            [FLOW] = measured_lean_send,
                            [SEGMENTED] = measured_lean_send_segments,
                            [SEGMENTED_FLOW] = measured_lean_send_segments,
                            [CONNECTED] = measured_lean_send_connected}},
        [FULL] = {[RECEIVE] = {[PLAIN] = measured_full_receive_plain,
                               [CONTROL] = measured_full_receive,
                               [SEGMENTED] = measured_full_receive_coalesced},
                  [SEND] = {[PLAIN] = measured_full_send_plain,
                            [CONTROL] = measured_full_send,
                            [FLOW] = measured_full_send,
                            [SEGMENTED] = measured_full_send_segments,
                            [SEGMENTED_FLOW] = measured_full_send_segments,
                            [CONNECTED] = measured_full_send_connected}},
    };
    ssize_t (*const one)(struct side *, unsigned) =
        play[s->player][s->scenario->what][s->scenario->extra];
    for (unsigned i = 0; i < s->packets; i++)
        require(one(s, i) == (ssize_t)s->length, "a packet");
}

void play_round(struct side *s)
{
    if (s->scenario->what == PARSE || s->scenario->what == MARSHAL)
        play_unit(s);
    else if (s->player == UV)
        uv_side_play(s);
    else if (s->player == OURS && s->scenario->batch == 1)
        play_our_single(s);
    else if (s->player == OURS)
        play_our_batch(s);
    else if (s->scenario->batch == 1)
        play_single(s);
    else
        play_batch(s);
}
