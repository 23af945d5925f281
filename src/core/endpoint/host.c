// SPDX-License-Identifier: BSD-2-Clause
/* Interfaces and names: arguments checked here, answers by the backend. */
#include <ipsock/interface.h>

#include <stdlib.h>
#include <string.h>

#include "core/codec/text.h"
#include "core/endpoint/backend.h"

int ipsock_interface_index(const char *name, uint32_t *index)
{
    struct ipsock_error error;
    if (name == NULL || index == NULL)
        return IPSOCK_EINVAL;
    return ipsk_sys_interface_index(name, index, &error);
}

int ipsock_interfaces(struct ipsock_interface **list)
{
    struct ipsock_error error;
    if (list == NULL)
        return IPSOCK_EINVAL;
    *list = NULL;
    return ipsk_sys_interfaces(list, &error);
}

/* Keeps the one of an index, frees the others. */
static int only(uint32_t index, struct ipsock_interface **list)
{
    struct ipsock_interface **link = list;
    int code = ipsock_interfaces(list);
    while (code == IPSOCK_OK && *link != NULL) {
        struct ipsock_interface *next = (*link)->next;
        if ((*link)->index == index) {
            (*link)->next = NULL; /* the rest of the chain goes */
            ipsock_interfaces_free(next);
            return IPSOCK_OK;
        }
        (*link)->next = NULL;
        ipsock_interfaces_free(*link);
        *link = next;
    }
    return code < 0 ? code : IPSOCK_ENODEV;
}

int ipsock_interface_by_index(uint32_t index, struct ipsock_interface **list)
{
    if (list == NULL)
        return IPSOCK_EINVAL;
    return only(index, list);
}

int ipsock_interface_by_name(const char *name, struct ipsock_interface **list)
{
    struct ipsock_error error;
    uint32_t index;
    if (list == NULL)
        return IPSOCK_EINVAL;
    *list = NULL;
    if (name == NULL)
        return IPSOCK_EINVAL;
    const int code = ipsk_sys_interface_index(name, &index, &error);
    return code < 0 ? code : only(index, list);
}

void ipsock_interfaces_free(struct ipsock_interface *list)
{
    while (list != NULL) {
        struct ipsock_interface *next = list->next;
        while (list->addrs != NULL) {
            struct ipsock_interface_addr *addr = list->addrs;
            list->addrs = addr->next;
            free(addr);
        }
        free(list); /* the name is in the same piece of memory */
        list = next;
    }
}

/* The port after the last colon, as ipsock_addr_parse reads it. */
static bool read_port(const char *p, uint16_t *port)
{
    uint32_t value;
    if (!ipsk_take_decimal(&p, UINT16_MAX, &value) || *p != '\0')
        return false;
    *port = (uint16_t)value;
    return true;
}

int ipsock_split_host_port(const char *text, char *host, size_t size, uint16_t *port)
{
    uint16_t number;
    if (text == NULL || host == NULL || port == NULL)
        return IPSOCK_EINVAL;
    const char *colon = strrchr(text, ':');
    if (colon == NULL || !read_port(colon + 1, &number))
        return IPSOCK_EINVAL;
    const char *end = colon;
    if (text[0] == '[') {
        text++;
        if (end == text || *--end != ']' || memchr(text, ':', (size_t)(end - text)) == NULL)
            return IPSOCK_EINVAL; /* brackets are for IPv6 */
    } else if (memchr(text, ':', (size_t)(end - text)) != NULL) {
        return IPSOCK_EINVAL; /* an IPv6 address without brackets: where would its port begin? */
    }
    const size_t length = (size_t)(end - text);
    if (length >= size)
        return IPSOCK_ENOSPC;
    memcpy(host, text, length);
    host[length] = '\0';
    *port = number;
    return IPSOCK_OK;
}

static int wrong(struct ipsock_error *error, int code, const char *argument)
{
    return ipsk_fail(error, code, 0, "resolve", argument);
}

