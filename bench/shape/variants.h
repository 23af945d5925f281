// SPDX-License-Identifier: BSD-2-Clause
// Every variant, and one view of the results of all.
#ifndef SHAPE_VARIANTS_H
#define SHAPE_VARIANTS_H

#include "hand.h"
#include "receive.h"

static unsigned char payloads[BATCH][BUFFER];
static struct ipsock_buffer buffers[BATCH];
static struct ipsock_control controls[BATCH];
static struct sockaddr_in6 names[BATCH];
static _Alignas(16) unsigned char raw_controls[BATCH][CONTROL_BYTES];
static struct mmsghdr headers[BATCH];
static struct batch scratch = {headers, BATCH, CONTROL_BYTES};
static struct ipsock_message messages[BATCH];
static struct inline_message inline_messages[BATCH];
static struct native_message native_messages[BATCH];
static struct ipsock_addr native_peers[BATCH];

// Volatile: size and count must reach the receive functions as run-time values.
static volatile unsigned message_count = BATCH;
static volatile size_t message_size = sizeof(struct ipsock_message);
static volatile size_t inline_size = sizeof(struct inline_message);
static volatile size_t native_size = sizeof(struct native_message);

enum {
    PLAIN = CLEAR_CONTROL | CLEAR_PEER | ARM_BEFORE,
    KEEP_CONTROL = CLEAR_PEER | ARM_BEFORE,
    KEEP_PEER = ARM_BEFORE,
    REARM_AFTER = 0,
    NAME = REARM_AFTER | NAME_BY_LENGTH,
    FLAGS = NAME | BRANCH_FLAGS
};

static BOUNDARY int receive_scratch(struct endpoint *e)
{
    return receive(e->fd, &scratch, (char *)messages, sizeof messages[0], BATCH, PLAIN);
}

#define PUBLIC(name, how)                                                                 \
    static BOUNDARY int public_##name(struct endpoint *e, const struct batch *b, void *m, \
                                      size_t size, unsigned count)                        \
    {                                                                                     \
        return receive_public(e, b, m, size, count, how);                                 \
    }

#define SCRATCH(name, how)                                                        \
    PUBLIC(name, how)                                                             \
    static BOUNDARY int receive_##name(struct endpoint *e)                        \
    {                                                                             \
        return public_##name(e, &scratch, messages, message_size, message_count); \
    }

#define INLINED(name, how)                                                              \
    PUBLIC(name, (how) | INLINE_CONTROL)                                                \
    static BOUNDARY int receive_##name(struct endpoint *e)                              \
    {                                                                                   \
        return public_##name(e, &scratch, inline_messages, inline_size, message_count); \
    }

#define NATIVE(name, how)                                                                  \
    static BOUNDARY int public_##name(struct endpoint *e, const struct batch *b, void *m,  \
                                      size_t size, unsigned count)                         \
    {                                                                                      \
        return native_receive(e, b, m, size, count, how);                                  \
    }                                                                                      \
    static BOUNDARY int receive_##name(struct endpoint *e)                                 \
    {                                                                                      \
        int got = public_##name(e, &scratch, native_messages, native_size, message_count); \
        for (int i = 0; i < got; i++)                                                      \
            native_peer(&native_messages[i], &native_peers[i]);                            \
        return got;                                                                        \
    }

SCRATCH(runtime, PLAIN)
SCRATCH(keep_control, KEEP_CONTROL)
SCRATCH(keep_peer, KEEP_PEER)
SCRATCH(rearm, REARM_AFTER)
SCRATCH(name, NAME)
SCRATCH(flags, FLAGS)
SCRATCH(level, FLAGS | BY_LEVEL)
SCRATCH(cascade, FLAGS | CASCADE)
SCRATCH(resume, FLAGS | RESUME)
SCRATCH(whole, FLAGS | WHOLE)
SCRATCH(bound, FLAGS | RESUME | KEEP_BUFFERS)
INLINED(inline, PLAIN)
INLINED(inline_resume, FLAGS | RESUME)
NATIVE(native, CLEAR_CONTROL | ARM_BEFORE)
NATIVE(native_resume, BRANCH_FLAGS | RESUME)

struct view {
    const unsigned char *destination;
    const unsigned char *source;
    unsigned interface_index;
    int hop_limit;
    int traffic_class;
    unsigned length;
    uint16_t port;
    int64_t seconds;
    uint32_t valid;
    uint32_t flags;
};

static struct view view_control(const struct ipsock_control *c)
{
    return (struct view){.destination = c->destination.ip,
                         .interface_index = c->interface_index,
                         .hop_limit = c->hop_limit,
                         .traffic_class = c->traffic_class,
                         .seconds = c->seconds,
                         .valid = c->valid};
}

static struct view view_common(const struct ipsock_message *m, const struct ipsock_control *c)
{
    struct view v = view_control(c);
    v.source = m->peer.ip;
    v.port = m->peer.port;
    v.length = m->length;
    v.flags = m->flags;
    return v;
}

static struct view view_message(int i)
{
    return view_common(&messages[i], messages[i].control);
}

static struct view view_inline(int i)
{
    return view_common(&inline_messages[i].head, &inline_messages[i].control);
}

static struct view view_native(int i)
{
    struct view v = view_control(native_messages[i].control);
    v.source = native_peers[i].ip;
    v.port = native_peers[i].port;
    v.length = native_messages[i].length;
    v.flags = native_messages[i].flags;
    return v;
}

static struct view view_hand(int i)
{
    const struct hand_result *r = &hand_results[i];
    return (struct view){.destination = r->destination,
                         .source = r->source,
                         .interface_index = r->interface_index,
                         .hop_limit = r->hop_limit,
                         .traffic_class = r->traffic_class,
                         .length = r->length,
                         .port = r->port,
                         .seconds = r->time.tv_sec,
                         .flags = r->truncated};
}

static const struct variant {
    const char *name;
    int (*receive)(struct endpoint *);
    struct view (*view)(int);
} variants[] = {
    {"hand", receive_hand, view_hand},
    {"scratch", receive_scratch, view_message},
    {"scratch-runtime", receive_runtime, view_message},
    {"1-keep-control", receive_keep_control, view_message},
    {"2-keep-peer", receive_keep_peer, view_message},
    {"3-rearm-after", receive_rearm, view_message},
    {"4-name-by-length", receive_name, view_message},
    {"5-flags-branch", receive_flags, view_message},
    {"5a-by-level", receive_level, view_message},
    {"6-cascade", receive_cascade, view_message},
    {"7-resume", receive_resume, view_message},
    {"7a-whole", receive_whole, view_message},
    {"7b-keep-buffers", receive_bound, view_message},
    {"native", receive_native, view_native},
    {"native-resume", receive_native_resume, view_native},
    {"inline", receive_inline, view_inline},
    {"inline-resume", receive_inline_resume, view_inline},
};

#endif
