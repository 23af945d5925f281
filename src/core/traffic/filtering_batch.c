// SPDX-License-Identifier: BSD-2-Clause
/* Batches where the library drops packets: one system call takes as many as it can, each is looked
 * at, and ones that pass behind dropped ones move up into the buffers of these. */
#include "core/codec/program_run.h"
#include "core/traffic/filtering.h"
#include "core/traffic/verdict.h"

/* Packets of one system call: strict delivery's control lies on the stack. */
#define TOGETHER 64

/* Control that the system fills in place of the caller's, who may want none, or other fields. */
struct controls {
    struct ipsock_control ours[TOGETHER];
    struct ipsock_control *theirs[TOGETHER];
};

/* One call's share of a batch. */
struct share {
    struct ipsock_message *messages;
    size_t size;
    uint32_t count;
    uint32_t received;
    uint32_t passed;
};

/* How many bytes of a message must be there to be looked at; SIZE_MAX: all. */
static size_t looked_at(const struct ipsock_endpoint *s, uint32_t drops)
{
    size_t bytes = drops & IPSK_SLOW_ICMP ? IPSK_SHOWS_TYPE : 0;
    if (drops & IPSK_SLOW_PROGRAM) {
        const size_t reach = s->program->reach;
        const size_t header = reach != SIZE_MAX && s->kind == IPSOCK_UDP ? IPSK_UDP_HEADER : 0;
        if (reach > header && reach - header > bytes)
            bytes = reach - header;
    }
    return bytes;
}

/* Whether the packets can lie in the caller's buffers while they are looked at, all at once. Opaque
 * control moves with its packet, into a buffer that may be shorter. */
static bool go_together(const struct ipsock_endpoint *s, uint32_t drops, uint32_t flags,
                        const struct share *share)
{
    const uint32_t fields = atomic_load_explicit(&s->fields, memory_order_relaxed);
    if (s->kind == IPSOCK_PING || (flags & IPSOCK_MSG_PEEK) || (fields & IPSOCK_CONTROL_OPAQUE))
        return false;
    const size_t bytes = looked_at(s, drops);
    for (uint32_t i = 0; bytes != 0 && i < share->count; i++)
        if (ipsk_buffers_length(ipsk_message_at(share->messages, share->size, i)) < bytes)
            return false;
    return true;
}

/* Whether the caller's own control shows all that is looked at: so it does where each message has
 * one, and the caller wants whatever the library needs. */
static bool shows_all(const struct ipsock_endpoint *s, const struct share *share)
{
    const uint32_t asked = atomic_load_explicit(&s->receive_control, memory_order_relaxed);
    if (atomic_load_explicit(&s->fields, memory_order_relaxed) & ~asked)
        return false;
    const struct ipsock_message *const end =
        ipsk_message_at(share->messages, share->size, share->count);
    struct ipsock_message *m = share->messages;
    while (m != end && m->control != NULL)
        m = ipsk_message_at(m, share->size, 1);
    return m == end || asked == 0;
}

static void lay_aside_controls(const struct share *share, struct controls *controls)
{
    for (uint32_t i = 0; i < share->count; i++) {
        struct ipsock_message *m = ipsk_message_at(share->messages, share->size, i);
        controls->theirs[i] = m->control;
        controls->ours[i].valid = 0;
        m->control = &controls->ours[i];
    }
}

/* asked: fields that the caller wants. */
static void give_controls_back(const struct share *share, struct controls *controls, uint32_t asked)
{
    for (uint32_t i = 0; i < share->count; i++) {
        struct ipsock_message *m = ipsk_message_at(share->messages, share->size, i);
        struct ipsock_control *ours = m->control;
        m->control = controls->theirs[i];
        if (i >= share->passed || m->control == NULL)
            continue;
        ours->valid &= asked;
        ipsk_hand_over_control(m->control, ours);
    }
}

/* What fits of one message's data, to another. */
static size_t copy_across(const struct ipsock_message *to, const struct ipsock_message *from)
{
    const struct ipsock_buffer *source = from->buffers, *target = to->buffers;
    const struct ipsock_buffer *const end = target + to->buffer_count;
    size_t taken = 0, given = 0; /* of the present source and target */
    size_t left = from->length;
    while (left != 0 && target != end) {
        size_t part = source->length - taken < left ? source->length - taken : left;
        if (target->length - given < part)
            part = target->length - given;
        if (part != 0)
            memcpy((uint8_t *)target->data + given, (const uint8_t *)source->data + taken, part);
        left -= part;
        taken += part;
        given += part;
        if (given == target->length) {
            target++;
            given = 0;
        } else if (taken == source->length) {
            source++;
            taken = 0;
        }
    }
    return from->length - left;
}

