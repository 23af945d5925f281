// SPDX-License-Identifier: BSD-2-Clause
/* setsockopt and getsockopt by options.def. Lengths and ranges are windows.md 1's. */
#include <limits.h>

#include "model.h"

enum { D = 1, R = 2, S = 4 };

enum shape {
    OCTET,
    BOOLEAN_VALUE,
    RECEIVE,
    DWORD_VALUE,
    HDRINCL,
    MULTICAST_IF4,
    UNICAST_IF4,
    IF6,
    MEMBER,
    DONT_FRAGMENT,
    PMTUD,
    MTU,
    V6ONLY,
    COALESCE
};
#define SHAPE_OCTET         OCTET
#define SHAPE_BOOL          BOOLEAN_VALUE
#define SHAPE_RECEIVE       RECEIVE
#define SHAPE_DWORD         DWORD_VALUE
#define SHAPE_HDRINCL       HDRINCL
#define SHAPE_MULTICAST_IF4 MULTICAST_IF4
#define SHAPE_UNICAST_IF4   UNICAST_IF4
#define SHAPE_IF6           IF6
#define SHAPE_MEMBER        MEMBER
#define SHAPE_DONT_FRAGMENT DONT_FRAGMENT
#define SHAPE_PMTUD         PMTUD
#define SHAPE_MTU           MTU
#define SHAPE_V6ONLY        V6ONLY
#define SHAPE_COALESCE      COALESCE

