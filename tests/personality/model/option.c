// SPDX-License-Identifier: BSD-2-Clause
/* Options whose value is an int: lengths, ranges, and what of it the host does. */
#include "model.h"

enum length_rule { ATLEAST4, EXACT4, BYTE_OR_MORE, BYTE_OR_4, BYTE_ONLY };
enum get_form { INT, BYTE, BYTE_IF_ONE, FLAG, FLAG8, NONE };
enum value_rule {
    BOOL,
    LOW8,
    LOW8_MAX, /* 256 and more are refused, negatives cut */
    LOW8_BOOL,
    INTERFACE,
    OCTET,
    OCTET_1,
    HOPS,
    HOPS_ONE,
    HOPS_ZERO,
    TO_ONE,
    ONLY_ONE,
    ALWAYS_ONE,
    TTL_OR_MINUS,
    TO_TWO,
    MINUS_TO_ONE,
    BUFFER
};

static const struct row {
    unsigned kinds;
    int level, name;
    enum length_rule length;
    enum get_form get;
    enum value_rule value;
    enum host_option host;
} rows[OPTION_COUNT] = {
#define O(id, kinds, level, name, set, get, value, initial, host) \
    {kinds, level, name, set, get, value, host},
#include MODEL_OPTIONS
#undef O
};

static const char *const names[OPTION_COUNT] = {
#define O(id, kinds, level, name, set, get, value, initial, host) #id,
#include MODEL_OPTIONS
#undef O
};

int model_copy_out(const void *from, size_t size, void *value, socklen_t *length)
{
    if (*length > size)
        *length = (socklen_t)size;
    if (*length != 0)
        memcpy(value, from, *length);
    return 0;
}

static int read_int(const struct row *row, const void *value, socklen_t length, int *out)
{
    uint8_t byte;
    const bool bytes = row->length >= BYTE_OR_MORE, one = length == 1 && bytes;
    const bool exact = row->length == EXACT4 || row->length == BYTE_OR_4;
    if (one) {
        memcpy(&byte, value, 1);
        *out = byte;
        return 0;
    }
    if (row->length == BYTE_ONLY || length < sizeof *out || (exact && length != sizeof *out))
        return -EINVAL;
    memcpy(out, value, sizeof *out);
    return 0;
}

static int within(int value, int low, int high)
{
    return value < low || value > high ? -EINVAL : 0;
}

static int judge(enum value_rule rule, int *value)
{
    switch (rule) {
    case BOOL:
        *value = *value != 0;
        return 0;
    case LOW8:
        *value &= 255;
        return 0;
    case LOW8_MAX:
        if (*value > 255)
            return -EINVAL;
        *value &= 255;
        return 0;
    case INTERFACE:
        return *value == 0 || (*value > 0 && model_has_interface((uint32_t)*value)) ? 0 : -ENXIO;
    case LOW8_BOOL:
        *value = (*value & 255) != 0;
        return 0;
    case OCTET:
        return within(*value, 0, 255);
    case OCTET_1:
        return within(*value, 1, 255);
    case HOPS:
    case HOPS_ONE:
    case HOPS_ZERO:
        if (*value == -1 && rule != HOPS)
            *value = rule == HOPS_ONE;
        return within(*value, -1, 255);
    case TO_ONE:
        return within(*value, 0, 1);
    case ONLY_ONE:
        *value = *value != 0;
        return within(*value, 1, 1);
    case ALWAYS_ONE:
        *value = 1;
        return 0;
    case TTL_OR_MINUS:
        if (*value == -1)
            *value = 64;
        return within(*value, 1, 255);
    case TO_TWO:
        return within(*value, 0, 2);
    case MINUS_TO_ONE:
        return within(*value, -1, 1);
    case BUFFER:
    default:
        return *value < 1 ? -EINVAL : *value > model_fact(FACT_BUFFER_MAX) ? -ENOBUFS : 0;
    }
}

static bool is_multicast(enum option_id id)
{
    return id == OPTION_MULTICAST_TTL || id == OPTION_MULTICAST_LOOP ||
           id == OPTION_MULTICAST_HOPS || id == OPTION_MULTICAST_LOOP6;
}

/* Both systems let the memory of packets be eight times their bytes (sb_efficiency in
 * uipc_socket.c); the host counts memory, and doubles what it is given. */
