// SPDX-License-Identifier: BSD-2-Clause
/* Options: the table's encodings, and setting several rows as one. */
#include "core/option/option.h"

#include <ipsock/capability.h>
#include <ipsock/option.h>

#include <limits.h>
#include <string.h>

#include "core/table/encoding.h"

/* A ping endpoint on a raw socket has no more options than one on the system's own kind. */
static const struct ipsk_option_row *find(const struct ipsock_endpoint *s, int option, int column)
{
    return s->backing != s->kind && ipsk_is_raw_only(option, column)
               ? NULL
               : ipsk_find_option(&ipsk_native, option, ipsk_kind_bit(s->backing), column);
}

const struct ipsk_option_row *ipsk_option_row(const struct ipsock_endpoint *s, int option,
                                              int column)
{
    const struct ipsk_option_row *row = find(s, option, column);
    return row != NULL && !ipsk_is_there(row) ? NULL : row;
}

/* What a new socket of this sort has, where the system has no value that means "default". A new
 * socket of IPv6 carries no IPv4 on every system: one of IPv4 knows the value for IPv4, and a host
 * without IPv4 needs none. */
static int fresh_value(const struct ipsock_endpoint *s, const struct ipsk_option_row *row,
                       int64_t *value, struct ipsock_error *error)
{
    const bool mapped = row->column == IPSK_MAPPED;
    ipsock_handle_t fresh;
    int code = ipsk_sys_socket(mapped ? IPSOCK_IPV4 : s->family, s->backing,
                               ipsk_socket_protocol(s), &fresh, error);
    if (code == IPSOCK_ENOTSUP && mapped) {
        *value = 0;
        return IPSOCK_OK;
    }
    if (code < 0)
        return code;
    code = ipsk_get_row(fresh, row, value, error);
    ipsk_sys_close(fresh);
    return code;
}

/* The number to write; IPSOCK_DEFAULT is not one on every system. */
static int settle_value(const struct ipsock_endpoint *s, const struct ipsk_option_row *row,
                        int64_t *value, struct ipsock_error *error)
{
    if (*value != IPSOCK_DEFAULT)
        return IPSOCK_OK;
    if (row->reset == IPSK_RESET_NONE)
        return ipsk_fail(error, IPSOCK_ENOTSUP, 0, "set", row->text);
    return row->reset == IPSK_RESET_FRESH ? fresh_value(s, row, value, error) : IPSOCK_OK;
}

/* Where IPv4 is switched off, Windows' dual-stack sockets refuse all options of IPv4, reading them
 * too (windows.md 2): there is no traffic that they could be about. */
static bool is_without_use(ipsock_handle_t handle, const struct ipsk_option_row *row, int code)
{
    uint8_t bytes[IPSK_ENCODED_MAX];
    struct ipsock_error error;
    size_t length = ipsk_option_room(&ipsk_native, row);
    return row->column == IPSK_MAPPED && code == IPSOCK_EINVAL &&
           ipsk_sys_get(handle, row->level, row->name, bytes, &length, &error) == IPSOCK_EINVAL;
}

int ipsk_set_row(ipsock_handle_t handle, const struct ipsk_option_row *row, int64_t value,
                 struct ipsock_error *error)
{
    uint8_t bytes[IPSK_ENCODED_MAX];
    char *name = (char *)bytes;
    size_t length;
    if (row->set == IPSK_ENCODING_NAME) {
        const int known = ipsk_sys_interface_name((uint32_t)value, name, sizeof bytes, error);
        if (known < 0) {
            error->option = row->text;
            return known;
        }
        length = strlen(name) + 1;
    } else {
        length = ipsk_encode_option(row, value, bytes);
    }
    int code = ipsk_sys_set(handle, row->level, row->name, bytes, length, error);
    if (code < 0 && is_without_use(handle, row, code))
        return IPSOCK_OK;
    if (code < 0)
        error->option = row->text;
    return code;
}