static const struct {
    int level;
    int name;
    enum shape shape;
    int kinds;
    int host_level;
    int host_name;
    int initial;
} rows[OPTION_COUNT] = {
#define O(name, level, number, shape, kinds, host_level, host_name, initial, since) \
    [OPTION_##name] = {level, number, SHAPE_##shape, kinds, host_level, host_name, initial},
#include "options.def"
#undef O
};

int model_option_find(int level, int name)
{
    for (int id = 0; id < OPTION_COUNT; id++) {
        if (rows[id].level == level && rows[id].name == name &&
            model_has_option((enum model_option_id)id))
            return id;
    }
    return -1;
}

static int kind_of(const struct model_socket *s)
{
    return s->type == SOCK_STREAM ? S : s->type == SOCK_RAW ? R : D;
}

/* ---- initial values ---- */

static int initial(const struct model_socket *s, int id)
{
    if (rows[id].shape == DONT_FRAGMENT && s->type == SOCK_STREAM)
        return 1;
    if (rows[id].shape == DONT_FRAGMENT)
        return !FACT(DF_DEFAULT_OFF);
    if (rows[id].shape == V6ONLY)
        return FACT(V6ONLY_DEFAULT);
    if (rows[id].initial == -1) {
        const int value = host_get_int(s->fd, rows[id].host_level, rows[id].host_name);

        return value < 0 ? 64 : value;
    }
    return rows[id].initial == -2 ? -1 : rows[id].initial;
}

void model_option_defaults(struct model_socket *s)
{
    for (int id = 0; id < OPTION_COUNT; id++)
        s->value[id] = initial(s, id);
    if (s->family == AF_INET6 && s->type != SOCK_RAW)
        host_set_int(s->fd, HOST_SOL_IPV6, HOST_IPV6_V6ONLY, s->value[OPTION_IPV6_V6ONLY]);
    if (!model_is_message(s))
        return;
    if (s->type == SOCK_RAW) { /* on Linux protocol 255 begins with a header of its own */
        host_set_int(s->fd, HOST_SOL_IP, HOST_IP_HDRINCL, s->value[OPTION_IP_HDRINCL]);
        host_set_int(s->fd, HOST_SOL_IPV6, HOST_IPV6_HDRINCL, s->value[OPTION_IPV6_HDRINCL]);
    }
    host_set_int(s->fd, HOST_SOL_IP, HOST_IP_MTU_DISCOVER,
                 s->value[OPTION_IP_DONTFRAGMENT] ? HOST_PMTUDISC_DO : HOST_PMTUDISC_DONT);
    if (s->family == AF_INET6)
        host_set_int(s->fd, HOST_SOL_IPV6, HOST_IPV6_MTU_DISCOVER,
                     s->value[OPTION_IPV6_DONTFRAG] ? HOST_PMTUDISC_DO : HOST_PMTUDISC_DONT);
}

/* ---- set ---- */

/* A value of 1 to 3 bytes is its first byte where one byte will do. */
static int read_value(int id, const char *value, int length, DWORD *out)
{
    const enum shape shape = rows[id].shape;
    const bool short_ok = shape == OCTET || shape == BOOLEAN_VALUE || shape == HDRINCL ||
                          shape == DONT_FRAGMENT || shape == V6ONLY;

    *out = (unsigned char)value[0];
    if (length < (int)sizeof *out) {
        if (shape == RECEIVE)
            return FACT(RECEIVE_BOOL_SHORT);
        return short_ok ? 0 : FACT(DWORD_SHORT);
    }
    memcpy(out, value, sizeof *out);
    return 0;
}

static int put(const struct model_socket *s, int id, int value)
{
    const int64_t result = host_set_int(s->fd, rows[id].host_level, rows[id].host_name, value);

    return result < 0 ? host_error(result) : 0;
}

static int set_octet(struct model_socket *s, int id, DWORD value)
{
    if (value > 255 && FACT(OCTET_RANGE))
        return FACT(OCTET_RANGE);
    s->value[id] = (int)value;
    if ((id == OPTION_IP_TOS || id == OPTION_IPV6_TCLASS) && !FACT(TOS_MARKS))
        return 0;
    return put(s, id, (int)(value & 0xff));
}

static int set_boolean(struct model_socket *s, int id, DWORD value)
{
    const int error = rows[id].host_name != 0 ? put(s, id, value != 0) : 0;

    if (error == 0)
        s->value[id] = FACT(BOOL_NORMALISED) ? value != 0 : (int)value;
    return error;
}

/* DO and PROBE set DF. Not set is Windows's default, without. */
static int set_discovery(struct model_socket *s, int id, DWORD value, bool boolean)
{
    static const int states[] = {HOST_PMTUDISC_DONT, HOST_PMTUDISC_DO, HOST_PMTUDISC_DONT,
                                 HOST_PMTUDISC_PROBE};
    int error;

    if (boolean)
        value = value != 0;
    else if (value > 3)
        return FACT(MTU_STATE_RANGE);
    error = s->type == SOCK_STREAM ? 0 : put(s, id, states[value & 3]);
    if (error == 0)
        s->value[id] = (int)value;
    return error;
}

static int set_multicast_if4(struct model_socket *s, int id, DWORD value)
{
    unsigned char bytes[4];
    struct {
        uint32_t group, address, index;
    } host = {0, 0, 0}; /* ip_mreqn */
    int64_t result;

    memcpy(bytes, &value, 4);
    if (value != 0 && bytes[0] == 0 && FACT(MULTICAST_IF_INDEX))
        host.index = ntohl(value);
    else if (value != 0)
        host.index = model_interface_of(bytes);
    if (value != 0 && !model_is_interface(host.index))
        return FACT(NO_SUCH_INTERFACE);
    result = host_set(s->fd, HOST_SOL_IP, HOST_IP_MULTICAST_IF, &host, sizeof host);
    if (result < 0)
        return host_error(result);
    s->value[id] = (int)host.index;
    return 0;
}

/* The host wants the unicast interface of either family in network order, IPv6's multicast
 * interface in its own. */
static int set_interface(struct model_socket *s, int id, DWORD value)
{
    const bool network = rows[id].shape == UNICAST_IF4 ? FACT(UNICAST_IF_NETWORK) : !FACT(IF6_HOST);
    const DWORD index = network ? ntohl(value) : value;
    int error;

    if (index != 0 && !model_is_interface(index))
        return FACT(NO_SUCH_INTERFACE);
    error = put(s, id, id == OPTION_IPV6_MULTICAST_IF ? (int)index : (int)htonl(index));
    if (error == 0)
        s->value[id] = (int)index;
    return error;
}

static int set_value(struct model_socket *s, int id, DWORD value)
{
    switch (rows[id].shape) {
    case OCTET:
        return set_octet(s, id, value);
    case DONT_FRAGMENT:
        return set_discovery(s, id, value, true);
    case PMTUD:
        return set_discovery(s, id, value, false);
    case MULTICAST_IF4:
        return set_multicast_if4(s, id, value);
    case UNICAST_IF4:
    case IF6:
        return set_interface(s, id, value);
    case MTU:
        return FACT(MTU_READ_ONLY);
    case COALESCE:
        s->value[id] = (int)value;
        return put(s, id, value != 0);
    case DWORD_VALUE:
        s->value[id] = (int)value;
        return 0;
    default:
        return set_boolean(s, id, value);
    }
}

int model_option_set(struct model_socket *s, int id, const char *value, int length)
{
    DWORD number;
    int error;

    if (rows[id].shape == MEMBER)
        return model_member(s, id, value, length);
    error = read_value(id, value, length, &number);
    return error ? error : set_value(s, id, number);
}

/* ---- get ---- */

static int current(const struct model_socket *s, int id, DWORD *value)
{
    const enum shape shape = rows[id].shape;

    *value = (DWORD)s->value[id];
    if (shape == MTU) {
        int mtu;

        if (!s->connected && s->type != SOCK_STREAM)
            return FACT(MTU_UNCONNECTED);
        mtu = host_get_int(s->fd, rows[id].host_level, rows[id].host_name);
        if (mtu < 0)
            return FACT(MTU_UNCONNECTED);
        *value = (DWORD)mtu;
    }
    if ((shape == MULTICAST_IF4 && !FACT(MULTICAST_IF_READS_HOST)) ||
        (shape == UNICAST_IF4 && !FACT(UNICAST_IF_READS_HOST)) || (shape == IF6 && !FACT(IF6_HOST)))
        *value = htonl(*value);
    return 0;
}

int model_option_get(const struct model_socket *s, int id, char *value, int *length)
{
    DWORD number;
    int error;

    if (rows[id].shape == MEMBER)
        return FACT(UNKNOWN_OPTION);
    if (rows[id].shape == RECEIVE && *length < (int)sizeof number && FACT(RECEIVE_BOOL_SHORT))
        return FACT(RECEIVE_BOOL_SHORT);
    error = current(s, id, &number);
    if (error)
        return error;
    if (rows[id].shape == V6ONLY && FACT(V6ONLY_ONE_BYTE))
        *length = 1;
    if (*length > (int)sizeof number)
        *length = sizeof number;
    memcpy(value, &number, (size_t)*length);
    return 0;
}

/* ---- the calls ---- */

/* The row of this option for this socket, or an error. */
static int look_up(const struct model_socket *s, int level, int name, int *id)
{
    if (level == IPPROTO_IPV6 && s->family == AF_INET)
        return FACT(IPV6_ON_IPV4);
    if (level == IPPROTO_IP && s->family == AF_INET6 && FACT(IPV4_ON_V6_REFUSED))
        return FACT(IPV4_ON_V6_REFUSED);
    *id = model_option_find(level, name);
    if (*id < 0)
        return level == IPPROTO_UDP ? FACT(UNKNOWN_UDP_OPTION) : FACT(UNKNOWN_OPTION);
    if (!(rows[*id].kinds & kind_of(s)))
        return rows[*id].shape == HDRINCL ? FACT(HDRINCL_NOT_RAW) : FACT(UNKNOWN_OPTION);
    if (level == IPPROTO_IP && s->family == AF_INET6 && s->type == SOCK_RAW)
        return FACT(UNKNOWN_OPTION);
    return 0;
}

static bool is_ours(int level)
{
    return level == IPPROTO_IP || level == IPPROTO_IPV6 || level == IPPROTO_UDP;
}

/* What the model wants to know of the options that are Wine's. */
static int note_socket_option(struct model_socket *s, int name, const char *value, int length)
{
    int number = 0;

    if (length > 0 && value)
        memcpy(&number, value, length < 4 ? 1 : 4);
    if (name == SO_RCVTIMEO)
        s->receive_timeout = (DWORD)number;
    if (s->apart && (name == SO_RCVBUF || name == SO_SNDBUF))
        host_set_int(s->fd, HOST_SOL_SOCKET, name == SO_RCVBUF ? HOST_SO_RCVBUF : HOST_SO_SNDBUF,
                     number);
    if (s->apart && name == SO_BROADCAST)
        host_set_int(s->fd, HOST_SOL_SOCKET, HOST_SO_BROADCAST, number != 0);
    if (name == SO_REUSEADDR || name == SO_EXCLUSIVEADDRUSE) {
        if (number != 0 && (name == SO_REUSEADDR ? s->exclusive : s->reuse))
            return FACT(EXCLUSIVE_AND_REUSE);
        if (name == SO_REUSEADDR)
            s->reuse = number != 0;
        else
            s->exclusive = number != 0;
    }
    return 0;
}

static int set_socket_option(struct model_socket *s, int name, const char *value, int length)
{
    const int error = note_socket_option(s, name, value, length);

    if (error)
        return model_result(error);
    /* sharing of addresses is bind.c's */
    if (model_is_message(s) && (name == SO_REUSEADDR || name == SO_EXCLUSIVEADDRUSE) && value &&
        length > 0)
        return 0;
    return model_real()->setsockopt(s->handle, SOL_SOCKET, name, value, length);
}

int WSAAPI windows_setsockopt(SOCKET handle, int level, int name, const char *value, int length)
{
    struct model_socket *s = model_get(handle);
    int result;
    int id;

    if (!s)
        return SOCKET_ERROR;
    model_lock();
    if (level == SOL_SOCKET) {
        result = set_socket_option(s, name, value, length);
    } else if (level == IPPROTO_TCP) {
        result = model_real()->setsockopt(handle, level, name, value, length);
    } else if (!is_ours(level)) {
        result = model_result(FACT(UNKNOWN_LEVEL));
    } else {
        int error = look_up(s, level, name, &id);

        if (error == 0 && length <= 0)
            error = FACT(LENGTH_ZERO);
        else if (error == 0 && !value)
            error = FACT(OPTION_NULL);
        else if (error == 0)
            error = model_option_set(s, id, value, length);
        result = model_result(error);
    }
    model_unlock();
    model_put(s);
    return result;
}

/* Where the handle is not the socket's, and where the model knows better. */
static bool get_socket_option(const struct model_socket *s, int name, char *value, int *length)
{
    int number;

    if (name == SO_PROTOCOL_INFOW && s->apart && *length >= (int)sizeof(WSAPROTOCOL_INFOW)) {
        WSAPROTOCOL_INFOW *info = (void *)value;

        model_real()->getsockopt(s->handle, SOL_SOCKET, name, value, length);
        info->iAddressFamily = s->family;
        info->iSocketType = s->type;
        info->iProtocol = s->protocol;
        return true;
    }
    if (name == SO_TYPE && s->apart)
        number = s->type;
    else if (name == SO_MAX_MSG_SIZE && model_is_message(s))
        number = FACT(MAX_MESSAGE) == 0  ? 0
                 : s->type == SOCK_RAW   ? 65467
                 : s->family == AF_INET6 ? 65527
                                         : FACT(MAX_MESSAGE);
    else if (name == SO_REUSEADDR && model_is_message(s))
        number = s->reuse;
    else if (name == SO_EXCLUSIVEADDRUSE && model_is_message(s))
        number = s->exclusive;
    else
        return false;
    if (*length < (int)sizeof number)
        return false;
    memcpy(value, &number, sizeof number);
    *length = sizeof number;
    return true;
}

int WSAAPI windows_getsockopt(SOCKET handle, int level, int name, char *value, int *length)
{
    struct model_socket *s = model_get(handle);
    int result;
    int id;

    if (!s)
        return SOCKET_ERROR;
    if (!value || !length) {
        result = model_result(FACT(OPTION_NULL));
    } else if (level == SOL_SOCKET && get_socket_option(s, name, value, length)) {
        result = 0;
    } else if (level == SOL_SOCKET || level == IPPROTO_TCP) {
        result = model_real()->getsockopt(handle, level, name, value, length);
    } else if (!is_ours(level)) {
        result = model_result(FACT(UNKNOWN_LEVEL));
    } else {
        int error = look_up(s, level, name, &id);

        if (error == 0 && *length <= 0)
            error = FACT(LENGTH_ZERO);
        else if (error == 0)
            error = model_option_get(s, id, value, length);
        result = model_result(error);
    }
    model_put(s);
    return result;
}
