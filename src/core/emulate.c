// SPDX-License-Identifier: BSD-2-Clause
#include "core/emulate.h"

#include "core/message.h"
#include "core/option.h"
#include "core/ping.h"

static const struct {
    uint32_t field;
    int option;
} emulations[IPSK_EMULATED_MAX] = {
    {IPSOCK_CONTROL_TRAFFIC_CLASS, IPSK_OPTION_TRAFFIC_CLASS},
    {IPSOCK_CONTROL_HOP_LIMIT, IPSK_OPTION_HOP_LIMIT},
    {IPSOCK_CONTROL_DONT_FRAGMENT, IPSK_OPTION_DONT_FRAGMENT},
};

int ipsk_emulated_option(uint32_t field)
{
    for (int i = 0; i < IPSK_EMULATED_MAX; i++)
        if (emulations[i].field == field)
            return emulations[i].option;
    return -1;
}

uint32_t ipsk_emulatable(const struct ipsock_endpoint *s, int column)
{
    uint32_t fields = 0;
    for (int i = 0; i < IPSK_EMULATED_MAX; i++)
        if (ipsk_option_row(s, emulations[i].option, column) != NULL)
            fields |= emulations[i].field;
    return fields;
}

static const struct ipsock_addr *peer_of(const struct ipsock_endpoint *s,
                                         const struct ipsock_message *m)
{
    return m->peer.family == IPSOCK_UNSPEC ? &s->peer : &m->peer;
}

/* The emulated part of one message's control. */
struct setting {
    int column;
    bool group; /* multicast has a hop limit of its own */
    uint32_t fields;
    uint8_t values[IPSK_EMULATED_MAX];
};

static uint8_t value_of(const struct ipsock_control *c, int i)
{
    return i == 0 ? c->traffic_class : i == 1 ? c->hop_limit : c->dont_fragment;
}

static struct setting setting_of(const struct ipsock_endpoint *s, const struct ipsock_message *m)
{
    struct setting setting = {0, false, 0, {0}};
    setting.column = ipsk_message_column(s, m);
    if (m->control == NULL)
        return setting;
    setting.fields = m->control->valid & s->emulated[setting.column];
    setting.group =
        (setting.fields & IPSOCK_CONTROL_HOP_LIMIT) && ipsock_addr_is_multicast(peer_of(s, m));
    for (int i = 0; i < IPSK_EMULATED_MAX; i++)
        if (setting.fields & emulations[i].field)
            setting.values[i] = value_of(m->control, i);
    return setting;
}

static bool same_setting(const struct setting *a, const struct setting *b)
{
    if (a->fields != b->fields || a->group != b->group ||
        (a->fields != 0 && a->column != b->column))
        return false;
    for (int i = 0; i < IPSK_EMULATED_MAX; i++)
        if (a->values[i] != b->values[i])
            return false;
    return true;
}

/* What was in force before, to be put back. */
struct undo {
    struct ipsk_saved saved[IPSK_EMULATED_MAX];
    int count;
};

static const struct ipsk_option_row *row_of(const struct ipsock_endpoint *s,
                                            const struct setting *setting, int i)
{
    const bool group = setting->group && emulations[i].option == IPSK_OPTION_HOP_LIMIT;
    return ipsk_option_row(s, group ? IPSK_OPTION_MULTICAST_HOP_LIMIT : emulations[i].option,
                           setting->column);
}

static void undo(const struct ipsock_endpoint *s, const struct undo *u)
{
    for (int i = u->count; i-- > 0;)
        ipsk_restore_row(s->handle, &u->saved[i]);
}

static int enforce(struct ipsock_endpoint *s, const struct setting *setting, struct undo *u,
                   struct ipsock_error *error)
{
    int code = IPSOCK_OK;
    u->count = 0;
    for (int i = 0; i < IPSK_EMULATED_MAX && code == IPSOCK_OK; i++) {
        if (!(setting->fields & emulations[i].field))
            continue;
        const struct ipsk_option_row *row = row_of(s, setting, i);
        code = ipsk_save_row(s->handle, row, &u->saved[u->count], error);
        if (code == IPSOCK_OK) {
            u->count++;
            code = ipsk_set_row(s->handle, row, setting->values[i], error);
        }
    }
    if (code < 0)
        undo(s, u);
    return code;
}

static int put_one(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags,
                   struct ipsock_error *error)
{
    return s->echo_id != 0 ? ipsk_ping_send(s, message, flags, error)
                           : ipsk_sys_send(s, message, flags, error);
}

static int put_many(struct ipsock_endpoint *s, struct ipsock_batch *batch,
                    struct ipsock_message *messages, size_t size, uint32_t count, uint32_t *done,
                    uint32_t flags, struct ipsock_error *error)
{
    int code = IPSOCK_OK;
    if (s->echo_id == 0)
        return ipsk_sys_send_many(s, batch, messages, size, count, done, flags, error);
    for (*done = 0; *done < count && code == IPSOCK_OK; *done += code == IPSOCK_OK)
        code = ipsk_ping_send(s, ipsk_message_at(messages, size, *done), flags, error);
    return code;
}

int ipsk_send_emulated(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags,
                       struct ipsock_error *error)
{
    const struct setting setting = setting_of(s, message);
    struct undo u;
    ipsk_mutex_lock(&s->send);
    int code = enforce(s, &setting, &u, error);
    if (code == IPSOCK_OK) {
        code = put_one(s, message, flags, error);
        undo(s, &u);
    }
    ipsk_mutex_unlock(&s->send);
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
    *done = 0;
    ipsk_mutex_lock(&s->send);
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
    ipsk_mutex_unlock(&s->send);
    return code;
}