int ipsk_get_row(ipsock_handle_t handle, const struct ipsk_option_row *row, int64_t *value,
                 struct ipsock_error *error)
{
    uint8_t bytes[IPSK_ENCODED_MAX] = {0};
    size_t length = ipsk_option_room(&ipsk_native, row);
    int code = ipsk_sys_get(handle, row->level, row->name, bytes, &length, error);
    if (code == IPSOCK_OK && !ipsk_decode_option(&ipsk_native, row, bytes, length, value))
        code = ipsk_fail(error, IPSOCK_ENOTSUP, 0, "getsockopt", NULL);
    if (code < 0)
        error->option = row->text;
    return code;
}

int ipsk_save_row(ipsock_handle_t handle, const struct ipsk_option_row *row,
                  struct ipsk_saved *saved, struct ipsock_error *error)
{
    saved->row = row;
    saved->length = ipsk_option_room(&ipsk_native, row);
    memset(saved->value, 0, sizeof saved->value);
    int code = ipsk_sys_get(handle, row->level, row->name, saved->value, &saved->length, error);
    if (code == IPSOCK_EINVAL && row->column == IPSK_MAPPED) { /* is_without_use */
        saved->length = 0;
        return IPSOCK_OK;
    }
    if (code < 0)
        error->option = row->text;
    return code;
}

int ipsk_save_for_undo(const struct ipsock_endpoint *s, const struct ipsk_option_row *row,
                       struct ipsk_saved *saved, struct ipsock_error *error)
{
    if (!s->fresh)
        return ipsk_save_row(s->handle, row, saved, error);
    saved->row = row;
    saved->length = 0;
    return IPSOCK_OK;
}

/* A hop limit of IPv4 that was never set on a dual-stack socket reads as IPv6's -1, which is no
 * value of IPv4's: FreeBSD and Darwin would keep its low byte, 255 (ip6_ctloutput). OpenBSD's of
 * raw sockets is 0, which nobody may set. */
static bool is_unset(const struct ipsk_saved *saved)
{
    const int get = saved->row->get;
    int32_t value = 0;
    memcpy(&value, saved->value, sizeof value);
    return (saved->row->column == IPSK_MAPPED && get == IPSK_ENCODING_HOPS && value == -1) ||
           (get == IPSK_ENCODING_HOPS_MOST && value == 0);
}

void ipsk_restore_row(ipsock_handle_t handle, const struct ipsk_saved *saved)
{
    struct ipsock_error ignored; /* the value was in force a moment ago */
    if (saved->length == 0)
        return;
    if (is_unset(saved)) {
        ipsk_set_row(handle, saved->row, IPSOCK_DEFAULT, &ignored);
        return;
    }
    ipsk_sys_set(handle, saved->row->level, saved->row->name, saved->value, saved->length,
                 &ignored);
}

/* The rows of an option on an endpoint: one for each column that it carries. */
int ipsk_option_rows(const struct ipsock_endpoint *s, int option,
                     const struct ipsk_option_row *rows[2])
{
    int count = 0;
    if (s->family == IPSOCK_IPV4) {
        rows[0] = ipsk_option_row(s, option, IPSK_V4);
        return rows[0] != NULL;
    }
    rows[count] = ipsk_option_row(s, option, IPSK_V6);
    count += rows[count] != NULL;
    if (s->dual_stack) {
        rows[count] = ipsk_option_row(s, option, IPSK_MAPPED);
        count += rows[count] != NULL;
    }
    return count;
}

/* Whether this system has the option at all, of whatever kind and family. */
static bool is_known(int option)
{
    for (size_t i = 0; i < ipsk_native.option_count; i++)
        if (ipsk_native.options[i].option == option)
            return true;
    return false;
}

/* Whether the tables say why a kind has not an option that others of this system have: a lack, and
 * no mistake. */