static void apply_buffer(int fd, enum option_id id, int value)
{
    const bool receives = id == OPTION_RECEIVE_BUFFER;
    const int times = receives ? 4 : 2;
    const int room = value < 4096 ? 4096 : value > 1 << 28 ? 1 << 28 : value * times;
    if (host_set(fd, receives ? HOST_OPTION_RECEIVE_BUFFER_FORCE : HOST_OPTION_SEND_BUFFER_FORCE,
                 room) < 0)
        host_set(fd, receives ? HOST_OPTION_RECEIVE_BUFFER : HOST_OPTION_SEND_BUFFER, room);
}

/* TOS and TTL of a raw socket that writes neither: NetBSD. */
static bool is_ignored(const struct sock *s, enum option_id id)
{
    return s->kind == KIND_R4 && !model_fact(FACT_RAW_TOS_TTL) &&
           (id == OPTION_TOS || id == OPTION_TTL);
}

/* IPV6_UNICAST_HOPS sets the TTL of IPv4 packets too (FreeBSD's ip6_ctloutput). */
static void apply_hops(int fd, const struct sock *s, int value)
{
    if (s->is.family == 6 && s->is.type != HOST_RAW)
        host_set(fd, HOST_OPTION_TTL, (value & 255) == 0 ? 1 : value & 255);
}

void model_apply(int fd, struct sock *s, enum option_id id, int value)
{
    if (id == OPTION_RECEIVE_BUFFER || id == OPTION_SEND_BUFFER)
        apply_buffer(fd, id, value);
    else if (id == OPTION_DONTFRAG)
        host_set(fd, HOST_OPTION_DISCOVERY, value ? HOST_PROBE : HOST_OMIT);
    else if (id == OPTION_DONTFRAG6)
        host_set(fd, HOST_OPTION_DONT_FRAGMENT6, value);
    else if (id == OPTION_HOPS)
        apply_hops(fd, s, value);
    if (is_multicast(id))
        model_touch_multicast(fd, s);
    if (rows[id].host != HOST_OPTIONS && !is_ignored(s, id))
        host_set(fd, rows[id].host, value);
    /* two sockets on a port: on Linux both options of both, and SO_REUSEPORT would spread unicast
     */
    if (id == OPTION_REUSEPORT)
        host_set(fd, HOST_OPTION_REUSE_ADDRESS, value || s->values[OPTION_REUSEADDR]);
    if (id == OPTION_REUSEPORT_LB)
        host_set(fd, HOST_OPTION_REUSE_PORT, value);
}

static uint64_t received_bit(enum option_id id)
{
    switch (id) {
    case OPTION_RECVDSTADDR:
    case OPTION_RECVIF:
    case OPTION_RECVTTL:
    case OPTION_RECVTOS:
    case OPTION_RECVORIGDSTADDR:
    case OPTION_RECVPKTINFO:
    case OPTION_PKTINFO:
    case OPTION_RECVPKTINFO6:
    case OPTION_RECVHOPLIMIT:
    case OPTION_RECVTCLASS:
    case OPTION_RECVORIGDSTADDR6:
    case OPTION_RECVPATHMTU:
    case OPTION_TIMESTAMP:
        return (uint64_t)1 << id;
    default:
        return 0;
    }
}

/* They count when a packet arrives, not when it is read (M control_receive.buffers). */
static void note_received(struct sock *s, uint64_t bit, bool on)
{
    const int count = (int)(sizeof s->past / sizeof s->past[0]);
    if (bit == 0 || ((s->received & bit) != 0) == on)
        return;
    for (int i = count - 1; i > 0; i--)
        s->past[i] = s->past[i - 1];
    s->past[0].until = model_now_micro();
    s->past[0].received = s->received;
    s->received = on ? s->received | bit : s->received & ~bit;
}

static int refused_v6only(const struct sock *s, int value)
{
    const bool bound = s->has_port || s->connected;
    if (!bound)
        return 0;
    return -(value ? model_fact(FACT_V6ONLY_ON_AFTER_BIND) : model_fact(FACT_V6ONLY_AFTER_BIND));
}

