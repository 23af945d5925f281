// SPDX-License-Identifier: BSD-2-Clause
#include "core/strict.h"

#include "core/message.h"

/* Discards between two looks at the clock: a flood of unwanted packets must not outlast the
 * deadline. */
#define DISCARDS_PER_LOOK 64

static bool wants(struct ipsock_endpoint *s, const struct ipsock_message *m)
{
    const struct ipsock_control *c = m->control;
    if (!(c->valid & IPSOCK_CONTROL_DESTINATION) || !ipsock_addr_is_multicast(&c->destination))
        return true;
    const uint32_t index = c->valid & IPSOCK_CONTROL_INTERFACE ? c->interface_index : 0;
    ipsk_mutex_lock(&s->setup);
    const bool wanted =
        ipsk_membership_wants(&s->memberships, c->destination.ip, index, m->peer.ip);
    ipsk_mutex_unlock(&s->setup);
    return wanted;
}

/* One receive, single, as a batch of one, or with the IPv4 header apart. */
struct receive {
    struct ipsock_batch *batch;     /* NULL: single */
    struct ipsk_raw_header *header; /* NULL: not asked for */
    struct ipsock_message *message;
    size_t size;
    uint32_t flags;
};

static int receive(struct ipsock_endpoint *s, const struct receive *r, uint32_t flags,
                   struct ipsock_error *error)
{
    uint32_t done = 0;
    if (r->header != NULL)
        return ipsk_sys_recv_ipv4(s, r->header, r->message, flags, error);
    return r->batch == NULL
               ? ipsk_sys_recv(s, r->message, flags, error)
               : ipsk_sys_recv_many(s, r->batch, r->message, r->size, 1, &done, flags, error);
}

static bool expired(struct ipsock_endpoint *s)
{
    ipsk_mutex_lock(&s->lock);
    const int64_t deadline = s->deadline[IPSOCK_READ];
    ipsk_mutex_unlock(&s->lock);
    return deadline != 0 && ipsk_sys_now() >= deadline;
}

static int receive_wanted(struct ipsock_endpoint *s, const struct receive *r,
                          struct ipsock_error *error)
{
    for (uint32_t discards = 1;; discards++) {
        int code = receive(s, r, r->flags, error);
        if (code < 0 || wants(s, r->message))
            return code;
        /* what was only looked at is still in front of the next one */
        if (r->flags & IPSOCK_MSG_PEEK)
            receive(s, r, r->flags & ~IPSOCK_MSG_PEEK, error);
        atomic_fetch_add_explicit(&s->strict_discards, 1, memory_order_relaxed);
        if (discards % DISCARDS_PER_LOOK == 0 && expired(s))
            return ipsk_fail(error, IPSOCK_ETIMEDOUT, 0, "receive", NULL);
    }
}

/* Only what was asked for: the caller's struct may be of an older, shorter kind. */
static void hand_over(struct ipsock_control *theirs, const struct ipsock_control *ours)
{
    theirs->valid = ours->valid;
    if (ours->valid & IPSOCK_CONTROL_TRAFFIC_CLASS)
        theirs->traffic_class = ours->traffic_class;
    if (ours->valid & IPSOCK_CONTROL_HOP_LIMIT)
        theirs->hop_limit = ours->hop_limit;
    if (ours->valid & IPSOCK_CONTROL_SOURCE)
        theirs->source = ours->source;
    if (ours->valid & IPSOCK_CONTROL_DESTINATION) {
        theirs->destination = ours->destination;
        theirs->broadcast = ours->broadcast;
    }
    if (ours->valid & IPSOCK_CONTROL_INTERFACE)
        theirs->interface_index = ours->interface_index;
    if (ours->valid & IPSOCK_CONTROL_PATH_MTU)
        theirs->path_mtu = ours->path_mtu;
    if (ours->valid & IPSOCK_CONTROL_SEGMENT_SIZE)
        theirs->segment_size = ours->segment_size;
    if (ours->valid & IPSOCK_CONTROL_OPAQUE)
        theirs->opaque_length = ours->opaque_length;
}

/* The filter's control stands in for the caller's, who may want none, or other fields. */
static int filtered(struct ipsock_endpoint *s, const struct receive *r, struct ipsock_error *error)
{
    struct ipsock_control *theirs = r->message->control;
    struct ipsock_control ours = {0};
    if (theirs != NULL) {
        ours.opaque = theirs->opaque;
        ours.opaque_capacity = theirs->opaque_capacity;
    }
    r->message->control = &ours;
    const int code = receive_wanted(s, r, error);
    r->message->control = theirs;
    if (code == IPSOCK_OK && theirs != NULL) {
        ours.valid &= atomic_load_explicit(&s->receive_control, memory_order_relaxed);
        hand_over(theirs, &ours);
    }
    return code;
}

int ipsk_strict_recv(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags,
                     struct ipsock_error *error)
{
    const struct receive r = {NULL, NULL, message, sizeof *message, flags};
    return filtered(s, &r, error);
}

int ipsk_strict_recv_ipv4(struct ipsock_endpoint *s, struct ipsk_raw_header *header,
                          struct ipsock_message *message, uint32_t flags,
                          struct ipsock_error *error)
{
    const struct receive r = {NULL, header, message, sizeof *message, flags};
    return filtered(s, &r, error);
}

int ipsk_strict_recv_many(struct ipsock_endpoint *s, struct ipsock_batch *batch,
                          struct ipsock_message *messages, size_t size, uint32_t count,
                          uint32_t *done, uint32_t flags, struct ipsock_error *error)
{
    int code = IPSOCK_OK;
    for (*done = 0; *done < count && code == IPSOCK_OK; *done += code == IPSOCK_OK) {
        const struct receive r = {batch, NULL, ipsk_message_at(messages, size, *done), size, flags};
        code = filtered(s, &r, error);
    }
    if (*done == 0 || code == IPSOCK_OK)
        return code;
    if (code != IPSOCK_EAGAIN)
        ipsk_keep_pending(s, error);
    return IPSOCK_OK;
}