static int give_literal(struct ipsock_addr *literal, uint16_t port, int family,
                        struct ipsock_addr *addrs, size_t capacity, size_t *count,
                        struct ipsock_error *error)
{
    if (family != IPSOCK_UNSPEC && family != literal->family)
        return wrong(error, IPSOCK_ENOTFOUND, "host");
    literal->port = port;
    if (capacity > 0)
        addrs[0] = *literal;
    *count = 1;
    return IPSOCK_OK;
}

/* Whether the last label is a number: digits, or hexadecimal ones behind 0x (RFC 1123 2.1: no name
 * ends so; the URL standard's "ends in a number"). Resolvers take such for addresses, each in its
 * own way: "127.1", "0x7f000001". */
static bool ends_in_number(const char *host)
{
    const char *end = host + strlen(host);
    while (end > host && end[-1] == '.')
        end--;
    const char *label = end;
    while (label > host && label[-1] != '.')
        label--;
    const bool hex = end - label >= 2 && label[0] == '0' && (label[1] == 'x' || label[1] == 'X');
    for (label += hex ? 2 : 0; label < end; label++)
        if (hex ? ipsk_hex_value(*label) < 0 : !ipsk_is_digit(*label))
            return false;
    return true;
}

/* Whether a resolver may be asked: not where it might find an address in what is none here. Some
 * stop reading at white space, and those that know IPv6 look for it by its signs. */
static bool may_be_name(const char *host)
{
    for (const char *p = host; *p != '\0'; p++)
        if ((unsigned char)*p <= ' ' || *p == 0x7f || *p == ':' || *p == '%')
            return false;
    return !ends_in_number(host);
}

int ipsock_resolve(const char *host, uint16_t port, int family, struct ipsock_addr *addrs,
                   size_t capacity, size_t *count, struct ipsock_error *error)
{
    if (count != NULL)
        *count = 0;
    if (host == NULL || host[0] == '\0')
        return wrong(error, IPSOCK_EINVAL, "host");
    if (family != IPSOCK_UNSPEC && family != IPSOCK_IPV4 && family != IPSOCK_IPV6)
        return wrong(error, IPSOCK_EINVAL, "family");
    if (count == NULL || (addrs == NULL && capacity != 0))
        return wrong(error, IPSOCK_EINVAL, "addrs");
    struct ipsock_addr literal;
    int code = ipsock_addr_parse(host, &literal);
    /* resolvers say "no such name" to an unknown zone, and to one that nobody can look up */
    if (code < 0 && code != IPSOCK_EINVAL)
        return wrong(error, code, "zone");
    /* a port, be it 0, is not part of a host */
    if (code == IPSOCK_OK &&
        (host[0] == '[' || (literal.family == IPSOCK_IPV4 && strchr(host, ':'))))
        return wrong(error, IPSOCK_EINVAL, "host");
    if (code == IPSOCK_OK)
        return give_literal(&literal, port, family, addrs, capacity, count, error);
    if (!may_be_name(host))
        return wrong(error, IPSOCK_ENOTFOUND, "host");
    code = ipsk_sys_resolve(host, family, addrs, capacity, count, error);
    for (size_t i = 0; code == IPSOCK_OK && i < *count && i < capacity; i++)
        addrs[i].port = port;
    return code;
}

int ipsock_reverse(const struct ipsock_addr *addr, char *name, size_t size,
                   struct ipsock_error *error)
{
    if (name == NULL || size == 0)
        return wrong(error, IPSOCK_EINVAL, "name");
    name[0] = '\0';
    if (addr == NULL)
        return wrong(error, IPSOCK_EINVAL, "addr");
    if (addr->family != IPSOCK_IPV4 && addr->family != IPSOCK_IPV6)
        return wrong(error, IPSOCK_EFAMILY, "addr");
    return ipsk_sys_reverse(addr, name, size, error);
}
