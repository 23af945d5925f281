// SPDX-License-Identifier: BSD-2-Clause
/* Raw access to options: what Winsock's numbers mean, and an interface by its address where the
 * system does not take an index. */
#include "windows/winsock.h"

/* The index that an option of this level and name carries, if it is about an interface. */
static uint32_t index_of(int level, int name, const void *value, size_t length)
{
    uint32_t index = 0;
    if (length != sizeof index || (name != IP_MULTICAST_IF && name != IP_UNICAST_IF) ||
        (level != IPPROTO_IP && level != IPPROTO_IPV6))
        return 0;
    memcpy(&index, value, sizeof index);
    return level == IPPROTO_IP ? ntohl(index) : index;
}

static bool is_multicast_interface(int level, int name)
{
    return level == IPPROTO_IP && name == IP_MULTICAST_IF;
}

/* Whether an interface and an address belong together; finds the one that is 0. */
static bool match_interface(uint32_t *index, uint32_t *address)
{
    struct ipsock_interface *list = NULL;
    struct ipsock_error ignored;
    bool found = false;
    if (ipsk_sys_interfaces(&list, &ignored) < 0)
        return false;
    for (const struct ipsock_interface *i = list; i != NULL; i = i->next)
        for (const struct ipsock_interface_addr *a = i->addrs; a != NULL && !found; a = a->next) {
            uint32_t ip;
            memcpy(&ip, a->addr.ip, sizeof ip);
            if (a->addr.family != IPSOCK_IPV4 || (*index != 0 && *index != i->index) ||
                (*address != 0 && *address != ip))
                continue;
            *index = i->index;
            *address = ip;
            found = true;
        }
    ipsock_interfaces_free(list);
    return found;
}

/* Wine takes no 0.x.y.z for an index, but the interface's address. */
static bool set_by_address(ipsock_handle_t handle, uint32_t index)
{
    uint32_t address = 0;
    return match_interface(&index, &address) &&
           setsockopt(ipsk_socket(handle), IPPROTO_IP, IP_MULTICAST_IF, (const char *)&address,
                      sizeof address) == 0;
}

int ipsk_sys_set(ipsock_handle_t handle, int level, int name, const void *value, size_t length,
                 struct ipsock_error *error)
{
    if (setsockopt(ipsk_socket(handle), level, name, value, (int)length) == 0)
        return IPSOCK_OK;
    const int native = WSAGetLastError();
    const uint32_t index = index_of(level, name, value, length);
    int code = ipsk_sys_code(native);
    if (level == IPPROTO_UDP && native == WSAEINVAL)
        code = IPSOCK_ENOTSUP; /* an older build, or Wine: it knows none of these options */
    else if ((native == WSAEINVAL || native == WSAEADDRNOTAVAIL) && index != 0) {
        if (is_multicast_interface(level, name) && set_by_address(handle, index))
            return IPSOCK_OK;
        if (ipsk_is_unknown_interface(index))
            code = IPSOCK_ENODEV;
    }
    return ipsk_fail(error, code, native, "setsockopt", NULL);
}

/* Set by address, it is read as one; an index, of 24 bits, is documented to be read in host order.
 */
static void read_index(void *value)
{
    uint32_t address, index = 0;
    memcpy(&address, value, sizeof address);
    if (address > 0xffffff && match_interface(&index, &address))
        memcpy(value, &index, sizeof index);
}

static int ask(ipsock_handle_t handle, int code, void *value, size_t length,
               struct ipsock_error *error)
{
    DWORD returned;
    if (WSAIoctl(ipsk_socket(handle), (DWORD)code, value, (DWORD)length, value, (DWORD)length,
                 &returned, NULL, NULL) == 0)
        return IPSOCK_OK;
    return ipsk_fail_wsa(error, "WSAIoctl");
}

int ipsk_sys_get(ipsock_handle_t handle, int level, int name, void *value, size_t *length,
                 struct ipsock_error *error)
{
    int size = (int)*length;
    if (level == IPSK_IOCTL)
        return ask(handle, name, value, *length, error);
    memset(value, 0, *length); /* of a DWORD that is asked for, one byte may be written */
    if (getsockopt(ipsk_socket(handle), level, name, value, &size) != 0) {
        const int native = WSAGetLastError();
        const bool unknown = level == IPPROTO_UDP && native == WSAEINVAL;
        return ipsk_fail(error, unknown ? IPSOCK_ENOTSUP : ipsk_sys_code(native), native,
                         "getsockopt", NULL);
    }
    *length = (size_t)size;
    if (is_multicast_interface(level, name) && *length == sizeof(uint32_t))
        read_index(value);
    return IPSOCK_OK;
}