static bool is_explained(int option, unsigned kind, int column)
{
    static const struct {
        uint8_t option, feature;
    } features[] = {{IPSK_OPTION_TRAFFIC_CLASS, IPSOCK_FEATURE_TRAFFIC_CLASS},
                    {IPSK_OPTION_HOP_LIMIT, IPSOCK_FEATURE_HOP_LIMIT},
                    {IPSK_OPTION_MULTICAST_HOP_LIMIT, IPSOCK_FEATURE_MULTICAST_HOP_LIMIT},
                    {IPSK_OPTION_MULTICAST_INTERFACE, IPSOCK_FEATURE_MULTICAST_INTERFACE},
                    {IPSK_OPTION_MULTICAST_LOOPBACK, IPSOCK_FEATURE_MULTICAST_LOOPBACK},
                    {IPSK_OPTION_DONT_FRAGMENT, IPSOCK_FEATURE_DONT_FRAGMENT},
                    {IPSK_OPTION_PATH_MTU_PROBE, IPSOCK_FEATURE_PATH_MTU_PROBE},
                    {IPSK_OPTION_MINIMUM_HOP_LIMIT, IPSOCK_FEATURE_MINIMUM_HOP_LIMIT}};
    size_t f = 0;
    while (f < sizeof features / sizeof features[0] && features[f].option != option)
        f++;
    for (size_t i = 0; f < sizeof features / sizeof features[0] && i < ipsk_native.absent_count;
         i++) {
        const struct ipsk_absent_row *row = &ipsk_native.absent[i];
        if (row->feature == features[f].feature && (row->kinds & kind) && row->column == column)
            return true;
    }
    return false;
}

/* An option of another kind or family is the caller's mistake; one that this system lacks is not.
 */
int ipsk_option_missing(const struct ipsock_endpoint *s, int option, const char *name,
                        struct ipsock_error *error)
{
    const int column = s->family == IPSOCK_IPV4 ? IPSK_V4 : IPSK_V6;
    const bool lacks = find(s, option, column) != NULL || !is_known(option) ||
                       is_explained(option, ipsk_kind_bit(s->backing), column);
    return ipsk_fail(error, lacks ? IPSOCK_ENOTSUP : IPSOCK_EKIND, 0, "option", name);
}

void ipsk_lock_options(struct ipsock_endpoint *s)
{
    ipsk_mutex_lock(&s->setup);
    if (s->emulates)
        ipsk_mutex_lock(&s->send);
}

void ipsk_unlock_options(struct ipsock_endpoint *s)
{
    if (s->emulates)
        ipsk_mutex_unlock(&s->send);
    ipsk_mutex_unlock(&s->setup);
}

/* A column that the system has the option for, but this kernel is too old: half an option is none.
 */
static bool half_there(const struct ipsock_endpoint *s, int option)
{
    const int first = s->family == IPSOCK_IPV4 ? IPSK_V4 : IPSK_V6;
    const int last = s->dual_stack ? IPSK_MAPPED : first;
    for (int column = first; column <= last; column++)
        if (find(s, option, column) != NULL && ipsk_option_row(s, option, column) == NULL)
            return true;
    return false;
}

int ipsk_set_option(struct ipsock_endpoint *s, int option, int64_t value, const char *name,
                    struct ipsock_error *error)
{
    const struct ipsk_option_row *rows[2];
    struct ipsk_saved saved[2];
    const int count = ipsk_option_rows(s, option, rows);
    int done = 0;
    int code = IPSOCK_OK;
    if (count == 0 || half_there(s, option))
        return ipsk_option_missing(s, option, name, error);
    for (; done < count; done++) {
        /* Only what may have to be undone is read first. */
        if (done + 1 < count)
            code = ipsk_save_for_undo(s, rows[done], &saved[done], error);
        int64_t number = value;
        if (code == IPSOCK_OK)
            code = settle_value(s, rows[done], &number, error);
        if (code == IPSOCK_OK)
            code = ipsk_set_row(s->handle, rows[done], number, error);
        if (code < 0)
            break;
    }
    while (code < 0 && done-- > 0)
        ipsk_restore_row(s->handle, &saved[done]);
    return code;
}