/* As if the packet had been received there; its control comes along. */
static void move_up(struct ipsock_endpoint *s, struct ipsock_message *to,
                    const struct ipsock_message *from, bool own_controls)
{
    to->length = copy_across(to, from);
    to->full_length = from->full_length;
    to->peer = from->peer;
    to->flags = from->flags;
    to->header_length = from->header_length;
    if (own_controls)
        to->control = from->control;
    else if (to->control != NULL && from->control != NULL)
        ipsk_hand_over_control(to->control, from->control);
    ipsk_note_cut_short(s, to, from->length, 0);
}

/* How many of these packets, from the first on, a membership takes from any source. */
IPSK_OUT_OF_LINE static uint32_t member_run(const struct ipsk_memberships *all,
                                            struct ipsock_message *messages, size_t size,
                                            uint32_t count)
{
    const struct ipsk_memberships table = *all; /* for the run: in registers */
    struct ipsock_message *m = messages;
    uint32_t n = 0;
    if (table.bucket_count == 0)
        return 0;
    for (; n < count && ipsk_is_member(&table, m); n++)
        m = ipsk_message_at(m, size, 1);
    return n;
}

/* Looks at what was received; what passes comes to the front. */
static void judge(struct ipsk_verdicts *v, struct share *share, bool own_controls)
{
    const uint32_t received = share->received;
    const size_t size = share->size;
    uint32_t passed = 0, i = 0;
    for (; i < received; i++) {
        if (passed == i && ipsk_looks_at_memberships(v)) /* all stay where they are */
            passed = i += member_run(&v->s->memberships, ipsk_message_at(share->messages, size, i),
                                     size, received - i);
        if (i == received)
            break;
        struct ipsock_message *m = ipsk_message_at(share->messages, size, i);
        _Atomic uint64_t *counter = ipsk_passes(v, m) ? NULL : ipsk_dropped_by(v, m);
        if (counter != NULL)
            ipsk_count_dropped(v->s, m, counter);
        else if (passed++ != i)
            move_up(v->s, ipsk_message_at(share->messages, size, passed - 1), m, own_controls);
    }
    share->passed = passed;
    ipsk_end_verdicts(v);
}

/* Under take. */
static int take_together(struct ipsk_verdicts *v, struct ipsock_batch *batch, struct share *share,
                         uint32_t flags, struct ipsock_error *error)
{
    struct ipsock_endpoint *s = v->s;
    struct controls controls;
    const bool own_controls = !shows_all(s, share);
    if (own_controls)
        lay_aside_controls(share, &controls);
    const int code = ipsk_sys_recv_many(s, batch, share->messages, share->size, share->count,
                                        &share->received, flags, error);
    if (code == IPSOCK_OK)
        judge(v, share, own_controls);
    if (own_controls)
        give_controls_back(share, &controls,
                           atomic_load_explicit(&s->receive_control, memory_order_relaxed));
    return code;
}

/* Some packets, or one. */
static int take_share(struct ipsock_endpoint *s, struct ipsock_batch *batch, struct share *share,
                      uint32_t flags, struct ipsock_error *error)
{
    ipsk_mutex_lock(&s->take);
    struct ipsk_verdicts v = ipsk_begin_verdicts(s, true);
    const bool together = go_together(s, v.drops, flags, share);
    int code = IPSOCK_OK;
    if (together)
        code = take_together(&v, batch, share, flags, error);
    ipsk_mutex_unlock(&s->take);
    if (together)
        return code;
    code = ipsk_recv_one_filtered(s, batch, share->messages, share->size, flags, error);
    share->count = share->received = share->passed = code == IPSOCK_OK;
    return code;
}

/* Until the messages are full or the system has no more. */
int ipsk_recv_many_filtered(struct ipsock_endpoint *s, struct ipsock_batch *batch,
                            struct ipsock_message *messages, size_t size, uint32_t count,
                            uint32_t *done, uint32_t flags, struct ipsock_error *error)
{
    uint32_t dropped = 0;
    int code = IPSOCK_OK;
    *done = 0;
    while (*done < count && code == IPSOCK_OK) {
        const uint32_t rest = count - *done;
        struct share share = {ipsk_message_at(messages, size, *done), size,
                              rest < TOGETHER ? rest : TOGETHER, 0, 0};
        code = take_share(s, batch, &share, flags, error);
        *done += share.passed;
        dropped += share.received - share.passed;
        if (code < 0)
            break;
        if (share.received < share.count ||
            (dropped >= IPSK_DROPS_PER_LOOK && ipsk_may_wait(s, flags)))
            code = ipsk_fail(error, IPSOCK_EAGAIN, 0, "receive", NULL);
        /* who does not wait would end with the queue, and the closer is waiting for him */
        else if (atomic_load_explicit(&s->calls, memory_order_relaxed) & IPSK_CLOSED)
            code = ipsk_fail(error, IPSOCK_ECLOSED, 0, "receive", NULL);
    }
    if (*done == 0 || code == IPSOCK_OK)
        return code;
    if (code != IPSOCK_EAGAIN && code != IPSOCK_ECLOSED)
        ipsk_keep_pending(s, error);
    return IPSOCK_OK;
}
