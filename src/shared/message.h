// SPDX-License-Identifier: BSD-2-Clause
/* From what a system gives to a message, and from a message to what a system takes. */
#ifndef IPSK_SHARED_MESSAGE_H
#define IPSK_SHARED_MESSAGE_H

#include "core/endpoint/message.h"
#include "shared/control.h"

/* What is asked of every message of one call. */
struct ipsk_receiving {
    struct ipsock_endpoint *s;
    uint32_t asked; /* control fields */
    uint32_t call;  /* the call's flags */
};

static inline struct ipsk_receiving ipsk_receiving(struct ipsock_endpoint *s, uint32_t flags)
{
    const struct ipsk_receiving r = {s, atomic_load_explicit(&s->fields, memory_order_relaxed),
                                     flags};
    return r;
}

/* The caller's own buffer, where opaque control was asked for and it has no less room than ours. */
static inline bool ipsk_gives_opaque(const struct ipsk_receiving *r, const struct ipsock_message *m)
{
    return (r->asked & IPSOCK_CONTROL_OPAQUE) && m->control != NULL && m->control->opaque != NULL &&
           m->control->opaque_capacity >= IPSK_CONTROL_BUFFER;
}

/* Of that buffer, what may be lent: a system that rounds up what it has left goes on behind its end
 * (fact CONTROL_UNIT). */
static inline size_t ipsk_opaque_room(const struct ipsock_message *m)
{
    const size_t unit = (size_t)ipsk_native.facts[IPSK_FACT_CONTROL_UNIT];
    return m->control->opaque_capacity - m->control->opaque_capacity % unit;
}

/* Fields that come without a control message of their own, or mean more than themselves. */
#define IPSK_SLOW_CONTROL                                                      \
    (IPSOCK_CONTROL_SOURCE | IPSOCK_CONTROL_OPAQUE | IPSOCK_CONTROL_PATH_MTU | \
     (uint32_t)IPSK_THE_RAW_HEADER_FIELDS)

/* Rare: data or control was cut (IPSOCK_MSG_TRUNC, IPSOCK_MSG_CTRUNC). */
void ipsk_note_truncation(struct ipsock_endpoint *s, struct ipsock_message *m, uint32_t cut,
                          uint32_t call);

/* The part of cut control data that is whole: Linux shortens the message at the very end
 * (net/core/scm.c, put_cmsg), the BSDs leave its length as it was. */
size_t ipsk_whole_control(const void *control, size_t length);

/* All control of a message where unusual fields are asked for. */
void ipsk_fill_slow_path(const struct ipsk_receiving *r, struct ipsock_message *m,
                         const void *control, size_t length);

/* The same for a caller who wants no control: a notice must not look like an empty datagram. */
void ipsk_note_notice(const struct ipsk_receiving *r, struct ipsock_message *m, const void *control,
                      size_t length);

/* Control of a received message, the rest of which is filled. What was not asked for is masked:
 * another field may keep the kernel's option on. */
static inline void ipsk_fill_control(const struct ipsk_receiving *r, struct ipsock_message *m,
                                     const void *control, size_t length)
{
    struct ipsock_control *c = m->control;
    if (c == NULL) {
        if ((r->asked & IPSOCK_CONTROL_PATH_MTU) && m->length == 0)
            ipsk_note_notice(r, m, control, length);
        return;
    }
    if (r->asked & IPSK_SLOW_CONTROL)
        ipsk_fill_slow_path(r, m, control, length);
    else
        c->valid =
            ipsk_take_control(c, control, length, r->s->family == IPSOCK_IPV6, r->asked) & r->asked;
}

/* Fields of a message that go out as control data; the others are in force already (emulate.c). */
static inline uint32_t ipsk_given_fields(const struct ipsock_endpoint *s,
                                         const struct ipsock_message *m, int column)
{
    return m->control == NULL ? 0 : m->control->valid & ~s->emulated[column];
}

/* Control data to send; no bytes: a null pointer, as BSD wants it. */
struct ipsk_given {
    void *bytes;
    size_t length;
};

/* The control data of these fields. buffer has room for all that the tables know. */
struct ipsk_given ipsk_give_message(const struct ipsock_control *c, int column, uint32_t fields,
                                    uint8_t *buffer);

/* Whether a source address is none of this host's: an unreachable network gives the same error. */
bool ipsk_is_foreign(const struct ipsock_addr *source);

#endif
