// SPDX-License-Identifier: BSD-2-Clause
#include "core/traffic/emulate.h"

#include "core/endpoint/flow.h"
#include "core/option/addressed.h"
#include "core/option/option.h"
#include "core/option/send_control.h"
#include "core/traffic/ping.h"

static const struct ipsock_addr *peer_of(const struct ipsock_endpoint *s,
                                         const struct ipsock_message *m)
{
    return m->peer.family == IPSOCK_UNSPEC ? &s->peer : &m->peer;
}

/* The emulated part of one message's control, and of its own header. */
struct setting {
    int column;
    bool group; /* multicast has a hop limit of its own */
    uint32_t fields;
    uint8_t values[IPSK_EMULATED_MAX];
    uint32_t interface_index; /* where a packet's own is not heeded; 0 none */
    bool to_group;            /* they have an interface of their own */
};

/* The first bytes of scattered data; whether there are as many. */
static bool copy_front(const struct ipsock_message *m, uint8_t *to, size_t length)
{
    for (uint32_t i = 0; m->buffers != NULL && i < m->buffer_count && length != 0; i++) {
        const struct ipsock_buffer *b = &m->buffers[i];
        const size_t part = b->length < length ? b->length : length;
        if (part == 0)
            continue;
        if (b->data == NULL)
            return false;
        memcpy(to, b->data, part);
        to += part;
        length -= part;
    }
    return length == 0;
}

/* A header of the packet's own: its hop limit takes the place of the option that the system would
 * put over it. One that is cut, or lies nowhere, the system refuses. */
static void override_hops(const struct ipsock_message *m, struct setting *setting)
{
    uint8_t header[IPSOCK_IPV4_HEADER_MIN];
    if (!copy_front(m, header, sizeof header))
        return;
    const struct ipsock_addr to =
        ipsock_addr_ipv4(header[16], header[17], header[18], header[19], 0);
    if (!ipsock_addr_is_multicast(&to) && !ipsock_addr_is_broadcast(&to))
        return;
    setting->fields |= IPSOCK_CONTROL_HOP_LIMIT;
    setting->group = true;
    setting->values[IPSK_EMULATED_HOPS] = header[8];
}

static uint8_t value_of(const struct ipsock_control *c, int i)
{
    return i == IPSK_EMULATED_CLASS  ? c->traffic_class
           : i == IPSK_EMULATED_HOPS ? c->hop_limit
                                     : c->dont_fragment;
}

static struct setting setting_of(const struct ipsock_endpoint *s, const struct ipsock_message *m)
{
    struct setting setting = {0, false, 0, {0}, 0, false};
    struct ipsk_spelled room;
    m = ipsk_spelled(m, &room);
    setting.column = ipsk_message_column(s, m);
    if (ipsk_borrows_hops(s))
        override_hops(m, &setting);
    if (m->control == NULL || ipsk_borrows_hops(s))
        return setting;
    setting.interface_index = ipsk_lent_interface(s, m);
    setting.to_group = setting.interface_index != 0 && ipsock_addr_is_multicast(peer_of(s, m));
    setting.fields = m->control->valid & s->emulated[setting.column];
    setting.group =
        (setting.fields & IPSOCK_CONTROL_HOP_LIMIT) && ipsock_addr_is_multicast(peer_of(s, m));
    for (int i = 0; i < IPSK_EMULATED_MAX; i++)
        if (setting.fields & ipsk_emulations[i].field)
            setting.values[i] = value_of(m->control, i);
    return setting;
}

static bool same_setting(const struct setting *a, const struct setting *b)
{
    if (a->fields != b->fields || a->group != b->group ||
        a->interface_index != b->interface_index || a->to_group != b->to_group ||
        (a->fields != 0 && a->column != b->column))
        return false;
    for (int i = 0; i < IPSK_EMULATED_MAX; i++)
        if (a->values[i] != b->values[i])
            return false;
    return true;
}

/* What was in force before, to be put back. */
struct undo {
    struct ipsk_saved saved[IPSK_EMULATED_MAX + 1];
    int count;
};

static const struct ipsk_option_row *row_of(const struct ipsock_endpoint *s,
                                            const struct setting *setting, int i)
{
    const bool group = setting->group && ipsk_emulations[i].option == IPSK_OPTION_HOP_LIMIT;
    return ipsk_option_row(s, group ? IPSK_OPTION_MULTICAST_HOP_LIMIT : ipsk_emulations[i].option,
                           setting->column);
}

static void undo(const struct ipsock_endpoint *s, const struct undo *u)
{
    for (int i = u->count; i-- > 0;)
        ipsk_restore_row(s->handle, &u->saved[i]);
}