static int set_row(int fd, struct sock *s, enum option_id id, const void *data, socklen_t length)
{
    int value = 0, result = read_int(&rows[id], data, length, &value);
    if (result == 0)
        result = judge(rows[id].value, &value);
    if (result == 0 && id == OPTION_V6ONLY) {
        model_names(fd, s);
        result = refused_v6only(s, value);
    }
    if (result != 0)
        return result;
    s->values[id] = value;
    s->was_set[id] = 1;
    note_received(s, received_bit(id), value != 0);
    model_apply(fd, s, id, value);
    return 0;
}

static int find_row(const struct sock *s, int level, int name)
{
    const char *const missing = host_environment("IPSOCK_MODEL_WITHOUT");
    for (int i = 0; i < OPTION_COUNT; i++)
        if (rows[i].level == level && rows[i].name == name && (rows[i].kinds & s->kind) &&
            !(missing != NULL && model_listed(missing, names[i])))
            return i;
    return -1;
}

/* Of a level that the socket's own protocols do not have. */
static int refused_level(const struct sock *s, int level)
{
    const bool v6 = s->is.family == 6;
    if (level == SOL_SOCKET || level == (v6 ? IPPROTO_IPV6 : IPPROTO_IP))
        return -model_fact(FACT_UNKNOWN_OPTION);
    if (level == IPPROTO_IP || level == IPPROTO_IPV6)
        return -model_fact(FACT_WRONG_FAMILY_LEVEL);
    if ((level == IPPROTO_TCP && s->is.type == HOST_STREAM) ||
        (level == IPPROTO_UDP && s->kind == KIND_U4) ||
        (level == IPPROTO_ICMPV6 && s->kind == KIND_R6))
        return -model_fact(FACT_UNKNOWN_OPTION);
    return -model_fact(FACT_UNKNOWN_LEVEL);
}

static bool is_multicast_name(const struct sock *s, int level, int name)
{
    if (s->is.type != HOST_STREAM)
        return false;
    if (level == IPPROTO_IP)
        return s->is.family == 4 && name >= IP_MULTICAST_IF && name <= IP_DROP_MEMBERSHIP;
    return level == IPPROTO_IPV6 && s->is.family == 6 && name >= IPV6_MULTICAST_IF &&
           name <= IPV6_LEAVE_GROUP;
}

int model_set(int fd, struct sock *s, int level, int name, const void *value, socklen_t length)
{
    if (model_fact(FACT_MULTICAST_ON_TCP) && is_multicast_name(s, level, name))
        return -model_fact(FACT_MULTICAST_ON_TCP);
    const int row = find_row(s, level, name);
    if (row >= 0)
        return set_row(fd, s, (enum option_id)row, value, length);
    int result = model_set_special(fd, s, level, name, value, length);
    if (result == 1)
        result = model_group_option(fd, s, level, name, value, length);
    return result == 1 ? refused_level(s, level) : result;
}

/* An option that the owner may have set without the model. */
static int current(int fd, struct sock *s, enum option_id id)
{
    int value = s->values[id];
    if (s->made || s->was_set[id] || rows[id].host == HOST_OPTIONS || is_ignored(s, id))
        return value;
    return host_get(fd, rows[id].host, &value) < 0 ? s->values[id] : value;
}

int model_get(int fd, struct sock *s, int level, int name, void *value, socklen_t *length)
{
    if (model_fact(FACT_MULTICAST_ON_TCP) && is_multicast_name(s, level, name))
        return -model_fact(FACT_MULTICAST_ON_TCP);
    const int row = find_row(s, level, name);
    if (row < 0) {
        const int result = model_get_special(fd, s, level, name, value, length);
        return result == 1 ? refused_level(s, level) : result;
    }
    int answer = current(fd, s, (enum option_id)row);
    switch (rows[row].get) {
    case NONE:
        return -ENOPROTOOPT;
    case FLAG:
        answer = !answer ? 0 : model_fact(FACT_FLAGS_READ_AS_BITS) ? name : 1;
        break;
    case FLAG8: /* INP_HDRINCL (in_pcb.h) */
        answer = answer ? 8 : 0;
        break;
    default:
        break;
    }
    const bool byte = rows[row].get == BYTE || (rows[row].get == BYTE_IF_ONE && *length == 1);
    return model_copy_out(&answer, byte ? 1 : sizeof answer, value, length);
}