int ipsk_get_option(struct ipsock_endpoint *s, int option, int64_t *value, const char *name,
                    struct ipsock_error *error)
{
    const struct ipsk_option_row *rows[2];
    return ipsk_option_rows(s, option, rows) == 0 ? ipsk_option_missing(s, option, name, error)
                                                  : ipsk_get_row(s->handle, rows[0], value, error);
}

/* Connections accepted from now on get it too. */
static void note_for_accepted(struct ipsock_endpoint *s, int option, int value)
{
    if (option == IPSK_OPTION_TRAFFIC_CLASS)
        s->traffic_class = value > 0 ? value : 0;
    else if (option == IPSK_OPTION_HOP_LIMIT)
        s->hop_limit = value > 0 ? value : 0;
    else if (option == IPSK_OPTION_MINIMUM_HOP_LIMIT)
        s->minimum_hop_limit = value > 0 ? value : 0;
}

int ipsk_public_set(struct ipsock_endpoint *s, int option, const char *name, int64_t value,
                    int64_t lowest, int64_t highest)
{
    struct ipsock_error error;
    int code = ipsk_enter_own(s);
    if (code < 0)
        return code;
    if (value < lowest || value > highest) {
        code = ipsk_fail(&error, IPSOCK_EINVAL, 0, "set", name);
    } else {
        ipsk_lock_options(s);
        code = ipsk_set_option(s, option, value, name, &error);
        if (code == IPSOCK_OK && s->listening)
            note_for_accepted(s, option, (int)value);
        ipsk_unlock_options(s);
    }
    return ipsk_finish(s, IPSOCK_SETUP, code, &error);
}

int ipsk_public_get(struct ipsock_endpoint *s, int option, const char *name, int64_t *value,
                    const void *out)
{
    struct ipsock_error error;
    int code = ipsk_enter_own(s);
    if (code < 0)
        return code;
    if (out == NULL) {
        code = ipsk_fail(&error, IPSOCK_EINVAL, 0, "get", name);
    } else {
        ipsk_lock_options(s);
        code = ipsk_get_option(s, option, value, name, &error);
        ipsk_unlock_options(s);
    }
    return ipsk_finish(s, IPSOCK_SETUP, code, &error);
}

int ipsk_public_get_int(struct ipsock_endpoint *s, int option, const char *name, int *out)
{
    int64_t value;
    int code = ipsk_public_get(s, option, name, &value, out);
    if (code == IPSOCK_OK)
        *out = (int)value;
    return code;
}

int ipsk_public_get_bool(struct ipsock_endpoint *s, int option, const char *name, bool *out)
{
    int64_t value;
    int code = ipsk_public_get(s, option, name, &value, out);
    if (code == IPSOCK_OK)
        *out = value != 0;
    return code;
}

int ipsock_set_traffic_class(struct ipsock_endpoint *s, int value)
{
    /* On a stream the kernel keeps the ECN bits for itself and would drop them silently. */
    if (s != NULL && s->kind == IPSOCK_TCP && value > 0 && (value & 3) != 0)
        value = INT_MAX;
    return ipsk_public_set(s, IPSK_OPTION_TRAFFIC_CLASS, "traffic_class", value, IPSOCK_DEFAULT,
                           255);
}

int ipsock_get_traffic_class(struct ipsock_endpoint *s, int *value)
{
    const int code = ipsk_public_get_int(s, IPSK_OPTION_TRAFFIC_CLASS, "traffic_class", value);
    /* the system's ECN bits on a stream are none of the option's */
    if (code == IPSOCK_OK && s->kind == IPSOCK_TCP)
        *value &= ~3;
    return code;
}

int ipsock_set_hop_limit(struct ipsock_endpoint *s, int value)
{
    return ipsk_public_set(s, IPSK_OPTION_HOP_LIMIT, "hop_limit", value == 0 ? INT_MAX : value,
                           IPSOCK_DEFAULT, 255);
}

int ipsock_get_hop_limit(struct ipsock_endpoint *s, int *value)
{
    return ipsk_public_get_int(s, IPSK_OPTION_HOP_LIMIT, "hop_limit", value);
}