/* One row in force. */
static int lend(struct ipsock_endpoint *s, const struct ipsk_option_row *row, int64_t value,
                struct undo *u, struct ipsock_error *error)
{
    const int code = ipsk_save_row(s->handle, row, &u->saved[u->count], error);
    if (code < 0)
        return code;
    u->count++;
    return ipsk_set_row(s->handle, row, value, error);
}

/* Kernels say "no such address" to an index that they do not know, too. */
static int lend_interface(struct ipsock_endpoint *s, const struct setting *setting, struct undo *u,
                          struct ipsock_error *error)
{
    const int code = lend(s, ipsk_row_of_interface(s, setting->column, setting->to_group),
                          setting->interface_index, u, error);
    if (code != IPSOCK_ENODEV && code != IPSOCK_EADDRNOTAVAIL)
        return code;
    error->option = "interface_index"; /* the caller's word rather than the system's */
    return error->code = IPSOCK_ENODEV;
}

static int enforce(struct ipsock_endpoint *s, const struct setting *setting, struct undo *u,
                   struct ipsock_error *error)
{
    int code = IPSOCK_OK;
    u->count = 0;
    for (int i = 0; i < IPSK_EMULATED_MAX && code == IPSOCK_OK; i++) {
        if (!(setting->fields & ipsk_emulations[i].field))
            continue;
        code = lend(s, row_of(s, setting, i), setting->values[i], u, error);
    }
    if (code == IPSOCK_OK && setting->interface_index != 0)
        code = lend_interface(s, setting, u, error);
    if (code < 0)
        undo(s, u);
    return code;
}

/* Whether beside a message's control data the socket's own options do not hold. */
static bool stands_alone(const struct ipsock_endpoint *s, const struct ipsock_message *m)
{
    return ipsk_native.facts[IPSK_FACT_CONTROL6_ALONE] != 0 && m->control != NULL &&
           m->control->valid != 0 && ipsk_message_column(s, m) == IPSK_V6;
}

/* One of them, as it is now, unless the packet says otherwise. */
static int add_option(const struct ipsock_endpoint *s, int option, uint32_t field, uint8_t *value,
                      struct ipsock_control *c, struct ipsock_error *error)
{
    const struct ipsk_option_row *row = ipsk_option_row(s, option, IPSK_V6);
    int64_t now = 0;
    if ((c->valid & field) || row == NULL)
        return IPSOCK_OK;
    const int code = ipsk_get_row(s->handle, row, &now, error);
    if (code == IPSOCK_OK && now > 0) {
        *value = (uint8_t)now;
        c->valid |= field;
    }
    return code;
}

static int put_as_it_is(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags,
                        struct ipsock_error *error)
{
    return s->echo_id != 0 ? ipsk_ping_send(s, message, flags, error)
                           : ipsk_sys_send(s, message, flags, error);
}

static int put_one(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags,
                   struct ipsock_error *error)
{
    struct ipsk_spelled room;
    const struct ipsock_message *const told = ipsk_spelled(message, &room);
    if (!stands_alone(s, told))
        return put_as_it_is(s, message, flags, error);
    struct ipsock_message m = *told;
    struct ipsock_control c = *told->control;
    uint8_t fragment = 0;
    int code = add_option(s, IPSK_OPTION_TRAFFIC_CLASS, IPSOCK_CONTROL_TRAFFIC_CLASS,
                          &c.traffic_class, &c, error);
    if (code == IPSOCK_OK)
        code = add_option(s, IPSK_OPTION_DONT_FRAGMENT, IPSOCK_CONTROL_DONT_FRAGMENT, &fragment, &c,
                          error);
    if (code < 0)
        return code;
    /* what stood alone has company now, and its own room no more (check.c) */
    if ((c.valid & IPSOCK_CONTROL_OPAQUE) && (c.valid & ~IPSOCK_CONTROL_OPAQUE) &&
        c.opaque_length > IPSOCK_OPAQUE_MAX)
        return ipsk_fail(error, IPSOCK_EINVAL, 0, "send", "opaque_length");
    if (fragment != 0)
        c.dont_fragment = true;
    m.control = &c;
    m.flow = NULL;
    code = put_as_it_is(s, &m, flags, error);
    ipsk_hand_back(message, &m);
    return code;
}

static int put_many(struct ipsock_endpoint *s, struct ipsock_batch *batch,
                    struct ipsock_message *messages, size_t size, uint32_t count, uint32_t *done,
                    uint32_t flags, struct ipsock_error *error)
{
    const bool one_by_one = s->echo_id != 0 || (s->family == IPSOCK_IPV6 &&
                                                ipsk_native.facts[IPSK_FACT_CONTROL6_ALONE] != 0);
    int code = IPSOCK_OK;
    if (!one_by_one)
        return ipsk_sys_send_many(s, batch, messages, size, count, done, flags, error);
    for (*done = 0; *done < count && code == IPSOCK_OK; *done += code == IPSOCK_OK)
        code = put_one(s, ipsk_message_at(messages, size, *done), flags, error);
    return code;
}

/* ---- plain sends beside emulated ones ---- */

/* Whether a message leaves all options as they are. */
static bool is_plain(const struct ipsock_endpoint *s, const struct ipsock_message *m)
{
    return !ipsk_borrows_hops(s) && !(ipsk_message_fields(m) & s->emulated_any);
}

/* Plain sends go side by side, counted; an emulated one waits for those in progress, and keeps
 * later ones out by the lock. */
#define EMULATING 0x80000000u

static void leave_plain(struct ipsock_endpoint *s)
{
    if (atomic_fetch_sub_explicit(&s->plain_sends, 1, memory_order_release) != (EMULATING | 1u))
        return;
    ipsk_mutex_lock(&s->send);
    ipsk_condition_broadcast(&s->sent);
    ipsk_mutex_unlock(&s->send);
}

/* Whether the send is counted; else it has the lock. */
static bool enter_plain(struct ipsock_endpoint *s)
{
    if (!(atomic_fetch_add_explicit(&s->plain_sends, 1, memory_order_acquire) & EMULATING))
        return true;
    leave_plain(s);
    ipsk_mutex_lock(&s->send);
    return false;
}

static void end_plain(struct ipsock_endpoint *s, bool counted)
{
    if (counted)
        leave_plain(s);
    else
        ipsk_mutex_unlock(&s->send);
}

static void begin_emulation(struct ipsock_endpoint *s)
{
    ipsk_mutex_lock(&s->send);
    /* said again each time: another emulation that waited too may have come and gone */
    while ((atomic_fetch_or_explicit(&s->plain_sends, EMULATING, memory_order_acq_rel) &
            ~EMULATING) != 0)
        ipsk_condition_wait(&s->sent, &s->send);
}

static void end_emulation(struct ipsock_endpoint *s)
{
    atomic_fetch_and_explicit(&s->plain_sends, ~EMULATING, memory_order_release);
    ipsk_mutex_unlock(&s->send);
}

static int send_plain(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags,
                      struct ipsock_error *error)
{
    if (s->emulated_any == 0) /* nobody ever changes an option */
        return put_one(s, message, flags, error);
    const bool counted = enter_plain(s);
    const int code = put_one(s, message, flags, error);
    end_plain(s, counted);
    return code;
}

int ipsk_send_emulated(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags,
                       struct ipsock_error *error)
{
    struct undo u;
    if (is_plain(s, message))
        return send_plain(s, message, flags, error);
    const struct setting setting = setting_of(s, message);
    begin_emulation(s);
    int code = enforce(s, &setting, &u, error);
    if (code == IPSOCK_OK) {
        code = put_one(s, message, flags, error);
        undo(s, &u);
    }
    end_emulation(s);
    return code;
}

/* A batch of plain messages alone. */
static int send_many_plain(struct ipsock_endpoint *s, struct ipsock_batch *batch,
                           struct ipsock_message *messages, size_t size, uint32_t count,
                           uint32_t *done, uint32_t flags, struct ipsock_error *error)
{
    if (s->emulated_any == 0)
        return put_many(s, batch, messages, size, count, done, flags, error);
    const bool counted = enter_plain(s);
    const int code = put_many(s, batch, messages, size, count, done, flags, error);
    end_plain(s, counted);
    return code;
}

/* How many messages from the first on share its setting. */
static uint32_t run_length(const struct ipsock_endpoint *s, struct ipsock_message *messages,
                           size_t size, uint32_t count, const struct setting *first)
{
    uint32_t n = 1;
    for (; n < count; n++) {
        const struct setting next = setting_of(s, ipsk_message_at(messages, size, n));
        if (!same_setting(first, &next))
            break;
    }
    return n;
}

int ipsk_send_many_emulated(struct ipsock_endpoint *s, struct ipsock_batch *batch,
                            struct ipsock_message *messages, size_t size, uint32_t count,
                            uint32_t *done, uint32_t flags, struct ipsock_error *error)
{
    struct undo u;
    int code = IPSOCK_OK;
    uint32_t plain = 0;
    *done = 0;
    while (plain < count && is_plain(s, ipsk_message_at(messages, size, plain)))
        plain++;
    if (plain == count)
        return send_many_plain(s, batch, messages, size, count, done, flags, error);
    begin_emulation(s);
    while (*done < count && code == IPSOCK_OK) {
        struct ipsock_message *first = ipsk_message_at(messages, size, *done);
        const struct setting setting = setting_of(s, first);
        const uint32_t run = run_length(s, first, size, count - *done, &setting);
        uint32_t sent = 0;
        code = enforce(s, &setting, &u, error);
        if (code == IPSOCK_OK) {
            code = put_many(s, batch, first, size, run, &sent, flags, error);
            undo(s, &u);
        }
        *done += sent;
    }
    end_emulation(s);
    return code;
}
